"""Intents and slots of commands: from a corpus to a trained, calibrated student in a run folder.

    corpus ─► teachers ─► lessons (labelled, augmented, unlabelled) ─► student ─► run folder

Everything that `edge export` needs is in the run folder; nothing of it is pickled.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from edge.encoder import WordEncoder
from edge.errors import UsageError
from edge.limits import VOCABULARY_PIECES
from export.corpora import Corpus, Utterance, write_utterances
from export.distill import BatchesByLength, FitSettings, fit, is_first_process, wait_for_all
from export.files import write_atomic
from export.recipes.intent.augment import SlotSubstitution, augmented
from export.recipes.intent.judge import (
    StudentReader,
    TeacherReader,
    measures,
    teacher_lessons,
)
from export.recipes.intent.labels import Example, LabelSet, to_example, whole_words, word_bounds
from export.recipes.intent.lexicon import (
    choose_vocabulary,
    initial_embeddings,
    word_neighbours,
)
from export.recipes.intent.student import (
    Lesson,
    Student,
    StudentCollator,
    StudentSettings,
    feature_layout,
)
from export.recipes.intent.teacher import Teacher, TeacherCollator, TeacherSettings
from export.recipes.settings import Limits, settings_of

CALIBRATION_SENTENCES = 400
"""Training sentences kept in the run folder for static quantisation."""
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
    student_alone: bool = True
    """Also train the same student without teachers, to show what distillation is worth."""


@dataclass
class IntentRun:
    """A trained student and all that is known about it."""

    corpus: str
    labels: LabelSet
    vocabulary: list[str]
    settings: IntentSettings
    student: Student
    figures: dict[str, dict[str, float]]
    """Dev-set measures of teacher, student alone and student, and what each cost."""

    @property
    def encoder(self) -> WordEncoder:
        """Words → features, as this student reads them."""
        return WordEncoder(self.vocabulary, feature_layout(self.settings.student))


def train(
    corpus: Corpus,
    settings: IntentSettings,
    folder: Path,
    *,
    resume: bool = False,
    quiet: bool = False,
    say: Callable[[str], None] = print,
) -> IntentRun:
    """Trains teachers and a student on `corpus` and writes the run folder.

    Args:
        corpus: with labelled train and dev splits; unlabelled sentences are used if there are any.
        settings: sizes and lengths.
        folder: the run folder.
        resume: take finished teachers as they are and unfinished training from its checkpoint.
        quiet: no progress bars.
        say: where lines about the progress go.
    """
    corpus = _of_whole_words(corpus)
    labels = LabelSet.of(corpus.train)
    examples = [to_example(item, labels) for item in corpus.train if item.intent is not None]
    figures: dict[str, dict[str, float]] = {}
    collate = TeacherCollator(settings.teacher.encoder)
    teachers = []
    for number in range(settings.teachers):
        chosen = replace(settings.teacher, seed=settings.teacher.seed + number)
        teacher, found = _train_teacher(
            chosen, labels, examples, corpus.dev, collate,
            folder / f"teacher-{number}", resume=resume, quiet=quiet,
        )  # fmt: skip
        teachers.append(teacher)
        figures[f"teacher {number + 1}"] = found
        say(f"teacher {number + 1} of {settings.teachers} on dev: {_line(found)}")
    if len(teachers) > 1:
        found = measures(corpus.dev, TeacherReader(teachers, collate, labels)(corpus.dev))
        figures["teachers together"] = found
        say(f"teachers together on dev: {_line(found)}")

    started = time.perf_counter()
    sentences = list(examples)
    sentences += _unlabelled(corpus.unlabelled)
    sentences += augmented(
        examples,
        labels,
        word_neighbours(teachers[0], collate, examples),
        settings.student.augmented,
        settings.student.seed,
    )
    vocabulary = choose_vocabulary(collate, sentences, settings.student.pieces)
    lessons = teacher_lessons(teachers, collate, sentences)
    seconds = time.perf_counter() - started
    say(f"{len(lessons)} sentences judged by the teachers in {seconds:.0f} s")

    encoder = WordEncoder(vocabulary, feature_layout(settings.student))
    initial = initial_embeddings(teachers[0], collate, encoder, vocabulary, settings.student)
    width = lessons[0].hidden.shape[1] if lessons[0].hidden is not None else 0

    def student(taught: bool) -> Student:
        torch.manual_seed(settings.student.seed)
        return Student(settings.student, labels, encoder.size, width * taught, initial)

    if settings.student_alone:
        gold = [Lesson(lesson.example) for lesson in lessons if lesson.example.labelled]
        found = _train_student(
            student(False), encoder, labels, gold, corpus.dev, settings.student,
            folder / "student-alone", resume=resume, quiet=quiet,
        )  # fmt: skip
        figures["student alone"] = found
        say(f"student alone on dev: {_line(found)}")
    taught = student(True)
    found = _train_student(
        taught, encoder, labels, lessons, corpus.dev, settings.student,
        folder / "student", resume=resume, quiet=quiet,
    )  # fmt: skip
    figures["student"] = found
    say(f"student, distilled, on dev: {_line(found)}")
    run = IntentRun(corpus.name, labels, vocabulary, settings, taught, figures)
    if is_first_process():
        _save(run, corpus, folder)
    wait_for_all()
    return run


def train_student_alone(
    corpus: Corpus, settings: IntentSettings, folder: Path, quiet: bool
) -> dict[str, float]:
    """Trains a student on gold labels only and returns its dev-set measures: for searching."""
    corpus = _of_whole_words(corpus)
    labels = LabelSet.of(corpus.train)
    examples = [to_example(item, labels) for item in corpus.train if item.intent is not None]
    count = settings.student.augmented // 4
    gold = examples + [
        item
        for item in augmented(examples, labels, {}, count, settings.student.seed)
        if item.labelled
    ]
    collate = TeacherCollator(settings.teacher.encoder)
    vocabulary = choose_vocabulary(collate, gold, settings.student.pieces)
    encoder = WordEncoder(vocabulary, feature_layout(settings.student))
    torch.manual_seed(settings.student.seed)
    return _train_student(
        Student(settings.student, labels, encoder.size), encoder, labels,
        [Lesson(example) for example in gold], corpus.dev, settings.student, folder,
        resume=False, quiet=quiet,
    )  # fmt: skip


def load(folder: Path) -> IntentRun:
    """Reads what `train` wrote.

    Raises:
        UsageError: its student does not fit its description.
    """
    data = json.loads((folder / "run.json").read_text("utf-8"))
    settings = settings_from(data["settings"])
    labels = LabelSet.from_dict(data["labels"])
    vocabulary = (folder / "vocabulary.txt").read_text("utf-8").split("\n")
    encoder = WordEncoder(vocabulary, feature_layout(settings.student))
    student = Student(settings.student, labels, encoder.size)
    try:
        student.load_state_dict(load_file(folder / "student.safetensors"))
    except RuntimeError as error:
        raise UsageError(
            f"the student there is another one: {error}",
            where=str(folder),
            allowed="a run of this version of the package",
            hint="train again",
        ) from error
    student.eval()
    return IntentRun(data["corpus"], labels, vocabulary, settings, student, data["figures"])


def settings_from(data: dict[str, Any]) -> IntentSettings:
    """Settings from plain data, such as a TOML file's.

    Raises:
        UsageError: a key is not known, or its value cannot be used.
    """
    rest = {key: value for key, value in data.items() if key not in ("teacher", "student")}
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


def _train_teacher(
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
        import random

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
        save_file(_tensors(teacher), folder / "teacher.safetensors")
        write_atomic(finished, json.dumps(figures, indent=1) + "\n")
    return teacher.eval(), figures


def _train_student(
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
    reader = StudentReader(student, encoder, labels)
    figures = fit(
        student,
        BatchesByLength(
            lambda epoch: lessons,
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
            patience=settings.epochs,
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


def _unlabelled(sentences: Sequence[str]) -> list[Example]:
    split = (tuple(text[start:end] for start, end in word_bounds(text)) for text in sentences)
    return [Example(words, (0,) * len(words), 0, labelled=False) for words in split if words]


def _of_whole_words(corpus: Corpus) -> Corpus:
    """`corpus` as the model sees it: slots of whole words, no sentence without a word."""
    return replace(corpus, train=as_read(corpus.train), dev=as_read(corpus.dev))


def as_read(split: Sequence[Utterance]) -> list[Utterance]:
    """The sentences that have words, their slots widened to whole ones."""
    return [whole_words(item) for item in split if word_bounds(item.text)]


def _save(run: IntentRun, corpus: Corpus, folder: Path) -> None:
    save_file(
        {
            name: tensor
            for name, tensor in _tensors(run.student).items()
            if "hidden_head" not in name
        },
        folder / "student.safetensors",
    )
    rng = np.random.default_rng(0)
    count = min(CALIBRATION_SENTENCES, len(corpus.train))
    chosen = sorted(rng.choice(len(corpus.train), count, replace=False).tolist())
    # Without ids: those of sampled sentences name their template, and are not one a sentence.
    calibration = [replace(corpus.train[index], id="") for index in chosen]
    write_utterances(folder / "calibration.jsonl", calibration)
    write_utterances(folder / "dev.jsonl", [replace(item, id="") for item in corpus.dev])
    write_atomic(folder / "vocabulary.txt", "\n".join(run.vocabulary))
    description = {
        "family": "intent",
        "corpus": run.corpus,
        "labels": run.labels.to_dict(),
        "settings": asdict(run.settings),
        "figures": run.figures,
    }
    write_atomic(folder / "run.json", json.dumps(description, indent=1, sort_keys=True) + "\n")


def _tensors(module: torch.nn.Module) -> dict[str, Tensor]:
    return {name: tensor.contiguous() for name, tensor in module.state_dict().items()}


def _line(figures: dict[str, float]) -> str:
    text = ", ".join(f"{name} {figures[name]:.2f}" for name in ("intent", "slot_f1", "frame"))
    return text + (f" ({figures['seconds']:.0f} s)" if "seconds" in figures else "")
