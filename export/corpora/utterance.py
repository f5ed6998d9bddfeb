"""What every corpus reader returns: sentences with their frames, and the lines no good."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

OUT_OF_SCOPE = "out_of_scope"
"""The intent label of sentences that are no command."""

MAX_TEXT_CHARACTERS = 10_000
"""A longer "sentence" is a broken file, not something a person says."""


@dataclass(frozen=True, slots=True)
class SlotSpan:
    """One slot of a sentence."""

    label: str
    start: int
    """Offset of its first character in `Utterance.text`."""
    end: int
    """Offset after its last character."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """One sentence and, where it is labelled, its frame."""

    text: str
    intent: str | None = None
    """None: not labelled. `OUT_OF_SCOPE`: labelled as being no command."""
    slots: tuple[SlotSpan, ...] = ()
    """In order of `start`; they never overlap."""
    id: str = ""
    """What the file calls it, else `split:line`, so that a report can point back at it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a corpus that a person should look at."""

    file: str
    line: int
    """Counted from 1; 0 where a file has no lines to speak of."""
    what: str
    """What was found and what became of it: a line is left out unless this says it was kept."""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.what}"


@dataclass
class Corpus:
    """A whole corpus in its published, or a seeded, split."""

    name: str
    train: list[Utterance] = field(default_factory=list)
    dev: list[Utterance] = field(default_factory=list)
    test: list[Utterance] = field(default_factory=list)
    unlabelled: list[str] = field(default_factory=list)
    """Sentences without a frame: for distillation, never for measuring."""
    problems: list[Problem] = field(default_factory=list)

    def labelled(self) -> Iterable[Utterance]:
        """Every labelled sentence: train, then dev, then test."""
        yield from self.train
        yield from self.dev
        yield from self.test

    @property
    def intents(self) -> list[str]:
        """Sorted intent labels of all three splits, without `OUT_OF_SCOPE`."""
        found = {utterance.intent for utterance in self.labelled()}
        return sorted(name for name in found if name is not None and name != OUT_OF_SCOPE)

    @property
    def slot_labels(self) -> list[str]:
        """Sorted slot labels of all three splits."""
        return sorted({span.label for item in self.labelled() for span in item.slots})


def text_problem(text: str) -> str | None:
    """Why `text` cannot be a sentence of a corpus; None when it can."""
    if not text.strip():
        return "the text is empty"
    if len(text) > MAX_TEXT_CHARACTERS:
        return f"the text has {len(text)} characters; at most {MAX_TEXT_CHARACTERS} are allowed"
    if any("\ud800" <= character <= "\udfff" for character in text):
        return "the text holds half a surrogate pair, which is no character"
    return None


def span_problem(text: str, spans: Sequence[SlotSpan]) -> str | None:
    """Why these slots cannot belong to `text`; None when they can. Any order of `spans` will do."""
    previous: SlotSpan | None = None
    for span in sorted(spans, key=lambda item: (item.start, item.end)):
        shown = f"slot {span.label!r} [{span.start}, {span.end})"
        if not span.label.strip():
            return f"{shown} has no label"
        if span.start < 0 or span.end > len(text):
            return f"{shown} is outside its sentence of {len(text)} characters"
        if span.start >= span.end or not text[span.start : span.end].strip():
            return f"{shown} covers no text"
        if previous is not None and span.start < previous.end:
            return (
                f"{shown} overlaps slot {previous.label!r} [{previous.start}, {previous.end}); "
                "a character belongs to one slot at most"
            )
        previous = span
    return None
