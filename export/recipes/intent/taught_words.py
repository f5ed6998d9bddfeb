"""Which words the training sentences of each intent have: see `edge.intent.taught_words`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from edge.limits import TAUGHT_WORDS
from edge.text import tokenise
from export.corpora import OUT_OF_SCOPE, Utterance

FILE = "words.json"
"""In a run folder."""


def taught_words(language: str, sentences: Iterable[Utterance], intents: Sequence[str]) -> str:
    """The asset's JSON: words outside all slots → numbers of intents.

    Args:
        language: of the sentences.
        sentences: those of training.
        intents: the model's, in order.
    """
    numbers = {intent: number for number, intent in enumerate(intents)}
    of: dict[str, set[int]] = {}
    first: dict[str, set[int]] = {}
    said_of: dict[str, Counter[str]] = {"intents": Counter(), "first": Counter()}
    for item in sentences:
        if item.intent is None or item.intent == OUT_OF_SCOPE:
            continue
        number = numbers[item.intent]
        said = tokenise(item.text)
        for word, start in zip(said.words, said.starts, strict=True):
            if not any(slot.start <= start < slot.end for slot in item.slots):
                of.setdefault(word, set()).add(number)
                said_of["intents"][word] += 1
                if start == said.starts[0]:
                    first.setdefault(word, set()).add(number)
                    said_of["first"][word] += 1
    tables = {"intents": of, "first": first}
    plain = {
        name: {word: sorted(table[word]) for word in sorted(_commonest(table, said_of[name]))}
        for name, table in tables.items()
    }
    return json.dumps({"language": language, **plain}, ensure_ascii=False, separators=(",", ":"))


def _commonest(table: Mapping[str, object], said: Counter[str]) -> list[str]:
    """As many words as a bundle may have: those that change a command are common ones."""
    return sorted(table, key=lambda word: (-said[word], word))[:TAUGHT_WORDS]
