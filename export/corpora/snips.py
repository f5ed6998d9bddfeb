"""The SNIPS layout: a folder a split, three files of parallel lines.

`seq.in` holds the words, `seq.out` one BIO tag a word, `label` the intent: the layout of Goo et
al., "Slot-Gated Modeling for Joint Slot Filling and Intent Prediction", 2018, used by most joint
intent and slot work since. ATIS in that layout reads just as well.
"""

from __future__ import annotations

from pathlib import Path

from edge.errors import UsageError
from export.corpora.lines import text_lines
from export.corpora.utterance import Corpus, Problem, SlotSpan, Utterance, text_problem

SPLITS = ("train", "dev", "test")
_FILES = ("seq.in", "seq.out", "label")


def read_snips(path: Path) -> Corpus:
    """Reads the three splits under `path`.

    A sentence's text is its words joined with single spaces.

    Raises:
        UsageError: a file is missing, or the three files of a split differ in their number of
            lines, so that a sentence can no longer be paired with its labels.
    """
    corpus = Corpus(path.name)
    for split in SPLITS:
        getattr(corpus, split).extend(_read_split(path / split, split, corpus.problems))
    return corpus


def _read_split(folder: Path, split: str, problems: list[Problem]) -> list[Utterance]:
    found: list[Problem] = []
    columns = [list(text_lines(folder / name, found)) for name in _FILES]
    problems.extend(Problem(f"{split}/{item.file}", item.line, item.what) for item in found)
    counts = [len(column) for column in columns]
    if len(set(counts)) != 1:
        raise UsageError(
            "the files of this split have different numbers of lines: "
            + ", ".join(f"{name} {count}" for name, count in zip(_FILES, counts, strict=True)),
            where=str(folder),
            allowed="one line a sentence in each of them",
            hint="find the missing line; sentences cannot be paired with labels without it",
        )
    result = []
    for (line, words), (_, tags), (_, intent) in zip(*columns, strict=True):
        if words is None or tags is None or intent is None:
            continue  # the line reader has reported it
        item = _utterance(words.split(), tags.split(), intent.strip(), f"{split}:{line}")
        if isinstance(item, Utterance):
            result.append(item)
        else:
            problems.append(Problem(f"{split}/seq.in", line, item))
    return result


def _utterance(words: list[str], tags: list[str], intent: str, name: str) -> Utterance | str:
    """The sentence, or what is wrong with it."""
    text = " ".join(words)
    fault = text_problem(text)
    if fault:
        return fault
    if not intent:
        return "the intent is empty"
    if len(words) != len(tags):
        return f"{len(words)} words but {len(tags)} tags"
    for tag in tags:
        if tag != "O" and (tag[:2] not in ("B-", "I-") or len(tag) == 2):
            return f"the tag {tag!r} is none of O, B-label, I-label"
    return Utterance(text, intent, spans_of_tags(words, tags), name)


def spans_of_tags(words: list[str], tags: list[str]) -> tuple[SlotSpan, ...]:
    """BIO tags as spans of characters in the words joined with single spaces.

    As conlleval does it: an I- tag after O or after another label begins a slot of its own.
    """
    spans: list[SlotSpan] = []
    offset = 0
    open_label = ""
    for word, tag in zip(words, tags, strict=True):
        end = offset + len(word)
        label = tag[2:]
        if tag == "O":
            open_label = ""
        elif tag[0] == "I" and label == open_label:
            spans[-1] = SlotSpan(label, spans[-1].start, end)
        else:
            spans.append(SlotSpan(label, offset, end))
            open_label = label
        offset = end + 1
    return tuple(spans)
