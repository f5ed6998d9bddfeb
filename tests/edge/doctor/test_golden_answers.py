"""Golden answers: a board that answers otherwise than the bundle says is found out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from edge import Runtime
from edge.bundle.bundle import Bundle
from edge.doctor.golden_answers import SOUND_TOLERANCE, golden_sounds, wrong_sentences, wrong_sounds
from edge.models import default_bundle
from tests.edge.tiny_bundle import HERE


def understood(text: str) -> dict[str, Any]:
    return {"intent": "turn_on", "targets": ["lamp"], "score": 0.91, "text": text}


class TestSentences:
    def differences(self, golden: object) -> list[str]:
        return wrong_sentences(golden, understood)

    def test_a_right_answer_has_no_differences(self) -> None:
        expected = {"intent": "turn_on", "targets": ["lamp"]}
        assert self.differences([{"text": "lamp on", "result": expected}]) == []

    def test_only_what_the_bundle_says_is_compared(self) -> None:
        assert self.differences([{"text": "lamp on", "result": {}}]) == []

    def test_a_wrong_answer_is_told_with_both(self) -> None:
        golden = [{"text": "lamp on", "result": {"intent": "turn_off"}}]
        assert self.differences(golden) == [
            "'lamp on' gives intent 'turn_on', it should be 'turn_off'"
        ]

    def test_scores_may_differ_a_little_between_processors(self) -> None:
        assert self.differences([{"text": "lamp on", "result": {"score": 0.93}}]) == []
        assert self.differences([{"text": "lamp on", "result": {"score": 0.5}}]) != []

    def test_read_only_data_compares_like_json(self) -> None:
        golden = ({"text": "lamp on", "result": {"targets": ("lamp",)}},)
        assert self.differences(golden) == []

    @pytest.mark.parametrize(
        "golden",
        [None, 7, "lamp on", {"text": "x"}, [7], [{"text": 7, "result": {}}], [{"text": "x"}]],
    )
    def test_what_is_no_list_of_sentences_is_a_difference(self, golden: object) -> None:
        assert len(self.differences(golden)) == 1

    def test_too_many_sentences_are_refused_before_any_is_run(self) -> None:
        (difference,) = self.differences([{"text": "x", "result": {}}] * 65)
        assert "at most 64" in difference

    @pytest.mark.parametrize("broken", [np.negative, np.zeros_like, lambda scores: scores * np.nan])
    def test_a_network_that_computes_wrongly_is_found_out(
        self, broken: Callable[[Any], Any]
    ) -> None:
        golden = Bundle.open(default_bundle(), HERE).tasks["intent"]["golden"]
        with Runtime.load(default_bundle(), profile=HERE) as hub:

            def understand(text: str) -> dict[str, Any]:
                return hub.understand(text).to_dict()

            assert wrong_sentences(golden, understand) == []
            intent = hub.intent
            assert intent is not None
            run = intent.session.run

            class Session:
                def run(self, *arguments: Any) -> list[Any]:
                    return [broken(output) for output in run(*arguments)]

            intent.session = Session()
            assert len(wrong_sentences(golden, understand)) > len(golden) / 3


@pytest.fixture(scope="module")
def hearing() -> Bundle:
    """The bundle that ships: it hears."""
    return Bundle.open(default_bundle(), HERE)


class TestSounds:
    def test_the_same_model_hears_the_same(self, hearing: Bundle) -> None:
        golden = golden_sounds(hearing)
        assert len(golden) == 12
        assert wrong_sounds(golden, hearing) == []

    def test_the_shipped_bundle_knows_what_it_hears(self, hearing: Bundle) -> None:
        assert hearing.tasks["speech"]["golden"]
        assert wrong_sounds(hearing.tasks["speech"]["golden"], hearing) == []

    def test_what_is_heard_otherwise_is_told_with_both(self, hearing: Bundle) -> None:
        first = golden_sounds(hearing)[0]
        moved = first["probability"] - 2 * SOUND_TOLERANCE
        (wrong,) = wrong_sounds([{**first, "probability": moved}], hearing)
        assert wrong.startswith(f"frame {first['frame']} of a made-up voice is label")
        assert wrong.endswith(f"it should be {moved}")

    def test_probabilities_may_differ_a_little_between_processors(self, hearing: Bundle) -> None:
        first = golden_sounds(hearing)[0]
        moved = first["probability"] - SOUND_TOLERANCE / 2
        assert wrong_sounds([{**first, "probability": moved}], hearing) == []

    def test_nothing_golden_needs_no_model(self, hearing: Bundle) -> None:
        assert wrong_sounds([], hearing) == []

    @pytest.mark.parametrize(
        "golden",
        [
            None,
            7,
            {"frame": 8},
            [7],
            [{"frame": 8}],
            [{"frame": 10**6, "label": 0, "probability": 1}],
            [{"frame": 8, "label": "a", "probability": 1}],
            [{"frame": 8, "label": 0, "probability": "1"}],
            [{}] * 65,
        ],
    )
    def test_what_is_no_list_of_sounds_is_a_difference(
        self, hearing: Bundle, golden: object
    ) -> None:
        assert len(wrong_sounds(golden, hearing)) == 1
