"""More sentences from the labelled ones: the same frames about other things.

Slot substitution replaces slot values by other values of the same slot, as seen in training (also
known as delexicalised augmentation: Louvan & Magnini 2020, arXiv 2009.03695). Half the time it
draws from all values alike, half the time in proportion to how often they are said.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from edge.intent.tags import tag_spans
from export.recipes.intent.labels import Example, LabelSet

LONGEST = 40
"""Words of a changed sentence, at most."""


class SlotSubstitution:
    """Draws sentences in which slot values have been exchanged.

    Args:
        examples: labelled sentences to learn the values from.
        labels: what the examples' indices mean.
        rate: probability with which each value is replaced.
    """

    def __init__(self, examples: Sequence[Example], labels: LabelSet, rate: float = 0.7) -> None:
        self._labels = labels
        self._rate = rate
        self._values: dict[int, list[tuple[str, ...]]] = {}
        for example in examples:
            for label, first, last in tag_spans(example.tags):
                self._values.setdefault(label, []).append(example.words[first:last])
        self._distinct = {label: sorted(set(values)) for label, values in self._values.items()}

    def apply(self, example: Example, rng: random.Random) -> Example:
        """`example` with some of its slot values replaced; itself when it has none."""
        words: list[str] = []
        tags: list[int] = []
        position = 0
        for label, first, last in tag_spans(example.tags):
            words += example.words[position:first]
            tags += example.tags[position:first]
            value = example.words[first:last]
            if rng.random() < self._rate:
                values = (self._distinct if rng.random() < 0.5 else self._values)[label]
                value = values[rng.randrange(len(values))]
            begin = 1 + 2 * label
            words += value
            tags += [begin] + [begin + 1] * (len(value) - 1)
            position = last
        words += example.words[position:]
        tags += example.tags[position:]
        return Example(tuple(words), tuple(tags), example.intent)


class Lexicon(NamedTuple):
    """What names are made up of."""

    words: Sequence[str]
    """Whole words, whatever they mean."""
    endings: Sequence[str]
    """What may be put behind a word to make one that nobody knows."""


class InventedNames:
    """Draws sentences about things that nobody has heard of, for teachers to judge.

    A student learns the values of the slots by heart, and augmentation that exchanges them gives it
    nothing else to go by. A teacher has read what its encoder was pretrained on: what it makes of
    names that are in no training sentence is what the student lacks.

    Args:
        examples: labelled sentences; words that are common outside their slots ("the", "of") mostly
            stay in names.
        lexicon: what else names are made up of.
    """

    _COMMON = 5
    """Times that a word is said outside slots, at least, to be a common one."""

    def __init__(self, examples: Sequence[Example], lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        outside = Counter(
            word
            for example in examples
            for word, tag in zip(example.words, example.tags, strict=True)
            if not tag
        )
        self._common = {word for word, count in outside.items() if count > self._COMMON}

    def apply(self, example: Example, rng: random.Random) -> Example:
        """`example` with other words in some of its slots; it keeps no gold label."""
        words = list(example.words)
        for _, first, last in tag_spans(example.tags):
            if rng.random() < 0.6:
                for at in range(first, last):
                    words[at] = self._other(words[at], rng)
        return Example(tuple(words), (0,) * len(words), example.intent, labelled=False)

    def _other(self, word: str, rng: random.Random) -> str:
        if word in self._common and rng.random() < 0.8:
            return word
        if rng.random() < 0.3:
            return word
        other = rng.choice(self._lexicon.words)
        unknown = self._lexicon.endings and rng.random() < 0.25
        return other + rng.choice(self._lexicon.endings) if unknown else other


class WordChanges:
    """Draws sentences that are a little off, for teachers to judge: they keep no gold label.

    Words are dropped, doubled or put in the place of others; or exchanged for words the teacher's
    encoder holds for alike, which is how TinyBERT's training set is made (Jiao et al. 2020, arXiv
    1909.10351, with GloVe in place of the encoder); or the sentence goes on as another one does.

    Args:
        examples: sentences to take words and endings from.
        neighbours: word → words like it.
    """

    def __init__(
        self, examples: Sequence[Example], neighbours: Mapping[str, Sequence[str]]
    ) -> None:
        self._examples = examples
        self._neighbours = neighbours
        self._words = [word for example in examples for word in example.words]

    def apply(self, example: Example, rng: random.Random) -> Example:
        """`example` changed in one of three ways, its length kept within reason."""
        words = list(example.words)
        match rng.choice(("neighbours", "neighbours", "noise", "splice")):
            case "neighbours":
                words = [self._neighbour(word, rng) for word in words]
            case "noise":
                for _ in range(1 + len(words) // 8):
                    self._disturb(words, rng)
            case _:
                other = self._examples[rng.randrange(len(self._examples))].words
                cut = rng.randrange(len(words) + 1)
                words = words[:cut] + list(other[rng.randrange(len(other)) :])
        words = words[:LONGEST] or list(example.words)
        return Example(tuple(words), (0,) * len(words), example.intent, labelled=False)

    def _neighbour(self, word: str, rng: random.Random) -> str:
        alike = self._neighbours.get(word)
        return rng.choice(alike) if alike and rng.random() < 0.3 else word

    def _disturb(self, words: list[str], rng: random.Random) -> None:
        at = rng.randrange(len(words))
        match rng.randrange(4):
            case 0 if len(words) > 2:
                del words[at]
            case 1:
                words.insert(at, words[at])
            case 2 if at:
                words[at - 1], words[at] = words[at], words[at - 1]
            case _:
                words[at] = self._words[rng.randrange(len(self._words))]


def augmented(
    examples: Sequence[Example],
    labels: LabelSet,
    neighbours: Mapping[str, Sequence[str]],
    count: int,
    seed: int,
) -> Iterator[Example]:
    """At most `count` sentences that differ from all `examples` and from one another.

    Where the corpus has slots, two thirds keep their gold frame (slot substitution) and the rest
    are substituted and then changed; elsewhere all are changed, and left to a teacher to judge.
    Fewer come out when the corpus has too little variety.
    """
    rng = random.Random(seed)
    substitution = SlotSubstitution(examples, labels)
    changes = WordChanges(examples, neighbours)

    def draw(produced: int) -> Example:
        example = substitution.apply(examples[rng.randrange(len(examples))], rng)
        if not labels.slot_labels or produced % 3 == 2:
            example = changes.apply(example, rng)
        return example

    return _distinct(draw, examples, count)


def invented(
    examples: Sequence[Example], labels: LabelSet, lexicon: Lexicon, count: int, seed: int
) -> Iterator[Example]:
    """At most `count` sentences with invented names, none of them twice.

    None where the corpus has no slots, or the lexicon no words.
    """
    rng = random.Random(f"invented {seed}")
    substitution = SlotSubstitution(examples, labels)
    names = InventedNames(examples, lexicon)

    def draw(produced: int) -> Example:
        return names.apply(substitution.apply(examples[rng.randrange(len(examples))], rng), rng)

    return _distinct(draw, examples, count if labels.slot_labels and lexicon.words else 0)


def _distinct(
    draw: Callable[[int], Example], examples: Sequence[Example], count: int
) -> Iterator[Example]:
    """At most `count` of what is drawn that differ from all `examples` and from one another.

    Args:
        draw: how many there are so far → one more, perhaps one that there was.
    """
    seen = {example.words for example in examples}
    produced = 0
    for _ in range(4 * count):
        if produced == count:
            return
        example = draw(produced)
        if example.words not in seen:
            seen.add(example.words)
            produced += 1
            yield example
