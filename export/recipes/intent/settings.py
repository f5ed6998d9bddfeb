"""The settings of a whole intent training run, and what each of them may be."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from edge.errors import UsageError
from edge.intent.asides import LANGUAGE
from edge.limits import VOCABULARY_PIECES
from export.recipes.intent.student import StudentSettings
from export.recipes.intent.teacher import TeacherSettings
from export.recipes.settings import Limits, settings_of

_LIMITS: Limits = {
    "teachers": (1, 100),
    "epochs": (1, 10_000),
    "batch_size": (1, 100_000),
    "learning_rate": (1e-9, 10),
    "head_learning_rate": (1e-9, 10),
    "weight_decay": (0, 10),
    "dropout": (0, 0.99),
    "word_dropout": (0, 0.99),
    "label_smoothing": (0, 0.99),
    "augmentation": (0, 1),
    "augmented": (0, 10_000_000),
    "invented": (0, 10_000_000),
    "misheard": (0, 1),
    "lora_rank": (0, 4096),
    "patience": (1, 10_000),
    "embedding": (1, 4096),
    "width": (2, 4096),
    "layers": (1, 16),
    "pieces": (100, VOCABULARY_PIECES),
    "trigram_buckets": (1, VOCABULARY_PIECES),
    "hard_weight": (0, 1),
    "hidden_weight": (0, 1000),
    "seed": (0, 2**32 - 1),
}


@dataclass(frozen=True, slots=True)
class IntentSettings:
    """A whole training run."""

    teacher: TeacherSettings = field(default_factory=TeacherSettings)
    student: StudentSettings = field(default_factory=StudentSettings)
    teachers: int = 1
    """How many teachers, of different seeds, are trained and averaged."""
    language: str = ""
    """Of the sentences of a corpus without templates: with "en", English words that forbid a
    command, put it off or only speak of it are looked for on the device, as they are in a home."""
    student_alone: bool = True
    """Also train the same student without teachers, to show what distillation is worth. Of the two
    the one that reads more of dev is kept."""


def settings_from(data: dict[str, Any]) -> IntentSettings:
    """Settings from plain data, such as a TOML file's.

    Raises:
        UsageError: a key is not known, or its value cannot be used.
    """
    rest = {key: value for key, value in data.items() if key not in ("teacher", "student")}
    if rest.get("language", "") not in ("", LANGUAGE):
        raise UsageError(
            f"is {rest['language']!r}", where="settings: language", allowed=f'"{LANGUAGE}", or none'
        )
    student = settings_of(StudentSettings, data.get("student", {}), "student", _LIMITS)
    if student.width % 2:
        raise UsageError(
            f"is {student.width}", where="settings: student.width", allowed="an even number"
        )
    return replace(
        settings_of(IntentSettings, rest, "", _LIMITS),
        teacher=settings_of(TeacherSettings, data.get("teacher", {}), "teacher", _LIMITS),
        student=student,
    )
