"""`edge suggest`: events in, suggestions out, whatever the lines are."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edge.cli import main
from edge.events import Suggestion
from edge.limits import LINE_BYTES
from tests.edge.preference.tiny import HOME, make_preference_bundle
from tests.edge.tiny_bundle import HERE, make_tiny_bundle

LINES = [
    json.dumps({"time": f"2024-01-{day:02d}T07:0{minute}", "household": "h", "action": action})
    for day in range(8, 18)
    for minute, action in ((0, "light.kitchen:turn_on"), (5, "cover.bedroom:open"))
]
Feed = Callable[..., tuple[int, list[str]]]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_preference_bundle(tmp_path_factory.mktemp("command") / "tiny.edge")


@pytest.fixture
def feed(bundle: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Feed:
    """Runs the command with these lines, and returns its status and what it printed."""

    def run(*arguments: str, lines: list[str] | bytes = b"") -> tuple[int, list[str]]:
        data = lines if isinstance(lines, bytes) else "\n".join(lines).encode()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        status = main(["suggest", str(bundle), "--profile", HERE, *arguments])
        return status, capsys.readouterr().out.splitlines()

    return run


def documents(lines: list[str]) -> list[Any]:
    return [json.loads(line) for line in lines]


def test_nothing_likely_enough_is_said_so(
    bundle: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def suggest(*_: object, everything: bool) -> list[Suggestion]:
        return [Suggestion("fan.attic:turn_on", 0.01, "", shown=False)] if everything else []

    monkeypatch.setattr("edge.runtime.Runtime.suggest", suggest)
    assert main(["suggest", str(bundle), "--profile", HERE, "--at", "2024-01-08"]) == 0
    output = capsys.readouterr()
    assert output.out == ""
    assert "nothing is likely enough" in output.err


def test_nothing_known_is_said_so_at_once(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An empty past, and no home that says what could be done: there is nothing to suggest."""
    assert main(["suggest", str(bundle), "--profile", HERE, "--at", "2024-01-08"]) == 0
    output = capsys.readouterr()
    assert output.out == ""
    assert "nothing is known that could be done: --home" in output.err
    assert "--everything" not in output.err


class TestEvents:
    def test_each_gives_one_line(self, feed: Feed) -> None:
        status, lines = feed(lines=LINES)
        assert (status, len(lines)) == (0, len(LINES))
        assert lines[-1].startswith(
            "2024-01-17 07:05 cover.bedroom:open [suggested first] -> light.kitchen:turn_on "
        )
        assert "(often after open cover.bedroom" in lines[-1]
        assert "[not suggested] -> " in lines[0]

    def test_as_json(self, feed: Feed) -> None:
        found = documents(feed("--json", "-k", "1", "--everything", lines=LINES)[1])
        assert found[-1]["done"] == "cover.bedroom:open"
        assert found[-1]["rank"] == 1
        assert found[-1]["first"]["action"] == "cover.bedroom:open"
        assert [s["action"] for s in found[-1]["suggestions"]] == ["light.kitchen:turn_on"]
        assert found[0]["rank"] is None

    def test_a_line_without_an_action_asks_and_teaches_nothing(self, feed: Feed) -> None:
        ask = '{"time": "2024-01-18T07:00", "context": {"door": "open"}}'
        found = documents(feed("--json", lines=[*LINES, ask, ask])[1])
        assert found[-1] == found[-2]
        assert found[-1]["suggestions"][0]["action"] == "light.kitchen:turn_on"
        assert "done" not in found[-1]

    def test_what_cannot_be_saved_is_a_failure(
        self, feed: Feed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(handle: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        status, lines = feed("--state", str(tmp_path / "home.state"), lines=LINES)
        assert status == 1
        assert len(lines) == len(LINES)  # all were answered

    def test_feedback_counts(self, feed: Feed) -> None:
        never = '{"feedback": "never", "action": "light.kitchen:turn_on"}'
        ask = '{"time": "2024-01-18T07:00"}'
        found = documents(feed("--json", lines=[*LINES, never, ask])[1])
        assert found[-2] == {
            "type": "feedback",
            "action": "light.kitchen:turn_on",
            "verdict": "never",
        }
        assert "light.kitchen:turn_on" not in {s["action"] for s in found[-1]["suggestions"]}

    def test_broken_lines_are_said_and_passed_over(self, feed: Feed) -> None:
        broken = [
            b"{",
            b"\xff\xfe",
            b'{"time": "yesterday", "action": "fan:turn_on"}',
            b'{"action": "fan:turn_on"}',
            b'{"time": 5, "action": ["fan"]}',
            b'{"feedback": "perhaps", "action": "fan:turn_on"}',
            b'{"feedback": "never"}',
            b'{"time": "2024-01-18T07:00", "action": "' + b"x" * 300 + b'"}',
            b"x" * (2 * LINE_BYTES),
        ]
        rows = [line.encode() for line in LINES]
        mixed = [row for pair in zip(rows, broken, strict=False) for row in pair]
        status, lines = feed("--json", lines=b"\n\n".join([*mixed, *rows[len(broken) :]]))
        found = documents(lines)
        errors = [each for each in found if each["type"] == "error"]
        assert status == 0
        assert len(errors) == len(broken)
        assert [each["line"] for each in errors][:3] == [3, 7, 11]
        assert all("\n" not in each["what"] for each in errors)
        clean = documents(feed("--json", lines=LINES)[1])
        assert [each for each in found if each["type"] != "error"] == clean

    @pytest.mark.parametrize("time", ["1e400", "NaN", "1e30"])
    def test_a_number_that_no_clock_shows_is_no_time(self, feed: Feed, time: str) -> None:
        (found,) = documents(feed("--json", lines=['{"time": ' + time + ', "action": "a:b"}'])[1])
        assert found["type"] == "error"
        assert found["what"].startswith(f"the time is {float(time)} allowed: ISO 8601")

    @pytest.mark.parametrize("context", [[], "dark", 3, False])
    def test_a_context_that_is_no_object_is_said(self, feed: Feed, context: object) -> None:
        line = json.dumps({"time": "2024-01-18T07:00", "context": context})
        (found,) = documents(feed("--json", lines=[line])[1])
        assert found["type"] == "error"
        assert found["what"].startswith(f"the context is {context!r} allowed: an object")
        known = '{"time": "2024-01-18T07:00", "context": null}'
        assert documents(feed("--json", lines=[known])[1])[0]["type"] == "suggestions"

    def test_an_error_is_one_printable_line(self, feed: Feed) -> None:
        (line,) = feed(lines=['{"time": "\\u001b[31m"}'])[1]
        assert line.startswith("line 1: the time is")
        assert line.isprintable()

    def test_another_households_events_are_not_mixed_in(self, feed: Feed) -> None:
        other = LINES[0].replace('"h"', '"another"')
        found = documents(feed("--json", lines=[*LINES, other])[1])
        assert found[-1]["type"] == "error"
        assert "--household" in found[-1]["what"]
        chosen = documents(feed("--json", "--household", "another", lines=[*LINES, other])[1])
        assert len(chosen) == 1

    def test_a_clock_that_was_not_set(self, feed: Feed) -> None:
        found = documents(feed("--json", lines=['{"time": 0, "action": "fan:turn_on"}'])[1])
        assert found[0]["done"] == "fan:turn_on"


class TestOnce:
    def test_at_a_moment(self, feed: Feed, tmp_path: Path) -> None:
        home = tmp_path / "home.json"
        home.write_text(json.dumps(HOME))
        status, lines = feed(
            "--home", str(home), "--at", "2024-01-08T07:00", "--everything", "-k", "2",
            "--context", '{"door": "open"}',
        )  # fmt: skip
        assert (status, len(lines)) == (0, 2)
        assert " % (" in lines[0]

    @pytest.mark.parametrize(
        "arguments",
        [
            ("--at", "soon"),
            ("--at", "2024-01-08", "--context", "{"),
            ("--at", "2024-01-08", "--context", "[]"),
            ("--context", "{}"),
            ("--forget",),
            ("--export",),
            ("--at", "2024-01-08", "-k", "0"),
            ("--at", "2024-01-08", "--forget"),
        ],
    )
    def test_misuse(self, feed: Feed, arguments: tuple[str, ...]) -> None:
        assert feed(*arguments)[0] == 2

    def test_a_bundle_without_preferences(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = make_tiny_bundle(tmp_path / "tiny.edge")
        assert main(["suggest", str(path), "--profile", HERE, "--at", "2024-01-08"]) == 2
        assert "no task 'preference'" in capsys.readouterr().err


class TestState:
    def test_it_is_kept_shown_and_erased(self, feed: Feed, tmp_path: Path) -> None:
        state = tmp_path / "home.state"
        feed("--state", str(state), lines=LINES)
        _, lines = feed("--state", str(state), "--at", "2024-01-18T07:00")
        assert lines[0].startswith("light.kitchen:turn_on ")
        shown = json.loads("\n".join(feed("--state", str(state), "--export")[1]))
        assert shown["persons"]["household"]["events"] == len(LINES)
        assert feed("--state", str(state), "--forget")[1] == ["forgotten: everything"]
        assert os.listdir(tmp_path) == []

    def test_one_person_is_erased(self, feed: Feed, tmp_path: Path) -> None:
        state = tmp_path / "home.state"
        people = [
            line.replace("}", f', "person": "{name}"}}')
            for name, line in zip(("anna", "ben"), LINES, strict=False)
        ]
        feed("--state", str(state), lines=people)
        feed("--state", str(state), "--forget", "--person", "anna")
        shown = json.loads("\n".join(feed("--state", str(state), "--export")[1]))
        assert set(shown["persons"]) == {"household", "ben"}

    @pytest.mark.parametrize("more", [["--at", "2024-01-08"], ["--forget"], ["--export"], []])
    @pytest.mark.parametrize(
        ("data", "status", "said"),
        [(b"{}", 2, "no file of what was learned"), (b"EDGESTAT", 1, "only a part of one")],
    )
    def test_a_file_that_was_named_by_mistake_is_left_alone(
        self,
        bundle: Path,
        tmp_path: Path,
        capsys: pytest.CaptureFixture[str],
        more: list[str],
        data: bytes,
        status: int,
        said: str,
    ) -> None:
        log = tmp_path / "events.jsonl"
        log.write_bytes(data)
        arguments = ["--profile", HERE, "--state", str(log), *more]
        assert main(["suggest", str(bundle), *arguments]) == status
        assert said in capsys.readouterr().err
        assert log.read_bytes() == data
        assert os.listdir(tmp_path) == ["events.jsonl"]

    def test_what_was_forgotten_is_said_in_json_too(
        self, bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        arguments = ["--profile", HERE, "--state", str(tmp_path / "s"), "--forget", "--json"]
        assert main(["suggest", str(bundle), *arguments]) == 0
        assert json.loads(capsys.readouterr().out) == {"type": "forgotten", "person": None}

    def test_somebody_unknown_is_not_forgotten(
        self, bundle: Path, feed: Feed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        state = str(tmp_path / "home.state")
        feed("--state", state, lines=[LINES[0].replace("}", ', "person": "anna"}')])
        arguments = ["--profile", HERE, "--state", state, "--forget", "--person", "Anna"]
        assert main(["suggest", str(bundle), *arguments]) == 2
        error = capsys.readouterr().err
        assert "nothing was learned of 'Anna'" in error
        assert "allowed: anna" in error


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-k", "0"], "-k: is 0"),
        (["-k", "101"], "-k: is 101"),
        (["--at", "2024-01-08", "--picture", "week.html"], "--picture is of the events"),
        (["--at", "2024-01-08", "--household", "h"], "--household is of the events"),
        (["--picture", "week.png"], "is a page"),
        (["--picture", "nowhere/week.html"], "cannot be written"),
    ],
)
def test_misuse(
    bundle: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert main(["suggest", str(bundle), "--profile", HERE, *arguments]) == 2
    assert said in capsys.readouterr().err


def test_a_picture(feed: Feed, tmp_path: Path) -> None:
    file = tmp_path / "week.html"
    status, _ = feed("--picture", str(file), lines=[*LINES, '{"time": 0, "action": "a.b:c"}'])
    text = file.read_text("utf-8")
    assert status == 0
    assert "14 events of 7 days" in text
    assert "suggested first" in text
