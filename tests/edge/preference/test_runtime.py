"""Preferences through the face of the package."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from edge import Command, Device, Home, Runtime
from edge.errors import UsageError
from edge.events import Suggestion
from edge.preference.habits import Habits
from edge.preference.memory.keeper import Keeper
from edge.preference.preference import Preference
from tests.edge.preference.tiny import NAME, make_preference_bundle, tiny_home
from tests.edge.tiny_bundle import HERE, make_tiny_bundle

MONDAY = datetime(2024, 1, 8, 7)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_preference_bundle(tmp_path_factory.mktemp("runtime") / "tiny.edge")


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "home.state"


@pytest.fixture
def hub(bundle: Path, state: Path) -> Iterator[Runtime]:
    with Runtime.load(bundle, home=tiny_home(), profile=HERE, state=state) as runtime:
        yield runtime


def mornings(hub: Runtime, days: int, person: str = "") -> None:
    for day in range(days):
        for step, action in enumerate(("light.kitchen:turn_on", "cover.bedroom:open")):
            hub.observe(action, MONDAY + timedelta(days=day, minutes=step), person=person)


def test_a_morning_becomes_a_habit(hub: Runtime) -> None:
    mornings(hub, 9)
    (first, *_) = hub.suggest(MONDAY + timedelta(days=9), {"door": "open"})
    assert first.action == "light.kitchen:turn_on"
    assert first.shown


def test_only_what_is_likely_enough_is_shown(hub: Runtime) -> None:
    mornings(hub, 9)
    shown = hub.suggest(MONDAY, k=6)
    every = hub.suggest(MONDAY, k=6, everything=True)
    assert 0 < len(shown) < len(every) == 6
    assert shown == [s for s in every if s.shown]


def test_now_is_when_nothing_else_is_said(hub: Runtime) -> None:
    before = datetime.now() - timedelta(seconds=1)
    hub.observe("porch:turn_on")
    hub.suggest()
    habits = hub._habits
    assert habits is not None
    seconds = habits.preference.pasts[""].memory.last_time
    assert seconds is not None
    assert before < datetime(1970, 1, 1) + timedelta(seconds=seconds) <= datetime.now()


def test_a_suggestion_can_be_told_what_became_of_it(hub: Runtime) -> None:
    mornings(hub, 9)
    first = hub.suggest(MONDAY)[0]
    hub.feedback(first, "never")
    assert first.action not in {s.action for s in hub.suggest(MONDAY, k=6, everything=True)}
    hub.unblock(first.action)
    assert hub.suggest(MONDAY)[0] == first


class TestDevicesThatComeAndGo:
    def test_one_that_was_added_may_be_suggested(self, hub: Runtime) -> None:
        hub.home.add(Device("light.attic", "Attic light", kind="light"))
        known = hub.suggest(MONDAY, k=100, everything=True)
        assert "light.attic:turn_on" in {one.action for one in known}

    def test_so_may_one_that_others_call_otherwise(self, hub: Runtime) -> None:
        hub.home.add(Device("blind.attic", "Attic blind", kind="blind"))
        known = hub.suggest(MONDAY, k=100, everything=True)
        assert "blind.attic:open" in {one.action for one in known}

    def test_what_was_done_with_one_that_is_gone_is_not(self, hub: Runtime) -> None:
        mornings(hub, 9)
        at = MONDAY + timedelta(days=9)
        assert hub.suggest(at, k=1)[0].action == "light.kitchen:turn_on"
        hub.home.remove("light.kitchen")
        left = {one.action for one in hub.suggest(at, k=100, everything=True)}
        assert "cover.bedroom:open" in left
        assert not any(action.startswith("light.kitchen:") for action in left)

    def test_nor_after_the_runtime_was_started_without_it(self, bundle: Path, state: Path) -> None:
        at = MONDAY + timedelta(days=9)
        with Runtime.load(bundle, home=tiny_home(), profile=HERE, state=state) as hub:
            mornings(hub, 9)
            hub.observe("kettle.guest:turn_on", at)  # the home never spoke of it
        with Runtime.load(bundle, profile=HERE, state=state):
            pass  # somebody who does not know the home
        without = tiny_home()
        without.remove("light.kitchen")
        for home, is_there in ((without, False), (tiny_home(), True)):
            with Runtime.load(bundle, home=home, profile=HERE, state=state) as hub:
                left = {one.action for one in hub.suggest(at, k=100, everything=True)}
            assert "kettle.guest:turn_on" in left
            assert ("light.kitchen:turn_on" in left) is is_there

    def test_unless_it_is_used_all_the_same(self, hub: Runtime) -> None:
        mornings(hub, 9)
        hub.home.remove("light.kitchen")
        mornings(hub, 10)
        at = MONDAY + timedelta(days=9)
        assert hub.suggest(at, k=1)[0].action == "light.kitchen:turn_on"


@pytest.mark.parametrize(
    ("call", "where"),
    [
        (lambda hub: hub.observe("porch:turn_on", MONDAY, value=21), "value"),
        (lambda hub: hub.observe("porch:turn_on", MONDAY, person=5), "person"),
        (lambda hub: hub.suggest(MONDAY, person=["anna"]), "person"),
        (lambda hub: hub.rating(5), "item"),
        (lambda hub: hub.rating("porch", person=5), "person"),
        (lambda hub: hub.unblock(5), "action"),
        (lambda hub: hub.feedback("porch:turn_on", "never", 5), "person"),
    ],
)
def test_what_is_no_text_is_refused(hub: Runtime, call: Any, where: str) -> None:
    with pytest.raises(UsageError) as caught:
        call(hub)
    assert caught.value.where == where
    assert set(hub.export_state()["persons"]) == {"household"}


class TestTasks:
    def test_a_bundle_of_both(self, tmp_path: Path) -> None:
        path = make_preference_bundle(tmp_path / "both.edge", with_intent=True)
        with Runtime.load(path, profile=HERE) as hub:
            assert hub.tasks == ("intent", "preference")
            assert isinstance(hub.understand("turn on the porch light"), Command)
            # The sample home says what its lights are called, not that this household has them.
            assert hub.suggest(MONDAY, everything=True) == []
            hub.home = Home([Device("z", "Zeppelin", kind="light")])
            assert isinstance(hub.understand("turn on the zeppelin"), Command)
            assert {s.action for s in hub.suggest(MONDAY, everything=True)} == {
                "z:turn_on",
                "z:turn_off",
            }

    def test_a_bundle_without_text_says_what_it_has(self, hub: Runtime) -> None:
        assert hub.tasks == ("preference",)
        with pytest.raises(UsageError, match=f"{NAME} has no task 'intent'") as caught:
            hub.understand("turn on the fan")
        assert caught.value.allowed == "what it has: preference"
        assert not hasattr(hub, "intent")
        assert "porch" in hub.home

    def test_a_bundle_without_preferences_says_what_it_has(self, tmp_path: Path) -> None:
        path = make_tiny_bundle(tmp_path / "tiny.edge")
        with Runtime.load(path, profile=HERE) as hub:
            for call in (
                lambda: hub.observe("fan:turn_on"),
                hub.suggest,
                lambda: hub.feedback("fan:turn_on", "never"),
                lambda: hub.unblock("fan:turn_on"),
                hub.forget,
                hub.export_state,
                hub.save,
            ):
                with pytest.raises(UsageError, match="no task 'preference'"):
                    call()
            assert hub.problems == ()
        with pytest.raises(UsageError, match="no task 'preference'"):
            Runtime.load(path, profile=HERE, state=tmp_path / "home.state")


class TestState:
    def test_what_was_learned_is_there_again(self, bundle: Path, state: Path) -> None:
        answers: list[list[Suggestion]] = []
        for _ in range(3):
            with Runtime.load(bundle, home=tiny_home(), profile=HERE, state=str(state)) as hub:
                if not answers:
                    mornings(hub, 9, "anna")
                answers.append(hub.suggest(MONDAY, k=6, everything=True))
                assert hub.problems == ()
        one, two, three = ([s.to_dict() for s in each] for each in answers)
        assert one == two == three

    def test_it_is_saved_now_and_then(self, hub: Runtime, state: Path) -> None:
        mornings(hub, 7)
        assert not state.exists()
        mornings(hub, 9)
        first = state.read_bytes()
        hub.observe("porch:turn_on", MONDAY + timedelta(days=30))
        assert state.read_bytes() == first
        hub.save()
        assert state.read_bytes() != first

    def test_that_something_never_returns_is_saved_at_once(self, hub: Runtime, state: Path) -> None:
        hub.feedback("porch:turn_on", "never")
        assert b"porch:turn_on" in state.read_bytes()
        hub.unblock("porch:turn_on")
        assert b"porch:turn_on" not in state.read_bytes()

    def test_a_file_that_cannot_be_used_is_aside_and_said(
        self, bundle: Path, state: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        state.write_bytes(b"EDGESTAT, or so it says")
        with Runtime.load(bundle, profile=HERE, state=state) as hub:
            assert "home.state.aside-1" in hub.problems[0]
            assert hub.suggest(MONDAY, everything=True) == []
            hub.observe("porch:turn_on", MONDAY)
        assert "home.state.aside-1" in caplog.text
        assert (state.parent / "home.state.aside-1").read_bytes() == b"EDGESTAT, or so it says"
        assert state.exists()

    def test_a_full_disk_costs_no_observation(
        self, hub: Runtime, state: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(handle: int) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as disk:
            disk.setattr(os, "fsync", full)
            mornings(hub, 20)
            assert hub.export_state()["persons"]["household"]["events"] == 40
            assert hub.problems == ("what was learned cannot be saved: No space left on device",)
            with pytest.raises(OSError, match="No space left"):
                hub.save()
        assert not state.exists()
        hub.close()
        assert state.exists()

    def test_what_is_learned_while_the_file_is_written_is_not_lost(
        self, bundle: Path, state: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write = Keeper.write

        def late(keeper: Keeper, data: bytes) -> None:
            monkeypatch.undo()
            hub.observe("cover.bedroom:open", MONDAY + timedelta(minutes=1))
            write(keeper, data)

        with Runtime.load(bundle, home=tiny_home(), profile=HERE, state=state) as hub:
            hub.observe("light.kitchen:turn_on", MONDAY)
            monkeypatch.setattr(Keeper, "write", late)
            hub.save()
        with Runtime.load(bundle, home=tiny_home(), profile=HERE, state=state) as hub:
            assert hub.export_state()["persons"]["household"]["events"] == 2

    def test_a_full_disk_on_closing_is_a_problem(
        self, hub: Runtime, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def full(handle: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        hub.observe("porch:turn_on", MONDAY)
        with caplog.at_level(logging.WARNING, logger="edge"):
            hub.close()
        assert "cannot be saved" in caplog.text
        assert len(hub.problems) == 1

    def test_without_a_file_nothing_can_be_saved(self, bundle: Path) -> None:
        with Runtime.load(bundle, profile=HERE) as hub:
            mornings(hub, 20)
            hub.forget("anna")
            hub.forget()
            with pytest.raises(UsageError, match="state=FILE"):
                hub.save()


class TestForgetting:
    def test_erased_means_erased(self, hub: Runtime, state: Path) -> None:
        mornings(hub, 9, "anna")
        hub.save()
        (state.parent / "home.state.aside-1").write_bytes(b"EDGESTAT of the same people")
        hub.forget()
        assert os.listdir(state.parent) == [".home.state.lock"]
        assert hub.export_state()["persons"]["household"]["events"] == 0
        hub.close()
        assert os.listdir(state.parent) == []

    @pytest.mark.parametrize("person", ["", 0, ["anna"]])
    def test_nobody_in_particular_is_not_everybody(
        self, hub: Runtime, state: Path, person: Any
    ) -> None:
        mornings(hub, 9, "anna")
        with pytest.raises(UsageError, match="person"):
            hub.forget(person)
        assert hub.export_state()["persons"]["anna"]["events"] > 0

    def test_a_file_that_was_never_one_of_these_is_left(self, hub: Runtime, state: Path) -> None:
        (state.parent / "home.state.aside-1").write_bytes(b"a letter")
        hub.forget()
        assert not state.exists()
        assert (state.parent / "home.state.aside-1").exists()

    def test_one_person_is_gone_from_the_file_at_once(self, hub: Runtime, state: Path) -> None:
        mornings(hub, 9, "anna")
        mornings(hub, 9, "ben")
        hub.save()
        assert b'"anna"' in state.read_bytes()
        hub.forget("anna")
        assert b'"anna"' not in state.read_bytes()
        assert b'"ben"' in state.read_bytes()
        assert set(hub.export_state()["persons"]) == {"household", "ben"}

    def test_that_it_could_not_be_erased_is_an_error(
        self, hub: Runtime, state: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        hub.observe("porch:turn_on", MONDAY, person="anna")
        hub.save()

        def refused(path: Path) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Path, "unlink", refused)
        with pytest.raises(OSError, match="Permission denied"):
            hub.forget()


class TestEnding:
    def test_a_signal_may_end_it_in_the_middle_of_something(
        self, bundle: Path, state: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        hub = Runtime.load(bundle, home=tiny_home(), profile=HERE, state=state)
        hub.observe("porch:turn_on", MONDAY)
        before = signal.signal(signal.SIGUSR1, lambda *_: hub.close())
        suggest = Preference.suggest

        def interrupted(preference: Preference, *arguments: Any, **more: Any) -> list[Suggestion]:
            found = suggest(preference, *arguments, **more)
            os.kill(os.getpid(), signal.SIGUSR1)
            return found

        monkeypatch.setattr(Preference, "suggest", interrupted)
        try:
            hub.suggest(MONDAY)
        finally:
            signal.signal(signal.SIGUSR1, before)
        with pytest.raises(UsageError, match="closed"):
            hub.suggest(MONDAY)
        with Runtime.load(bundle, home=tiny_home(), profile=HERE, state=state) as again:
            assert again.export_state()["persons"]["household"]["events"] == 1

    def test_whatever_was_observed_before_closing_is_in_the_file(
        self, bundle: Path, state: Path
    ) -> None:
        hub = Runtime.load(bundle, home=tiny_home(), profile=HERE, state=state)
        learned = 0
        some = threading.Event()

        def observe() -> None:
            nonlocal learned
            try:
                for minute in range(100_000):
                    hub.observe("porch:turn_on", MONDAY + timedelta(minutes=minute))
                    learned += 1
                    if learned == 40:
                        some.set()
            except UsageError:
                pass

        other = threading.Thread(target=observe)
        other.start()
        some.wait(30)
        hub.close()
        other.join(30)
        assert hub.problems == ()
        with Runtime.load(bundle, home=tiny_home(), profile=HERE, state=state) as again:
            assert again.export_state()["persons"]["household"]["events"] == learned

    def test_what_was_taken_before_and_is_written_late_is_not_written_over_newer(
        self, bundle: Path, state: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        hub = Runtime.load(bundle, home=tiny_home(), profile=HERE, state=state)
        hub.observe("porch:turn_on", MONDAY)
        write = Habits._write

        def late(habits: Habits, number: int, data: bytes) -> None:
            monkeypatch.undo()
            hub.observe("porch:turn_off", MONDAY + timedelta(minutes=1))
            hub.save()
            write(habits, number, data)

        monkeypatch.setattr(Habits, "_write", late)
        hub.save()
        hub.close()
        with Runtime.load(bundle, home=tiny_home(), profile=HERE, state=state) as again:
            assert again.export_state()["persons"]["household"]["events"] == 2

    def test_a_home_may_be_held_while_it_is_asked(self, hub: Runtime) -> None:
        done = threading.Event()

        def ask() -> None:
            while not done.is_set():
                hub.suggest(MONDAY)

        other = threading.Thread(target=ask, daemon=True)
        other.start()
        for number in range(50):
            with hub.home.turn:
                hub.home.add(Device(f"light.{number}", f"Lamp {number}", kind="light"))
                hub.observe(f"light.{number}:turn_on", MONDAY)
        done.set()
        other.join(30)
        assert not other.is_alive()

    def test_closing_waits_for_a_file_that_is_being_written(
        self, bundle: Path, state: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        hub = Runtime.load(bundle, home=tiny_home(), profile=HERE, state=state)
        hub.observe("porch:turn_on", MONDAY)
        begun, may_end = threading.Event(), threading.Event()
        write = Keeper.write

        def slow(keeper: Keeper, data: bytes) -> None:
            begun.set()
            may_end.wait(30)
            write(keeper, data)

        monkeypatch.setattr(Keeper, "write", slow)
        saving = threading.Thread(target=hub.save)
        saving.start()
        begun.wait(30)
        closing = threading.Thread(target=hub.close)
        closing.start()
        with pytest.raises(UsageError, match="in use"):
            Runtime.load(bundle, profile=HERE, state=state)
        may_end.set()
        saving.join(30)
        closing.join(30)
        with Runtime.load(bundle, home=tiny_home(), profile=HERE, state=state) as again:
            assert again.export_state()["persons"]["household"]["events"] == 1

    def test_a_closed_runtime_says_so(self, bundle: Path, state: Path) -> None:
        hub = Runtime.load(bundle, profile=HERE, state=state)
        hub.observe("porch:turn_on", MONDAY)
        hub.close()
        hub.close()
        assert state.exists()
        for call in (
            lambda: hub.observe("porch:turn_on"),
            hub.suggest,
            hub.forget,
            lambda: hub.understand("turn on the fan"),
        ):
            with pytest.raises(UsageError, match="the runtime is closed"):
                call()

    def test_threads_take_turns(self, hub: Runtime) -> None:
        wrong: list[BaseException] = []

        def live(number: int) -> None:
            try:
                for step in range(60):
                    hub.observe(f"light.l{number}:turn_on", MONDAY + timedelta(minutes=step))
                    hub.suggest(MONDAY, k=2, everything=True)
                    if step % 20 == 0:
                        hub.save()
            except BaseException as error:  # the thread's, which nobody else sees
                wrong.append(error)

        threads = [threading.Thread(target=live, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []
        assert hub.export_state()["persons"]["household"]["events"] == 240
