"""From text to a command, or to a reason why not: never a guess, never an exception."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from edge.bundle.bundle import Bundle
from edge.errors import UsageError
from edge.events import Command, Rejected
from edge.grammar.grammar import Grammar, Match, Miss
from edge.home.home import Area, Device, Home
from edge.intent.model import Calibration, Frame, IntentModel, SlotReading
from edge.intent.slots import SlotSchema
from edge.intent.understanding import TextUnderstanding, _unsure
from edge.limits import COMMANDS, SENTENCE_CHARS, SENTENCE_WORDS
from edge.models import default_bundle
from edge.runtime import Runtime
from edge.text import Tokens
from tests.edge.tiny_bundle import HERE, HOME, SCHEMA, make_tiny_bundle


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[IntentModel, Grammar]]:
    bundle = Bundle.open(make_tiny_bundle(tmp_path_factory.mktemp("text") / "tiny.edge"), HERE)
    yield IntentModel.of(bundle), Grammar.from_bytes(bundle.asset("assets/grammar.bin"))


@pytest.fixture(scope="module")
def shipped() -> Iterator[Runtime]:
    with Runtime.load(default_bundle()) as hub:
        yield hub


def make(model: IntentModel | None, grammar: Grammar | None) -> TextUnderstanding:
    return TextUnderstanding(model, grammar, SlotSchema.from_dict(dict(SCHEMA)), home())


def home() -> Home:
    return Home.from_dict(HOME)


@pytest.fixture
def hub(parts: tuple[IntentModel, Grammar]) -> TextUnderstanding:
    """With both: what a smart-home hub has."""
    return make(*parts)


@pytest.fixture
def model_only(parts: tuple[IntentModel, Grammar]) -> TextUnderstanding:
    return make(parts[0], None)


@pytest.fixture
def grammar_only(parts: tuple[IntentModel, Grammar]) -> TextUnderstanding:
    return make(None, parts[1])


@pytest.fixture(params=["hub", "model_only", "grammar_only"])
def any_kind(request: pytest.FixtureRequest) -> TextUnderstanding:
    made: TextUnderstanding = request.getfixturevalue(request.param)
    return made


def test_devices_that_no_sentence_can_name_are_told_of(shipped: Runtime) -> None:
    own = Home([Device(f"x.{at}", f"Thing {at}", kind="lihgt") for at in range(9)])
    own.add(Device("light.desk", "Desk lamp", kind="light"))
    found = TextUnderstanding(None, None, shipped._text._schema, own)  # type: ignore[union-attr]
    (problem,) = found.unspoken()
    assert "of the kind 'lihgt' (x.0, x.1, x.2, x.3, x.4 and 4 more)" in problem
    assert "light, lock" in problem
    assert shipped.unspoken == ()


def test_where_any_kind_can_be_named_none_is_told_of(hub: TextUnderstanding) -> None:
    hub.home.add(Device("beast", "The beast", kind="lihgt"))
    assert hub.unspoken() == ()


def commands(answer: Command | Rejected) -> list[Command]:
    """All commands of one answer, in order."""
    assert isinstance(answer, Command), answer
    return [answer, *answer.also]


def said(answer: Command | Rejected) -> list[tuple[str, tuple[str, ...]]]:
    """Intent and targets of each command of an answer."""
    return [(command.intent, command.targets) for command in commands(answer)]


def refused(answer: Command | Rejected, code: str) -> Rejected:
    assert isinstance(answer, Rejected), answer
    assert answer.code == code
    assert answer.reason
    return answer


class TestOneCommand:
    def test_a_sentence_of_the_home_is_exact(self, hub: TextUnderstanding) -> None:
        (command,) = commands(hub.answer("turn on the porch light"))
        assert (command.intent, command.targets) == ("TurnOn", ("light.porch",))
        assert command.slots == {"name": "Porch light"}
        assert (command.source, command.score) == ("grammar", 1.0)
        assert command.text == "turn on the porch light"

    def test_the_model_answers_what_the_grammar_does_not_know(self, hub: TextUnderstanding) -> None:
        (command,) = commands(hub.answer("the fan off now"))
        assert (command.intent, command.targets) == ("TurnOff", ("fan.kitchen",))
        assert command.source == "model"
        assert 0.5 < command.score < 1

    @pytest.mark.parametrize(
        "text",
        [
            "Turn On The PORCH LIGHT",
            "turn on the porch light!",
            "  turn\ton  the porch light ",
            "please turn on the porch light",
            "\u201cturn on the porch light\u201d",
        ],
    )
    def test_how_it_is_written_makes_no_difference(self, hub: TextUnderstanding, text: str) -> None:
        assert said(hub.answer(text)) == [("TurnOn", ("light.porch",))]

    @pytest.mark.parametrize("number", ["40", "forty", "40 percent", "40 %"])
    def test_numbers_come_out_as_numbers(self, hub: TextUnderstanding, number: str) -> None:
        (command,) = commands(hub.answer(f"dim the reading lamp to {number}"))
        assert command.slots["brightness"] == 40

    def test_the_models_numbers_too(self, model_only: TextUnderstanding) -> None:
        (command,) = commands(model_only.answer("dim to 40 percent the reading lamp"))
        assert command.slots == {"brightness": 40, "name": "Reading lamp"}

    def test_a_place_decides_between_devices_of_one_name(self, hub: TextUnderstanding) -> None:
        answer = hub.answer("the heater in the garage off")
        assert said(answer) == [("TurnOff", ("heater.garage", "garage"))]

    @pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
    def test_bytes_are_read_as_utf8(self, hub: TextUnderstanding, kind: type) -> None:
        data = kind("turn on the porch light…".encode())
        assert said(hub.answer(data)) == [("TurnOn", ("light.porch",))]


class TestSeveralCommands:
    def test_the_grammar_is_asked_once_for_each_part(
        self, hub: TextUnderstanding, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[str] = []
        match = Grammar.match

        def counted(
            self: Grammar, tokens: Tokens, home: Home, *, area: str | None
        ) -> Match | Miss | None:
            asked.append(tokens.written(0, len(tokens)))
            return match(self, tokens, home, area=area)

        monkeypatch.setattr(Grammar, "match", counted)
        hub.answer("turn on the porch light and the fan off now")
        assert asked[:2] == ["turn on the porch light", "the fan off now"]
        assert len(asked) == len(set(asked))

    def test_each_part_is_a_command(self, hub: TextUnderstanding) -> None:
        answer = hub.answer("turn on the fan and dim the porch light to 20")
        assert said(answer) == [("TurnOn", ("fan.kitchen",)), ("SetBrightness", ("light.porch",))]
        assert [command.text for command in commands(answer)] == [
            "turn on the fan",
            "dim the porch light to 20",
        ]

    def test_then_joins_them_too(self, hub: TextUnderstanding) -> None:
        answer = hub.answer("turn on the fan and then turn off the porch light")
        assert said(answer) == [("TurnOn", ("fan.kitchen",)), ("TurnOff", ("light.porch",))]

    def test_a_name_alone_borrows_the_words_before_it(self, hub: TextUnderstanding) -> None:
        answer = hub.answer("turn off the fan and the porch light")
        assert said(answer) == [("TurnOff", ("fan.kitchen",)), ("TurnOff", ("light.porch",))]
        assert commands(answer)[1].text == "turn off the porch light"

    def test_so_does_every_further_name(self, hub: TextUnderstanding) -> None:
        answer = hub.answer("turn on the fan and the porch light and the reading lamp")
        targets = [target for _, (target,) in said(answer)]
        assert targets == ["fan.kitchen", "light.porch", "light.reading"]

    def test_words_are_borrowed_from_the_last_command_that_had_its_own(
        self, hub: TextUnderstanding
    ) -> None:
        answer = hub.answer("turn on the fan and turn off the porch light and the reading lamp")
        assert [intent for intent, _ in said(answer)] == ["TurnOn", "TurnOff", "TurnOff"]

    def test_the_model_reads_the_parts_that_are_not_exact(self, hub: TextUnderstanding) -> None:
        answer = hub.answer("reading lamp off and the porch light on")
        assert said(answer) == [("TurnOff", ("light.reading",)), ("TurnOn", ("light.porch",))]

    def test_nothing_is_read_after_a_part_that_is_less_sure_than_the_whole(
        self, hub: TextUnderstanding, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        texts: list[str] = []
        read = IntentModel.read

        def noted(self: IntentModel, text: str, tokens: Tokens | None = None) -> Frame | None:
            texts.append(text)
            return read(self, text, tokens)

        monkeypatch.setattr(IntentModel, "read", noted)
        assert said(hub.answer("the fan and off now")) == [("TurnOff", ("fan.kitchen",))]
        assert texts == ["the fan and off now", "the fan"]

    def test_no_device_is_commanded_twice(self, hub: TextUnderstanding) -> None:
        answer = hub.answer("make it off the fan and porch light")
        targets = [target for _, each in said(answer) for target in each]
        assert targets == ["fan.kitchen", "light.porch"]

    def test_a_grammar_alone_does_it_too(self, grammar_only: TextUnderstanding) -> None:
        answer = grammar_only.answer("turn off the fan and the porch light")
        assert said(answer) == [("TurnOff", ("fan.kitchen",)), ("TurnOff", ("light.porch",))]

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("turn on the fan and turn on the zebra", "unknown_name"),
            ("turn on the fan and turn off the heater", "ambiguous_name"),
            ("turn on the fan and set the porch light to 140", "out_of_range"),
        ],
    )
    def test_one_part_that_is_amiss_stops_all(
        self, hub: TextUnderstanding, text: str, code: str
    ) -> None:
        refused(hub.answer(text), code)

    def test_a_part_that_is_no_command_stops_all(self, hub: TextUnderstanding) -> None:
        assert isinstance(hub.answer("turn on the fan and tell me a story"), Rejected)

    def test_as_many_as_the_limit_says(self, hub: TextUnderstanding) -> None:
        turns = ["turn on the fan", "turn off the fan"] * COMMANDS
        assert len(commands(hub.answer(" and ".join(turns[:COMMANDS])))) == COMMANDS

    def test_a_name_with_an_and_in_it_is_one_name(self, hub: TextUnderstanding) -> None:
        hub.home.add(Device("light.stage", "Salt and pepper", kind="light"))
        assert said(hub.answer("turn on salt and pepper")) == [("TurnOn", ("light.stage",))]

    @pytest.mark.parametrize(
        ("text", "intent", "targets"),
        [
            ("turn on the kitchen and living room lights", "TurnOn", ("kitchen", "living_room")),
            (
                "turn the kitchen, hall and study lights off please",
                "TurnOff",
                ("kitchen", "hallway", "study"),
            ),
            (
                "turn on the lights in the kitchen and the study",
                "TurnOn",
                ("kitchen", "study"),
            ),
            (
                "what's the temperature in the bedroom and the nursery",
                "GetTemperature",
                ("bedroom", "nursery"),
            ),
            ("lock the front and the back door", "Lock", ("lock.front_door", "lock.back_door")),
            (
                "could you lock the front door, the back door",
                "Lock",
                ("lock.front_door", "lock.back_door"),
            ),
            (
                "set the study and bedroom lights to 20",
                "SetBrightness",
                ("study", "bedroom"),
            ),
        ],
    )
    def test_what_they_have_in_common_is_said_once(
        self, shipped: Runtime, text: str, intent: str, targets: tuple[str, ...]
    ) -> None:
        answer = shipped.understand(text)
        assert said(answer) == [(intent, (target,)) for target in targets]
        assert {command.source for command in commands(answer)} == {"grammar"}

    def test_up_and_down_and_off_go_with_the_verb_before_them(self, shipped: Runtime) -> None:
        answer = shipped.understand("turn on the kettle and off the kitchen light")
        assert said(answer) == [
            ("TurnOn", ("plug.kettle",)),
            ("TurnOff", ("light.kitchen_ceiling",)),
        ]
        answer = shipped.understand("turn up the stereo and down the radio")
        assert [intent for intent, _ in said(answer)] == ["RaiseVolume", "LowerVolume"]

    def test_what_the_homes_sentences_mean_unsaid_is_meant_when_the_model_reads_them(
        self, shipped: Runtime
    ) -> None:
        """Else all that there is in the kitchen would be made brighter."""
        found = shipped.understand("make it way brighter in the kitchen")
        assert isinstance(found, Command)
        assert found.source == "model"
        assert found.slots == {"area": "Kitchen", "kind": "light"}

    def test_it_is_what_was_named_before(self, shipped: Runtime) -> None:
        answer = shipped.understand("turn on the kitchen light and dim it to 20 percent")
        light = ("light.kitchen_ceiling",)
        assert said(answer) == [("TurnOn", light), ("SetBrightness", light)]

    @pytest.mark.parametrize(
        ("text", "named", "meant"),
        [
            ("turn on the floor lamp and turn it down", "light.floor_lamp", "Dim"),
            ("turn on the stereo and turn it down", "player.living_room", "LowerVolume"),
        ],
    )
    def test_also_where_the_part_is_a_sentence_of_its_own(
        self, shipped: Runtime, text: str, named: str, meant: str
    ) -> None:
        assert said(shipped.understand("turn it down")) == [("LowerVolume", ())]
        assert said(shipped.understand(text)) == [("TurnOn", (named,)), (meant, (named,))]

    @pytest.mark.parametrize(
        ("text", "intents"),
        [
            ("play jazz and turn on the kitchen light", ["PlayMusic", "TurnOn"]),
            ("play rock and roll in the kitchen", ["PlayMusic"]),
            ("play jazz and blues", ["PlayMusic"]),
            ("add milk and eggs to the shopping list", ["AddToList"]),
        ],
    )
    def test_any_words_are_no_command_of_their_own(
        self, shipped: Runtime, text: str, intents: list[str]
    ) -> None:
        assert [intent for intent, _ in said(shipped.understand(text))] == intents

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("play jazz in five minutes", "in five minutes"),
            ("play jazz on the stereo at nine pm", "at nine pm"),
            ("play jazz at seven and turn on the kitchen light", "at seven"),
            ("play jazz when i get home", "when i get home"),
        ],
    )
    def test_any_words_may_put_a_command_off(self, shipped: Runtime, text: str, words: str) -> None:
        answer = shipped.understand(text)
        assert isinstance(answer, Rejected)
        assert answer.code == "unsure"
        assert answer.reason.startswith(f"{words!r} puts it off")

    @pytest.mark.parametrize("song", ["see you tomorrow", "in the air tonight", "at seventeen"])
    def test_but_a_song_may_be_called_so(self, shipped: Runtime, song: str) -> None:
        answer = shipped.understand(f"play {song}")
        assert isinstance(answer, Command)
        assert answer.slots == {"music": song}

    def test_what_is_no_end_of_both_is_given_to_neither(self, shipped: Runtime) -> None:
        answer = shipped.understand("lock the front and open the back door")
        assert isinstance(answer, Rejected)


class TestNames:
    """What the home does not have, or has twice, is asked about."""

    @pytest.mark.parametrize("text", ["turn on the reeding lamp", "the reeding lamp on now"])
    def test_an_unknown_one_is_said_with_what_is_like_it(
        self, hub: TextUnderstanding, text: str
    ) -> None:
        answer = refused(hub.answer(text), "unknown_name")
        assert answer.suggestions[0] == "Reading lamp"
        assert "'reeding lamp'" in answer.reason
        assert "did you mean 'Reading lamp'?" in answer.reason
        assert answer.intent == "TurnOn"

    @pytest.mark.parametrize("text", ["turn off the heater", "the heater off now"])
    def test_one_that_several_have_is_asked_about(self, hub: TextUnderstanding, text: str) -> None:
        answer = refused(hub.answer(text), "ambiguous_name")
        assert answer.suggestions == ("Heater (Kitchen)", "Heater (Garage)")

    @pytest.mark.parametrize("text", ["turn off the heater", "the heater off now"])
    def test_but_not_where_it_is_known_where_it_was_said(
        self, hub: TextUnderstanding, text: str
    ) -> None:
        (command,) = commands(hub.answer(text, "garage"))
        assert hub.home.area_of(command.targets[0]) == "garage"
        refused(hub.answer(text), "ambiguous_name")

    def test_a_device_that_cannot_do_it_is_told(self, hub: TextUnderstanding) -> None:
        answer = refused(hub.answer("dim the fan to 40"), "unknown_name")
        assert answer.reason == "'fan' is a fan, this works with: light"

    def test_an_unknown_place(self, hub: TextUnderstanding) -> None:
        answer = refused(hub.answer("turn on the lights in the cellar"), "unknown_name")
        assert "'cellar'" in answer.reason

    def test_a_number_the_slot_does_not_take(self, any_kind: TextUnderstanding) -> None:
        answer = refused(any_kind.answer("set the porch light to 140 percent"), "out_of_range")
        assert "from 0 to 100" in answer.reason

    def test_names_of_another_home_are_that_homes(self, any_kind: TextUnderstanding) -> None:
        any_kind.home = Home([Device("l", "Zeppelin", area="hangar")], [Area("hangar", "Hangar")])
        assert said(any_kind.answer("turn on the zeppelin")) == [("TurnOn", ("l",))]
        refused(any_kind.answer("turn on the porch light"), "unknown_name")

    def test_a_device_added_is_known_at_once_and_forgotten_when_removed(
        self, any_kind: TextUnderstanding
    ) -> None:
        refused(any_kind.answer("turn on the zorbatron"), "unknown_name")
        any_kind.home.add(Device("new", "Zorbatron"))
        assert said(any_kind.answer("turn on the zorbatron")) == [("TurnOn", ("new",))]
        any_kind.home.remove("new")
        refused(any_kind.answer("turn on the zorbatron"), "unknown_name")


class TestRejection:
    @pytest.mark.parametrize(
        "text", ["", "   ", "\n\t", "?!", "…", "\x00", "🙂", "🙂 🚀💡", "❤️", "_"]
    )
    def test_nothing_that_could_be_said_is_empty(
        self, any_kind: TextUnderstanding, text: str
    ) -> None:
        refused(any_kind.answer(text), "empty")

    @pytest.mark.parametrize(
        "text",
        [
            "on " * (SENTENCE_WORDS + 1),
            "a" * (SENTENCE_CHARS + 1),
            "turn on the fan " * 100_000,
            "🙂" * 1_000_000,
            "\udcff" * 1_000_000,
        ],
        ids=["words", "letters", "sentences", "emoji", "surrogates"],
    )
    def test_an_enormous_text_is_too_long(self, hub: TextUnderstanding, text: str) -> None:
        answer = refused(hub.answer(text), "too_long")
        assert len(answer.text) <= 480
        answer.text.encode("utf-8")

    def test_enormous_bytes_too(self, any_kind: TextUnderstanding) -> None:
        refused(any_kind.answer(b"turn on the fan " * 100_000), "too_long")

    @pytest.mark.parametrize("data", [b"\xff\xfe", b"turn on the \xc3", b"\xed\xa0\x80 on"])
    def test_bytes_that_are_no_utf8_are_no_text(
        self, any_kind: TextUnderstanding, data: bytes
    ) -> None:
        answer = refused(any_kind.answer(data), "not_text")
        assert "byte 0x" in answer.reason

    def test_half_a_surrogate_pair_is_no_text(self, any_kind: TextUnderstanding) -> None:
        answer = refused(any_kind.answer("turn on the \udcff lamp"), "not_text")
        answer.text.encode("utf-8")

    @pytest.mark.parametrize("value", [None, 5, ["turn on"], object()])
    def test_what_is_neither_text_nor_bytes_is_misuse(
        self, any_kind: TextUnderstanding, value: object
    ) -> None:
        with pytest.raises(UsageError, match="a sentence is text, not"):
            any_kind.answer(value)  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        "text",
        [
            "schalte bitte die Küchenlampe ein",
            "allume la lumière de la cuisine",
            "включи свет на кухне",
            "打开厨房的灯",
            "キッチンの電気をつけて",
            "أشعل ضوء المطبخ",
            "रसोई की बत्ती जलाओ",
        ],
    )
    def test_another_language_is_not_guessed_at(
        self, any_kind: TextUnderstanding, text: str
    ) -> None:
        assert isinstance(any_kind.answer(text), Rejected)

    def test_what_is_no_command_is_left_alone(self, hub: TextUnderstanding) -> None:
        answer = refused(hub.answer("tell me a story"), "out_of_scope")
        assert answer.text == "tell me a story"

    @pytest.mark.parametrize("which", ["hub", "model_only"])
    def test_a_model_that_is_not_sure_says_what_is_likeliest(
        self, which: str, request: pytest.FixtureRequest
    ) -> None:
        answer = refused(request.getfixturevalue(which).answer("dim the fan on"), "unsure")
        assert answer.intent in ("TurnOn", "TurnOff")
        assert 0.3 < answer.score < 0.6
        assert answer.intent in answer.reason

    def test_one_that_is_sure_of_the_intent_only_says_of_what_it_is_not(self) -> None:
        frame = Frame("Dim", (SlotReading("area", "hull", 8, 12),), 0.99, 0.0, 0.2, 0.3)
        answer = _unsure("dim the hull", frame, 0.6)
        assert (
            answer.reason
            == "Dim was understood, but not surely its area 'hull'; say it differently"
        )
        assert answer.score == 0.3

    def test_a_grammar_alone_says_so_when_nothing_fits(
        self, grammar_only: TextUnderstanding
    ) -> None:
        refused(grammar_only.answer("what is the weather in the kitchen"), "unsure")

    def test_half_a_sentence_says_how_it_could_go_on(self, grammar_only: TextUnderstanding) -> None:
        answer = refused(grammar_only.answer("turn on the"), "incomplete")
        assert answer.intent == "TurnOn"
        assert "stops after 'turn on the'; it could go on: '<name>'" in answer.reason

    def test_neither_grammar_nor_model_understands_nothing(self) -> None:
        refused(make(None, None).answer("turn on the fan"), "unsure")


class TestAnyText:
    @given(text=st.text(max_size=120))
    @example("and and and then")
    @example("turn on and off")
    @example("turn on the fan and")
    @example("and turn on the fan")
    def test_it_is_answered(self, parts: tuple[IntentModel, Grammar], text: str) -> None:
        for answer in (make(*parts).answer(text), make(parts[0], None).answer(text)):
            assert isinstance(answer, Command | Rejected)
            assert isinstance(answer, Command) or answer.reason

    @given(data=st.binary(max_size=60))
    def test_so_are_any_bytes(self, parts: tuple[IntentModel, Grammar], data: bytes) -> None:
        assert isinstance(make(*parts).answer(data), Command | Rejected)

    @given(
        words=st.lists(
            st.sampled_from("turn on off the fan heater porch light and to 40 dim zebra".split()),
            max_size=14,
        )
    )
    def test_whatever_is_commanded_is_a_thing_of_the_home(
        self, parts: tuple[IntentModel, Grammar], words: list[str]
    ) -> None:
        hub = make(*parts)
        answer = hub.answer(" ".join(words))
        if isinstance(answer, Command):
            assert all(
                target in hub.home for command in commands(answer) for target in command.targets
            )


class SureOf:
    """A model that reads every sentence so, and is sure of it."""

    calibration = Calibration(0.0, 1.0, 1.0, 0.5, 0.5)
    needs_slots: frozenset[str] = frozenset()

    def __init__(self, intent: str, *slots: SlotReading) -> None:
        self._frame = Frame(intent, slots, 0.95, 0.0, 0.95, 0.95)

    def read(self, text: str, tokens: Tokens | None = None) -> Frame:
        return self._frame


def sure_of(grammar: Grammar, intent: str, *slots: SlotReading) -> TextUnderstanding:
    return make(cast(IntentModel, SureOf(intent, *slots)), grammar)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("set a timer for 90 s", "what '90' counts; say hours, minutes or seconds behind it"),
        ("set the volume to 10/20", "two values for volume: 10 and 20"),
        ("set the thermostat to 21 and 5 degrees", "two values for temperature: 21 and 5"),
    ],
)
def test_a_number_is_not_taken_for_what_it_may_be(shipped: Runtime, text: str, reason: str) -> None:
    answer = shipped.understand(text)
    assert isinstance(answer, Rejected)
    assert reason in answer.reason


def test_a_comma_is_of_a_fraction(shipped: Runtime) -> None:
    (command,) = commands(shipped.understand("set the thermostat to 21,5 degrees"))
    assert command.slots["temperature"] == 21.5


def test_a_slot_that_all_sentences_have_is_asked_for(parts: tuple[IntentModel, Grammar]) -> None:
    lamp = SlotReading("name", "reading lamp", 4, 16)
    hub = sure_of(parts[1], "SetBrightness", lamp)
    answer = refused(hub.answer("the reading lamp brighter"), "incomplete")
    assert answer.intent == "SetBrightness"
    assert answer.reason == "SetBrightness was understood, but not its brightness; say that too"


def test_a_slot_that_no_sentence_has_is_no_command(parts: tuple[IntentModel, Grammar]) -> None:
    text = "the fan off to seven"
    fan, seven = SlotReading("name", "fan", 4, 7), SlotReading("brightness", "seven", 15, 20)
    answer = refused(sure_of(parts[1], "TurnOff", fan, seven).answer(text), "unsure")
    assert answer.reason == (
        "TurnOff was understood, but not what 'seven' is to it; say it differently"
    )


class TestTheContrary:
    """With the model that ships: that of the tiny bundle takes any word for a name."""

    @pytest.mark.parametrize(
        "text",
        [
            "never unlock the front door",
            "please don't lock the front door",
            "should i open the garage door",
            "why did you turn on the kitchen light",
            "i don't want the kitchen light on",
            "and the kitchen",
        ],
    )
    def test_of_a_command_is_none(self, shipped: Runtime, text: str) -> None:
        assert isinstance(shipped.understand(text), Rejected)

    @pytest.mark.parametrize(
        ("text", "word"), [("all off but the fan", "but"), ("never the fan off", "never")]
    )
    def test_is_named_where_a_model_is_sure(
        self, parts: tuple[IntentModel, Grammar], text: str, word: str
    ) -> None:
        at = text.index("fan")
        fan = SlotReading("name", "fan", at, at + 3)
        answer = refused(sure_of(parts[1], "TurnOff", fan).answer(text), "unsure")
        assert answer.reason.startswith(f"{word!r} may turn it into its contrary")
        model = cast(IntentModel, SureOf("TurnOff", fan))
        assert said(make(model, None).answer(text)) == [("TurnOff", ("fan.kitchen",))]

    @pytest.mark.parametrize(
        ("text", "intent"),
        [
            ("never mind that then", "Cancel"),
            ("the groceries list does not need any milk now", "RemoveFromList"),
            ("play don't stop me now", "PlayMusic"),
        ],
    )
    def test_may_be_what_the_home_has_sentences_for(
        self, shipped: Runtime, text: str, intent: str
    ) -> None:
        (command,) = commands(shipped.understand(text))
        assert command.intent == intent


class TestAnotherTime:
    @pytest.mark.parametrize(
        "text",
        [
            "unlock the front door in five minutes",
            "turn off everything at midnight",
            "turn off the fairy lights in a bit",
            "lock the back door after dinner",
            "dim the night light to ten percent once ida sleeps",
            "set the nursery radiator to 20 tomorrow at noon",
            "remind me to lock the front door",
        ],
    )
    def test_is_not_now(self, shipped: Runtime, text: str) -> None:
        assert isinstance(shipped.understand(text), Rejected)

    def test_is_named_where_a_model_is_sure(self, parts: tuple[IntentModel, Grammar]) -> None:
        fan = SlotReading("name", "fan", 6, 9)
        hub = sure_of(parts[1], "TurnOff", fan)
        answer = refused(hub.answer("later fan off"), "unsure")
        assert answer.reason.startswith("'later' puts it off")
        assert said(hub.answer("now fan off")) == [("TurnOff", ("fan.kitchen",))]

    def test_is_no_part_of_a_name(self, shipped: Runtime) -> None:
        answer = refused(shipped.understand("unlock the front door in five minutes"), "unsure")
        assert answer.reason.startswith("'in five minutes' puts it off")
        answer = refused(shipped.understand("unlock the barn door in five minutes"), "unknown_name")
        assert "barn door" in answer.reason

    def test_is_what_a_timer_is_about(self, shipped: Runtime) -> None:
        (command,) = commands(shipped.understand("please start a timer for five minutes now"))
        assert command.intent == "SetTimer"


class TestWhereItIsSaid:
    """Through the bundle that ships, whose templates ask."""

    @pytest.mark.parametrize(
        ("text", "area", "targets"),
        [
            ("turn on the lights", "study", ("study",)),
            ("turn on the lights", None, ()),
            ("turn on all the lights", "study", ()),
            ("flick the lights off in here please mate", "study", ("study",)),
            ("turn off everything in this room", "study", ("study",)),
            ("shut off all lights in here", "study", ("study",)),
            ("turn off everything in our room", "study", ("bedroom",)),
            ("turn on the study lights and dim them", "kitchen", ("study",)),
        ],
    )
    def test_it_is_the_room(
        self, shipped: Runtime, text: str, area: str | None, targets: tuple[str, ...]
    ) -> None:
        answer = shipped.understand(text, area)
        assert isinstance(answer, Command), answer
        assert [one.targets for one in (answer, *answer.also)] == [targets] * (1 + len(answer.also))

    @pytest.mark.parametrize("text", ["turn on the lights in here", "shut off all lights in here"])
    def test_who_asks_for_it_has_to_be_somewhere(self, shipped: Runtime, text: str) -> None:
        answer = shipped.understand(text)
        assert isinstance(answer, Rejected), answer
        assert answer.reason == "which area? Say it too, such as 'Kitchen'"

    def test_a_room_without_such_a_thing(self, shipped: Runtime) -> None:
        answer = shipped.understand("turn on the fans in here", "study")
        assert isinstance(answer, Rejected)
        assert answer.reason.startswith("there is no fan in 'Study'; there is Extractor fan")


@pytest.mark.parametrize(
    "text",
    [
        "i've unlocked the front door",
        "let no-one in at the front door",
        "avoid unlocking the front door",
        "unlock the front door or the back door",
        "unlock the front door? no",
        "turn off all the lights apart from the night light",
        "open the garage door in 5 minutes",
        "is it too dark in the study",
        "lights on?",
        "lock the car",
        "remove everything except milk from the shopping list",
    ],
)
def test_what_is_no_command_is_none(shipped: Runtime, text: str) -> None:
    assert isinstance(shipped.understand(text), Rejected)


def test_of_an_unknown_name_the_intent_is_what_most_things_can_do() -> None:
    with Runtime.load(default_bundle()) as hub:
        hub.home.add(Device("light.desk", "Desk lamp", area="study", kind="light"))
        answer = hub.understand("turn on the desk lump")
    assert isinstance(answer, Rejected)
    assert (answer.code, answer.intent) == ("unknown_name", "TurnOn")
    assert "did you mean 'Desk lamp'" in answer.reason
