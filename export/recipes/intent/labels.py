"""The labels of an intent model: intents, BIO tags, and which tags may follow which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from edge.intent.encoder import split_words
from edge.intent.tags import tag_spans
from export.corpora import OUT_OF_SCOPE, SlotSpan, Utterance

BARE_SHARE = 0.15
"""An intent said without slots in at most this share of its sentences needs a slot when a model
reads it: "lock everything" is an exact sentence, but a model that read none likely missed one."""


@dataclass(frozen=True)
class LabelSet:
    """Index ↔ label, in an order that the graph's outputs and the manifest share.

    Tags are `O`, then `B-x`, `I-x` for every slot label x in order.
    """

    intents: tuple[str, ...]
    slot_labels: tuple[str, ...]
    needs_slots: tuple[str, ...]
    """Intents that are (nearly) never said without a slot."""

    @classmethod
    def of(cls, utterances: Iterable[Utterance]) -> LabelSet:
        """The labels that occur in `utterances`, sorted; `OUT_OF_SCOPE`, if any, comes last."""
        said: Counter[str] = Counter()
        bare: Counter[str] = Counter()
        slots: set[str] = set()
        for utterance in utterances:
            if utterance.intent is not None:
                said[utterance.intent] += 1
                bare[utterance.intent] += not utterance.slots
                slots.update(span.label for span in utterance.slots)
        intents = sorted(intent for intent in said if intent != OUT_OF_SCOPE)
        needs = tuple(intent for intent in intents if bare[intent] <= BARE_SHARE * said[intent])
        if OUT_OF_SCOPE in said:
            intents.append(OUT_OF_SCOPE)
        return cls(tuple(intents), tuple(sorted(slots)), needs)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> LabelSet:
        """The inverse of `to_dict`."""
        return cls(*(tuple(data[key]) for key in ("intents", "slot_labels", "needs_slots")))

    def to_dict(self) -> dict[str, object]:
        """Plain data for JSON."""
        return {
            "intents": list(self.intents),
            "slot_labels": list(self.slot_labels),
            "needs_slots": list(self.needs_slots),
        }

    @property
    def tags(self) -> list[str]:
        """All BIO tags in the order of their indices."""
        return ["O"] + [f"{bio}-{name}" for name in self.slot_labels for bio in "BI"]

    def begin(self, slot_label: str) -> int:
        """Index of `B-slot_label`; `I-slot_label` is the next one."""
        return 1 + 2 * self.slot_labels.index(slot_label)


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence as words, with label indices where it is labelled."""

    words: tuple[str, ...]
    tags: tuple[int, ...]
    """One a word; meaningless when `labelled` is false."""
    intent: int
    labelled: bool = True

    @property
    def text(self) -> str:
        """The words, joined by single spaces."""
        return " ".join(self.words)


def word_bounds(text: str) -> list[tuple[int, int]]:
    """Character offsets of the words of `text`, cut as the runtime cuts them."""
    return [(word.start, word.end) for word in split_words(text)]


def whole_words(utterance: Utterance) -> Utterance:
    """`utterance` with every slot widened to the words it touches: the model labels whole words.

    "80" in "80percent" becomes "80percent", which the runtime still reads as the number 80. Of two
    slots that touch one word, the first keeps it.
    """
    bounds = word_bounds(utterance.text)
    spans, taken = [], 0
    for span in sorted(utterance.slots, key=lambda item: item.start):
        touched = [(s, e) for s, e in bounds if s < span.end and e > span.start and s >= taken]
        if touched:
            spans.append(SlotSpan(span.label, touched[0][0], touched[-1][1]))
            taken = touched[-1][1]
    return replace(utterance, slots=tuple(spans))


def unlabelled(text: str) -> Example:
    """The words of `text`, with no frame."""
    words = tuple(text[start:end] for start, end in word_bounds(text))
    return Example(words, (0,) * len(words), 0, labelled=False)


def to_example(utterance: Utterance, labels: LabelSet) -> Example:
    """An utterance with its spans (of whole words) turned into one tag a word.

    An intent or slot label unknown to `labels` (possible only outside the training split) becomes
    intent 0, tag O.
    """
    bounds = word_bounds(utterance.text)
    tags = [0] * len(bounds)
    for span in utterance.slots:
        if span.label not in labels.slot_labels:
            continue
        tag = labels.begin(span.label)
        for index, (start, end) in enumerate(bounds):
            if start < span.end and end > span.start:
                tags[index] = tag
                tag = labels.begin(span.label) + 1
    known = utterance.intent in labels.intents
    return Example(
        tuple(utterance.text[start:end] for start, end in bounds),
        tuple(tags),
        labels.intents.index(utterance.intent) if known and utterance.intent else 0,
        labelled=utterance.intent is not None,
    )


def slot_spans(
    tags: Sequence[int], bounds: Sequence[tuple[int, int]], labels: LabelSet
) -> tuple[SlotSpan, ...]:
    """A BIO sequence as character spans; `bounds` are the words' offsets in the text."""
    return tuple(
        SlotSpan(labels.slot_labels[label], bounds[first][0], bounds[last - 1][1])
        for label, first, last in tag_spans(tags)
    )
