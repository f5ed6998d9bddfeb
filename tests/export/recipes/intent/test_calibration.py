"""When the model is believed."""

from __future__ import annotations

import math
import random

import pytest

from edge.intent.model import Calibration, Frame, SlotReading
from export.corpora import OUT_OF_SCOPE, SlotSpan, Utterance
from export.recipes.intent.calibration import fit, frame_is_right

LAMP = Utterance("lamp on", "on", (SlotSpan("name", 0, 4),))


def frame(
    intent: str = "on", sure: float = 0.9, tags: float = 0.9, outside: float = 0.0, slot: int = 4
) -> Frame:
    """What the model makes of "lamp on"."""
    return Frame(intent, (SlotReading("name", "lamp", 0, slot),), sure, outside, tags, 0.5)


def drawn(count: int, seed: int = 0) -> tuple[list[Utterance], list[Frame | None]]:
    """Frames that are right as often as their probabilities say."""
    rng = random.Random(seed)
    frames: list[Frame | None] = []
    for _ in range(count):
        sure, tags = rng.uniform(0.3, 1), rng.uniform(0.3, 1)
        intent = "on" if rng.random() < sure else "off"
        frames.append(frame(intent, sure, tags, slot=4 if rng.random() < tags else 3))
    return [LAMP] * count, frames


class TestRight:
    @pytest.mark.parametrize(
        ("found", "right"), [(frame(), True), (frame("off"), False), (frame(slot=3), False)]
    )
    def test_intent_and_slots_have_to_be_as_labelled(self, found: Frame, right: bool) -> None:
        assert frame_is_right(LAMP, found) is right


class TestScore:
    def test_it_is_the_share_that_is_right(self) -> None:
        gold, frames = drawn(3000)
        found = Calibration(**fit(gold, frames))
        scored = [
            (found.score(math.log(f.intent_probability), math.log(f.tags_probability)), f)
            for f in frames
            if f is not None
        ]
        for low, high in ((0.0, 0.4), (0.4, 0.6), (0.6, 1.0)):
            inside = [(score, f) for score, f in scored if low <= score < high]
            said = sum(score for score, _ in inside) / len(inside)
            right = sum(frame_is_right(LAMP, f) for _, f in inside) / len(inside)
            assert said == pytest.approx(right, abs=0.05)

    @pytest.mark.parametrize("intent", ["on", "off"])
    def test_where_all_are_right_or_all_are_wrong_the_model_is_taken_at_its_word(
        self, intent: str
    ) -> None:
        found = fit([LAMP] * 5, [frame(intent)] * 5)
        assert (found["bias"], found["intent"], found["tags"]) == (0, 1, 1)

    @pytest.mark.parametrize("wrong", [2, 40])
    def test_so_it_is_where_what_it_is_less_sure_of_is_better(self, wrong: int) -> None:
        frames = [frame(tags=0.4)] * 40 + [frame("off", tags=0.9)] * wrong
        found = fit([LAMP] * len(frames), frames)
        assert (found["bias"], found["intent"], found["tags"]) == (0, 1, 1)

    def test_a_probability_of_nothing_does_no_harm(self) -> None:
        gold, frames = drawn(50)
        found = fit([*gold, LAMP], [*frames, frame(sure=0.0, tags=0.0)])
        assert all(abs(value) < 1e6 for value in found.values())


class TestThreshold:
    @pytest.mark.parametrize("share", [0.0, 0.01, 0.1, 0.5])
    def test_at_most_that_share_of_rightly_read_intents_is_rejected(self, share: float) -> None:
        gold, frames = drawn(400)
        found = fit(gold, frames, share)
        sure = [f for f in frames if f is not None and f.intent == "on"]
        rejected = sum(f.intent_probability < found["threshold"] for f in sure)
        assert share * 400 - 2 <= rejected <= share * 400

    @pytest.mark.parametrize("share", [0.0, 0.01, 0.1])
    def test_nor_of_rightly_read_frames_by_their_score(self, share: float) -> None:
        gold, frames = drawn(400)
        fitted = Calibration(**fit(gold, frames, share))
        rejected = sum(
            fitted.score(math.log(f.intent_probability), math.log(f.tags_probability))
            < fitted.lowest_score
            for f in frames
            if f is not None and frame_is_right(LAMP, f)
        )
        assert share * 400 - 2 <= rejected <= share * 400

    def test_a_few_sentences_do_not_say_that_what_is_unlikely_will_do(self) -> None:
        frames = [frame(sure=0.3)] * 15
        found = fit([LAMP] * 15, frames)
        assert found["threshold"] == found["lowest_score"] == 0.5
        assert fit([LAMP] * 15, frames, 0.0)["threshold"] < 0.3  # nothing is to be rejected
        assert fit([LAMP] * 150, frames * 10)["threshold"] < 0.3

    def test_sentences_out_of_scope_do_not_move_it(self) -> None:
        gold, frames = drawn(100)
        outside = Utterance("what is a lamp", OUT_OF_SCOPE)
        more = fit([*gold, *[outside] * 50], [*frames, *[frame(sure=0.01, outside=0.9)] * 50])
        assert more == fit(gold, frames)

    def test_nor_do_those_without_words(self) -> None:
        gold, frames = drawn(100)
        assert fit([*gold, LAMP], [*frames, None]) == fit(gold, frames)

    def test_with_nothing_to_learn_from_nothing_is_rejected(self) -> None:
        found = fit([Utterance("hello", OUT_OF_SCOPE)], [frame(outside=0.9)])
        assert found["threshold"] == found["lowest_score"] == 0


class TestMisheard:
    RUBBISH = Utterance("gi them he gren lite", OUT_OF_SCOPE)

    def heard(self, count: int, sure: float) -> list[tuple[Utterance, Frame | None]]:
        """Misheard commands, mostly wrong, and rubbish that the model is that `sure` of."""
        gold, frames = drawn(count, seed=1)
        worse = [one and one._replace(slots=()) for one in frames[: count // 2]]
        commands = list(zip(gold, worse + frames[count // 2 :], strict=True))
        return commands + [(self.RUBBISH, frame(sure=sure, tags=sure))] * count

    def test_the_score_is_true_of_them_as_well(self) -> None:
        gold, frames = drawn(2000)
        heard = self.heard(2000, 0.1)
        clean, both = (Calibration(**fit(gold, frames, misheard=m)) for m in ((), heard))
        commands = [(i, f) for i, f in heard if f is not None and i.intent != OUT_OF_SCOPE]
        right = sum(frame_is_right(*pair) for pair in commands) / len(commands)

        def said(found: Calibration) -> float:
            return sum(
                found.score(math.log(f.intent_probability), math.log(f.tags_probability))
                for _, f in commands
            ) / len(commands)

        assert right < said(both) < said(clean) - 0.05

    def test_they_alone_reject_no_more_clean_commands(self) -> None:
        gold, frames = drawn(400)
        clean = fit(gold, frames, 0.05)
        heard = fit(gold, frames, 0.05, self.heard(100, 0.01))
        assert heard["threshold"] == clean["threshold"]
        assert self.rejected(gold, frames, heard) <= 0.05 * 400

    def test_rubbish_that_passes_raises_the_score_that_is_asked_for(self) -> None:
        gold, frames = drawn(400)
        few, many = (fit(gold, frames, 0.05, self.heard(100, sure)) for sure in (0.01, 0.8))
        assert many["lowest_score"] > few["lowest_score"]

    def test_but_costs_as_many_good_commands_again_at_most(self) -> None:
        gold, frames = drawn(400)
        found = fit(gold, frames, 0.05, self.heard(100, 0.999))
        assert 0.05 * 400 < self.rejected(gold, frames, found) <= 2 * 0.05 * 400

    def rejected(
        self, gold: list[Utterance], frames: list[Frame | None], found: dict[str, float]
    ) -> int:
        """Rightly read commands below the lowest score."""
        fitted = Calibration(**found)
        return sum(
            fitted.score(math.log(f.intent_probability), math.log(f.tags_probability))
            < fitted.lowest_score
            for item, f in zip(gold, frames, strict=True)
            if f is not None and frame_is_right(item, f)
        )
