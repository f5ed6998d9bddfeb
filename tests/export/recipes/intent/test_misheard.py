"""Sentences as a recogniser of letters hears them."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest

from edge.intent.tags import is_legal, tag_spans
from edge.voice.alphabet import LETTERS
from edge.voice.search.hypothesis import edit_distance
from export.corpora import OUT_OF_SCOPE, SlotSpan, Utterance
from export.recipes.intent.labels import Example, LabelSet, to_example, word_bounds
from export.recipes.intent.misheard import (
    RATES,
    mishear,
    misheard_example,
    misheard_lesson,
    misheard_utterances,
)
from export.recipes.intent.student import Lesson
from tests.export import tiny

CORPUS = tiny.utterances(200)
LABELS_OF_IT = LabelSet.of(CORPUS)
EXAMPLES = [to_example(item, LABELS_OF_IT) for item in CORPUS]
LAMP = Utterance(
    "turn the tall lamp down to 20 percent",
    "set",
    (SlotSpan("name", 9, 18), SlotSpan("level", 27, 29)),
)
LEVELS = LabelSet(("set",), ("name", "level"), ())


class TestMishear:
    def test_about_as_many_letters_are_wrong_as_the_rates_say(self) -> None:
        words = "please turn the tall lamp in the living room down a little now".split()
        text, rng = " ".join(words), Random(0)
        shares = [
            edit_distance(text, " ".join(mishear(words, rng).words)) / len(text) for _ in range(400)
        ]
        assert float(np.mean(shares)) == pytest.approx(sum(RATES) / 3, abs=0.05)
        assert min(shares) < 0.05
        assert max(shares) > 0.25

    def test_it_is_written_as_the_speech_model_writes(self) -> None:
        rng = Random(1)
        for _ in range(100):
            heard = mishear(("Set", "Café", "No.", "21°", "ida's"), rng)
            assert heard.words
            assert set("".join(heard.words)) <= set(LETTERS)

    def test_numbers_are_heard_in_words(self) -> None:
        rng = Random(2)
        found = {" ".join(mishear(("20",), rng).words) for _ in range(50)}
        assert "twenty" in found
        assert len(found) > 5

    def test_every_word_stands_for_one_that_was_said_in_order(self) -> None:
        rng = Random(3)
        for example in EXAMPLES:
            words, sources = mishear(example.words, rng)
            assert len(words) == len(sources)
            assert list(sources) == sorted(sources)
            assert all(words)
            assert 0 <= sources[0] <= sources[-1] < len(example.words)

    def test_words_are_lost_split_and_run_together(self) -> None:
        rng = Random(4)
        words = ("go", "to", "a", "restaurant", "in", "town")
        heard = [mishear(words, rng) for _ in range(300)]
        assert any(len(one.words) > len(words) for one in heard)
        assert any(2 not in one.sources for one in heard)
        assert any("toa" in one.words for one in heard)

    def test_a_word_that_is_kept_is_never_lost(self) -> None:
        rng = Random(5)
        for _ in range(500):
            assert 1 in mishear(("switch", "a", "on"), rng, {1}).sources

    def test_what_letters_cannot_say_stays(self) -> None:
        assert mishear(("電気", "を"), Random(0)).words == ("電気", "を")


class TestExample:
    def test_intent_and_slots_stay(self) -> None:
        rng = Random(0)
        lost = 0
        for example in EXAMPLES:
            changed, sources = misheard_example(example, rng)
            assert (changed.intent, changed.labelled) == (example.intent, example.labelled)
            assert len(changed.tags) == len(changed.words) == len(sources)
            assert is_legal(changed.tags)
            slots = [label for label, _, _ in tag_spans(changed.tags)]
            lost += slots != [label for label, _, _ in tag_spans(example.tags)]
        assert lost <= len(EXAMPLES) // 50  # two slots that have run into one word are one

    def test_slots_keep_to_their_words(self) -> None:
        example = to_example(LAMP, LEVELS)
        rng = Random(1)
        for _ in range(200):
            changed, sources = misheard_example(example, rng)
            for tag, source in zip(changed.tags, sources, strict=True):
                assert (tag + 1) // 2 == (example.tags[source] + 1) // 2

    def test_the_second_half_of_a_word_goes_on_with_its_slot(self) -> None:
        example = Example(("conservatory",), (1,), 0)
        rng = Random(2)
        changed = [misheard_example(example, rng)[0] for _ in range(300)]
        halves = [one for one in changed if len(one.words) == 2]
        assert halves
        assert all(one.tags == (1, 2) for one in halves)

    def test_two_slots_side_by_side_stay_two(self) -> None:
        example = Example(("kitchen", "fan"), (1, 1), 0)
        rng = Random(3)
        changed = [misheard_example(example, rng)[0] for _ in range(100)]
        assert all(
            len(tag_spans(one.tags)) == 2 for one in changed if len(one.words) == 2 and one.tags
        )


class TestLesson:
    def test_each_word_gets_what_is_said_of_its_own(self) -> None:
        example = to_example(LAMP, LEVELS)
        count = len(example.words)
        tags = np.eye(len(LEVELS.tags), dtype=np.float16)[list(example.tags)]
        hidden = np.arange(count, dtype=np.float16)[:, None].repeat(3, 1)
        lesson = Lesson(example, np.ones(1), tags, hidden)
        rng = Random(0)
        for _ in range(100):
            found = misheard_lesson(lesson, rng)
            assert found.intent is lesson.intent
            assert found.tags is not None
            assert found.hidden is not None
            assert len(found.tags) == len(found.hidden) == len(found.example.words)
            assert found.tags.sum(1) == pytest.approx(1)
            assert (np.diff(found.hidden[:, 0]) >= 0).all()
            assert found.tags.argmax(1).tolist() == list(found.example.tags)
        assert tags.argmax(1).tolist() == list(example.tags)  # the lesson itself is as it was

    def test_without_a_teacher_there_is_nothing_more_to_carry_over(self) -> None:
        found = misheard_lesson(Lesson(EXAMPLES[0]), Random(0))
        assert (found.intent, found.tags, found.hidden) == (None, None, None)


class TestUtterances:
    def test_slots_are_of_whole_words(self) -> None:
        for item in misheard_utterances([LAMP], 0, of_each=50):
            bounds = word_bounds(item.text)
            starts, ends = {start for start, _ in bounds}, {end for _, end in bounds}
            assert item.intent == "set"
            assert [span.label for span in item.slots] == ["name", "level"]
            assert all(span.start in starts and span.end in ends for span in item.slots)

    def test_what_is_out_of_scope_is_misheard_as_well(self) -> None:
        rubbish = Utterance("give them the green light", OUT_OF_SCOPE)
        found = misheard_utterances([rubbish], 0, of_each=20)
        assert {item.intent for item in found} == {OUT_OF_SCOPE}
        assert len({item.text for item in found}) > 10

    def test_a_seed_gives_the_same_again(self) -> None:
        one, two, three = (misheard_utterances(CORPUS, seed) for seed in (0, 0, 1))
        assert one == two
        assert one != three
        assert [item.intent for item in one] == [item.intent for item in CORPUS]

    def test_an_unlabelled_sentence_stays_unlabelled(self) -> None:
        (found,) = misheard_utterances([replace(LAMP, intent=None, slots=())], 0)
        assert found.intent is None
