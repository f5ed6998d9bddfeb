"""The training loop that every model family shares, teacher or student.

`transformers.Trainer` does the work: early stopping, checkpoints and resuming, TensorBoard, and as
many machines as `accelerate launch` gives it. What is added here: batches of sentences of like
length, training sets that change from epoch to epoch, and a dev-set measure that is computed on
decoded answers, not on a loss.
"""

from __future__ import annotations

import functools
import json
import os
import random
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import torch
from torch import Tensor, nn
from torch.utils.data import Dataset
from transformers import (
    EarlyStoppingCallback,
    PrinterCallback,
    ProgressCallback,
    Trainer,
    TrainerCallback,
    TrainingArguments,
    set_seed,
)

from export.accelerator import on_accelerator
from export.host import hold_freed_memory

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FitSettings:
    """One run of the training loop."""

    epochs: int
    batch_size: int
    learning_rate: float
    weight_decay: float = 0.01
    warmup: float = 0.06
    """Share of all steps over which the learning rate rises."""
    schedule: str = "linear"
    """How it falls afterwards: "linear" or "cosine"."""
    patience: int = 3
    """Epochs without a better measure after which training stops."""
    measure: str = "frame"
    """The dev-set measure that chooses the best epoch: higher is better."""
    take_last: bool = False
    """The last epoch's weights, whatever was measured: of a schedule that ends at a rate of nothing
    the last epoch is the best one, and one that looks better on a small dev set was lucky."""
    mixed_precision: bool = True
    """bfloat16 arithmetic where the machine has instructions for it."""
    seed: int = 0


class BatchesByLength(Dataset[list[T]], Generic[T]):
    """Batches of examples of like length, drawn afresh every epoch. One item is one batch.

    Args:
        draw: epoch → the examples of that epoch, always as many.
        batch_size: examples in a batch.
        length: what to sort by.
        seed: of the shuffling; the same seed gives the same batches on every process.
    """

    def __init__(
        self,
        draw: Callable[[int], Sequence[T]],
        batch_size: int,
        length: Callable[[T], int],
        seed: int = 0,
    ) -> None:
        self._draw, self._batch_size, self._length, self._seed = draw, batch_size, length, seed
        self._batches: list[list[T]] = []
        self._epoch = -1
        self.set_epoch(0)

    def set_epoch(self, epoch: int) -> None:
        """Called by the data loader at the beginning of every epoch."""
        if epoch == self._epoch:
            return
        self._epoch = epoch
        rng = random.Random(f"{self._seed}/{epoch}")
        examples = list(self._draw(epoch))
        rng.shuffle(examples)
        size, window = self._batch_size, self._batch_size * 32
        self._batches = []
        for start in range(0, len(examples), window):
            chunk = sorted(examples[start : start + window], key=self._length)
            self._batches += [chunk[i : i + size] for i in range(0, len(chunk), size)]
        rng.shuffle(self._batches)

    def __len__(self) -> int:
        return len(self._batches)

    def __getitem__(self, index: int) -> list[T]:
        return self._batches[index]


class _NextEpoch(TrainerCallback):
    """Tells the training set which epoch begins.

    The data loader does so on one process; split among several it tells only its sampler.
    """

    def __init__(self, batches: BatchesByLength[Any]) -> None:
        self._batches = batches

    def on_epoch_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Draws the epoch's examples. `state.epoch` counts finished epochs, resumed ones too."""
        self._batches.set_epoch(round(state.epoch))


class _Bars(ProgressCallback):
    """Progress bars, and each epoch's measures; standard output is for the caller's result."""

    def on_log(
        self, args: Any, state: Any, control: Any, logs: dict[str, Any] | None = None, **kwargs: Any
    ) -> None:
        """Writes dev-set measures above the bar; losses are in TensorBoard."""
        measures = {
            key.removeprefix("eval_"): round(value, 2)
            for key, value in (logs or {}).items()
            if key.startswith("eval_")
        }
        if measures and self.training_bar is not None:
            shown = ", ".join(f"{key} {value}" for key, value in measures.items())
            self.training_bar.write(f"epoch {state.epoch:g}: {shown}", file=sys.stderr)


class _Trainer(Trainer):
    """A Trainer whose models compute their own loss and whose measure is the caller's."""

    control: Any

    def __init__(self, measure: Callable[[nn.Module], dict[str, float]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._measure = measure

    def compute_loss(
        self, model: nn.Module, inputs: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Tensor:
        loss: Tensor = model(**inputs)["loss"]
        return loss

    def evaluate(self, *args: Any, **kwargs: Any) -> dict[str, float]:
        was_training = self.model.training
        self.model.eval()
        with torch.no_grad():
            metrics = {f"eval_{k}": v for k, v in self._measure(self.model).items()}
        self.model.train(was_training)
        self.log(dict(metrics))
        self.control = self.callback_handler.on_evaluate(
            self.args, self.state, self.control, metrics
        )
        return metrics


def fit(
    model: nn.Module,
    batches: BatchesByLength[T],
    collate: Callable[[Sequence[T]], dict[str, Tensor]],
    measure: Callable[[nn.Module], dict[str, float]],
    settings: FitSettings,
    folder: Path,
    *,
    parameter_groups: Iterable[dict[str, Any]] | None = None,
    beside: Sequence[nn.Module] = (),
    resume: bool = False,
    quiet: bool = False,
) -> dict[str, float]:
    """Trains `model` in place and leaves it at its best epoch, or at the last if that is wanted.

    It is trained on a GPU where there is one, and is on the processor afterwards.

    Args:
        model: its `forward` takes what `collate` returns and gives a dict with "loss".
        batches: the training set.
        collate: a batch of examples → tensors.
        measure: the model in evaluation mode, where it is trained (`accelerator`) → dev-set
            measures, higher is better.
        settings: how long and how fast.
        folder: where checkpoints and TensorBoard logs go.
        parameter_groups: for an optimiser with several learning rates; all alike by default.
        beside: networks that the model asks and that are no part of it: its teachers.
        resume: go on from the newest checkpoint in `folder`, if there is one.
        quiet: no progress bars.

    Of several processes of one launch the first writes; all take part in the training and end with
    the same model.

    Returns:
        The measures of that epoch, and "seconds" and "epochs" of this run.
    """
    set_seed(settings.seed)
    hold_freed_memory()
    checkpoints = folder / "checkpoints"
    if not resume and is_first_process() and checkpoints.exists():
        # Left there, a longer run's would later be taken for this run's newest.
        shutil.rmtree(checkpoints)
    arguments = TrainingArguments(
        output_dir=str(checkpoints),
        logging_dir=str(folder / "tensorboard"),
        report_to=["tensorboard"],
        num_train_epochs=settings.epochs,
        per_device_train_batch_size=1,
        learning_rate=settings.learning_rate,
        lr_scheduler_type=settings.schedule,
        warmup_ratio=settings.warmup,
        max_grad_norm=1.0,
        optim="adamw_torch_fused",
        weight_decay=settings.weight_decay,
        bf16=settings.mixed_precision and has_bfloat16(),
        use_cpu=not torch.cuda.is_available(),
        eval_strategy="epoch",
        save_strategy="epoch",
        save_total_limit=1,
        load_best_model_at_end=not settings.take_last,
        metric_for_best_model=settings.measure,
        greater_is_better=True,
        logging_steps=50,
        remove_unused_columns=False,
        dataloader_num_workers=0,
        seed=settings.seed,
        data_seed=settings.seed,
        disable_tqdm=quiet,
        # An encoder's pooler, or the slot head of a corpus without slots, has no part in the loss.
        ddp_find_unused_parameters=True,
    )
    groups = list(parameter_groups or [{"params": list(model.parameters())}])
    for group in groups:
        group["params"] = [p for p in group["params"] if p.requires_grad]
    optimizer = torch.optim.AdamW(
        groups, lr=settings.learning_rate, weight_decay=settings.weight_decay, fused=True
    )
    callbacks: list[TrainerCallback] = [_NextEpoch(batches)]
    if not settings.take_last:
        callbacks.append(EarlyStoppingCallback(early_stopping_patience=settings.patience))
    trainer = _Trainer(
        measure=measure,
        model=model,
        args=arguments,
        train_dataset=batches,
        eval_dataset=batches,
        data_collator=lambda items: collate(items[0]),
        optimizers=(optimizer, None),
        callbacks=callbacks,
    )
    for callback in (PrinterCallback, ProgressCallback):
        trainer.remove_callback(callback)  # both write to standard output
    if not quiet:
        trainer.add_callback(_Bars)
    checkpoint = newest_checkpoint(checkpoints) if resume else None
    with on_accelerator(*beside):
        result = trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    model.to("cpu")
    epochs = [entry for entry in trainer.state.log_history if f"eval_{settings.measure}" in entry]
    taken = epochs[-1]
    if not settings.take_last:
        taken = max(epochs, key=lambda entry: entry[f"eval_{settings.measure}"])
    measures = {
        key.removeprefix("eval_"): value for key, value in taken.items() if key.startswith("eval_")
    }
    return measures | {
        "seconds": round(float(result.metrics["train_runtime"]), 3),
        "epochs": float(len(epochs)),
    }


def newest_checkpoint(folder: Path) -> Path | None:
    """The newest checkpoint in `folder` that is whole; None where there is none.

    The trainer writes its state last, so one whose state cannot be read was cut short by a kill.
    """
    found = (path for path in folder.glob("checkpoint-*") if path.name[11:].isdigit())
    for path in sorted(found, key=lambda path: int(path.name[11:]), reverse=True):
        try:
            json.loads((path / "trainer_state.json").read_text("utf-8"))
        except (OSError, ValueError):
            continue
        return path
    return None


def is_first_process() -> bool:
    """Whether this is the one process of a launch that writes files and speaks."""
    return int(os.environ.get("RANK", "0")) == 0


def wait_for_all() -> None:
    """Returns when every process of the launch has come here; at once where there is but one."""
    if torch.distributed.is_initialized():
        torch.distributed.barrier()


def soft_cross_entropy(logits: Tensor, target: Tensor) -> Tensor:
    """−Σ target · log softmax(logits) over the last axis: what a student learns from a teacher.

    Equal to the Kullback-Leibler loss of Hinton et al. 2015 (arXiv 1503.02531) at temperature 1 up
    to a constant.
    """
    return -(target * torch.log_softmax(logits, -1)).sum(-1)


@functools.cache  # asked at every batch; the answer is read from the processor's description
def has_bfloat16() -> bool:
    """Whether this machine multiplies bfloat16 matrices in hardware."""
    if torch.cuda.is_available():
        return torch.cuda.is_bf16_supported()
    from device_profiles import detect

    return bool({"amx_bf16", "avx512_bf16"} & detect().features)
