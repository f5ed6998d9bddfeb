"""More sentences from the labelled ones: the same frames about other things.

Slot substitution replaces slot values by other values of the same slot, as seen in training (also
known as delexicalised augmentation: Louvan & Magnini 2020, arXiv 2009.03695). Half the time it
draws from all values alike, half the time in proportion to how often they are said.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from edge.tags import tag_spans
from export.recipes.intent.labels import Example, LabelSet


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


def word_dropout(example: Example, rng: random.Random, substitutes: Sequence[str]) -> Example:
    """`example` with one word outside its slots dropped, doubled or exchanged at random.

    For distillation, where the teacher says what the changed sentence means.
    """
    free = [i for i, tag in enumerate(example.tags) if tag == 0]
    if len(free) < 3:
        return example
    index = free[rng.randrange(len(free))]
    words, tags = list(example.words), list(example.tags)
    match rng.randrange(3):
        case 0:
            del words[index], tags[index]
        case 1:
            words.insert(index, words[index])
            tags.insert(index, 0)
        case _:
            words[index] = substitutes[rng.randrange(len(substitutes))]
    return Example(tuple(words), tuple(tags), example.intent, labelled=False)


def augmented(
    examples: Sequence[Example], labels: LabelSet, count: int, seed: int
) -> Iterator[Example]:
    """At most `count` sentences that differ from all `examples` and from one another.

    Two thirds keep their gold frame (slot substitution); one third is changed further and left
    unlabelled, for a teacher to judge. Fewer come out when the corpus has too little variety.
    """
    rng = random.Random(seed)
    substitution = SlotSubstitution(examples, labels)
    outside = sorted(
        {w for e in examples for w, tag in zip(e.words, e.tags, strict=True) if tag == 0}
    )
    seen = {example.words for example in examples}
    produced = 0
    for _ in range(4 * count):
        if produced == count:
            return
        example = substitution.apply(examples[rng.randrange(len(examples))], rng)
        if produced % 3 == 2:
            example = word_dropout(example, rng, outside)
        if example.words not in seen:
            seen.add(example.words)
            produced += 1
            yield example
