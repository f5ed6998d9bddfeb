"""More sentences from the labelled ones: the same frames about other things.

Slot substitution replaces slot values by other values of the same slot, as seen in training (also
known as delexicalised augmentation: Louvan & Magnini 2020, arXiv 2009.03695). Half the time it
draws from all values alike, half the time in proportion to how often they are said. What nobody
labelled, invented values and changed words, is for teachers to judge.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from edge.tags import tag_spans
from export.recipes.intent.labels import Example, LabelSet

T = TypeVar("T")
LONGEST = 40
"""Words of a changed sentence, at most."""
LONGEST_VALUE = 8
"""Words of an invented slot value, at most."""
OPEN_VALUES = 60
"""Distinct values from which on a slot takes names: more are out there than the corpus has."""
OPEN_WORDS = 1.5
"""Words its distinct values have on average, at least: there is something to recombine."""


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
                value = self._value(label, rng)
            begin = 1 + 2 * label
            words += value
            tags += [begin] + [begin + 1] * (len(value) - 1)
            position = last
        words += example.words[position:]
        tags += example.tags[position:]
        return Example(tuple(words), tuple(tags), example.intent)

    def _value(self, label: int, rng: random.Random) -> tuple[str, ...]:
        values = (self._distinct if rng.random() < 0.5 else self._values)[label]
        return values[rng.randrange(len(values))]


class InventedValues(SlotSubstitution):
    """Draws sentences about things that nobody said: they keep no gold label.

    A student that only ever meets the corpus' own names learns them by heart; one that is shown
    what a teacher makes of new ones learns what surrounds a name and what names are made of. They
    are put together from the corpus' words, and only in slots that are open to new names.

    Args:
        examples: labelled sentences to learn the values from.
        labels: what the examples' indices mean.
        rate: probability with which each value is replaced.
        invented: share of the replacements, in open slots, that are no value of that slot's.
    """

    def __init__(
        self,
        examples: Sequence[Example],
        labels: LabelSet,
        rate: float = 0.7,
        invented: float = 0.7,
    ) -> None:
        super().__init__(examples, labels, rate)
        self._invented = invented
        self._words = {
            label: [word for value in values for word in value]
            for label, values in self._distinct.items()
        }
        self.open_labels = [
            label
            for label, values in self._distinct.items()
            if len(values) >= OPEN_VALUES and len(self._words[label]) >= OPEN_WORDS * len(values)
        ]
        """Indices of the slot labels that take invented values."""
        self._any_word = [word for label in self.open_labels for word in self._words[label]]

    def apply(self, example: Example, rng: random.Random) -> Example:
        """`example` with some of its slot values replaced, its frame left to teachers."""
        words = super().apply(example, rng).words
        return Example(words, (0,) * len(words), example.intent, labelled=False)

    def _value(self, label: int, rng: random.Random) -> tuple[str, ...]:
        value = super()._value(label, rng)
        if label not in self.open_labels or rng.random() >= self._invented:
            return value
        match rng.randrange(5):
            case 0:  # begins as one, ends as another
                other = self._drawn(self._distinct[label], rng)
                value = value[: rng.randint(1, len(value))] + other[rng.randrange(len(other)) :]
            case 1:
                value = self._mixed(value, self._words[label], rng)
            case 2:
                value = self._mixed(value, self._any_word, rng)
            case 3 if len(value) > 1:
                dropped = rng.randrange(len(value))
                value = value[:dropped] + value[dropped + 1 :]
            case _:  # a film called like a song
                value = self._drawn(self._distinct[self._drawn(self.open_labels, rng)], rng)
        return value[:LONGEST_VALUE]

    def _mixed(
        self, value: tuple[str, ...], words: Sequence[str], rng: random.Random
    ) -> tuple[str, ...]:
        return tuple(self._drawn(words, rng) if rng.random() < 0.5 else word for word in value)

    @staticmethod
    def _drawn(items: Sequence[T], rng: random.Random) -> T:
        return items[rng.randrange(len(items))]


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
    invented: float = 0.0,
) -> Iterator[Example]:
    """At most `count` sentences that differ from all `examples` and from one another.

    Where the corpus has slots, a share of `invented` is about invented values; of the rest, two
    thirds keep their gold frame (slot substitution) and one third is substituted and then changed.
    Elsewhere all are changed, and left to a teacher to judge. Fewer come out when the corpus has
    too little variety.
    """
    rng = random.Random(seed)
    substitution = SlotSubstitution(examples, labels)
    inventions = InventedValues(examples, labels)
    changes = WordChanges(examples, neighbours)
    seen = {example.words for example in examples}
    produced = 0
    for _ in range(4 * count):
        if produced == count:
            return
        example = examples[rng.randrange(len(examples))]
        if labels.slot_labels and invented and rng.random() < invented:
            example = inventions.apply(example, rng)
        else:
            example = substitution.apply(example, rng)
            if not labels.slot_labels or produced % 3 == 2:
                example = changes.apply(example, rng)
        if example.words not in seen:
            seen.add(example.words)
            produced += 1
            yield example
