"""More sentences from those there are."""

from __future__ import annotations

import random

import pytest

from edge.intent.tags import is_legal, tag_spans
from export.recipes.intent.augment import (
    LONGEST,
    InventedNames,
    Lexicon,
    SlotSubstitution,
    WordChanges,
    augmented,
    invented,
)
from export.recipes.intent.labels import Example, LabelSet, to_example
from tests.export import tiny

CORPUS = tiny.utterances(200)
LABELS = LabelSet.of(CORPUS)
EXAMPLES = [to_example(item, LABELS) for item in CORPUS]
BRIGHT = next(item for item in EXAMPLES if LABELS.intents[item.intent] == "set_brightness")


def frame(example: Example) -> list[tuple[str, str]]:
    """Slot labels and their words, in order."""
    return [
        (LABELS.slot_labels[label], " ".join(example.words[first:last]))
        for label, first, last in tag_spans(example.tags)
    ]


def outside(example: Example) -> list[str]:
    """The words that are in no slot."""
    return [word for word, tag in zip(example.words, example.tags, strict=True) if not tag]


class TestSlotSubstitution:
    def test_the_frame_stays_and_its_values_change(self) -> None:
        substitution = SlotSubstitution(EXAMPLES, LABELS)
        rng = random.Random(0)
        known = {pair for example in EXAMPLES for pair in frame(example)}
        seen = set()
        for _ in range(100):
            changed = substitution.apply(BRIGHT, rng)
            assert changed.intent == BRIGHT.intent
            assert changed.labelled
            assert outside(changed) == outside(BRIGHT)
            assert [label for label, _ in frame(changed)] == [label for label, _ in frame(BRIGHT)]
            assert set(frame(changed)) <= known
            assert is_legal(changed.tags)
            seen.add(changed.words)
        assert len(seen) > 50

    def test_a_sentence_without_slots_stays_as_it_is(self) -> None:
        bare = Example(("who", "are", "you"), (0, 0, 0), 0)
        assert SlotSubstitution(EXAMPLES, LABELS).apply(bare, random.Random(0)) == bare

    @pytest.mark.parametrize("rate", [0.0, 1.0])
    def test_the_rate_is_how_many_values_are_drawn_anew(self, rate: float) -> None:
        substitution = SlotSubstitution(EXAMPLES, LABELS, rate)
        rng = random.Random(1)
        same = sum(substitution.apply(BRIGHT, rng) == BRIGHT for _ in range(50))
        assert same == 50 if rate == 0 else same < 10


LEXICON = Lexicon(("zephyr", "quartz"), ("ington",))


class TestInventedNames:
    def test_only_words_of_slots_change_and_nothing_is_labelled(self) -> None:
        names = InventedNames(EXAMPLES, LEXICON)
        rng = random.Random(0)
        seen = set()
        for _ in range(200):
            changed = names.apply(BRIGHT, rng)
            assert not changed.labelled
            assert changed.intent == BRIGHT.intent
            assert len(changed.words) == len(changed.tags) == len(BRIGHT.words)
            pairs = list(zip(changed.words, BRIGHT.words, BRIGHT.tags, strict=True))
            assert all(word == before for word, before, tag in pairs if not tag)
            seen |= {word for word, before, tag in pairs if tag and word != before}
        assert seen == {"zephyr", "quartz", "zephyrington", "quartzington"}

    def test_common_words_mostly_stay_in_names(self) -> None:
        end = Example(("end", "of", "story"), (1, 2, 2), 0)
        said = [Example(("of",), (0,), 0)] * 10
        names = InventedNames([*said, end], LEXICON)
        rng = random.Random(0)
        found = [names.apply(end, rng).words for _ in range(300)]
        kept = [sum(words[at] == end.words[at] for words in found) for at in range(3)]
        assert kept[1] > 1.3 * max(kept[0], kept[2])

    def test_as_many_as_asked_none_twice(self) -> None:
        found = [example.words for example in invented(EXAMPLES, LABELS, LEXICON, 50, 0)]
        assert len(set(found)) == len(found) == 50
        assert not {example.words for example in EXAMPLES} & set(found)

    def test_without_slots_or_words_there_are_none(self) -> None:
        bare = LabelSet(LABELS.intents, (), ())
        assert not list(invented(EXAMPLES, bare, LEXICON, 50, 0))
        assert not list(invented(EXAMPLES, LABELS, Lexicon((), ()), 50, 0))


class TestWordChanges:
    def test_nothing_of_it_is_labelled(self) -> None:
        changes = WordChanges(EXAMPLES, {})
        rng = random.Random(0)
        for example in EXAMPLES:
            changed = changes.apply(example, rng)
            assert not changed.labelled
            assert len(changed.words) == len(changed.tags)
            assert 0 < len(changed.words) <= LONGEST

    def test_words_give_way_to_their_neighbours_only(self) -> None:
        neighbours = {"lamp": ["lantern"], "fan": ["blower"]}
        changes = WordChanges([Example(("lamp",), (0,), 0)], neighbours)
        rng = random.Random(0)
        found = {changes.apply(Example(("lamp",), (0,), 0), rng).words for _ in range(200)}
        assert ("lantern",) in found
        assert {word for words in found for word in words} <= {"lamp", "lantern"}

    def test_a_long_sentence_does_not_grow(self) -> None:
        long = Example(("on",) * LONGEST, (0,) * LONGEST, 0)
        changes = WordChanges([long], {})
        rng = random.Random(0)
        assert all(len(changes.apply(long, rng).words) <= LONGEST for _ in range(50))


class TestAugmented:
    def test_all_are_new_and_different(self) -> None:
        found = list(augmented(EXAMPLES, LABELS, {}, 60, seed=0))
        words = [example.words for example in found]
        assert 50 <= len(found) <= 60
        assert len(set(words)) == len(words)
        assert set(words).isdisjoint(example.words for example in EXAMPLES)

    def test_most_of_them_keep_their_labels(self) -> None:
        found = list(augmented(EXAMPLES, LABELS, {}, 60, seed=0))
        assert 30 <= sum(example.labelled for example in found) < 60

    def test_a_seed_gives_the_same_again(self) -> None:
        one, two, three = (
            list(augmented(EXAMPLES, LABELS, {}, 50, seed=seed)) for seed in (0, 0, 1)
        )
        assert one == two
        assert one != three

    def test_a_corpus_without_slots_leaves_all_to_the_teacher(self) -> None:
        bare = [Example(example.words, (0,) * len(example.words), 0) for example in EXAMPLES]
        labels = LabelSet(("on",), (), ())
        assert not any(e.labelled for e in augmented(bare, labels, {}, 50, seed=0))

    def test_a_corpus_with_too_little_variety_gives_fewer(self) -> None:
        found = list(augmented([Example(("on",), (0,), 0)], LabelSet(("on",), (), ()), {}, 50, 0))
        assert len(found) < 50

    def test_none_wanted_none_given(self) -> None:
        assert list(augmented(EXAMPLES, LABELS, {}, 0, seed=0)) == []
