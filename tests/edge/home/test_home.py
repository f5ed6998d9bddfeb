"""The household's devices and areas."""

import copy
import json
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import HomeError, UsageError
from edge.home.home import Area, Device, Floor, Home
from edge.limits import HOME_ALIASES, HOME_NAME_CHARS


def small_home() -> Home:
    return Home(
        floors=[Floor("up", "Upstairs")],
        areas=[Area("study", "Study", ("office",), "up"), Area("hall", "Hall")],
        devices=[
            Device("a", "Reading lamp", area="study", kind="light"),
            Device("b", "Reading lamp", area="hall", kind="light"),
            Device("c", "The tall one", ("big lamp",), kind="light"),
            Device("d", "Plug 2", area="hall", kind="plug"),
        ],
    )


def test_devices_are_found_by_name_and_alias_whatever_the_case() -> None:
    home = small_home()
    assert home.find("device", "BIG LAMP") == ("c",)
    assert home.find("area", "office") == ("study",)
    assert home.find("floor", "upstairs") == ("up",)


def test_articles_do_not_matter() -> None:
    home = small_home()
    assert home.find("device", "the big lamp") == ("c",)
    assert home.find("device", "tall one") == ("c",)
    assert home.find("device", "the tall one") == ("c",)


def test_nor_do_apostrophes() -> None:
    home = Home([Device("lamp", "Mum's desk lamp")], [Area("anna", "Anna's room")])
    assert home.names_in(["dim", "mums", "desk", "lamp"]) == [("device", 1, 4)]
    assert home.find("area", "annas room") == home.find("area", "anna's room") == ("anna",)
    home.remove("lamp")
    assert home.names_in(["mums", "desk", "lamp"]) == []


def test_where_words_are_divided_does_not_matter() -> None:
    home = small_home()
    assert home.find("device", "the biglamp") == ("c",)
    assert home.find("device", "read ing lamp") == ("a", "b")
    home.add(Area("bedroom", "Bedroom"), Device("l12", "Lamp 12", area="bedroom"))
    assert home.find("area", "bed room") == ("bedroom",)
    assert home.find("device", "lamp 1 2") == ()
    home.remove("l12", "bedroom")
    assert home.find("area", "bed room") == ()


def test_a_name_that_two_have_gives_both() -> None:
    assert small_home().find("device", "reading lamp") == ("a", "b")


def test_a_number_in_a_name_may_be_said() -> None:
    assert small_home().find("device", "plug two") == ("d",)


@pytest.mark.parametrize(
    ("said", "names"),
    [
        (
            "dim the reading lamp in the office upstairs",
            [("device", 2, 4), ("area", 6, 7), ("floor", 7, 8)],
        ),
        ("plug two", [("device", 0, 2)]),
        ("the tall one", [("device", 0, 3)]),  # and not "tall one" in it
        ("reading in the big", []),
        ("", []),
    ],
)
def test_the_names_in_a_sentence(said: str, names: list[object]) -> None:
    assert small_home().names_in(said.split()) == names


def test_devices_come_and_go() -> None:
    home = small_home()
    home.add(Device("e", "Lava lamp", area="study"))
    assert home.find("device", "lava lamp") == ("e",)
    assert "Lava lamp" in home.closest("device", "lava lmp")
    home.remove("e")
    assert home.find("device", "lava lamp") == ()
    assert "Lava lamp" not in home.closest("device", "lava lmp")
    assert "e" not in home


def test_did_you_mean_names_what_is_close() -> None:
    assert small_home().closest("device", "the reading light")[0] == "Reading lamp"
    assert small_home().closest("device", "submarine") == ()


def test_where_a_device_is() -> None:
    home = small_home()
    assert home.area_of("a") == "study"
    assert home.floor_of("a") == "up"
    assert home.floor_of("b") is None
    assert home.is_in("a", ["up"])
    assert not home.is_in("c", ["up"])
    assert home.label("a") == "Reading lamp (Study)"
    assert home.label("c") == "The tall one"


def test_an_id_is_given_once() -> None:
    home = small_home()
    with pytest.raises(HomeError, match="'study' is taken by the area 'Study'"):
        home.add(Device("study", "A lamp"))


def test_an_area_in_use_stays() -> None:
    home = small_home()
    with pytest.raises(HomeError, match="still used by 'a'"):
        home.remove("study")
    home.remove("a", "study")
    assert home.find("area", "study") == ()


def test_removing_what_is_not_there_is_an_error() -> None:
    with pytest.raises(HomeError, match="nothing with the id 'x'"):
        small_home().remove("x")


@pytest.mark.parametrize(
    ("device", "what"),
    [
        (Device("x", ""), "cannot be a name"),
        (Device("x", "🔥"), "cannot be a name"),
        (Device("x", "lamp " * 40), "cannot be a name"),
        (Device("x", "l" * (HOME_NAME_CHARS + 1)), "cannot be a name"),
        (Device("x", "lamp", ("",)), "cannot be a name"),
        (Device("", "lamp"), "cannot be an id"),
        (Device("x", "lamp", area="cellar"), "'cellar' is no area"),
        (Device("x", "lamp", area="up"), "'up' is no area"),
        (Device("x", "lamp", tuple(f"a{i}" for i in range(HOME_ALIASES + 1))), "aliases"),
        (Device("x", "lamp", "bulb"), "aliases are 'bulb'"),
        (Device("x", "lamp", (5,)), "5 cannot be a name"),
        (Device("x", "lamp \ud800"), "cannot be a name"),
        (Device("x", "lamp", kind="k" * 201), "cannot be a kind"),
        (Device("x", "lamp", kind=None), "None cannot be a kind"),
        (Device("x", "lamp", area=["up"]), "cannot be an area"),
        (Device(5, "lamp"), "5 cannot be an id"),
        (Device("x", None), "None cannot be a name"),
        ([Device("x", "lamp")], "is no device, area or floor"),
    ],
)
def test_a_device_that_cannot_be_is_refused(device: Device, what: str) -> None:
    home = small_home()
    with pytest.raises(HomeError, match=what):
        home.add(device)
    assert "x" not in home


def test_plain_data_gives_the_same_home_back() -> None:
    home = small_home()
    again = Home.from_dict(home.to_dict())
    assert again.to_dict() == home.to_dict()
    assert again.find("device", "reading lamp") == ("a", "b")


def test_a_home_is_read_from_toml_and_json(tmp_path: Path) -> None:
    toml = tmp_path / "home.toml"
    toml.write_text('[[areas]]\nid = "k"\nname = "Küche"\n[[devices]]\nid = "x"\nname = "Lamp"\n')
    assert Home.load(toml).find("area", "KÜCHE") == ("k",)
    file = tmp_path / "home.json"
    file.write_text(json.dumps(small_home().to_dict()))
    assert len(Home.load(file).devices) == 4


def test_an_area_by_its_id_or_its_name() -> None:
    home = Home([], [Area("k", "Kitchen", ("galley",)), Area("a", "Attic"), Area("b", "attic")])
    assert [home.area_id(said) for said in ("k", "kitchen", "the Galley", "b")] == [*"kkkb"]
    with pytest.raises(UsageError, match="'cellar' is no area of this home") as none:
        home.area_id("cellar")
    assert none.value.allowed == "k, a, b"
    with pytest.raises(UsageError, match="'Attic' are 2 areas"):
        home.area_id("Attic")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("[[devices]]\nid = 'x'\n", ["devices[0]", "'name' is missing"]),
        (
            "[[devices]]\nid = 'x'\nname = 'a'\ncolour = 'red'\n",
            ["devices[0]", "unknown key 'colour'", "aliases, area, id, kind, name"],
        ),
        ("[[devices]]\nid = 3\nname = 'a'\n", ["devices[0].id", "3 is no string"]),
        (
            "[[devices]]\nid = 'x'\nname = 'a'\naliases = 'b'\n",
            ["devices[0].aliases", "'b' is no list of names", "a list of strings"],
        ),
        ("[[device]]\nid = 'x'\n", ["unknown key 'device'", "floors, areas, devices"]),
        ("devices = 3\n", ["devices", "3 is no list"]),
        ("[[devices]]\nid = 'x'\nname = 'a'\narea = 'b'\n", ["device 'x'", "is no area"]),
        ("[[devices]\n", ["not TOML"]),
    ],
)
def test_a_file_that_is_wrong_says_what_where_and_what_is_allowed(
    tmp_path: Path, text: str, parts: list[str]
) -> None:
    file = tmp_path / "home.toml"
    file.write_text(text)
    with pytest.raises(HomeError) as caught:
        Home.load(file)
    for part in [str(file), *parts]:
        assert part in str(caught.value)


@pytest.mark.parametrize("name", ["missing.toml", "home.txt"])
def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(HomeError, match=name):
        Home.load(tmp_path / name)


def test_a_file_that_is_no_text_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "home.json"
    file.write_bytes(b'{"devices": "\xff"}')
    with pytest.raises(HomeError, match="not UTF-8 at byte 13"):
        Home.load(file)
    file.write_text("[" * 100_000)
    with pytest.raises(HomeError, match="not JSON"):
        Home.load(file)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["devices", "areas", "id", "name", "x"]), inner)
        ),
        max_leaves=12,
    )
)
def test_any_data_is_a_home_or_an_error(data: object) -> None:
    if isinstance(data, dict):
        try:
            Home.from_dict(data)
        except HomeError as error:
            assert error.what


def test_ten_thousand_devices_are_one_more_entry_each() -> None:
    home = Home(Device(f"d{i}", f"Room {i % 100} lamp {i}") for i in range(10_000))
    assert home.find("device", "room 17 lamp 4217") == ("d4217",)
    assert home.find("device", "room seventeen lamp 4217") == ("d4217",)
    assert len(home.closest("device", "room 17 lamp 421")) == 3
    home.remove("d4217")
    assert home.find("device", "room 17 lamp 4217") == ()


def test_whose_room_it_is_tells_it_from_the_one_that_somebody_is_in() -> None:
    home = Home(areas=[Area("bed", "Bedroom", ("our room",)), Area("den", "Den", ("my den",))])
    assert home.find("area", "our room") == ("bed",)
    assert home.find("area", "my room") == ("bed",)
    for other in ("this room", "that room", "the room", "your room", "room"):
        assert home.find("area", other) == ()
    assert home.find("area", "the den") == ("den",)


def test_it_counts_its_changes() -> None:
    home = Home([Device("x", "lamp")])
    before = home.changes
    home.add(Device("y", "lamp"))
    home.remove("x")
    assert home.changes == before + 2


def test_kinds_of_device_and_where_there_are_any() -> None:
    home = Home([Device("x", "lamp", area="den", kind="light")], [Area("den", "Den")])
    assert home.has_kind("light")
    assert home.has_kind("light", "den")
    assert not home.has_kind("light", "hall")
    home.add(Device("y", "torch", kind="light"))  # wherever it is taken
    assert home.has_kind("light", "hall")
    assert not home.has_kind("fan")


def test_files_as_other_systems_write_them(tmp_path: Path) -> None:
    toml = tmp_path / "HOME.TOML"
    toml.write_bytes(b'\xef\xbb\xbf[[devices]]\nid = "x"\nname = "Lamp"\n')
    assert Home.load(toml).find("device", "lamp") == ("x",)


def test_a_key_that_is_there_twice_loses_nothing_in_silence(tmp_path: Path) -> None:
    file = tmp_path / "home.json"
    file.write_text('{"devices": [{"id": "x", "name": "Lamp"}], "devices": []}')
    with pytest.raises(HomeError, match="the key 'devices' is there twice"):
        Home.load(file)


@pytest.mark.parametrize("area", [5, b"den", ["den"], None])
def test_an_area_is_named_by_text(area: object) -> None:
    with pytest.raises(UsageError, match="an area's id or name"):
        Home().area_id(area)  # type: ignore[arg-type]


def test_who_holds_its_turn_sees_no_change() -> None:
    home = small_home()
    begun = threading.Event()

    def add() -> None:
        begun.set()
        home.add(Device("e", "Fan"))
        home.remove("d")

    other = threading.Thread(target=add)
    with home.turn:
        other.start()
        begun.wait(30)
        assert [device.id for device in home.devices] == ["a", "b", "c", "d"]
        home.remove("a")  # by whoever holds it
    other.join(30)
    assert [device.id for device in home.devices] == ["b", "c", "e"]


def test_who_is_called_just_so_comes_before_who_is_written_so() -> None:
    home = Home([Device("a", "Kid's lamp"), Device("b", "Kids lamp")])
    assert home.find("device", "kids lamp") == ("b",)
    assert home.find("device", "kid's lamp") == ("a",)
    home.remove("b")
    assert home.find("device", "kids lamp") == ("a",)


def test_a_copy_is_a_home_of_its_own() -> None:
    home = small_home()
    other = copy.deepcopy(home)  # by the state that a process is given, too
    with home.turn:
        other.remove("a")
    assert other.to_dict() != home.to_dict()
    assert other.find("device", "big lamp") == ("c",)
