"""A household's preferences in use: one caller at a time, kept in a file as they grow."""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from os import PathLike
from typing import Any

from edge.bundle.bundle import Bundle
from edge.errors import UsageError, shown
from edge.events import Suggestion
from edge.home.home import Home
from edge.preference.actions import check_name
from edge.preference.loading import declare_home, preference_of
from edge.preference.memory.file import to_bytes
from edge.preference.memory.keeper import EVERY, Keeper
from edge.preference.moment import Moment, Reading, moment_of
from edge.preference.preference import Preference, Verdict

Context = Mapping[str, Reading]


class Habits:
    """What `edge.runtime.Runtime` does for preferences; its methods say what these do.

    Args:
        bundle: with a task `preference`.
        home: the household's own, where it is known.
        state: the file to keep what is learned in; None: it ends with the process.
        turn: held while the preferences are used. Not while a file is written, which on a slow
            card takes longer than anybody wants to wait for an answer.
    """

    def __init__(
        self,
        bundle: Bundle,
        home: Home | None,
        state: str | PathLike[str] | None,
        turn: AbstractContextManager[object],
    ) -> None:
        self._turn = turn
        self._writing = threading.RLock()  # for as long as the file is written, and no longer
        self._taken_at = self._written_at = 0
        """Of what was to be written last, and what was: who waited may have older data."""
        self._bundle = bundle.name
        self._home = home
        self._at_home: AbstractContextManager[object] = nullcontext() if home is None else home.turn
        """Held before `turn`, so that the home stays as it is meanwhile."""
        with self._at_home:
            self._preference: Preference | None = preference_of(bundle, home)
            self._changes = home.changes if home is not None else 0
        self._keeper = Keeper(state, bundle.name) if state is not None else None
        kept = self._keeper.load() if self._keeper is not None else None
        if kept is not None:
            self.preference.restore(kept)

    @property
    def preference(self) -> Preference:
        """What it is about."""
        if self._preference is None:
            raise closed()
        return self._preference

    @property
    def problems(self) -> tuple[str, ...]:
        """What went wrong with the file."""
        return tuple(self._keeper.problems) if self._keeper is not None else ()

    def set_home(self, home: Home) -> None:
        """To be called with the home's turn held, and `turn`."""
        declare_home(self.preference, home)
        self._home, self._changes, self._at_home = home, home.changes, home.turn

    def observe(
        self,
        action: str,
        at: datetime | float | None,
        context: Context | None,
        who: str,
        value: str,
        rating: float | None,
    ) -> None:
        """Learns from what was done."""
        _check_person(who)
        if not isinstance(value, str):
            raise UsageError(f"is {shown(value)}", where="value", allowed="text")
        moment = _moment(at, context)
        with self._at_home, self._turn:
            self._follow_home()
            self.preference.observe(action, moment, who, value, rating)
            self._learned()
        self._save_if_due()

    def rating(
        self, item: str, at: datetime | float | None, context: Context | None, who: str
    ) -> float | None:
        """What an item would be rated."""
        check_name(item, "item")
        _check_person(who)
        moment = _moment(at, context)
        with self._turn:
            return self.preference.rating_of(item, moment, who)

    def suggest(
        self,
        at: datetime | float | None,
        context: Context | None,
        k: int,
        who: str,
        everything: bool,
    ) -> list[Suggestion]:
        """What may come next; `everything`: also what is not to be shown."""
        _check_person(who)
        moment = _moment(at, context)
        with self._at_home, self._turn:
            self._follow_home()
            return self.preference.suggest(moment, k, who, everything=everything)

    def feedback(self, about: str | Suggestion, verdict: Verdict, who: str) -> None:
        """Counts what became of a suggestion."""
        _check_person(who)
        action = about.action if isinstance(about, Suggestion) else about
        with self._turn:
            self.preference.feedback(action, verdict, who)
            # That it never returns is kept at once.
            self._learned(EVERY if verdict == "never" else 1)
        self._save_if_due()

    def unblock(self, action: str) -> None:
        """Lets an action be suggested again."""
        check_name(action, "action")
        with self._turn:
            self.preference.unblock(action)
            self._learned(EVERY)
        self._save_if_due()

    def forget(self, person: str | None) -> None:
        """Erases, in the file too."""
        if person is not None:
            check_name(person, "person")
        with self._turn:
            self.preference.forget(person or "")
            taken = self._taken()
        if self._keeper is None:
            return
        if person:
            self._write(*taken)
            self._keeper.warn_of_asides()
            return
        with self._writing:
            self._keeper.erase()
            self._written_at = max(self._written_at, taken[0])

    def export(self) -> dict[str, Any]:
        """All that was learned."""
        with self._turn:
            return self.preference.to_dict()

    def save(self) -> None:
        """Writes the file now."""
        if self._keeper is None:
            raise UsageError("there is no file to save to", hint="load the bundle with state=FILE")
        with self._turn:
            taken = self._taken()
        self._write(*taken)

    def close(self) -> None:
        """Saves what is not saved, and gives the memory back."""
        with self._turn:
            if self._preference is None:
                return
            # What another thread has taken and not written yet is older than this.
            is_behind = self._written_at < self._taken_at
            is_unsaved = self._keeper is not None and (self._keeper.unsaved or is_behind)
            taken = self._taken() if is_unsaved else None
            self._preference = None
        if self._keeper is not None:
            with self._writing:
                if taken is not None:
                    self._write_or_say(*taken)
                self._written_at = sys.maxsize  # whoever waits is late
                self._keeper.close()

    def _follow_home(self) -> None:
        """Devices come and go while the runtime runs. To be called as `set_home` is."""
        if self._home is not None and self._home.changes != self._changes:
            self.set_home(self._home)

    def _learned(self, weight: int = 1) -> None:
        """To be called with `turn` held."""
        if self._keeper is not None:
            self._keeper.learned(weight)

    def _taken(self) -> tuple[int, bytes]:
        """What is to be written, and its number; likewise."""
        if self._keeper is not None:
            self._keeper.taken()
        self._taken_at += 1
        return self._taken_at, to_bytes(self.preference.state(), self._bundle)

    def _write(self, number: int, data: bytes) -> None:
        """Writes it, unless what was taken later is written already."""
        with self._writing:
            if self._keeper is not None and number > self._written_at:
                self._keeper.write(data)
                self._written_at = number

    def _save_if_due(self) -> None:
        if self._keeper is None or not self._keeper.due:
            return
        with self._turn:
            if self._preference is None:
                return
            taken = self._taken()
        self._write_or_say(*taken)

    def _write_or_say(self, number: int, data: bytes) -> None:
        """What was learned is in memory, and must not be lost because a disk is full."""
        try:
            self._write(number, data)
        except OSError as error:
            if self._keeper is not None:
                self._keeper.say(f"what was learned cannot be saved: {error.strerror or error}")


def closed() -> UsageError:
    """Nobody is there any more to ask."""
    return UsageError("the runtime is closed", hint="load the bundle again")


def _moment(at: datetime | float | None, context: Context | None) -> Moment:
    """The moment of a time; now, by the clock on the wall, where there is none."""
    return moment_of(datetime.now() if at is None else at, context)


def _check_person(who: object) -> None:
    if who != "":  # nobody in particular
        check_name(who, "person")
