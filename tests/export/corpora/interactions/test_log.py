"""The interaction log: what is read, what is said about the rest, and how it is split."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import UsageError
from export.corpora.interactions import Event, History, InteractionCorpus, Target, read, write_log
from export.corpora.interactions.corpus import moment
from export.corpora.interactions.log import read_log

DOCS = Path(__file__).parents[4] / "docs" / "interaction-log.md"
MONDAY = 1_704_672_000.0  # 2024-01-08T00:00
ON = {"time": "2024-01-08T07:30:00", "household": "h", "action": "light.kitchen:turn_on"}
OFF = {"time": "2024-01-08T08:00:00", "household": "h", "action": "light.kitchen:turn_off"}


def write(path: Path, *lines: Any) -> Path:
    texts = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    path.write_bytes(b"".join(text + b"\n" for text in texts))
    return path


def one(folder: Path, **more: Any) -> tuple[Event, list[str]]:
    """The event of a line that differs from ON in this, and what was said about it."""
    corpus = read_log(write(folder / "log.jsonl", {**ON, **more}))
    return corpus.histories[0].events[0], [item.what for item in corpus.problems]


def many(count: int, household: str = "h") -> list[dict[str, Any]]:
    return [
        {"time": MONDAY + 60 * index, "household": household, "action": f"item-{index % 7}"}
        for index in range(count)
    ]


def test_a_line_becomes_an_event_with_its_moment(tmp_path: Path) -> None:
    context = {"lux": 12, "presence": True, "door": "open"}
    event, problems = one(tmp_path, person="anna", context=context, value=21.5, rating=4)

    assert event == Event(
        "light.kitchen:turn_on",
        0,
        7.5,
        MONDAY + 7.5 * 3600,
        {"lux": 12.0, "presence": True, "door": "open"},
        "anna",
        4.0,
        "21.5",
    )
    assert type(event.context["lux"]) is float
    assert not problems


@pytest.mark.parametrize(
    "time",
    [
        "2024-01-08T07:30:00Z",
        "2024-01-08T07:30:00+05:30",
        "2024-01-08T07:30:00-11:00",
        "2024-01-08 07:30",
        MONDAY + 7.5 * 3600,
        int(MONDAY + 7.5 * 3600),
    ],
)
def test_the_wall_clock_is_taken_as_written(tmp_path: Path, time: Any) -> None:
    event, _ = one(tmp_path, time=time)

    assert (event.weekday, event.hour) == (0, 7.5)


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (b"{", "not JSON"),
        (b"\xff\xfe", "not UTF-8"),
        (b"[1, 2]", "not a JSON object"),
        (b'{"time": 1, "time": 2}', "'time' occurs twice"),
        (b"[" * 100_000, "not JSON"),
        ({"household": "h", "action": "a"}, "no time"),
        ({**ON, "time": "yesterday"}, "'yesterday' is not ISO 8601"),
        ({**ON, "time": True}, "neither ISO 8601 nor seconds"),
        ({**ON, "time": math.nan}, "neither ISO 8601 nor seconds"),
        ({**ON, "time": 10**400}, "neither ISO 8601 nor seconds"),
        ({**ON, "time": "1970-01-01T00:02:00"}, "the clock was not set"),
        ({**ON, "time": 120}, "the clock was not set"),
        ({**ON, "time": 1_704_672_000_000}, "are these milliseconds?"),
        ({**ON, "household": None}, "no household"),
        ({**ON, "household": " "}, "the household is no name"),
        ({**ON, "action": ["a"]}, "the action is no name"),
        ({**ON, "action": "x" * 501}, "the action is no name of 1 to 200 characters"),
        ({**ON, "action": "\ud800"}, "the action is no name"),
    ],
)
def test_a_broken_line_is_named_and_costs_only_itself(tmp_path: Path, line: Any, what: str) -> None:
    corpus = read_log(write(tmp_path / "log.jsonl", ON, line, OFF))

    assert [event.action for event in corpus.histories[0].events] == [ON["action"], OFF["action"]]
    assert [(item.file, item.line) for item in corpus.problems] == [("log.jsonl", 2)]
    assert what in corpus.problems[0].what


@pytest.mark.parametrize(
    "reading", [math.nan, math.inf, None, [1], {"a": 1}, "", 10**400, 1e300, -1e13]
)
def test_a_bad_reading_costs_only_itself(tmp_path: Path, reading: Any) -> None:
    event, problems = one(tmp_path, context={"lux": 3, "odd": reading})

    assert event.context == {"lux": 3.0}
    assert len(problems) == 1
    assert "'odd' reads" in problems[0]
    assert "the event kept" in problems[0]


def test_more_sensors_than_any_house_has_are_cut_off(tmp_path: Path) -> None:
    event, problems = one(tmp_path, context={f"s{index}": 1 for index in range(500)})

    assert len(event.context) == 200
    assert "more than 200 sensors" in problems[0]


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ({"context": [1]}, "the context is no object"),
        ({"rating": "good"}, "the rating is no finite number"),
        ({"rating": math.nan}, "the rating is no finite number"),
        ({"person": ["anna"]}, "the person is no text"),
        ({"value": {}}, "the value is no text"),
    ],
)
def test_what_else_is_bad_leaves_the_event(tmp_path: Path, more: Any, what: str) -> None:
    event, problems = one(tmp_path, **more)

    assert event == one(tmp_path)[0]
    assert len(problems) == 1
    assert what in problems[0]


def test_an_unknown_key_is_said_once_and_passed_over(tmp_path: Path) -> None:
    corpus = read_log(write(tmp_path / "log.jsonl", {**ON, "contxt": 1}, {**OFF, "contxt": 2}))

    assert len(corpus.histories[0].events) == 2
    assert [item.line for item in corpus.problems] == [1]
    assert "'contxt'" in corpus.problems[0].what


def test_the_same_event_twice_is_kept_once_over_all_files(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", ON, OFF, {**ON, "person": "anna"})
    write(
        tmp_path / "b.jsonl", OFF, {**OFF, "action": "light.hall:turn_on"}, {**ON, "household": "i"}
    )
    corpus = read_log(tmp_path)

    assert {item.household: len(item.events) for item in corpus.histories} == {"h": 3, "i": 1}
    assert [(item.file, item.line) for item in corpus.problems] == [("a.jsonl", 3), ("b.jsonl", 1)]
    assert "there already" in corpus.problems[0].what


def test_a_clock_going_back_is_said_once_a_household_and_the_events_put_in_order(
    tmp_path: Path,
) -> None:
    later = {**OFF, "time": "2024-01-08T07:00:00"}
    last = {**OFF, "time": "2024-01-08T07:10:00"}
    corpus = read_log(write(tmp_path / "log.jsonl", ON, later, {**ON, "household": "i"}, last, OFF))
    times = [event.time for event in corpus.histories[0].events]

    assert len(times) == 4
    assert times == sorted(times, key=float)  # type: ignore[arg-type]
    assert [item.line for item in corpus.problems] == [2]
    assert "the clock of 'h' goes back, 1 times" in corpus.problems[0].what


def test_an_hour_lived_twice_keeps_every_event(tmp_path: Path) -> None:
    # The night clocks are set back: 02:30+02:00, then 02:10+01:00.
    times = ("2024-10-27T02:30:00+02:00", "2024-10-27T02:10:00+01:00", "2024-10-27T03:00:00+01:00")
    corpus = read_log(write(tmp_path / "log.jsonl", *({**ON, "time": time} for time in times)))

    assert [event.hour for event in corpus.histories[0].events] == [2 + 1 / 6, 2.5, 3.0]


def test_events_of_one_moment_stay_in_the_order_of_the_lines(tmp_path: Path) -> None:
    actions = [f"item-{index}" for index in (3, 1, 2, 0)]
    corpus = read_log(write(tmp_path / "log.jsonl", *({**ON, "action": name} for name in actions)))

    assert [event.action for event in corpus.histories[0].events] == actions


def test_each_households_last_tenth_is_test_and_the_tenth_before_it_dev(tmp_path: Path) -> None:
    corpus = read_log(write(tmp_path / "log.jsonl", *many(50, "a"), *many(9, "b")))

    assert corpus.test == [Target(0, position) for position in range(45, 50)]
    assert corpus.dev == [Target(0, position) for position in range(40, 45)]
    assert corpus.train == [
        *(Target(0, position) for position in range(1, 40)),
        *(Target(1, position) for position in range(1, 9)),
    ]


@given(st.lists(st.integers(1, 60), min_size=1, max_size=5))
def test_every_event_but_the_first_is_in_one_split_and_no_split_looks_ahead(
    tmp_path_factory: pytest.TempPathFactory, counts: list[int]
) -> None:
    lines = [line for index, count in enumerate(counts) for line in many(count, f"h{index}")]
    corpus = read_log(write(tmp_path_factory.mktemp("log") / "log.jsonl", *lines))
    targets = corpus.train + corpus.dev + corpus.test

    assert sorted(targets) == [
        Target(index, position)
        for index, history in enumerate(corpus.histories)
        for position in range(1, len(history.events))
    ]
    for index in range(len(counts)):
        train, dev, test = (
            [target.position for target in split if target.history == index]
            for split in (corpus.train, corpus.dev, corpus.test)
        )
        assert train + dev + test == sorted(train + dev + test)


def test_devices_make_the_catalogue_generic(tmp_path: Path) -> None:
    corpus = read_log(write(tmp_path / "log.jsonl", ON, OFF, {**OFF, "action": "scene.x:activate"}))

    assert corpus.generic
    assert corpus.catalogue == ("light:turn_off", "light:turn_on", "scene:activate")
    assert corpus.attributes["light:turn_on"] == ("light", "turn_on")


def test_one_plain_item_leaves_the_catalogue_as_it_is(tmp_path: Path) -> None:
    corpus = read_log(write(tmp_path / "log.jsonl", ON, {**OFF, "action": "film-7"}))

    assert not corpus.generic
    assert corpus.catalogue == ("film-7", "light.kitchen:turn_on")


def test_items_beside_the_log_add_attributes_and_items_nobody_chose(tmp_path: Path) -> None:
    log = write(tmp_path / "log.jsonl", {**ON, "action": "b"}, {**OFF, "action": 7})
    items = [
        {"item": 7, "attributes": ["new"]},
        {"item": "a"},
        {"item": ""},
        {"item": "c", "attributes": 3},
    ]
    write(tmp_path / "items.jsonl", *items)
    corpus = read_log(log)

    assert corpus.catalogue == ("7", "a", "b")
    assert corpus.attributes == {"7": ("new",), "a": ()}
    assert [(item.file, item.line) for item in corpus.problems] == [
        ("items.jsonl", 3),
        ("items.jsonl", 4),
    ]
    assert read_log(tmp_path).catalogue == corpus.catalogue


def test_ratings_on_most_lines_are_what_is_predicted(tmp_path: Path) -> None:
    lines = [{**line, "rating": index % 5 + 1} for index, line in enumerate(many(30))]
    lines[3].pop("rating")
    corpus = read_log(write(tmp_path / "log.jsonl", *lines))

    assert corpus.objective == "rating"
    assert len(corpus.train) + len(corpus.dev) + len(corpus.test) == 29
    assert Target(0, 3) not in corpus.train
    assert Target(0, 0) in corpus.train


@pytest.mark.parametrize("rating", [1e300, -1e300, 1_000_001])
def test_a_rating_that_no_scale_has_costs_its_line(tmp_path: Path, rating: float) -> None:
    corpus = read_log(write(tmp_path / "log.jsonl", ON, {**OFF, "rating": rating}))
    (history,) = corpus.histories
    assert [event.action for event in history.events] == [ON["action"]]
    (problem,) = corpus.problems
    assert (problem.line, "at most 1000000" in problem.what) == (2, True)


def test_the_first_action_that_is_spelt_as_no_devices_is_named(tmp_path: Path) -> None:
    odd = {**ON, "time": "2024-01-08T09:00:00", "action": "fan.bath.on"}
    corpus = read_log(write(tmp_path / "log.jsonl", ON, OFF, odd))
    assert not corpus.generic
    (problem,) = corpus.problems
    assert (problem.file, problem.line) == ("log.jsonl", 3)
    assert "'fan.bath.on' is not spelt <kind>.<object>:<verb>" in problem.what
    assert not read_log(write(tmp_path / "log.jsonl", ON, OFF)).problems
    items = [{**odd, "action": f"film-{i}"} for i in range(3)]
    assert not read_log(write(tmp_path / "log.jsonl", ON, *items)).problems


def test_a_few_ratings_are_not(tmp_path: Path) -> None:
    lines = [{**line, "rating": 3} if index % 2 else line for index, line in enumerate(many(30))]

    assert read_log(write(tmp_path / "log.jsonl", *lines)).objective == "next"


def test_a_file_of_another_kind_and_a_folder_without_a_log_are_said_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"unknown kind of log '\.csv'"):
        read(write(tmp_path / "log.csv", ON), "log")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="no log in this folder"):
        read(tmp_path / "empty", "log")


def test_a_log_with_nothing_usable_names_the_first_problem(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"the first of 2 problems: log\.jsonl:1: not JSON"):
        read(write(tmp_path / "log.jsonl", b"nonsense", {}))


def test_a_history_without_times_cannot_be_written_as_a_log(tmp_path: Path) -> None:
    path = write(tmp_path / "log.jsonl", ON)
    with pytest.raises(ValueError, match="'a' of 'h' has no time"):
        write_log(path, [History("h", (Event("a"),))])

    assert read_log(path).histories[0].events[0].action == ON["action"]


NAME = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=8)
READING = st.booleans() | NAME | st.floats(-1e12, 1e12)


@st.composite
def events(draw: st.DrawFn, time: float) -> Event:
    weekday, hour = moment(time)
    return Event(
        draw(NAME),
        weekday,
        hour,
        time,
        draw(st.dictionaries(NAME, READING, max_size=3)),
        draw(st.just("") | NAME),
        draw(st.none() | st.floats(-10, 10)),
        draw(st.just("") | NAME),
    )


@given(st.data())
def test_what_was_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    histories = []
    for name in sorted(data.draw(st.sets(NAME, min_size=1, max_size=3))):
        times = data.draw(st.sets(st.floats(1e9, 4e9), min_size=1, max_size=5))
        histories.append(History(name, tuple(data.draw(events(time)) for time in sorted(times))))
    path = tmp_path_factory.mktemp("log") / "log.jsonl"
    write_log(path, histories)
    corpus = read_log(path)

    assert corpus.histories == histories
    assert not corpus.problems


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
KEY = st.sampled_from(["time", "household", "action", "person", "context", "rating", "value", "x"])
LINE = st.binary(max_size=40).map(lambda raw: raw.replace(b"\n", b" ")) | st.dictionaries(
    KEY, ANYTHING
)


@given(st.lists(LINE, max_size=8))
def test_no_line_raises_or_costs_a_good_one(
    tmp_path_factory: pytest.TempPathFactory, junk: list[Any]
) -> None:
    good = {**ON, "household": "the good one"}
    corpus = read_log(write(tmp_path_factory.mktemp("junk") / "log.jsonl", *junk, good))
    kept = [event for item in corpus.histories for event in item.events]

    assert any(item.household == "the good one" for item in corpus.histories)
    for event in kept:
        assert event.time is not None
        assert event.weekday in range(7)
        assert event.hour is not None
        assert 0 <= event.hour < 24
        for reading in event.context.values():
            assert isinstance(reading, str | bool) or math.isfinite(reading)
    # A byte-order mark before the first line is no part of it.
    texts = [line.decode("utf-8", "replace") for line in junk if isinstance(line, bytes)]
    blank = sum(not text.removeprefix("\ufeff").strip() for text in texts)
    assert len(kept) + len({item.line for item in corpus.problems}) >= len(junk) + 1 - blank


@given(st.lists(st.sampled_from([ON, OFF, {**ON, "household": "i"}]), max_size=6), st.randoms())
def test_the_order_of_the_lines_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, extra: list[Any], rng: Any
) -> None:
    lines = [*many(12), *extra]
    shuffled = rng.sample(lines, len(lines))
    folder = tmp_path_factory.mktemp("order")

    def histories(name: str, rows: list[Any]) -> InteractionCorpus:
        return read_log(write(folder / name, *rows))

    # Of one moment: ON and OFF differ in time, so time alone orders these.
    assert histories("a.jsonl", lines).histories == histories("b.jsonl", shuffled).histories


def test_the_ten_lines_of_the_documentation_make_a_log(tmp_path: Path) -> None:
    code = DOCS.read_text(encoding="utf-8").partition("```python\n")[2].partition("```")[0]
    assert len(code.splitlines()) <= 10
    user = {"context_user_id": "5f1e"}
    logbook = [
        {"when": "2024-01-08T07:30:00+00:00", "entity_id": "light.hall", "state": "on", **user},
        {"when": "2024-01-08T07:31:00+00:00", "entity_id": "light.hall", "state": "off"},
        {"when": "2024-01-08T07:32:00+00:00", "name": "Home Assistant", "message": "started"},
        {"when": "2024-01-08T08:00:00+00:00", "entity_id": "lock.door", "state": "locked", **user},
    ]
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps(logbook),
        capture_output=True,
        text=True,
        check=True,
        env={"TZ": "UTC-2"},  # POSIX spells two hours east this way
    )
    (tmp_path / "log.jsonl").write_text(done.stdout, encoding="utf-8")
    corpus = read(tmp_path)

    assert not corpus.problems
    assert [(event.action, event.hour) for event in corpus.histories[0].events] == [
        ("light.hall:turn_on", 9.5),
        ("lock.door:lock", 10.0),
    ]
