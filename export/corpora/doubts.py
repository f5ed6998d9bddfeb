"""What can be read of a corpus and is hardly meant: named, and kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

from edge.limits import SENTENCE_WORDS
from edge.text import words_of
from export.corpora.utterance import OUT_OF_SCOPE, Problem, Utterance

SHOWN = 5
"""Of a kind; how many more there are is said in one line."""

Placed = tuple[str, Utterance]
"""A sentence, and where it is: "line 12"."""


def doubts(placed: Sequence[Placed], name: str) -> list[Problem]:
    """Texts with two intents, sentences that are too long for a device, odd names of intents.

    Args:
        placed: every labelled sentence.
        name: of the corpus, for the problems.
    """
    found = [_few(_two_intents(placed)), _few(_too_long(placed)), _none_misspelt(placed)]
    return [Problem(name, 0, what) for part in found for what in part]


def spelling(intent: str) -> str:
    """What names of intents have in common that are told apart by case or white space alone."""
    return "".join(intent.split()).casefold()


def misspelt(counts: Mapping[str, int]) -> dict[str, str]:
    """Name of an intent → the one that is meant, as far as case and white space tell.

    Args:
        counts: name → sentences it has; the name with the most is the one meant.
    """
    meant: dict[str, str] = {}
    for name in sorted(counts, key=lambda name: (name != OUT_OF_SCOPE, -counts[name], name)):
        meant.setdefault(spelling(name), name)
    return {name: meant[spelling(name)] for name in counts if meant[spelling(name)] != name}


def _few(found: Iterable[str]) -> list[str]:
    rest = iter(found)
    shown = list(islice(rest, SHOWN))
    more = sum(1 for _ in rest)
    return [*shown, *([f"{more} more of the same kind; kept"] if more else [])]


def _two_intents(placed: Iterable[Placed]) -> Iterable[str]:
    first: dict[tuple[str, ...], Placed] = {}
    for place, item in placed:
        words = words_of(item.text)
        there, other = first.setdefault(words, (place, item)) if words else (place, item)
        if other.intent != item.intent:
            both = _together(there, place)
            yield f"{both}: the same text, {other.intent} and {item.intent}; both kept"


def _together(one: str, other: str) -> str:
    """ "line 12" and "line 40" → "lines 12 and 40"."""
    kind, _, rest = one.rpartition(" ")
    if kind and other.startswith(f"{kind} "):
        return f"{kind}s {rest} and {other.rpartition(' ')[2]}"
    return f"{one} and {other}"


def _too_long(placed: Iterable[Placed]) -> Iterable[str]:
    for place, item in placed:
        words = len(item.text.split())
        if words > SENTENCE_WORDS:
            yield f"{place}: {words} words; a device reads {SENTENCE_WORDS} at most; kept"


def _none_misspelt(placed: Iterable[Placed]) -> Iterable[str]:
    seen: set[str] = set()
    wanted = spelling(OUT_OF_SCOPE)
    for place, item in placed:
        intent = item.intent
        if intent is None or intent == OUT_OF_SCOPE or intent in seen or spelling(intent) != wanted:
            continue
        seen.add(intent)
        yield (
            f"{place}: {intent!r} is taken for a command; sentences that are none are "
            f"{OUT_OF_SCOPE!r}; kept"
        )
