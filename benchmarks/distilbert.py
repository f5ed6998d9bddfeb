"""A DistilBERT-sized joint intent and slot model as ONNX graphs: the usual choice for this job.

The weights are random: the latency of dense matrix products does not depend on their values, and
nothing about accuracy is read off this model (its published accuracy is in `published.json`).
"""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

INTENTS = 7
TAGS = 72
"""Outputs as SNIPS has them: 7 intents, 72 BIO tags."""
TOKENS = 16
CACHE = Path(__file__).parent / ".cache"


@dataclass(frozen=True, slots=True)
class Size:
    """The encoder's shape; the defaults are those of distilbert-base-uncased."""

    layers: int = 6
    width: int = 768
    inner: int = 3072
    heads: int = 12
    vocabulary: int = 30522

    @property
    def name(self) -> str:
        """A folder name that tells sizes apart."""
        return f"{self.layers}x{self.width}-{self.inner}-{self.heads}-{self.vocabulary}"


def graphs(size: Size | None = None, cache: Path = CACHE) -> dict[str, Path]:
    """The graphs, built when the cache does not have them: `float`, `int8` and `int8-fused`.

    `float` is torch.onnx's export, `int8` is it after optimum's `ORTQuantizer` with dynamic
    quantisation for this processor (signed weights, per tensor), `int8-fused` is it after ONNX
    Runtime's own transformer optimiser (skip layer norm, GELU) and dynamic quantisation.
    All have fixed shapes: one sentence of `TOKENS` tokens.

    Raises:
        ModuleNotFoundError: the packages of the extra `export` are not installed.
    """
    size = size or Size()
    folder = cache / f"distilbert-{size.name}-{_architecture()}"
    files = {name: folder / f"{name}.onnx" for name in ("float", "int8", "int8-fused")}
    if not all(file.is_file() for file in files.values()):
        cache.mkdir(parents=True, exist_ok=True)
        # Built aside and moved in one step: an interrupted export must not look finished.
        work = Path(tempfile.mkdtemp(dir=cache))
        try:
            _build(size, work)
            shutil.rmtree(folder, ignore_errors=True)
            os.replace(work, folder)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    return files


def inputs() -> dict[str, Any]:
    """One sentence of `TOKENS` tokens without padding: int64 arrays of shape (1, TOKENS)."""
    import numpy as np

    ids = np.arange(1, TOKENS + 1, dtype=np.int64)[None, :]
    return {"input_ids": ids, "attention_mask": np.ones_like(ids)}


def session(graph: Path, threads: int = 1) -> Any:
    """An ONNX Runtime CPU session with its default (full) graph optimisation."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(
        str(graph), sess_options=options, providers=["CPUExecutionProvider"]
    )


def sizes(files: Mapping[str, Path]) -> dict[str, int]:
    """Bytes of each graph on disk."""
    return {name: file.stat().st_size for name, file in files.items()}


def _architecture() -> str:
    import platform

    return platform.machine()


def _build(size: Size, folder: Path) -> None:
    import onnx
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.transformers.optimizer import optimize_model
    from optimum.onnxruntime import ORTQuantizer
    from optimum.onnxruntime.configuration import AutoQuantizationConfig
    from transformers import DistilBertConfig, DistilBertModel

    config = DistilBertConfig(
        n_layers=size.layers,
        dim=size.width,
        hidden_dim=size.inner,
        n_heads=size.heads,
        vocab_size=size.vocabulary,
        attn_implementation="eager",  # the form that graph optimisers recognise
    )

    class Joint(torch.nn.Module):
        """JointBERT (Chen et al. 2019): the first token's state → intent, every state → tag."""

        def __init__(self) -> None:
            super().__init__()
            self.encoder = DistilBertModel(config)
            self.intent = torch.nn.Linear(size.width, INTENTS)
            self.slots = torch.nn.Linear(size.width, TAGS)

        def forward(self, input_ids: Any, attention_mask: Any) -> tuple[Any, Any]:
            encoded = self.encoder(input_ids=input_ids, attention_mask=attention_mask)
            states = encoded.last_hidden_state
            return self.intent(states[:, 0]), self.slots(states)

    torch.manual_seed(0)
    model = Joint().eval()
    example = tuple(torch.from_numpy(array) for array in inputs().values())
    with warnings.catch_warnings():
        # The tracer warns of Python values and of its own age; shapes here are fixed on purpose.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model,
            example,
            str(folder / "float.onnx"),
            input_names=["input_ids", "attention_mask"],
            output_names=["intent", "slots"],
            opset_version=17,
            dynamo=False,
        )
    config.save_pretrained(folder)  # optimum wants it beside the graph

    recipe = (
        AutoQuantizationConfig.arm64(is_static=False, per_channel=False)
        if _architecture() in ("aarch64", "arm64")
        else AutoQuantizationConfig.avx512_vnni(is_static=False, per_channel=False)
    )
    quantizer = ORTQuantizer.from_pretrained(folder, file_name="float.onnx")
    quantizer.quantize(save_dir=folder, quantization_config=recipe, file_suffix="quantized")
    os.replace(folder / "float_quantized.onnx", folder / "int8.onnx")

    fused = optimize_model(
        str(folder / "float.onnx"),
        model_type="bert",
        num_heads=size.heads,
        hidden_size=size.width,
        opt_level=1,
    )
    fused.save_model_to_file(str(folder / "fused.onnx"))
    quantize_dynamic(
        str(folder / "fused.onnx"),
        str(folder / "int8-fused.onnx"),
        weight_type=QuantType.QInt8,
        # The fused operators are ONNX Runtime's own, so shape inference knows no types after them.
        extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
    )
    (folder / "fused.onnx").unlink()
