"""Held-out histories lived through in the runtime itself: what it would have suggested."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from device_profiles import SessionSettings
from edge.preference.candidates import Household, Items
from edge.preference.experts.personal import EVIDENCE, NAMES
from edge.preference.foresight import Calibration
from edge.preference.memory.memory import Pace
from edge.preference.model.catalogue import Catalogue
from edge.preference.model.model import PreferenceModel, Shape
from edge.preference.preference import Preference
from edge.session import make_session
from export.corpora.interactions.corpus import Event
from export.recipes.preference.lessons.replay import moment_at
from export.recipes.preference.recipe import PreferenceRun
from export.recipes.preference.school.ranking import NOT_RANKED
from export.recipes.preference.trials.held_out import HeldOut, actions_of

RANKED = 10
"""Suggestions looked at for each target: what the measures need."""


class Seen(NamedTuple):
    """What was suggested where something happened."""

    rank: int
    """Of what happened, counted from 1; `NOT_RANKED` where it was not among the first."""
    chance: float
    """What the likeliest suggestion was given, not calibrated."""
    right: bool
    """Whether it was that."""


def preference(
    run: PreferenceRun,
    catalogue: Catalogue,
    graph: bytes,
    scheme: str,
    settings: SessionSettings,
) -> Preference:
    """The runtime's preferences over a graph that is not in a bundle yet."""
    shape = Shape(
        run.settings.window,
        catalogue.width,
        run.senses.width,
        EVIDENCE * (len(NAMES) - 1),
        len(NAMES),
    )
    model = PreferenceModel(make_session(graph, scheme, settings), shape)
    candidates = Household(catalogue) if run.generic else Items(catalogue, run.boost, run.ratings)
    pace = Pace(run.settings.fast_days, run.settings.slow_days)
    doubt = run.settings.doubt
    return Preference(model, candidates, run.population, run.senses, Calibration(), pace, doubt)


def live(hub: Preference, histories: Iterable[HeldOut], generic: bool) -> list[Seen]:
    """Lives histories through, each from an empty past, and looks at each target's suggestions.

    Args:
        generic: the histories are households': what they do is declared, as their devices' would.
    """
    found: list[Seen] = []
    for history, positions in histories:
        hub.forget()
        hub.declare(actions_of(history) if generic else ())
        wanted = frozenset(positions)
        for position, event in enumerate(history.events):
            if position in wanted:
                found.append(_look(hub, event))
            hub.observe(event.action, moment_at(event), value=event.value, rating=event.rating)
    return found


class Foreseen(NamedTuple):
    """Ratings of held-out histories, as given and as foreseen."""

    given: np.ndarray
    foreseen: np.ndarray
    users: np.ndarray


def rate(hub: Preference, histories: Iterable[HeldOut]) -> Foreseen:
    """Lives histories of ratings through, each from an empty past."""
    rows: list[tuple[float, float, int]] = []
    for user, (history, positions) in enumerate(histories):
        hub.forget()
        wanted = frozenset(positions)
        for position, event in enumerate(history.events):
            moment = moment_at(event)
            if position in wanted and event.rating is not None:
                foreseen = hub.rating_of(event.action, moment)
                if foreseen is not None:
                    rows.append((event.rating, foreseen, user))
            hub.observe(event.action, moment, rating=event.rating)
    given, foreseen_, users = np.array(rows).reshape(-1, 3).T
    return Foreseen(given, foreseen_, users)


def ranks(seen: Sequence[Seen]) -> np.ndarray:
    """[targets]"""
    return np.array([one.rank for one in seen], np.int64)


def timed(
    hub: Preference,
    histories: Iterable[HeldOut],
    generic: bool,
    clock: Callable[[], int],
    most: int,
) -> list[int]:
    """Nanoseconds that each of at most `most` calls of `suggest` took."""
    taken: list[int] = []
    for history, positions in histories:
        hub.forget()
        hub.declare(actions_of(history) if generic else ())
        wanted = frozenset(positions)
        for position, event in enumerate(history.events):
            moment = moment_at(event)
            if position in wanted:
                started = clock()
                hub.suggest(moment, 3)
                taken.append(clock() - started)
                if len(taken) == most:
                    return taken
            hub.observe(event.action, moment, value=event.value)
    return taken


def _look(hub: Preference, event: Event) -> Seen:
    suggestions = hub.suggest(moment_at(event), RANKED)
    actions = [suggestion.action for suggestion in suggestions]
    rank = actions.index(event.action) + 1 if event.action in actions else NOT_RANKED
    first = suggestions[0].score if suggestions else 0.0
    return Seen(rank, first, rank == 1)
