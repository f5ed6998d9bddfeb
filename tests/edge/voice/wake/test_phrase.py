"""How good a wake phrase is, in words that a person can act on."""

from __future__ import annotations

import argparse
import copy
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.commands import phrase as verb
from edge.errors import BundleFormatError, UsageError
from edge.voice.alphabet import LABELS, SPACE, spell
from edge.voice.wake.background import pack
from edge.voice.wake.phrase import MOST_LETTERS, assess, letters_of, syllables, wake_phrase
from edge.voice.wake.spotting import Hearing
from edge.voice.wake.table import CHARACTERS, STRICTEST, WakeTable
from tests.edge.tiny_bundle import make_tiny_bundle
from tests.edge.voice.letters import mumbled, taken_for

DOCUMENT: dict[str, Any] = {
    # One nat a letter more is let through than of an infinitely long phrase, over its letters.
    "level": [-2.0, 6.0, 0.0],
    "slope": [-0.1, 0.0, 0.0],
    "margin": 0.1,
    "heard_margin": 0.2,
    "misses": [4.0, 0.0, 0.0, 6.0, 0.0, 0.0],
    "letters": [3.0, 24.0],
    "commonness": [-4.0, -2.0],
    "pairs": [[-3.3] * len(CHARACTERS)] * len(CHARACTERS),
    "words": {"the": 400.0, "okay": 3.0, "light": 2.0, "lights": 1.5, "service": 2.5, "of": 200.0},
    "hearing": {"floor": -12.0, "best": 0.5, "edge": 2.0, "edge_floor": -6.0, "silence": 8},
}


@pytest.fixture
def table() -> WakeTable:
    return WakeTable.of(copy.deepcopy(DOCUMENT))


# --- letters --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "letters"),
    [
        ("Hey, Jarvis!", "hey jarvis"),
        ("  COMPUTER ", "computer"),
        ("HAL 9000", "hal nine thousand"),
        ("R2D2", "r two d two"),
        ("o’clock", "o'clock"),
        ("Café Zoë", "cafe zoe"),
        ("snow-boy", "snow boy"),
        ("ｊａｒｖｉｓ", "jarvis"),
    ],
)
def test_a_text_is_read_as_it_is_said(typed: str, letters: str) -> None:
    assert letters_of(typed) == letters


@pytest.mark.parametrize("typed", ["", "...", "嗨小爱", "straße", "a@b", "x" * 41, "\0", "9" * 40])
def test_what_cannot_be_said_is_refused_with_what_could_be(typed: str) -> None:
    with pytest.raises(UsageError) as caught:
        letters_of(typed)
    assert "wake phrase" in caught.value.where
    assert "letters" in caught.value.allowed or "to 40" in caught.value.allowed


@given(st.text(max_size=60))
def test_any_text_is_judged_and_what_passes_can_be_spelled(typed: str) -> None:
    found = assess(typed)
    assert found.verdict == "bad" or spell(found.phrase)
    assert all(reason.isprintable() for reason in found.reasons)


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("computer", 3),
        ("jarvis", 2),
        ("snowboy", 2),
        ("alexa", 3),
        ("light", 1),
        ("stove", 1),
        ("table", 2),
        ("the", 1),
        ("turned", 1),
        ("hey jarvis", 3),
    ],
)
def test_syllables_are_counted_well_enough(word: str, count: int) -> None:
    assert syllables(word) == count


# --- verdicts -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "verdict", "because"),
    [
        ("hey jarvis", "good", None),
        ("snowboy", "good", None),
        ("kate", "weak", "4 letters"),
        ("straight", "weak", "one syllable"),
        ("ok", "bad", "2 letters"),
        ("嗨小爱", "bad", "cannot be spelled"),
        ("x" * (MOST_LETTERS + 1), "bad", "41 letters"),
    ],
)
def test_without_a_bundle_length_decides(typed: str, verdict: str, because: str | None) -> None:
    found = assess(typed)
    assert found.verdict == verdict
    assert (because is None) == (not found.reasons)
    assert because is None or any(because in reason for reason in found.reasons)
    assert found.misses is None


def test_a_word_that_people_say_is_weak_or_bad(table: WakeTable) -> None:
    found = assess("service", table)
    assert found.verdict == "bad"
    assert any("2.5 times in an hour" in reason for reason in found.reasons)
    assert found.false_accepts == pytest.approx(2.5 + 0.5)
    assert assess("service", table, per_hour=2.0).verdict == "weak"
    assert assess("service", table, per_hour=6.0).verdict == "good"


def test_longer_words_with_the_phrase_in_them_count(table: WakeTable) -> None:
    assert assess("light", table).false_accepts == pytest.approx(0.5 + 2.0 + 1.5)


def test_words_that_are_common_only_apart_are_no_objection(table: WakeTable) -> None:
    found = assess("okay service", table)
    assert found.verdict == "good"
    assert found.false_accepts == pytest.approx(0.5 + 3.0 * 2.5 / 609, abs=0.001)


def test_a_phrase_that_sounds_like_a_common_word_is_weak(table: WakeTable) -> None:
    found = assess("servise", table)
    assert found.verdict == "weak"
    assert any("'service'" in reason for reason in found.reasons)


def test_expected_misses_decide(table: WakeTable) -> None:
    shares = [assess(name, table).misses or 0.0 for name in ("jarvis", "computer", "hey computer")]
    assert shares == sorted(shares, reverse=True)
    strict = copy.deepcopy(DOCUMENT)
    strict["misses"][0] = 8.0
    found = assess("computer", WakeTable.of(strict))
    assert found.misses is not None and found.misses > 0.1
    assert found.verdict != "good"
    assert any("would be missed" in reason for reason in found.reasons)


def test_a_phrase_no_threshold_can_save_is_bad(table: WakeTable) -> None:
    hopeless = copy.deepcopy(DOCUMENT)
    hopeless["level"] = [0.5, 0.0, 0.0]
    found = assess("computer", WakeTable.of(hopeless))
    assert found.threshold == STRICTEST
    assert found.false_accepts == pytest.approx(math.exp(6.2), rel=1e-3)
    assert found.verdict == "bad"
    assert any("however strict" in reason for reason in found.reasons)


@pytest.mark.parametrize("rate", [0.0, -1.0, math.nan, math.inf, 1e9])
def test_a_rate_that_cannot_be_is_refused(table: WakeTable, rate: float) -> None:
    with pytest.raises(UsageError, match="false accepts an hour"):
        assess("computer", table, rate)
    with pytest.raises(UsageError, match="false accepts an hour"):
        wake_phrase("computer", table, rate)


# --- thresholds -----------------------------------------------------------------------------------


def test_a_threshold_is_the_line_of_the_table(table: WakeTable) -> None:
    assert table.threshold("computer", 1.0) == pytest.approx(-2.0 + 6 / 8 + 0.1)
    assert table.threshold("computer", 0.5) == pytest.approx(-1.15 + 0.1 * math.log(2))


@given(rate=st.floats(0.001, 1000), letters=st.text(CHARACTERS[1:], min_size=1, max_size=40))
def test_thresholds_and_rates_are_each_others_inverse(rate: float, letters: str) -> None:
    if not letters.strip():
        return
    table = WakeTable.of(copy.deepcopy(DOCUMENT))
    threshold = table.threshold(letters, rate)
    accepts = table.false_accepts(letters, threshold)
    assert accepts >= rate * (1 - 1e-6)
    assert threshold == STRICTEST or accepts == pytest.approx(rate)


def test_beyond_what_was_fitted_the_table_guesses_nothing(table: WakeTable) -> None:
    assert table.threshold("ab", 1.0) == table.threshold("abc", 1.0)
    assert table.threshold("a" * 24, 1.0) == table.threshold("a" * 40, 1.0)
    odd = copy.deepcopy(DOCUMENT)
    odd["level"][2], odd["pairs"] = 1.0, [[-9.0] * len(CHARACTERS)] * len(CHARACTERS)
    assert WakeTable.of(odd).threshold("zzxxqq", 1.0) == pytest.approx(-2.0 + 1.0 - 4.0 + 0.1)


def test_fewer_false_accepts_never_need_a_lower_threshold(table: WakeTable) -> None:
    rising = copy.deepcopy(DOCUMENT)
    rising["slope"] = [0.3, 0.0, 0.0]  # a fit gone wrong
    for knowledge in (table, WakeTable.of(rising)):
        found = [knowledge.threshold("hey jarvis", rate) for rate in (0.1, 0.5, 1.0, 10.0)]
        assert found == sorted(found, reverse=True)


def test_a_phrase_for_the_detector_has_its_name_letters_and_threshold(table: WakeTable) -> None:
    found = wake_phrase("Hey, Jarvis!", table)
    assert found.text == "Hey, Jarvis!"
    assert found.spelled == ("hey jarvis",)
    assert found.threshold == table.threshold("hey jarvis", 0.5)


def test_spellings_share_the_false_accepts(table: WakeTable) -> None:
    found = wake_phrase("siobhan", table, 0.5, ("shivawn", "Siobhan"))
    assert found.spelled == ("siobhan", "shivawn")
    assert found.threshold == table.threshold("shivawn", 0.25)


# --- the manifest's table -------------------------------------------------------------------------


def test_the_table_says_how_scores_are_made(table: WakeTable) -> None:
    assert table.hearing == Hearing(silence=8)
    given_back = {**DOCUMENT["hearing"], "blank": 1.0}
    other = WakeTable.of({**copy.deepcopy(DOCUMENT), "hearing": given_back})
    assert other.hearing == Hearing(silence=8, blank=1.0)
    paused = {**DOCUMENT["hearing"], "pause": 20, "pause_floor": -4.0}
    other = WakeTable.of({**copy.deepcopy(DOCUMENT), "hearing": paused})
    assert other.hearing == Hearing(silence=8, pause=20, pause_floor=-4.0)
    mistaking = {**DOCUMENT["hearing"], "mistaken": {"a": {"e": 0.25, "o": 0.125}, "j": {}}}
    other = WakeTable.of({**copy.deepcopy(DOCUMENT), "hearing": mistaking})
    assert other.hearing == Hearing(silence=8, mistaken=taken_for(a={"e": 0.25, "o": 0.125}))


def test_with_a_background_the_level_is_the_phrases_own() -> None:
    generator = np.random.default_rng(0)
    words = "open the window and the door for the other people in the garden again".split()
    rows = np.concatenate([mumbled(" ".join(generator.choice(words, 8)), generator)] * 40)
    heard = WakeTable.of(copy.deepcopy(DOCUMENT), pack(rows))
    assert heard.background is not None
    for phrase in ("garden", "jarvis"):
        slope = -0.1
        level = heard.background.level(phrase, slope)
        assert heard.threshold(phrase, 1.0) == pytest.approx(level + 0.2)
        assert heard.threshold(phrase, 0.5) == pytest.approx(level + 0.2 - slope * math.log(2))
        assert heard.false_accepts(phrase, level + 0.2) == pytest.approx(1.0)
    # Of the same length, but people keep saying something like it.
    assert heard.threshold("garden", 1.0) > heard.threshold("jarvis", 1.0) + 0.15


def test_commonness_is_the_mean_of_the_letters_pairs() -> None:
    document = copy.deepcopy(DOCUMENT)
    document["pairs"] = [[-float(i + 1) / 10] * len(CHARACTERS) for i in range(len(CHARACTERS))]
    a, space = CHARACTERS.index("a"), LABELS[SPACE]
    expected = -(0.1 * (CHARACTERS.index(space) + 1) + 0.1 * (a + 1)) / 2
    assert WakeTable.of(document).commonness("a") == pytest.approx(expected)


def test_a_bundles_table_comes_with_its_background() -> None:
    generator = np.random.default_rng(0)
    data = pack(np.concatenate([mumbled("open the garden", generator) for _ in range(60)]))
    files = {"assets/heard": data}
    task = {"wake": copy.deepcopy(DOCUMENT), "assets": {"background": "assets/heard"}}
    with_it = WakeTable.of_task(task, files.__getitem__)
    without = WakeTable.of_task({"wake": copy.deepcopy(DOCUMENT)}, files.__getitem__)
    assert with_it is not None and with_it.background is not None
    assert without is not None and without.background is None
    assert WakeTable.of_task({"labels": []}, files.__getitem__) is None


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("level", [1.0, 2.0]),
        ("level", [1.0, 2.0, "x"]),
        ("level", [1.0, 2.0, math.nan]),
        ("slope", None),
        ("margin", True),
        ("margin", 1e300),
        ("heard_margin", None),
        ("misses", [0.0] * 7),
        ("letters", [3.0]),
        ("letters", [0.0, 3.0]),
        ("letters", [24.0, 3.0]),
        ("commonness", [-3.0, 1.0]),
        ("pairs", []),
        ("pairs", [[-1.0] * 3] * 28),
        ("pairs", [[1.0] * 28] * 28),
        ("pairs", [None] * 28),
        ("words", []),
        ("words", {"Light": 1.0}),
        ("words", {"": 1.0}),
        ("words", {"light": -1.0}),
        ("words", {"w" * n: 1.0 for n in range(1, 4002)}),
        ("hearing", []),
        ("hearing", {**DOCUMENT["hearing"], "floor": 1.0}),
        ("hearing", {**DOCUMENT["hearing"], "best": 2.0}),
        ("hearing", {**DOCUMENT["hearing"], "edge": math.nan}),
        ("hearing", {**DOCUMENT["hearing"], "edge_floor": None}),
        ("hearing", {**DOCUMENT["hearing"], "silence": 0}),
        ("hearing", {**DOCUMENT["hearing"], "silence": 10.5}),
        ("hearing", {**DOCUMENT["hearing"], "blank": -1.0}),
        ("hearing", {**DOCUMENT["hearing"], "pause": -1, "pause_floor": -4.0}),
        ("hearing", {**DOCUMENT["hearing"], "pause": 20}),
        ("hearing", {**DOCUMENT["hearing"], "mistaken": []}),
        ("hearing", {**DOCUMENT["hearing"], "mistaken": {"A": {"e": 0.1}}}),
        ("hearing", {**DOCUMENT["hearing"], "mistaken": {"a": {" ": 0.1}}}),
        ("hearing", {**DOCUMENT["hearing"], "mistaken": {"a": {"a": 0.1}}}),
        ("hearing", {**DOCUMENT["hearing"], "mistaken": {"a": {"e": -0.1}}}),
        ("hearing", {**DOCUMENT["hearing"], "mistaken": {"a": {"e": 0.7, "o": 0.7}}}),
    ],
)
def test_a_table_that_is_none_is_refused_by_its_key(key: str, value: object) -> None:
    document = copy.deepcopy(DOCUMENT)
    document[key] = value
    with pytest.raises(BundleFormatError, match=rf"tasks\.speech\.wake\.{key}"):
        WakeTable.of(document)
    del document[key]
    with pytest.raises(BundleFormatError, match=rf"tasks\.speech\.wake\.{key} is missing"):
        WakeTable.of(document)


# --- the command ----------------------------------------------------------------------------------


def command(*arguments: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """The exit status and what was printed."""
    parser = argparse.ArgumentParser()
    verb.add_arguments(parser)
    return verb.run(parser.parse_args(arguments)), capsys.readouterr().out


def test_the_command_prints_a_line_a_phrase_and_the_reasons(
    capsys: pytest.CaptureFixture[str],
) -> None:
    status, out = command("hey jarvis", "kate", capsys=capsys)
    assert status == 0
    assert "good" in out and "weak" in out
    assert "kate: it has 4 letters" in out


def test_the_command_knows_what_the_bundle_that_ships_would_miss(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, out = command("hey jarvis", "--json", capsys=capsys)
    (found,) = json.loads(out)
    assert 0 < found["false_accepts_per_hour"] <= 0.5
    assert 0 < found["misses"] < 0.5


def test_the_command_fails_for_a_phrase_that_cannot_be_used(
    capsys: pytest.CaptureFixture[str],
) -> None:
    status, out = command("ok", "--json", capsys=capsys)
    assert status == 1
    (found,) = json.loads(out)
    assert found["verdict"] == "bad" and found["type"] == "phrase"


def test_the_command_explains_a_rate_that_cannot_be(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError, match=r"allowed: 0\.001 to 1000"):
        command("jarvis", "--per-hour", "0", capsys=capsys)


def test_the_command_reads_what_the_bundle_knows(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], table: WakeTable
) -> None:
    monkeypatch.setattr(verb, "_table_of", lambda _: table)
    status, out = command("hey computer", "--bundle", "home.edge", "--json", capsys=capsys)
    assert status == 0
    expected = assess("hey computer", table).misses
    assert json.loads(out)[0]["misses"] == pytest.approx(expected, abs=1e-4)


def test_a_bundle_that_listens_for_nothing_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = make_tiny_bundle(tmp_path / "home.edge")
    with pytest.raises(BundleFormatError, match="listens for no wake phrases"):
        command("hey computer", "--bundle", str(bundle), capsys=capsys)
