"""Slots of the learned model, made values of the home."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import BundleFormatError
from edge.events import Rejected
from edge.home.home import Area, Device, Floor, Home
from edge.intent.resolve import Resolved, resolve
from edge.intent.slots import SlotSchema

SCHEMA = SlotSchema.from_dict(
    {
        "On": {
            "name": {"kind": "device", "device_kinds": ["light", "plug"]},
            "area": {"kind": "area"},
            "floor": {"kind": "floor"},
        },
        "Dim": {
            "name": {"kind": "device"},
            "level": {
                "kind": "percent",
                "low": 0,
                "high": 100,
                "choices": {"maximum": 100},
            },
        },
        "Heat": {"warmth": {"kind": "number", "low": 5, "high": 30, "parts": 2}},
        "Paint": {"color": {"kind": "choice", "choices": {"crimson": "red", "blue": "blue"}}},
        "Count": {"number": {"kind": "number"}},
    }
)
HOME = Home(
    floors=[Floor("up", "Upstairs")],
    areas=[Area("study", "Study", ("office",), "up"), Area("hall", "Hall")],
    devices=[
        Device("l1", "Lamp", area="study", kind="light"),
        Device("l2", "Lamp", area="hall", kind="light"),
        Device("k", "Kitchen light", kind="light"),
        Device("f", "Fan", area="hall", kind="fan"),
        Device("s", "Spots", area="hall", kind="light"),
    ],
)


def read(intent: str, home: Home | None = HOME, **slots: str) -> Resolved | Rejected:
    found = [(label, text, 0, len(text)) for label, text in slots.items()]
    return resolve(intent, found, home, SCHEMA, text="what was said")


def values(intent: str, **slots: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    found = read(intent, **slots)
    assert isinstance(found, Resolved), found
    return found.slots, found.targets


def refusal(intent: str, **slots: str) -> Rejected:
    found = read(intent, **slots)
    assert isinstance(found, Rejected), found
    return found


def test_a_device_is_found_without_its_article() -> None:
    assert values("On", name="the kitchen light") == ({"name": "Kitchen light"}, ("k",))


def test_singular_and_plural_are_one() -> None:
    assert values("On", name="kitchen lights")[1] == ("k",)
    assert values("On", name="the spot")[1] == ("s",)


@pytest.mark.parametrize("said", ["study lamp", "the lamp in the study", "lamp upstairs study"])
def test_an_area_inside_the_name_settles_it(said: str) -> None:
    found = read("On", name=said)
    if said == "lamp upstairs study":
        assert isinstance(found, Rejected)
    else:
        assert isinstance(found, Resolved)
        assert found.targets == ("l1",)


def test_an_area_in_the_same_sentence_settles_it() -> None:
    assert values("On", name="lamp", area="the office") == (
        {"name": "Lamp", "area": "Study"},
        ("l1", "study"),
    )
    assert values("On", name="lamp", floor="upstairs")[1] == ("l1", "up")


def test_the_place_of_the_speaker_settles_it() -> None:
    found = resolve("On", [("name", "lamp", 0, 4)], HOME, SCHEMA, area="hall")
    assert isinstance(found, Resolved)
    assert found.targets == ("l2",)


def test_two_devices_with_one_name_are_asked_about() -> None:
    said = refusal("On", name="the lamp")
    assert said.code == "ambiguous_name"
    assert said.reason == "2 devices are called 'lamp': Lamp (Study), Lamp (Hall). Which one?"
    assert (said.intent, said.text) == ("On", "what was said")


def test_an_unknown_name_offers_the_closest() -> None:
    said = refusal("On", name="the kitchen lite")
    assert said.code == "unknown_name"
    assert said.reason == "no device called 'kitchen lite'; did you mean 'Kitchen light'?"


def test_an_unknown_area_is_refused() -> None:
    assert refusal("On", area="hal").reason == "no area called 'hal'; did you mean 'Hall'?"


def test_a_device_of_the_wrong_kind_is_refused() -> None:
    assert refusal("On", name="fan").reason.startswith("'fan' is a fan, this works with: light")


def test_a_device_that_is_elsewhere_is_refused() -> None:
    assert refusal("On", name="spots", area="study").reason == (
        "there is no 'spots' in 'Study'; there is Spots (Hall)"
    )


@pytest.mark.parametrize(
    ("intent", "slots", "expected"),
    [
        ("Dim", {"level": "fifty percent"}, {"level": 50}),
        ("Dim", {"level": "about 50 %"}, {"level": 50}),
        ("Dim", {"level": "half"}, {"level": 50}),
        ("Dim", {"level": "the maximum"}, {"level": 100}),
        ("Heat", {"warmth": "twenty one point five"}, {"warmth": 21.5}),
        ("Paint", {"color": "Crimson"}, {"color": "red"}),
        ("Count", {"number": "a few"}, {"number": "a few"}),
        ("Count", {"number": "minus two"}, {"number": -2}),
        ("PlayMusic", {"artist": "The Kites"}, {"artist": "The Kites"}),
    ],
)
def test_values(intent: str, slots: dict[str, str], expected: dict[str, Any]) -> None:
    assert values(intent, **slots)[0] == expected


@pytest.mark.parametrize(
    ("intent", "slots", "reason"),
    [
        ("Heat", {"warmth": "99"}, "warmth takes numbers and halves from 5 to 30; '99' was said"),
        (
            "Heat",
            {"warmth": "cosy"},
            "warmth takes numbers and halves from 5 to 30; 'cosy' was said",
        ),
        ("Paint", {"color": "mauve"}, "color takes crimson, blue; 'mauve' was said"),
    ],
)
def test_values_that_a_slot_does_not_take(intent: str, slots: dict[str, str], reason: str) -> None:
    said = refusal(intent, **slots)
    assert (said.code, said.reason) == ("out_of_range", reason)


def test_what_is_said_twice_is_kept_twice() -> None:
    found = resolve("Buy", [("item", "milk", 4, 8), ("item", "eggs", 13, 17)], HOME, SCHEMA)
    assert isinstance(found, Resolved)
    assert found.slots == {"item": "milk, eggs"}


@pytest.mark.parametrize(
    ("intent", "label", "said", "reason"),
    [
        ("Paint", "color", ("crimson", "blue"), "two values for color: 'red' and 'blue'; say"),
        ("Dim", "level", ("20", "thirty"), "two values for level: 20 and 30; say"),
    ],
)
def test_a_number_or_a_choice_has_one_value(
    intent: str, label: str, said: tuple[str, str], reason: str
) -> None:
    found = resolve(intent, [(label, one, 0, len(one)) for one in said], HOME, SCHEMA)
    assert isinstance(found, Rejected)
    assert found.code == "unsure"
    assert found.reason.startswith(reason)
    again = resolve(intent, [(label, said[0], 0, 9)] * 2, HOME, SCHEMA)
    assert isinstance(again, Resolved)


def test_words_of_a_number_hold_one_number() -> None:
    said = refusal("Dim", level="20 to 30")
    assert (said.code, said.reason[:33]) == ("unsure", "two values for level: 20 and 30; ")
    assert isinstance(resolve("Dim", [("level", "20, that is 20", 0, 14)], HOME, SCHEMA), Resolved)


def test_without_a_home_names_stay_text() -> None:
    found = read("On", None, name="lamp", area="moon")
    assert isinstance(found, Resolved)
    assert found == Resolved({"name": "lamp", "area": "moon"}, ())


@pytest.mark.parametrize(
    "data",
    [
        [],
        {"On": []},
        {"On": {"name": "device"}},
        {"On": {"name": {"kind": "pickle"}}},
        {"On": {"name": {}}},
        {"On": {"name": {"kind": "text", "extra": 1}}},
        {"On": {"n": {"kind": "number", "low": 1}}},
        {"On": {"n": {"kind": "number", "low": "1", "high": 2}}},
        {"On": {"n": {"kind": "number", "low": True, "high": 2}}},
        {"On": {"n": {"kind": "number", "low": float("nan"), "high": 2}}},
        {"On": {"n": {"kind": "number", "low": 1, "high": 2, "step": 0}}},
        {"On": {"n": {"kind": "number", "low": 1, "high": 2, "parts": 0.5}}},
        {"On": {"c": {"kind": "choice", "choices": []}}},
        {"On": {"c": {"kind": "choice", "choices": {"a": None}}}},
        {"On": {"d": {"kind": "device", "device_kinds": "light"}}},
    ],
)
def test_a_schema_that_is_wrong_is_refused(data: Any) -> None:
    with pytest.raises(BundleFormatError, match="slot schema"):
        SlotSchema.from_dict(data)


@given(
    st.sampled_from(["On", "Dim", "Heat", "Paint", "Other"]),
    st.lists(
        st.tuples(
            st.sampled_from(["name", "area", "floor", "level", "warmth", "color", "x"]),
            st.text(max_size=20) | st.sampled_from(["lamp", "the", "study lamp", "half"]),
        ),
        max_size=4,
    ),
)
def test_any_slots_have_an_answer(intent: str, slots: list[tuple[str, str]]) -> None:
    found = resolve(intent, [(label, text, 0, len(text)) for label, text in slots], HOME, SCHEMA)
    if isinstance(found, Rejected):
        assert found.reason
    else:
        assert all(target in HOME for target in found.targets)
