"""A corpus made ready to learn from: counted, lived through, cut into chunks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor

from edge.preference.experts import boost
from edge.preference.experts.personal import EVIDENCE, NAMES
from edge.preference.experts.ratings import DOUBT, Ratings
from edge.preference.memory.memory import Pace
from edge.preference.memory.past import Event
from edge.preference.model.population import Population
from edge.preference.moment import Senses
from export.corpora.interactions.corpus import History, InteractionCorpus, Target
from export.recipes.preference.lessons.counting import Counting
from export.recipes.preference.lessons.lessons import Chunk, chunks
from export.recipes.preference.lessons.practice import practise
from export.recipes.preference.lessons.replay import Rated, Replay, by_history, course_of
from export.recipes.preference.lessons.sensors import senses_of
from export.recipes.preference.network.affinity import first_vectors
from export.recipes.preference.network.network import Sizes
from export.recipes.preference.school.fitting import School
from export.recipes.preference.settings import PreferenceSettings

_REPEATS = 0.02
"""Share of training targets seen before in their history above which things are done again."""
_LONG = 200
"""Events from which a history is long enough to begin in the middle of it, too."""
_FRAGMENT = 160
"""Events of one such beginning: a week or so."""
_EXAMINED = 6
"""One in so many chunks of practice is kept to choose the best epoch by."""
DEV_TARGETS = 4000
"""Dev targets that an epoch is judged by, at most."""

Courses = dict[int, list[Event]]
"""History → its course, up to its last training target."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """All that training needs."""

    school: School
    senses: Senses
    attributes: tuple[str, ...]
    population: Population


def prepare(
    corpus: InteractionCorpus,
    settings: PreferenceSettings,
    practice: Sequence[InteractionCorpus] = (),
) -> Prepared:
    """Counts what others did, lives all histories through, cuts them into chunks.

    Args:
        practice: corpora to learn trust on, see `export.recipes.preference.lessons.practice`.
    """
    senses = senses_of(corpus)
    courses = _courses(corpus)
    scale = _scale(corpus, settings.liked) if corpus.objective == "rating" else None
    usual = _usual_ratings(corpus, scale) if scale else None
    once = scale is not None or (not corpus.generic and not _repeats(corpus))
    counting = Counting(list(courses.values()), once, settings.rare_contexts)
    population = counting.population()
    pace = Pace(settings.fast_days, settings.slow_days)
    rated = Rated(scale, usual.tolist()) if scale and usual is not None else None
    replay = Replay(corpus, senses, settings.window, pace, once, rated)
    train: list[Chunk] = []
    for index, positions in by_history(_asked(corpus, settings.first_position)).items():
        lookup = counting.without(courses[index]).after
        lived = replay.live(corpus.histories[index], positions, lookup)
        train += chunks(lived, settings.window)
        for fragment in _fragments(corpus.histories[index], settings.fresh_starts):
            every = range(len(fragment.events))
            train += chunks(replay.live(fragment, every, lookup), settings.window)
    practised: list[Chunk] = []
    if practice:
        practised = practise(practice, corpus.catalogue, senses, settings.window, pace)
        train += [chunk for at, chunk in enumerate(practised) if at % _EXAMINED]
    dev: list[Chunk] = []
    for index, positions in by_history(sampled(corpus.dev)).items():
        lived = replay.live(corpus.histories[index], positions, population.after, keep=True)
        dev += chunks(lived, settings.window)
    attributes, membership = membership_of(corpus)
    items = len(corpus.catalogue)
    school = School(
        Sizes(items, len(attributes), senses.width, EVIDENCE * (len(NAMES) - 1), len(NAMES)),
        membership,
        _popularity(courses, items) if usual is None else usual,
        train,
        dev,
        practised[::_EXAMINED],
        once,
        partial(first_vectors, counting.counts(boost.TABLE), items, seed=settings.student.seed)
        if once and scale is None
        else None,
        scale,
        settings.measure,
    )
    return Prepared(school, senses, attributes, population)


def _courses(corpus: InteractionCorpus) -> Courses:
    rows = {name: row for row, name in enumerate(corpus.catalogue)}
    found: Courses = {}
    for index, positions in by_history(corpus.train).items():
        course = course_of(corpus.histories[index], rows, corpus.generic)
        found[index] = course[: max(positions) + 1]
    return found


def _fragments(history: History, count: int) -> Iterator[History]:
    """Stretches of a long history, as if the household had just moved in: from nothing known on.

    A log has one beginning and a long rest: what to trust in the first days is hardly learned.
    """
    length = len(history.events)
    if length < _LONG:
        return
    size = min(_FRAGMENT, length // 2)
    for number in range(count):
        start = (length - size) * number // max(1, count - 1)
        yield History(history.household, history.events[start : start + size])


def _asked(corpus: InteractionCorpus, first: int) -> Sequence[Target]:
    """The training targets and, from position `first` on, what comes before them."""
    if first < 0:
        return corpus.train
    found = set(corpus.train)
    for index, position in corpus.train:
        found |= {Target(index, earlier) for earlier in range(first, position)}
    return sorted(found)


def _repeats(corpus: InteractionCorpus) -> bool:
    """Whether things are done again, or chosen once, as the training targets have it."""
    again = 0
    for target in corpus.train:
        events = corpus.histories[target.history].events
        action = events[target.position].action
        again += any(event.action == action for event in events[: target.position])
    return again > _REPEATS * len(corpus.train)


def _scale(corpus: InteractionCorpus, liked: float) -> Ratings:
    """The scale of the training ratings; how far off they are foreseen is not known yet."""
    given = [corpus.event(target).rating for target in corpus.train]
    known = np.array([rating for rating in given if rating is not None])
    scale = float(known.std()) or 1.0
    return Ratings(float(known.mean()), scale, float(known.min()), float(known.max()), liked, scale)


def _usual_ratings(corpus: InteractionCorpus, scale: Ratings) -> Tensor:
    """[items] how far above the mean each is rated in training, in standard deviations: shrunk,
    as if `DOUBT` more ratings had been average."""
    rows = {name: row for row, name in enumerate(corpus.catalogue)}
    above = torch.zeros(len(rows))
    count = torch.full((len(rows),), DOUBT)
    for event in map(corpus.event, corpus.train):
        if event.rating is not None and event.action in rows:
            above[rows[event.action]] += (event.rating - scale.mean) / scale.scale
            count[rows[event.action]] += 1
    return above / count


def _popularity(courses: Courses, items: int) -> Tensor:
    """[items] logarithms of how often each was done in training."""
    rows = [event.row for course in courses.values() for event in course if event.row >= 0]
    seen = np.bincount(rows, minlength=items) + 0.5
    return torch.from_numpy(np.log(seen / seen.sum())).float()


def membership_of(corpus: InteractionCorpus) -> tuple[tuple[str, ...], Tensor]:
    """All attributes, and [items, attributes] which item has which: rows sum to 1 or 0."""
    names = tuple(sorted({name for some in corpus.attributes.values() for name in some}))
    at = {name: column for column, name in enumerate(names)}
    membership = torch.zeros(len(corpus.catalogue), len(names))
    for row, item in enumerate(corpus.catalogue):
        own = corpus.attributes.get(item, ())
        for name in own:
            membership[row, at[name]] = 1 / len(own)
    return names, membership


def sampled(targets: Sequence[Target]) -> Sequence[Target]:
    """Some targets of all histories, the same each time."""
    if len(targets) <= DEV_TARGETS:
        return targets
    chosen = np.random.default_rng(0).choice(len(targets), DEV_TARGETS, replace=False)
    return [targets[at] for at in sorted(chosen.tolist())]
