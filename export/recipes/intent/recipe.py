"""Intents and slots of commands: from a corpus to a trained, calibrated student in a run folder.

    corpus ─► teachers ─► lessons (labelled, augmented, unlabelled) ─► student ─► run folder

Everything that `edge export` needs is in the run folder; nothing of it is pickled.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from edge.errors import UsageError
from edge.intent.encoder import WordEncoder
from export.corpora import Corpus, Utterance, write_utterances
from export.distill import is_first_process, wait_for_all
from export.files import write_atomic
from export.recipes.intent.augment import augmented, invented
from export.recipes.intent.fitting import tensors, train_student, train_teacher
from export.recipes.intent.judge import (
    StudentReader,
    TeacherReader,
    doubts,
    measures,
    teacher_lessons,
)
from export.recipes.intent.labels import LabelSet, to_example, unlabelled, whole_words, word_bounds
from export.recipes.intent.lexicon import (
    choose_vocabulary,
    initial_embeddings,
    lexicon_of,
    word_neighbours,
)
from export.recipes.intent.misheard import misheard_utterances
from export.recipes.intent.settings import IntentSettings, settings_from
from export.recipes.intent.student import (
    Lesson,
    Student,
    feature_layout,
)
from export.recipes.intent.teacher import TeacherCollator

CALIBRATION_SENTENCES = 400
"""Training sentences kept in the run folder for static quantisation."""


@dataclass
class IntentRun:
    """A trained student and all that is known about it."""

    corpus: str
    labels: LabelSet
    vocabulary: list[str]
    settings: IntentSettings
    student: Student
    figures: dict[str, dict[str, float]]
    """Dev-set measures of teacher, student alone and student, and what each cost; those of the
    student on misheard sentences, where it was taught them."""
    doubts: Sequence[str] = ()
    """What a person should know of it before it is exported."""

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
        teacher, found = train_teacher(
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
    sentences += [item for item in map(unlabelled, corpus.unlabelled) if item.words]
    sentences += augmented(
        examples,
        labels,
        word_neighbours(teachers[0], collate, examples),
        settings.student.augmented,
        settings.student.seed,
    )
    sentences += invented(
        examples, labels, lexicon_of(collate), settings.student.invented, settings.student.seed
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

    alone = student(False) if settings.student_alone else None
    if alone is not None:
        gold = [Lesson(lesson.example) for lesson in lessons if lesson.example.labelled]
        found = train_student(
            alone, encoder, labels, gold, corpus.dev, settings.student,
            folder / "student-alone", resume=resume, quiet=quiet,
        )  # fmt: skip
        figures["student alone"] = found
        say(f"student alone on dev: {_line(found)}")
    taught = student(True)
    found = train_student(
        taught, encoder, labels, lessons, corpus.dev, settings.student,
        folder / "student", resume=resume, quiet=quiet,
    )  # fmt: skip
    figures["student"] = found
    say(f"student, distilled, on dev: {_line(found)}")
    if alone is not None and figures["student alone"]["frame"] > found["frame"]:
        figures["student, distilled"], figures["student"] = found, figures["student alone"]
        taught = alone
        say("the student that learned alone reads more of dev, and is the one that is kept:")
        say("a teacher teaches little where its encoder does not know the language (--encoder)")
    if settings.student.misheard:
        heard = misheard_utterances(corpus.dev, settings.student.seed)
        found = measures(heard, StudentReader(taught, encoder, labels)(heard))
        figures["student, misheard"] = found
        say(f"student on dev as it may be heard: {_line(found)}")
    doubted = doubts(corpus.train, corpus.dev, figures["student"])
    for doubt in doubted:
        say(f"warning: {doubt}")
    run = IntentRun(corpus.name, labels, vocabulary, settings, taught, figures, doubted)
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
    return train_student(
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
    except (RuntimeError, OSError, SafetensorError) as error:
        raise UsageError(
            f"the student there is another one: {error}",
            where=str(folder),
            allowed="a run of this version of the package",
            hint="train again",
        ) from error
    student.eval()
    return IntentRun(data["corpus"], labels, vocabulary, settings, student, data["figures"])


def _of_whole_words(corpus: Corpus) -> Corpus:
    """`corpus` as the model sees it: slots of whole words, no sentence without a word."""
    return replace(corpus, train=as_read(corpus.train), dev=as_read(corpus.dev))


def as_read(split: Sequence[Utterance]) -> list[Utterance]:
    """The sentences that have words, their slots widened to whole ones."""
    return [whole_words(item) for item in split if word_bounds(item.text)]


def _save(run: IntentRun, corpus: Corpus, folder: Path) -> None:
    # Taken away first and written last: a kill in between leaves no run, not a mixture of two.
    (folder / "run.json").unlink(missing_ok=True)
    save_file(
        {
            name: tensor
            for name, tensor in tensors(run.student).items()
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
        "doubts": list(run.doubts),
    }
    write_atomic(folder / "run.json", json.dumps(description, indent=1, sort_keys=True) + "\n")


def _line(figures: dict[str, float]) -> str:
    text = ", ".join(f"{name} {figures[name]:.2f}" for name in ("intent", "slot_f1", "frame"))
    return text + (f" ({figures['seconds']:.0f} s)" if "seconds" in figures else "")
