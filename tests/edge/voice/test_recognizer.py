"""From posteriors to commands and to reasons."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from numpy.typing import NDArray

from edge.errors import BundleFormatError, UsageError
from edge.events import Command, Rejected
from edge.grammar.file import GrammarTables, read_tables
from edge.home.home import Device, Home
from edge.intent.understanding import Answer
from edge.voice.alphabet import BLANK, LABELS
from edge.voice.recognizer import Recognizer
from edge.voice.search.lexicon import Lexicon
from edge.voice.settings import RecognizerSettings
from export.grammar.compiler import compile_grammar
from export.grammar.templates import read_templates
from tests.edge.voice.fakes import recognizer, tables, tiny_home
from tests.edge.voice.frames import babble, spoken

Frames = NDArray[np.float32]


def answer(by: Recognizer, frames: Frames, threshold: float | None = None) -> Answer:
    attempt = by.start()
    if attempt is not None:
        attempt.search.push(frames)
    return by.answer(attempt, frames, threshold)


class TestTheHomesSentences:
    def test_a_command_has_its_slots_and_its_score(self) -> None:
        found = answer(recognizer(), spoken("turn on the porch light", noise=1.5))
        assert isinstance(found, Command)
        assert (found.intent, found.targets) == ("TurnOn", ("light.porch",))
        assert (found.source, found.text) == ("grammar", "turn on the porch light")
        assert 0.5 < found.score < 1

    def test_numbers_come_out_as_numbers(self) -> None:
        found = answer(recognizer(), spoken("dim the reading lamp to forty five percent"))
        assert isinstance(found, Command)
        assert found.slots["brightness"] == 45

    @pytest.mark.parametrize("number", ["two hundred", "nine hundred"])
    def test_numbers_that_are_out_of_range_are_not_taken_for_others(self, number: str) -> None:
        found = answer(recognizer(), spoken(f"dim the reading lamp to {number} percent"))
        assert isinstance(found, Rejected)
        assert found.code == "out_of_range"

    def test_wrong_letters_are_put_right(self) -> None:
        frames = spoken("turn on the porch light", seed=3, noise=1.5, wrong=0.15)
        found = answer(recognizer(), frames)
        assert isinstance(found, Command)
        assert found.targets == ("light.porch",)

    def test_commands_may_be_joined(self) -> None:
        found = answer(recognizer(), spoken("turn on the fan and turn off the porch light"))
        assert isinstance(found, Command)
        assert [found.intent, *(one.intent for one in found.also)] == ["TurnOn", "TurnOff"]
        assert found.also[0].score == found.score

    def test_but_not_where_the_bundle_says_so(self) -> None:
        by = recognizer(settings=RecognizerSettings(several=False))
        frames = spoken("turn on the fan and turn off the porch light")
        assert isinstance(answer(by, frames), Rejected)

    @pytest.mark.parametrize(
        ("said", "beside"),
        [
            ("should i turn on the porch light", "should i"),
            ("turn on the porch light in five minutes", "in five minutes"),
        ],
    )
    def test_words_beside_one_may_make_none_of_it(self, said: str, beside: str) -> None:
        found = answer(recognizer(settings=RecognizerSettings(asides=True)), spoken(said))
        assert isinstance(found, Rejected)
        assert (found.code, found.text) == ("out_of_scope", said)
        assert found.reason.startswith(f"{beside!r} makes no command of it")

    def test_a_name_that_two_devices_have_is_asked_for(self) -> None:
        found = answer(recognizer(), spoken("turn on the heater"))
        assert isinstance(found, Rejected)
        assert (found.code, found.intent) == ("ambiguous_name", "TurnOn")
        assert found.score > 0.5

    def test_unless_it_is_known_where_it_is_said(self) -> None:
        by = recognizer()
        attempt = by.start()
        assert attempt is not None
        frames = spoken("turn on the heater")
        attempt.search.push(frames)
        found = by.answer(attempt, frames, area="garage")
        assert isinstance(found, Command)
        assert len(found.targets) == 1

    def test_other_ways_to_say_the_same_do_not_make_it_less_sure(self) -> None:
        """ "The" and "a" are the same to the grammar, so their likeness is no doubt."""
        by = recognizer()
        attempt = by.start()
        assert attempt is not None
        attempt.search.push(spoken("turn on the porch light"))
        reading = by.read(attempt)
        assert reading is not None
        found = attempt.search.finish(5)
        assert found[0].evidence is not None
        assert reading.evidence.margin >= found[0].evidence.margin


class TestRejecting:
    def test_what_is_no_sentence_is_not_forced_into_one(self) -> None:
        found = answer(recognizer(), spoken("my grandmother was born in the mountains"))
        assert isinstance(found, Rejected)
        assert found.code == "not_in_grammar"
        assert "grandmother" in found.reason
        assert found.text == "my grandmother was born in the mountains"

    def test_it_says_what_was_heard_in_common_words_where_letters_leave_the_choice(self) -> None:
        frames = spoken("she sang it loub")
        unsure = frames.argmax(axis=1) == LABELS.index("b")
        frames[unsure, LABELS.index("d")] = frames[unsure, LABELS.index("b")] - 0.5
        spelled = answer(Recognizer(tables(), tiny_home), frames)
        words = Lexicon({"she": 3.0, "sang": 6.0, "it": 2.0, "loud": 6.0})
        written = answer(Recognizer(tables(), tiny_home, lexicon=words), frames)
        assert isinstance(spelled, Rejected)
        assert isinstance(written, Rejected)
        assert (spelled.text, written.text) == ("she sang it loub", "she sang it loud")
        assert "'she sang it loud'" in written.reason

    def test_half_a_sentence_says_so(self) -> None:
        found = answer(recognizer(), spoken("turn on the porch"))
        assert isinstance(found, Rejected)
        assert found.code == "incomplete"
        assert "'turn on the porch'" in found.reason

    def test_what_a_wildcard_took_makes_no_half_a_sentence(self) -> None:
        """Anything begins like "remind me of …": that says nothing of where it stops."""
        lists = "lists: {thing: {wildcard: true}}"
        by = Recognizer(_compiled('"remind me of {thing} at noon"', lists=lists), Home)
        for said, code in (
            ("remind me of", "incomplete"),
            ("remind me of the old days in rome", "not_in_grammar"),
        ):
            found = answer(by, spoken(said))
            assert isinstance(found, Rejected)
            assert found.code == code

    def test_noise_has_no_words(self) -> None:
        found = answer(recognizer(), spoken("", pause=40))
        assert isinstance(found, Rejected)
        assert found.code == "nothing_heard"

    def test_a_short_word_may_have_one_letter_that_is_clear(self) -> None:
        """Noise has none: where there is one, the home's sentences decide."""
        by = Recognizer(_compiled('"up"', '"go"'), Home)
        faint = spoken("up")
        _make_faint(faint, "p")
        found = answer(by, faint)
        assert isinstance(found, Command)
        assert found.text == "up"
        _make_faint(faint, "u")
        found = answer(by, faint)
        assert isinstance(found, Rejected)
        assert (found.code, found.text) == ("nothing_heard", "")

    def test_no_frames_at_all(self) -> None:
        found = answer(recognizer(), np.zeros((0, 29), np.float32))
        assert isinstance(found, Rejected)
        assert found.code == "nothing_heard"

    @pytest.mark.parametrize("seed", range(5))
    def test_babble_commands_nothing(self, seed: int) -> None:
        found = answer(recognizer(), babble(150, seed=seed))
        assert isinstance(found, Rejected)
        assert found.reason

    def test_the_threshold_counts(self) -> None:
        frames = spoken("turn on the porch light", noise=1.5)
        found = answer(recognizer(), frames, threshold=1.0)
        assert isinstance(found, Rejected)
        assert (found.code, found.intent) == ("unsure", "TurnOn")
        assert found.score > 0.5
        assert "turn on the porch light" in found.reason

    def test_speech_without_a_pause(self) -> None:
        by, frames = recognizer(), spoken("and then he said that it was late")
        found = by.answer(by.start(), frames, cut=15.0)
        assert isinstance(found, Rejected)
        assert found.code == "too_long"
        assert "15 s" in found.reason


class TestTheModelOfText:
    def test_it_reads_what_the_grammar_does_not_know(self) -> None:
        asked: list[str] = []

        def understand(text: str, area: str | None) -> Answer:
            asked.append(text)
            return Command("Sing", {"song": "hey"}, score=0.97, source="model", text=text)

        found = answer(recognizer(understand=understand), spoken("sing me a song"))
        assert isinstance(found, Command)
        assert (found.intent, found.source, found.text) == ("Sing", "model", "sing me a song")
        assert 0.8 < found.score < 0.97
        assert "sing me a song" in asked

    def test_it_is_not_asked_when_the_grammar_is_sure(self) -> None:
        def understand(text: str, area: str | None) -> Answer:
            raise AssertionError(text)

        found = answer(recognizer(understand=understand), spoken("turn on the porch light"))
        assert isinstance(found, Command)

    def test_transcripts_that_mean_the_same_add_up(self) -> None:
        frames = spoken("sing me a song", seed=1)
        s, x = LABELS.index("s"), LABELS.index("x")
        first = frames[:10].argmax(1) == s
        frames[:10][first] = -12.0
        frames[np.ix_(np.flatnonzero(first), [s, x])] = np.log(0.5)

        def understand(text: str, area: str | None) -> Answer:
            return Command("Sing", score=0.97, source="model", text=text)

        found = answer(recognizer(understand=understand), frames)
        assert isinstance(found, Command)
        assert found.score > 0.8

    def test_unclear_letters_are_not_enough(self) -> None:
        def understand(text: str, area: str | None) -> Answer:
            return Command("Sing", score=0.97, source="model", text=text)

        found = answer(recognizer(understand=understand), babble(150, sharp=1.5))
        assert isinstance(found, Rejected)

    def test_what_it_asks_back_is_passed_on(self) -> None:
        def understand(text: str, area: str | None) -> Answer:
            return Rejected("unknown_name", "no device called 'zebra'", text=text)

        found = answer(recognizer(understand=understand), spoken("make the zebra shine"))
        assert isinstance(found, Rejected)
        assert (found.code, found.reason) == ("unknown_name", "no device called 'zebra'")
        assert found.text == "make the zebra shine"

    def test_a_bundle_without_sentences_has_only_it(self) -> None:
        def understand(text: str, area: str | None) -> Answer:
            return Command("Sing", score=0.97, source="model", text=text)

        by = Recognizer(None, tiny_home, understand)
        assert by.start() is None
        assert isinstance(answer(by, spoken("sing me a song")), Command)


class TestTheHomeChanges:
    def test_a_new_name_can_be_said(self) -> None:
        home = tiny_home()
        by = recognizer(home)
        frames = spoken("turn on the zebra lamp")
        assert isinstance(answer(by, frames, 0.8), Rejected)
        home.add(Device("light.zebra", "Zebra lamp", kind="light"))
        by.refresh()
        found = answer(by, frames, 0.8)
        assert isinstance(found, Command)
        assert found.targets == ("light.zebra",)

    def test_a_name_that_is_gone_cannot(self) -> None:
        home = tiny_home()
        by = recognizer(home)
        home.remove("light.porch")
        by.refresh()
        assert isinstance(answer(by, spoken("turn on the porch light")), Rejected)

    def test_what_did_not_change_is_not_compiled(self) -> None:
        by = recognizer()
        before = by.start()
        by.refresh()
        after = by.start()
        assert before is not None
        assert after is not None
        assert before.graph is after.graph

    def test_a_home_with_nothing_to_say(self) -> None:
        home = tiny_home()
        by = Recognizer(_names_only(), lambda: home)
        home.remove(*(device.id for device in home.devices))
        by.refresh()
        found = answer(by, spoken("turn on the porch light"))
        assert isinstance(found, Rejected)
        assert found.code == "not_in_grammar"
        assert "no sentence that could be said" in found.reason
        home.add(Device("light.zebra", "Zebra lamp", kind="light"))
        by.refresh()
        assert isinstance(answer(by, spoken("turn on the zebra lamp")), Command)

    def test_at_the_beginning_it_is_an_error(self) -> None:
        with pytest.raises(UsageError, match="no sentence that could be said"):
            Recognizer(_names_only(), Home)


def _names_only() -> GrammarTables:
    return _compiled('"turn on [the] {name}"')


def _compiled(*sentences: str, lists: str = "") -> GrammarTables:
    with TemporaryDirectory() as folder:
        page = Path(folder) / "sentences.yaml"
        data = f"{{data: [{{sentences: [{', '.join(sentences)}]}}]}}"
        page.write_text(f"language: en\n{lists}\nintents:\n  TurnOn: {data}\n")
        return read_tables(compile_grammar(read_templates(page)).data)


def _make_faint(frames: Frames, letter: str) -> None:
    """Where the letter is the likeliest, the blank becomes so, by less than a nat."""
    at = frames.argmax(axis=1) == LABELS.index(letter)
    frames[at] = np.log(0.05 / len(LABELS))
    frames[at, LABELS.index(letter)] = np.log(0.3)
    frames[at, BLANK] = np.log(0.65)


class TestSettings:
    def test_everything_may_be_left_out(self) -> None:
        found = RecognizerSettings.of({})
        assert (found.threshold, found.several, found.decoder) == (0.55, True, {})

    def test_the_manifest_counts(self) -> None:
        found = RecognizerSettings.of(
            {
                "decoder": {"beam": 40, "letter_bonus": 0.25},
                "confidence": {"weights": [1, 0, 0, 0, 0, 0, 0], "bias": 0.5, "threshold": 0.7},
                "several": False,
            }
        )
        by = Recognizer(tables(), tiny_home, settings=found)
        assert found.threshold == 0.7
        attempt = by.start()
        assert attempt is not None
        attempt.search.push(spoken("turn on the porch light"))
        reading = by.read(attempt)
        assert reading is not None
        expected = 1 / (1 + np.exp(-0.5 - reading.evidence.ratio))
        assert reading.probability == pytest.approx(expected)

    @pytest.mark.parametrize(
        ("task", "key"),
        [
            ({"decoder": {"beam": 0}}, "decoder.beam"),
            ({"decoder": {"beam": 10**9}}, "decoder.beam"),
            ({"decoder": {"distance": float("nan")}}, "decoder.distance"),
            ({"decoder": {"speed": 1}}, "decoder.speed"),
            ({"decoder": []}, "decoder"),
            ({"confidence": {"weights": [1, 2], "bias": 0}}, "confidence.weights"),
            ({"confidence": {"weights": [1] * 7}}, "confidence.bias"),
            ({"confidence": {"weights": ["1"] * 7, "bias": 0}}, "confidence.weights"),
            ({"confidence": {"weights": [1] * 7, "bias": 0, "threshold": 2}}, "threshold"),
            ({"several": 1}, "several"),
        ],
    )
    def test_what_is_wrong_is_named(self, task: dict[str, object], key: str) -> None:
        with pytest.raises(BundleFormatError, match=key):
            RecognizerSettings.of(task)
