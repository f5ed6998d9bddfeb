"""One teacher or one student through the training loop."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from edge.errors import UsageError
from edge.intent.encoder import WordEncoder
from export.corpora import OUT_OF_SCOPE, Utterance
from export.distill import BatchesByLength, FitSettings, fit, is_first_process
from export.files import write_atomic
from export.recipes.intent.augment import SlotSubstitution
from export.recipes.intent.judge import (
    StudentReader,
    TeacherReader,
    measures,
)
from export.recipes.intent.labels import Example, LabelSet
from export.recipes.intent.misheard import misheard_lesson
from export.recipes.intent.student import (
    Lesson,
    Student,
    StudentCollator,
    StudentSettings,
)
from export.recipes.intent.teacher import Teacher, TeacherCollator, TeacherSettings


def train_teacher(
    settings: TeacherSettings,
    labels: LabelSet,
    examples: Sequence[Example],
    dev: Sequence[Utterance],
    collate: TeacherCollator,
    folder: Path,
    *,
    resume: bool,
    quiet: bool,
) -> tuple[Teacher, dict[str, float]]:
    """A teacher at its best epoch, and its dev-set measures; both are kept in `folder`.

    With `resume`, a finished teacher there is taken as it is.

    Raises:
        UsageError: the finished teacher there is of another corpus or other settings.
    """
    torch.manual_seed(settings.seed)
    finished = folder / "figures.json"
    if resume and finished.exists():
        teacher = Teacher(settings, labels, pretrained=False)
        try:
            teacher.load_state_dict(load_file(folder / "teacher.safetensors"))
        except RuntimeError as error:
            raise UsageError(
                f"the teacher there is another one: {error}",
                where=str(folder),
                allowed="the corpus and the settings it was trained with",
                hint="train without --resume",
            ) from error
        return teacher.eval(), json.loads(finished.read_text("utf-8"))
    if is_first_process():
        finished.unlink(missing_ok=True)  # else a later --resume takes the old teacher for this one
    teacher = Teacher(settings, labels)
    substitution = SlotSubstitution(examples, labels)

    def draw(epoch: int) -> list[Example]:
        rng = random.Random(f"{settings.seed}/{epoch}")
        return [
            substitution.apply(example, rng) if rng.random() < settings.augmentation else example
            for example in examples
        ]

    reader = TeacherReader([teacher], collate, labels)
    heads = [p for name, p in teacher.named_parameters() if not name.startswith("encoder.")]
    figures = fit(
        teacher,
        BatchesByLength(draw, settings.batch_size, lambda item: len(item.words), settings.seed),
        collate,
        lambda model: measures(dev, reader(dev)),
        FitSettings(
            settings.epochs,
            settings.batch_size,
            settings.learning_rate,
            settings.weight_decay,
            patience=settings.patience,
            seed=settings.seed,
        ),
        folder,
        parameter_groups=[
            {"params": list(teacher.encoder.parameters()), "lr": settings.learning_rate},
            {"params": heads, "lr": settings.head_learning_rate},
        ],
        resume=resume,
        quiet=quiet,
    )
    if is_first_process():
        save_file(tensors(teacher), folder / "teacher.safetensors")
        write_atomic(finished, json.dumps(figures, indent=1) + "\n")
    return teacher.eval(), figures


def train_student(
    student: Student,
    encoder: WordEncoder,
    labels: LabelSet,
    lessons: Sequence[Lesson],
    dev: Sequence[Utterance],
    settings: StudentSettings,
    folder: Path,
    *,
    resume: bool,
    quiet: bool,
) -> dict[str, float]:
    """Trains `student` on the lessons and returns its measures after the last epoch."""
    reader = StudentReader(student, encoder, labels)

    def draw(epoch: int) -> Sequence[Lesson]:
        if not settings.misheard:
            return lessons
        rng = random.Random(f"misheard {settings.seed}/{epoch}")
        # All that is out of scope: there is little of it, and noise must be no sign of a command.
        return [*lessons] + [
            misheard_lesson(lesson, rng)
            for lesson in lessons
            if labels.intents[lesson.example.intent] == OUT_OF_SCOPE
            or rng.random() < settings.misheard
        ]

    figures = fit(
        student,
        BatchesByLength(
            draw,
            settings.batch_size,
            lambda item: len(item.example.words),
            settings.seed,
        ),
        StudentCollator(encoder),
        lambda model: measures(dev, reader(dev)),
        FitSettings(
            settings.epochs,
            settings.batch_size,
            settings.learning_rate,
            schedule="cosine",
            take_last=True,
            # Matrices this small gain nothing from bfloat16, and LSTMs lose by it.
            mixed_precision=False,
            seed=settings.seed,
        ),
        folder,
        resume=resume,
        quiet=quiet,
    )
    student.eval()
    return figures


def tensors(module: torch.nn.Module) -> dict[str, Tensor]:
    """A module's parameters as safetensors wants them."""
    return {name: tensor.contiguous() for name, tensor in module.state_dict().items()}
