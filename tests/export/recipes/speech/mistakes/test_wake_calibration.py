"""Thresholds for phrases that the calibration has not seen: in a world whose law is known."""

from __future__ import annotations

import json

import numpy as np
import pytest

from edge.errors import UsageError
from edge.voice.wake.background import Background
from edge.voice.wake.phrase import wake_phrase
from edge.voice.wake.spotting import Hearing, Pace, PhraseScorer
from edge.voice.wake.table import WakeTable
from edge.voice.wake.wake import WakeWord
from export.recipes.speech.mistakes import wake_calibration
from export.recipes.speech.mistakes.mistakes import mistaken
from export.recipes.speech.mistakes.wake_calibration import calibrate, fit, fit_sounds
from export.recipes.speech.mistakes.wake_scores import Measured, Spoken, draw_phrases, measure
from tests.edge.voice.letters import mumbled, said
from tests.edge.voice.sounds import Dictionary, sounds

WORDS = (
    "the of and kitchen light water people another number because different picture animal "
    "mother letter answer between country together children example important yesterday morning "
    "evening garden window table silver golden running walking through against finger winter "
    "summer wonder market basket doctor master order corner paper river never ever over under"
).split()


def sentences(count: int, seed: int) -> list[str]:
    generator = np.random.default_rng(seed)
    return [" ".join(generator.choice(WORDS, int(generator.integers(4, 12)))) for _ in range(count)]


def speech(texts: list[str], seed: int) -> list[Spoken]:
    generator = np.random.default_rng(seed)
    return [Spoken(mumbled(text, generator), text) for text in texts]


@pytest.fixture(scope="module")
def world() -> tuple[list[str], list[Spoken]]:
    texts = sentences(350, 1)
    return texts, speech(texts, 2)


@pytest.fixture(scope="module")
def document(world: tuple[list[str], list[Spoken]]) -> dict[str, object]:
    texts, spoken = world
    hours = sum(len(item.posteriors) for item in spoken) * 0.02 / 3600
    return fit(measure(spoken, draw_phrases(texts, 70)), texts, hours)


# --- drawing and measuring ------------------------------------------------------------------------


def test_phrases_are_drawn_of_all_lengths_and_the_same_every_time() -> None:
    texts = sentences(50, 0)
    drawn = draw_phrases(texts, 100)
    assert len(drawn) == len(set(drawn)) == 100
    assert drawn == draw_phrases(texts, 100) != draw_phrases(texts, 100, seed=1)
    assert all(4 <= len(phrase.replace(" ", "")) <= 24 for phrase in drawn)
    assert {len(phrase.split()) for phrase in drawn} == {1, 2, 3}
    said_so = sum(any(f" {phrase} " in f" {text} " for text in texts) for phrase in drawn)
    assert 25 <= said_so < 60


def test_where_a_phrase_was_said_is_a_call_and_no_background() -> None:
    spoken = [
        Spoken(said("the computer"), "the computer"),
        Spoken(said("computers"), "computers"),
        Spoken(said("the compuder"), "the compuder"),
    ]
    (found,) = measure(spoken, ["computer"])
    assert found.calls == pytest.approx([0.0], abs=0.01)
    assert -0.5 > found.peaks[0] > -2
    assert found.hours == pytest.approx(len(spoken[2].posteriors) * 0.02 / 3600)
    # No more peaks than seconds: what sounds like it twice a second is one false accept.
    assert len(found.peaks) <= -(-len(spoken[2].posteriors) // 50)


def test_peaks_fall_and_are_those_of_the_scorer(world: tuple[list[str], list[Spoken]]) -> None:
    spoken = [item for item in world[1][:100] if "silver" not in item.text]
    (found,) = measure(spoken, ["silver"])
    scorer = PhraseScorer(["silver"])
    best = -np.inf
    for item in spoken:
        scorer.reset()
        best = max(best, scorer.push(item.posteriors)[0].max())
    assert found.peaks[0] == pytest.approx(best)
    assert np.all(np.diff(found.peaks) <= 0)


# --- fitting --------------------------------------------------------------------------------------


def test_a_known_law_is_found_again() -> None:
    """Peaks drawn from an exponential tail, as a table would have it, give that table back."""
    generator = np.random.default_rng(0)
    phrases = draw_phrases(sentences(200, 3), 200)
    level, slope, hours = np.array([-1.5, 4.0]), -0.12, 5.0
    measured = []
    for phrase in phrases:
        mean = level @ [1.0, 1 / len(phrase.replace(" ", ""))]
        # Arrivals of a Poisson process in log-rate: the k-th peak is the k-th smallest.
        arrivals = np.cumsum(generator.exponential(size=40)) / hours
        peaks = mean + slope * np.log(arrivals)
        measured.append(Measured(phrase, peaks, hours, np.array([0.0, -0.5])))
    table = WakeTable.of(fit(measured, phrases, 1.0))
    for phrase in ("computer", "hey jarvis", "snowboy"):
        for rate in (0.5, 5.0):
            truth = level @ [1.0, 1 / len(phrase.replace(" ", ""))] + slope * np.log(rate)
            assert table.threshold(phrase, rate) - table.margin == pytest.approx(truth, abs=0.05)


def test_expected_misses_are_the_share_below_the_threshold() -> None:
    generator = np.random.default_rng(1)
    phrases = draw_phrases(sentences(200, 3), 100)
    measured = [
        Measured(phrase, -np.linspace(1, 3, 40), 5.0, -1.0 + 0.3 * generator.logistic(size=50))
        for phrase in phrases
    ]
    table = WakeTable.of(fit(measured, phrases, 1.0))
    assert table.missed("computer", -1.0) == pytest.approx(0.5, abs=0.05)
    assert table.missed("computer", -1.6) == pytest.approx(1 / (1 + np.exp(2)), abs=0.05)


def test_thresholds_hold_for_phrases_and_speech_not_seen(document: dict[str, object]) -> None:
    """On average over phrases, about the wanted rate; some have a few times as many."""
    table = WakeTable.of(document)
    phrases = ["computer", "jarvis", "hey mycroft", "open sesame"]
    spoken = speech(sentences(200, 7), 8)
    hours = sum(len(item.posteriors) for item in spoken) * 0.02 / 3600
    wanted = 10.0
    found = 0
    for phrase in phrases:
        detector = WakeWord(wake_phrase(phrase, table, wanted), hearing=table.hearing)
        for item in spoken:
            detector.reset()
            found += len(detector.push(item.posteriors)) + len(detector.flush())
    assert wanted / 5 < found / hours / len(phrases) < wanted * 3


def test_the_device_holds_phrases_against_a_background_that_says_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Names like common words and names like none: their letters do not tell, listening does."""
    names = ["computer", "jarvis", "mycroft", "alexa", "snowboy", "fridolin", "kumquat", "oblong"]
    names += ["gardon", "windor", "pepple", "anuther", "silber", "kitchel", "lettel", "motler"]
    texts = sentences(400, 11)
    monkeypatch.setattr(wake_calibration, "SAMPLE", 10_000)
    monkeypatch.setattr(wake_calibration, "PHRASES", 150)
    document, background = calibrate(speech(texts, 12), texts, 1.0)
    assert Background(background, Hearing(), Pace()).hours == pytest.approx(0.055, abs=0.005)
    measured = measure(speech(sentences(200, 13), 14), names)
    off = {}
    for name, data in (("traits", b""), ("background", background)):
        table = WakeTable.of(document, data)
        errors = [item.peaks[4] - table.threshold(item.phrase, 5 / item.hours) for item in measured]
        off[name] = np.std(errors)
    assert off["background"] < 0.8 * off["traits"]


def test_the_table_survives_json(document: dict[str, object]) -> None:
    assert WakeTable.of(json.loads(json.dumps(document))) is not None
    assert len(json.dumps(document)) < 40_000


def test_which_letters_are_mistaken_goes_along(world: tuple[list[str], list[Spoken]]) -> None:
    texts, spoken = world
    hours = sum(len(item.posteriors) for item in spoken) * 0.02 / 3600
    document, background = calibrate(spoken, texts, hours, Hearing(silence=8))
    hearing = WakeTable.of(json.loads(json.dumps(document)), background).hearing
    assert hearing.silence == 8
    np.testing.assert_allclose(hearing.mistaken, mistaken(spoken), atol=1e-12)


def test_too_little_speech_is_refused_in_words() -> None:
    with pytest.raises(UsageError, match="more hours"):
        fit(measure(speech(sentences(5, 0), 0), ["computer"]), ["the computer"], 1.0)


class TestSounds:
    """Letters let through more where sounds refuse the rest."""

    def measured(self, document: dict[str, object], apart: float) -> list[Measured]:
        """Phrases whose calls and false accepts sound `apart` nats different."""
        table, rng = WakeTable.of(document), np.random.default_rng(0)
        found = []
        for phrase in draw_phrases(sentences(100, 5), 60):
            level = table.threshold(phrase, 0.5)
            peaks = -np.sort(-(level + rng.normal(-0.1, 0.2, 40)))
            calls = level + rng.normal(0.1, 0.2, 20)
            unlike, alike = rng.normal(-3, 0.5, 40), rng.normal(-3 + apart, 0.5, 20)
            found.append(Measured(phrase, peaks, 2.0, calls, unlike, alike))
        return found

    def test_where_they_tell_the_two_apart(self, document: dict[str, object]) -> None:
        found = fit_sounds(self.measured(document, 2.5), WakeTable.of(document))
        assert found["more"] >= 5
        assert found["weight"] > 0
        assert found["missed"] < 0.1
        assert WakeTable.of({**document, "sounds": found}).sounds is not None

    def test_where_they_tell_nothing(self, document: dict[str, object]) -> None:
        found = fit_sounds(self.measured(document, 0.0), WakeTable.of(document))
        assert found["more"] <= 5
        assert found["missed"] > 0.2

    def test_where_nothing_was_measured(self, document: dict[str, object]) -> None:
        found = fit_sounds([], WakeTable.of(document))
        assert (found["more"], found["missed"]) == (1.0, 0.0)
        assert WakeTable.of({**document, "sounds": found}).sounds is not None


def test_places_are_judged_by_their_sounds() -> None:
    """A call that sounds right, and the same letters elsewhere that sound otherwise."""
    call = np.hstack([said("bit"), sounds("B IH T", len(said("bit")))])
    other = np.hstack([said("bit"), sounds("B AE T", len(said("bit")))])
    spoken = [Spoken(call, "bit"), Spoken(other, "bat")]
    (found,) = measure(spoken, ["bit"], pronouncer=Dictionary())
    assert len(found.peaks) == len(found.peak_sounds) == 1
    assert len(found.calls) == len(found.call_sounds) == 1
    assert found.call_sounds[0] > found.peak_sounds[0] + 1
    (letters,) = measure(spoken, ["bit"])
    assert len(letters.peak_sounds) == len(letters.call_sounds) == 0
