"""The plain layout of this project: one utterance a line.

    {"text": "the lamp on", "intent": "on", "slots": [{"label": "name", "start": 4, "end": 8}]}

`id` and `split` are optional. A line without `intent` is an unlabelled sentence. Offsets count
characters (Unicode code points) of `text`, the end is exclusive.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from export.corpora.doubts import doubts, misspelt
from export.corpora.lines import json_lines, plain_sentences
from export.corpora.utterance import (
    OUT_OF_SCOPE,
    Corpus,
    Problem,
    SlotSpan,
    Utterance,
    span_problem,
    text_problem,
)
from export.files import write_atomic

SPLITS = ("train", "dev", "test")
DEV_SHARE = 0.1
TEST_SHARE = 0.1

_KEYS = ("text", "intent", "slots", "id", "split")
_SLOT_KEYS = ("label", "start", "end")


def read_jsonl(path: Path, *, seed: int = 0) -> Corpus:
    """Reads one file, or a folder with `train.jsonl` and, as there are, `dev.jsonl`, `test.jsonl`
    and `unlabelled.txt`.

    Lines that do not say their split are dealt out by a hash of `seed` and the sentence, so that
    the split of a sentence never depends on the other lines and equal sentences stay together:
    of one file (or of a folder with only `train.jsonl`) a tenth each becomes dev and test; of a
    folder without `dev.jsonl` a tenth of the training sentences becomes dev. The single example
    of an intent is always for training.

    Where names of intents differ only in case or white space, the one with the most lines is kept
    and the lines of the others are left out.

    Raises:
        UsageError: a file is missing or cannot be read.
    """
    corpus = Corpus(path.stem if path.is_file() else path.name)
    seen: dict[str, str] = {}
    present = [path] if path.is_file() else [path / f"{split}.jsonl" for split in SPLITS]
    found: list[tuple[str, int, str, Utterance]] = []
    held_out = (DEV_SHARE, TEST_SHARE)
    if path.is_dir():
        present = [file for file in present if file.is_file() or file.stem == "train"]
        stems = {file.stem for file in present}
        if "dev" in stems:
            held_out = (0.0, 0.0)
        elif "test" in stems:
            held_out = (DEV_SHARE, 0.0)
    for file in present:
        file_split = file.stem if path.is_dir() else ""
        for line, row in json_lines(file, corpus.problems):
            item, split, fault = _utterance(row, file_split)
            if item is not None and item.id in seen:
                fault = f"the id {item.id!r} is taken by {seen[item.id]}"
            if fault or item is None:
                corpus.problems.append(Problem(file.name, line, fault))
                continue
            if item.id:
                seen[item.id] = f"{file.name}:{line}"
            else:
                item = Utterance(item.text, item.intent, item.slots, f"{file.stem}:{line}")
            if item.intent is None:
                corpus.unlabelled.append(item.text)
            else:
                found.append((file.name, line, split, item))
    found = _well_spelt(found, corpus.problems)
    one = len(present) == 1
    placed = [(f"line {line}" if one else f"{file}:{line}", item) for file, line, _, item in found]
    corpus.problems.extend(doubts(placed, present[0].name if one else path.name))
    for _, _, split, item in found:
        if split:
            getattr(corpus, split).append(item)
    _deal([item for _, _, split, item in found if not split], corpus, held_out, seed)
    unlabelled = path / "unlabelled.txt"
    if path.is_dir() and unlabelled.is_file():
        corpus.unlabelled.extend(plain_sentences(unlabelled, corpus.problems))
    return corpus


def _well_spelt(
    found: list[tuple[str, int, str, Utterance]], problems: list[Problem]
) -> list[tuple[str, int, str, Utterance]]:
    """Without the lines whose intent another has the name of, but for case or white space."""
    counts = Counter(str(item.intent) for _, _, _, item in found)
    meant = misspelt(counts)
    for file, line, _, item in found:
        if item.intent in meant:
            what = f"the intent {item.intent!r} is {meant[item.intent]!r} elsewhere; which is it?"
            problems.append(Problem(file, line, what))
    return [one for one in found if one[3].intent not in meant]


def _deal(items: list[Utterance], corpus: Corpus, shares: tuple[float, float], seed: int) -> None:
    counts: dict[str | None, int] = {}
    for item in items:
        counts[item.intent] = counts.get(item.intent, 0) + 1
    dev, test = shares
    for item in items:
        drawn = 1.0 if counts[item.intent] == 1 else _draw(item.text, seed)
        target = corpus.test if drawn < test else corpus.dev if drawn < test + dev else corpus.train
        target.append(item)


def _draw(text: str, seed: int) -> float:
    """A number in [0, 1) that depends on the seed and the words of the sentence alone."""
    words = " ".join(text.casefold().split())
    digest = hashlib.sha256(f"{seed}\0{words}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def _utterance(row: dict[str, Any], file_split: str) -> tuple[Utterance | None, str, str]:
    """The sentence, its split ("" where the hash decides) and what is wrong ("" for nothing)."""
    unknown = [key for key in row if key not in _KEYS]
    if unknown:
        return None, "", f"unknown key {unknown[0]!r}; allowed: {', '.join(_KEYS)}"
    text, intent, name = row.get("text"), row.get("intent"), row.get("id", "")
    if not isinstance(text, str):
        return None, "", "no text" if text is None else "the text is no string"
    if intent is not None and (not isinstance(intent, str) or not intent.strip()):
        return None, "", "the intent is no string" if intent != "" else "the intent is empty"
    intent = intent.strip() if intent is not None else None
    if intent is not None and not intent.isprintable():
        return None, "", f"the intent {intent!r} has characters that cannot be seen"
    if not isinstance(name, str):
        return None, "", "the id is no string"
    split = row.get("split", "" if file_split == "train" else file_split)
    if "split" in row and split not in SPLITS:
        return None, "", f"unknown split {split!r}; allowed: {', '.join(SPLITS)}"
    if file_split and split and split != file_split:
        return None, "", f"the split {split!r} is not that of its file"
    spans = _spans(row.get("slots", []))
    if isinstance(spans, str):
        return None, "", spans
    fault = text_problem(text) or span_problem(text, spans)
    if not fault and spans and intent in (None, OUT_OF_SCOPE):
        fault = "slots without an intent" if intent is None else "an out-of-scope line has slots"
    if not fault and intent is None and split in ("dev", "test"):
        fault = f"no intent: a sentence of {split} is there to be measured on"
    if fault:
        return None, "", fault
    return Utterance(text, intent, tuple(spans), name), split, ""


def _spans(rows: Any) -> list[SlotSpan] | str:
    if not isinstance(rows, list):
        return "slots is no list"
    spans = []
    for row in rows:
        if not isinstance(row, dict) or sorted(row) != sorted(_SLOT_KEYS):
            return f"a slot must have exactly the keys {', '.join(_SLOT_KEYS)}"
        label, start, end = (row[key] for key in _SLOT_KEYS)
        if not isinstance(label, str) or type(start) is not int or type(end) is not int:
            return "a slot's label must be a string, its start and end whole numbers"
        spans.append(SlotSpan(label, start, end))
    return sorted(spans, key=lambda item: item.start)


def utterance_to_dict(utterance: Utterance, split: str = "") -> dict[str, Any]:
    """The object that `read_jsonl` reads back as `utterance`."""
    row: dict[str, Any] = {"text": utterance.text}
    if utterance.intent is not None:
        row["intent"] = utterance.intent
    if utterance.slots:
        row["slots"] = [
            {"label": span.label, "start": span.start, "end": span.end} for span in utterance.slots
        ]
    if utterance.id:
        row["id"] = utterance.id
    if split:
        row["split"] = split
    return row


def write_utterances(path: Path, utterances: Iterable[Utterance]) -> None:
    """Replaces `path` by the utterances, one JSON object a line; sentences keep their order."""
    rows = (json.dumps(utterance_to_dict(item), ensure_ascii=False) for item in utterances)
    write_atomic(path, "".join(row + "\n" for row in rows))


def write_jsonl(path: Path, corpus: Corpus) -> None:
    """Writes a corpus as one file that says every sentence's split.

    `read_jsonl` gives back the same splits. Ids are made unique across the splits by the readers;
    a corpus put together by hand must see to that itself.

    Raises:
        ValueError: two sentences have one id: reading would lose the second.
        OSError: the file cannot be written; a file that was there is left as it was.
    """
    rows: list[str] = []
    seen: set[str] = set()
    for split in SPLITS:
        for item in getattr(corpus, split):
            if item.id and item.id in seen:
                raise ValueError(f"two sentences have the id {item.id!r}")
            seen.add(item.id)
            rows.append(json.dumps(utterance_to_dict(item, split), ensure_ascii=False))
    rows.extend(json.dumps({"text": text}, ensure_ascii=False) for text in corpus.unlabelled)
    write_atomic(path, "".join(row + "\n" for row in rows))
