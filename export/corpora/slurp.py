"""The SLURP layout: JSON lines of sentences with entities.

Bastianelli et al., "SLURP: A Spoken Language Understanding Resource Package", EMNLP 2020. The
published `devel.jsonl` and `test.jsonl` give an entity as the indices of its tokens;
`train_hwu.jsonl` (sentences of xliuhw/NLU-Evaluation-Data) gives it as characters, end exclusive,
with the words covered as `value`. The intent is `scenario_action`.
"""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

from export.corpora.lines import json_lines, plain_sentences
from export.corpora.utterance import (
    Corpus,
    Problem,
    SlotSpan,
    Utterance,
    span_problem,
    text_problem,
)

FILES = {"train": "train_hwu.jsonl", "dev": "devel.jsonl", "test": "test.jsonl"}
UNLABELLED = "unlabelled.txt"


def read_slurp(path: Path) -> Corpus:
    """Reads the folder; `unlabelled.txt` may be missing.

    Where the tokens of a sentence are spelt otherwise than its text (a dozen in the published
    files), its slots are placed by aligning the characters, snapped to whole words, and a Problem
    says so: the sentence is kept.

    Raises:
        UsageError: one of the three labelled files is missing.
    """
    corpus = Corpus(path.name)
    for split, name in FILES.items():
        for line, row in json_lines(path / name, corpus.problems):
            notes: list[str] = []
            item = _utterance(row, f"{split}:{line}", notes)
            if isinstance(item, Utterance):
                getattr(corpus, split).append(item)
            else:
                notes.append(item)
            corpus.problems.extend(Problem(name, line, note) for note in notes)
    if (path / UNLABELLED).is_file():
        corpus.unlabelled = plain_sentences(path / UNLABELLED, corpus.problems)
    return corpus


def _utterance(row: dict[str, Any], name: str, notes: list[str]) -> Utterance | str:
    """The sentence, or what is wrong with it."""
    text, intent = row.get("text"), row.get("intent")
    if not isinstance(text, str):
        return "no text"
    if not isinstance(intent, str) or not intent.strip():
        return "no intent"
    fault = text_problem(text)
    if fault:
        return fault
    entities = row.get("entities", [])
    if not isinstance(entities, list):
        return "entities is no list"
    place = _token_places(text, row["tokens"], notes) if "tokens" in row else None
    if isinstance(place, str):
        return place
    spans = []
    for entity in entities:
        span = _span(text, entity, place)
        if isinstance(span, str):
            return span
        spans.append(span)
    spans.sort(key=lambda item: item.start)
    fault = span_problem(text, spans)
    return fault if fault else Utterance(text, intent, tuple(spans), name)


def _span(text: str, entity: Any, place: list[tuple[int, int]] | None) -> SlotSpan | str:
    if not isinstance(entity, dict) or not isinstance(entity.get("type"), str):
        return "an entity without a type"
    label = entity["type"]
    if "span" in entity:
        indices = entity["span"]
        if place is None:
            return f"entity {label!r} counts tokens, but the line has none"
        if not isinstance(indices, list) or not all(type(index) is int for index in indices):
            return f"entity {label!r}: span is no list of token numbers"
        if not indices or indices != list(range(indices[0], indices[-1] + 1)):
            return f"entity {label!r}: the tokens {indices} do not follow each other"
        if indices[0] < 0 or indices[-1] >= len(place):
            return f"entity {label!r}: token {indices[-1]} is outside the {len(place)} tokens"
        return SlotSpan(label, place[indices[0]][0], place[indices[-1]][1])
    start, end = entity.get("start"), entity.get("end")
    if type(start) is not int or type(end) is not int:
        return f"entity {label!r} has neither a span nor a start and an end"
    value = entity.get("value")
    if value is not None and 0 <= start <= end <= len(text) and text[start:end] != value:
        return f"entity {label!r} is {text[start:end]!r} by its offsets but {value!r} by its value"
    return SlotSpan(label, start, end)


def _token_places(text: str, tokens: Any, notes: list[str]) -> list[tuple[int, int]] | str:
    """Start and end in `text` of each token; what is wrong where that cannot be said."""
    if not isinstance(tokens, list) or not all(isinstance(token, str) for token in tokens):
        return "tokens is no list of words"
    if not all(token.strip() for token in tokens):
        return "a token is empty"
    # Tokens split words ("today", "'s") and keep capitals: only letters are compared.
    offsets = [index for index, character in enumerate(text) if not character.isspace()]
    letters = [text[index].lower() for index in offsets]
    spelt = ["".join(token.split()) for token in tokens]
    wanted = [character.lower() for word in spelt for character in word]
    if letters == wanted:
        position = {index: index for index in range(len(wanted))}
    else:
        notes.append(
            f"tokens are spelt {' '.join(tokens)!r} but the text is {text!r}; "
            "kept, its slots placed by alignment"
        )
        position = _align(wanted, letters)
    places = []
    first = 0
    for word in spelt:
        last = first + len(word) - 1
        start, end = offsets[position[first]], offsets[position[last]] + 1
        if letters != wanted:
            start, end = _whole_words(text, start, end)
        places.append((start, end))
        first = last + 1
    return places


def _align(source: list[str], target: list[str]) -> dict[int, int]:
    """For every character of `source` the one of `target` that stands in its place."""
    position: dict[int, int] = {}
    matcher = difflib.SequenceMatcher(None, source, target, autojunk=False)
    for _, low, high, to_low, to_high in matcher.get_opcodes():
        for index in range(low, high):
            # Within a differing stretch the two ends correspond; between them, in proportion.
            share = (index - low) / max(1, high - low - 1)
            reached = to_low + round(share * max(0, to_high - to_low - 1))
            position[index] = min(reached, len(target) - 1)
    return position


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    end = max(end, start + 1)
    while start > 0 and not text[start - 1].isspace():
        start -= 1
    while end < len(text) and not text[end].isspace():
        end += 1
    return start, end
