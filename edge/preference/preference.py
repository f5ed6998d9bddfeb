"""What a household will want next: it watches, suggests, and learns from what it is told.

    observe ─► past (counts, window) ─► experts ─┐
                        └─► learned model ───────┴─► mixture ─► calibrated ─► suggestions

Nothing leaves the device. What is learned is the household's: bounded, exportable, erasable.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import partial
from typing import Any, Final, Literal

import numpy as np

from edge.errors import UsageError
from edge.events import Suggestion
from edge.home.home import Home
from edge.limits import BLOCKED_ACTIONS, MEMORY_ACTIONS, PERSONS, SUGGESTIONS
from edge.preference.actions import check_name, device_of, spoken
from edge.preference.because import Reasons
from edge.preference.candidates import Candidates
from edge.preference.experts.doubt import Doubt, unheard_of
from edge.preference.experts.mixture import learn_worth
from edge.preference.experts.others import slot_of
from edge.preference.experts.personal import NAMES, context_of, learn
from edge.preference.experts.ratings import RATED, RATING, usable
from edge.preference.foresight import (
    ACCEPTED,
    DISMISSED,
    Calibration,
    Foresight,
    Thinking,
    likeliest,
    trust,
)
from edge.preference.memory import state
from edge.preference.memory.keys import EVERYTHING
from edge.preference.memory.memory import Pace
from edge.preference.memory.past import Event, Past, value_code
from edge.preference.memory.state import State
from edge.preference.model.model import PreferenceModel
from edge.preference.model.population import Population
from edge.preference.moment import Moment, Senses
from edge.preference.timeliness import SOON_ENOUGH, Timeliness

__all__ = ["Calibration", "Foresight", "Preference", "Verdict"]

Verdict = Literal["accepted", "dismissed", "never"]
VERDICTS: Final = ("accepted", "dismissed", "never")
_ENOUGH: Final = 40
"""Events from which a person's own past is used instead of the household's."""
_BY_HAND: Final = 0.5
"""What it counts towards accepting a suggestion that was dismissed when it is done all the same."""
_MORE: Final = 16
"""Candidates looked at beyond those asked for: some may be blocked."""


class Preference:
    """The preferences of one household. Not safe for use by several threads at once.

    Args:
        model: the learned one.
        candidates: what may come next.
        population: what other households did.
        senses: how moments are read.
        calibration: of the probabilities.
        pace: how soon the household's counts are forgotten.
        doubt: what is given in advance to who is hardly known.
    """

    def __init__(
        self,
        model: PreferenceModel,
        candidates: Candidates,
        population: Population,
        senses: Senses,
        calibration: Calibration | None = None,
        pace: Pace | None = None,
        doubt: Doubt | None = None,
    ) -> None:
        self.model = model
        self.candidates = candidates
        self.senses = senses
        self.calibration = calibration or Calibration()
        self.home: Home | None = None
        """Names the devices in reasons, where there is one."""
        self._thinking = Thinking(model, candidates, population, senses, doubt or Doubt())
        self._pace = pace
        self._fingerprint = state.fingerprint(senses)
        self.stats: Counter[str] = Counter()
        """What was odd about what was observed: `duplicate`, `clock went back`, `clock not set`,
        `persons beyond limit`, `feedback on what is not known`."""
        self.blocked: set[str] = set()
        """Actions that are never suggested."""
        self.pasts: dict[str, Past] = {"": self.new_past()}
        """Person → past; "" for the household as a whole."""
        self._foreseen: tuple[Past, int, Foresight] | None = None
        # Declared actions have no events: what a household could do, before it did anything.
        self._declared: tuple[str, ...] = ()
        self._had: frozenset[str] = frozenset()
        """Devices that the household ever said it has."""
        self._gone: frozenset[str] = frozenset()
        """Those of them that it has not any more: what it did with them is not suggested."""

    def new_past(self) -> Past:
        """The past of somebody of whom nothing is known."""
        kept = (
            (EVERYTHING, *RATED) if self._once else ()
        )  # what was chosen is never suggested again
        return Past(self.model.shape, len(NAMES), self._pace, kept)

    # --- learning and suggesting --------------------------------------------------------------

    def observe(
        self,
        action: str,
        moment: Moment,
        person: str = "",
        value: str = "",
        rating: float | None = None,
    ) -> None:
        """Learns from what was done.

        Args:
            value: what it was set to, where that matters; told apart, not understood.
            rating: what an item was rated, where items are; what is no number is left out.

        Raises:
            UsageError: `action` or `person` is no name.
        """
        check_name(action, "action")
        household = self.pasts[""]
        pasts = self._pasts_of(person)
        self._note_clock(moment, household)
        if (device := device_of(action)) in self._gone:  # it is there all the same
            self._had -= {device}
            self._gone -= {device}
        if household.was_told(action, moment):
            self.stats["duplicate"] += 1
            return
        rating = usable(rating)
        if rating is not None:
            moment = moment._replace(context={**moment.context, RATING: rating})
        says = self.senses.keys(moment)
        read = self.senses.features(moment)
        set_to = value_code(value)
        for past in pasts:
            number = self.candidates.admit(past, action)
            self._learn_worth(past, number)
            context = context_of(moment, says, past)
            hours = past.pass_time(moment)
            learn(past, context, number)
            if past.memory.counted(DISMISSED, number):  # by hand all the same
                past.memory.count(ACCEPTED, number, _BY_HAND)
            if rating is not None and self.candidates.ratings is not None:
                usual = past.bias[number]
                self.candidates.ratings.learn(past.memory, number, usual, rating)
            event = Event(past.rows[number], moment.weekday, slot_of(moment.hour), set_to)
            past.push(number, read, hours, says, event)
        self._foreseen = None

    def suggest(
        self, moment: Moment, k: int = 3, person: str = "", *, everything: bool = True
    ) -> list[Suggestion]:
        """The `k` actions that are likeliest to come next, the likeliest first.

        Args:
            everything: also those of them that are not likely enough to be shown now, see
                `Suggestion.shown`. To leave them out saves finding their reasons.

        Raises:
            UsageError: `k` is no number from 1 to `edge.limits.SUGGESTIONS`.
        """
        given: object = k
        k = int(given) if isinstance(given, np.integer) else k
        if type(k) is not int or not 1 <= k <= SUGGESTIONS:
            raise UsageError(f"k is {k!r}", allowed=f"a whole number from 1 to {SUGGESTIONS}")
        past = self._past_for(person)
        done = self._done(past)
        enough = k + len(self.blocked) + len(done) + self._lost(past)
        foresight = self._thinking.foresee(past, moment, enough + _MORE)
        self._foreseen = (past, past.memory.events, foresight)
        known = 1.0 if self.candidates.closed or self._declared else 1.0 - unheard_of(past)
        trusted = trust(past)
        scored = likeliest(foresight.chances(), enough, self.calibration, trusted, known)
        reasons = Reasons(past, moment, foresight, self.senses, self._said)
        if moment.time is not None and moment.context:
            past.notice(foresight.context.changes, moment.time)
        timely = None if self._once else Timeliness(past, moment, foresight.context)
        found: list[Suggestion] = []
        left = k
        for score, candidate in scored:
            if not left:
                break
            if candidate in done:
                continue
            action = self.candidates.name(past, candidate)
            if action in self.blocked or (self._gone and device_of(action) in self._gone):
                continue
            left -= 1
            soon = timely.soon(candidate, score) if timely is not None else None
            if soon is None:
                shown = score >= self.calibration.threshold
            else:
                soon *= trusted.get(candidate, 1.0)
                shown = soon >= SOON_ENOUGH
            if shown or everything:
                source, because = reasons.of(candidate)
                found.append(Suggestion(action, score, because, source, shown, soon))
        return found

    def foresee(self, past: Past, moment: Moment, k: int) -> Foresight:
        """What each expert and the model think of a moment; `suggest` ranks it."""
        beyond = _MORE + len(self.blocked) + len(self._done(past))
        return self._thinking.foresee(past, moment, k + beyond)

    def _lost(self, past: Past) -> int:
        """How many actions it knows of devices that are not there any more."""
        return sum(device in self._gone for device in past.devices) if self._gone else 0

    @property
    def _once(self) -> bool:
        """Whether its catalogue is of things chosen once."""
        return self.candidates.boost is not None or self.candidates.ratings is not None

    def _done(self, past: Past) -> frozenset[int]:
        """What is not suggested for having been done."""
        return past.ever_done() if self._once else frozenset()

    def rating_of(self, item: str, moment: Moment, person: str = "") -> float | None:
        """What an item would be rated; None where items are not rated, or it is not known."""
        return self._thinking.rating(self._past_for(person), moment, item)

    def feedback(self, action: str, verdict: Verdict, person: str = "") -> None:
        """Counts what became of a suggestion.

        Args:
            verdict: "accepted", "dismissed", or "never": it is not suggested again to anybody.

        Raises:
            UsageError: another verdict, `action` or `person` is no name, or
                `edge.limits.BLOCKED_ACTIONS` are blocked already.
        """
        check_name(action, "action")
        if verdict not in VERDICTS:
            raise UsageError(f"is {verdict!r}", where="verdict", allowed=", ".join(VERDICTS))
        if verdict != "never":
            known = self._pasts_of(person) if person in self.pasts else [self.pasts[""]]
            for past in known:
                if self.candidates.closed or past.memory.number_of(action) >= 0:
                    past.memory.count(verdict, self.candidates.admit(past, action))
                else:  # a name mistyped is nothing that could come next
                    self.stats["feedback on what is not known"] += 1
        elif len(self.blocked) < BLOCKED_ACTIONS or action in self.blocked:
            self.blocked.add(action)
        else:
            raise UsageError(
                "too many actions are blocked",
                allowed=f"at most {BLOCKED_ACTIONS}",
                hint="unblock one that the home does not have any more",
            )

    def unblock(self, action: str) -> None:
        """Lets an action be suggested again."""
        self.blocked.discard(action)

    # --- what there is, and what was learned --------------------------------------------------

    def declare(self, actions: Iterable[str]) -> None:
        """Says what the household could do, whether or not it ever did.

        What was declared before, and never done, is forgotten; what was done with a device of which
        nothing is declared any more is not suggested. No more are taken than there is room for
        beside what was done: `edge.limits.MEMORY_ACTIONS`.
        """
        self._declared = tuple(actions)
        self.restore(self.state())

    def state(self) -> State:
        """All that was learned, to be kept."""
        pasts = {person: state.take(past) for person, past in self.pasts.items()}
        done = {device_of(action) for past in pasts.values() for action in past.actions}
        had = self._had & done
        return State(pasts, frozenset(self.blocked), NAMES, self._fingerprint, had)

    def restore(self, kept: State) -> None:
        """Takes what was learned from `kept`, in place of what there is."""
        self._foreseen = None
        self.blocked = set(kept.blocked)
        has = self._has()
        self._had = kept.devices | has
        self._gone = kept.devices - has if has else frozenset()
        known = {name: at for at, name in enumerate(kept.experts)}
        self.pasts = {}
        for person, one in kept.pasts.items():
            past = self.pasts[person] = self.new_past()
            worth = [one.worth[known[name]] if name in known else 1.0 for name in NAMES]
            admit = partial(self.candidates.admit, past)
            same = kept.senses == self._fingerprint
            state.put(one, past, admit, np.array(worth, np.float64), same)
            self._admit_declared(past)

    def forget(self, person: str = "") -> None:
        """Erases what was learned: of one person, or of everybody and the household.

        The household's counts, which name no one, stay when one of several people is forgotten;
        when nobody else is known they are that person's too, and go.
        """
        if person and person not in self.pasts:
            return
        self._foreseen = None
        if not person or set(self.pasts) == {"", person}:
            self.pasts = {"": self.new_past()}
            self._admit_declared(self.pasts[""])
            if not person:
                self.blocked.clear()
                self._had, self._gone = self._has(), frozenset()
            return
        del self.pasts[person]

    def to_dict(self) -> dict[str, Any]:
        """All that was learned, as plain data: for whoever it is about."""
        all_of_them = "household"
        while all_of_them in self.pasts:  # somebody is called so
            all_of_them = f"the {all_of_them}"
        persons = {name or all_of_them: past.to_dict() for name, past in self.pasts.items()}
        return {"persons": persons, "blocked": sorted(self.blocked)}

    # --- inside -------------------------------------------------------------------------------

    def _said(self, action: str) -> str:
        return spoken(action, self.home)

    def _past_for(self, person: str) -> Past:
        past = self.pasts.get(person, self.pasts[""])
        return past if past.memory.events >= _ENOUGH else self.pasts[""]

    def _pasts_of(self, person: str) -> list[Past]:
        """The household's past and, where one is named, the person's."""
        if not person:
            return [self.pasts[""]]
        check_name(person, "person")
        if person not in self.pasts:
            if len(self.pasts) >= PERSONS:
                self.stats["persons beyond limit"] += 1
                return [self.pasts[""]]
            self.pasts[person] = self.new_past()
            self._admit_declared(self.pasts[person])
        return [self.pasts[""], self.pasts[person]]

    def _has(self) -> frozenset[str]:
        """The devices that the household says it has."""
        return frozenset(map(device_of, self._declared))

    def _admit_declared(self, past: Past) -> None:
        for action in self._declared:
            if len(past.memory.actions) == MEMORY_ACTIONS:
                return  # what was done is not given up for what could be
            self.candidates.admit(past, action)

    def _note_clock(self, moment: Moment, past: Past) -> None:
        last = past.memory.last_time
        if moment.time is None:
            self.stats["clock not set"] += self.senses.timed
        elif last is not None and moment.time < last:
            self.stats["clock went back"] += 1

    def _learn_worth(self, past: Past, number: int) -> None:
        """Only from what was thought of this very moment: after `suggest`, before anything else."""
        if self._foreseen is None:
            return
        foreseen_for, events, foresight = self._foreseen
        if foreseen_for is past and events == past.memory.events:
            candidate = past.candidate[number]
            by_model = foresight.beliefs.get(candidate, 0.0)
            learn_worth(past.worth, foresight.mixture, candidate, by_model)
