"""How sure one may be: fitted on evidence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from edge.errors import UsageError
from edge.home.home import Home
from edge.voice.alphabet import LABELS, spell
from edge.voice.search.hypothesis import Confidence, Evidence
from export.recipes.speech.lessons.domain import read_domain
from export.recipes.speech.mistakes import confidence
from export.recipes.speech.mistakes.confidence import Found, bar, fit_confidence, regression
from export.recipes.speech.mistakes.wake_scores import Spoken

RIGHT = Evidence(-0.1, -0.2, 8.0, 0.0, 0.1, 3.0, -0.05)
WRONG = Evidence(-1.5, -3.0, 1.0, -4.0, 0.7, 3.0, -0.05)


def found(count: int, evidence: Evidence, right: bool, seed: int) -> Iterator[Found]:
    rng = np.random.default_rng(seed)
    for _ in range(count):
        yield Found(
            Evidence(*(np.array(evidence) + rng.normal(0, 0.3, len(evidence)))), right, right
        )


def heard(text: str, sure: float = 0.97) -> Spoken:
    """What a model would say that hears every letter of a text, and is as sure of each."""
    rows = []
    for label in spell(text):
        rows += [label, 0]
    table = np.full((len(rows), len(LABELS)), (1 - sure) / (len(LABELS) - 1), np.float32)
    table[np.arange(len(rows)), rows] = sure
    return Spoken(np.log(table), text)


class TestBar:
    def test_it_is_as_low_as_lets_few_of_the_wrong_through(self) -> None:
        assert bar([0.9, 0.62, 0.41], [0.5, 0.66, 0.7], most=1) == 0.65
        assert bar([0.9, 0.62, 0.41], [0.47, 0.48, 0.7], most=2) == 0.45

    def test_it_is_raised_as_long_as_that_rejects_next_to_nothing_that_is_right(self) -> None:
        assert bar([0.41], [0.2, 0.83, 0.99], most=0) == 0.8
        assert bar([], [0.2, 0.34], most=0) == 0.3
        assert bar([], [0.42, *[0.72] * 200], most=0) == 0.7
        assert bar([], [0.42, *[0.72] * 50], most=0) == 0.4

    def test_who_is_taken_whatever_the_bar_gets_the_highest(self) -> None:
        assert bar([0.99, 0.99], [0.5], most=1) == 0.95


class TestRegression:
    def test_what_looks_right_is_more_likely_right(self) -> None:
        weights, bias = regression([*found(60, RIGHT, True, 0), *found(90, WRONG, False, 1)])
        sure = Confidence(weights, bias)
        assert sure(RIGHT) > 0.95
        assert sure(WRONG) < 0.05

    def test_length_and_clarity_do_not_count(self) -> None:
        weights, _ = regression([*found(60, RIGHT, True, 0), *found(90, WRONG, False, 1)])
        left_out = [weights[Evidence._fields.index(name)] for name in ("length", "clarity")]
        assert left_out == [0.0, 0.0]

    def test_evidence_that_is_always_the_same_does_not_count(self) -> None:
        known = [*found(60, RIGHT, True, 0), *found(90, WRONG, False, 1)]
        known = [each._replace(evidence=each.evidence._replace(margin=20.0)) for each in known]
        weights, bias = regression(known)
        assert weights[Evidence._fields.index("margin")] == 0
        assert np.isfinite([*weights, bias]).all()

    def test_probabilities_are_those_that_were_seen(self) -> None:
        """With evidence that says nothing, the share of what is right is all that is left."""
        known = [*found(60, RIGHT, True, 0), *found(180, RIGHT, False, 1)]
        sure = Confidence(*regression(known))
        assert np.mean([sure(each.evidence) for each in known]) == pytest.approx(0.25, abs=0.01)

    def test_too_few_are_an_error(self) -> None:
        with pytest.raises(UsageError, match="90 sentences found are right and 3 wrong"):
            regression([*found(90, RIGHT, True, 0), *found(3, WRONG, False, 1)])


class TestFit:
    @pytest.fixture
    def home(self, tmp_path: Path) -> Path:
        path = tmp_path / "own.txt"
        path.write_text("[Light]\nturn (on|off) the (lamp|radio|heater|fan)\n", "utf-8")
        return path

    def test_commands_are_told_from_other_speech(self, home: Path) -> None:
        domain = read_domain(home)
        rng = np.random.default_rng(0)
        things = ("lamp", "radio", "heater", "fan")
        commands = [
            heard(f"turn {'on' if n % 2 else 'off'} the {things[n % 4]}", rng.uniform(0.5, 0.98))
            for n in range(40)
        ]
        words = "we all saw that no one can ever say why it was so very dark there".split()
        others = [heard(" ".join(rng.permutation(words)[:5])) for _ in range(60)]
        result = fit_confidence(commands, others, domain.grammar, Home())
        assert len(result["weights"]) == len(Evidence._fields)
        assert 0.3 <= result["threshold"] <= 0.95

    def test_it_is_kept_in_the_run_and_taken_over(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fitted = {"weights": [0.0] * 8, "bias": 1.0, "threshold": 0.5}
        monkeypatch.setattr(confidence, "made_up", lambda *args: [])
        monkeypatch.setattr(confidence, "listened", lambda *args: [])
        monkeypatch.setattr(confidence, "fit_confidence", lambda *args: fitted)
        one, other = tmp_path / "one", tmp_path / "other"
        one.mkdir()
        other.mkdir()
        confidence.write_confidence(None, [], one, 0)  # type: ignore[arg-type]
        confidence.copy_confidence(one, other)
        assert json.loads((other / confidence.CONFIDENCE).read_text("utf-8")) == fitted
        (one / confidence.CONFIDENCE).unlink()
        confidence.copy_confidence(one, other)
        assert not (other / confidence.CONFIDENCE).exists()
