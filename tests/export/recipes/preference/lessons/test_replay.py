"""What a network learns from is what the runtime will show it, number by number."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from device_profiles import SessionSettings
from edge.preference.candidates import Items
from edge.preference.experts.others import others
from edge.preference.experts.personal import context_of, features, personal
from edge.preference.experts.ratings import generosity
from edge.preference.memory.past import value_code
from edge.preference.model.population import Population
from edge.preference.moment import NEVER
from edge.preference.preference import Preference
from export.corpora.interactions import Event, History, InteractionCorpus, Target, read
from export.recipes.preference import recipe
from export.recipes.preference.lessons.lessons import Collator, chunks
from export.recipes.preference.lessons.replay import (
    Lived,
    Rated,
    Replay,
    by_history,
    course_of,
    moment_at,
)
from export.recipes.preference.lessons.sensors import senses_of
from export.recipes.preference.packing import TrainedPreference
from export.recipes.preference.recipe import PreferenceRun
from export.recipes.preference.school.taught import answer
from export.recipes.preference.trials import trial
from export.recipes.preference.trials.held_out import HeldOut, actions_of, held_out
from tests.export.recipes.preference import tiny

ONE_THREAD = SessionSettings(1, False, False, "extended")


def hub_of(folder: Path) -> tuple[PreferenceRun, Preference]:
    """A run, and the runtime's own preferences over its float graph."""
    trained = TrainedPreference(folder)
    graph = trained.graph().SerializeToString()
    found = trial.preference(trained.run, trained.catalogue, graph, "float", ONE_THREAD)
    return trained.run, found


def lived(run: PreferenceRun, corpus: InteractionCorpus, held: HeldOut, once: bool) -> Lived:
    rated = None
    if run.ratings:
        rated = Rated(run.ratings, run.student.vectors.bias.tolist())
    replay = Replay(corpus, run.senses, run.settings.window, pace(run), once, rated)
    return replay.live(held.history, held.positions, run.population.after, keep=True)


def pace(run: PreferenceRun) -> tuple[float, float]:
    from edge.preference.memory.memory import Pace

    return Pace(run.settings.fast_days, run.settings.slow_days)


def compare(run: PreferenceRun, hub: Preference, held: HeldOut, found: Lived) -> int:
    """Lives a history in the runtime, and compares at each target; returns how many there were."""
    hub.forget()
    hub.declare(actions_of(held.history) if run.generic else ())
    asked = {one.position: one for one in found.asked}
    tensors = Collator(len(run.catalogue))(chunks(found, 10_000))
    inputs = [tensors[k] for k in ("rows", "features", "places", "moment", "evidence")]
    queries, gates = (out.detach().numpy() for out in answer(run.student, *inputs))
    number = 0
    for position, event in enumerate(held.history.events):
        moment = moment_at(event)
        past = hub.pasts[""]
        if position in asked:
            one = asked[position]
            np.testing.assert_array_equal(one.moment, hub.senses.features(moment))
            if not hub._done(past) and hub.candidates.boost is None and run.ratings is None:
                context = context_of(moment, hub.senses.keys(moment), past)
                spread = hub.candidates.spreading(past)
                opinions = personal(past, context)
                opinions += others(past, moment, run.population.after, spread)
                np.testing.assert_array_equal(one.evidence, np.array(features(opinions), "f4"))
                happened = hub.candidates.admit(past, event.action)
                candidate = past.candidate[happened]
                expected = [o.chances.get(candidate, 0) if o else 0.0 for o in opinions]
                np.testing.assert_allclose(one.chances, expected, rtol=1e-6)
                assert one.speaks.tolist() == [float(o is not None) for o in opinions]
                assert one.row == past.rows[happened]
            else:
                assert not one.evidence.any()
            assert one.generosity == pytest.approx(generosity(past.memory) if run.ratings else 0.0)
            query, gate = hub.model.read(past.history, one.moment, one.evidence)
            # Vectors are rounded to 8 bits and features to 16 there.
            np.testing.assert_allclose(queries[number], query, atol=0.03)
            np.testing.assert_allclose(gates[number], gate, atol=0.03)
            number += 1
        hub.observe(event.action, moment, value=event.value, rating=event.rating)
        last = past.history.rows[0, -1, past.history.item : -1]
        if position < len(found.features):
            np.testing.assert_allclose(found.features[position], last, rtol=1e-3, atol=1e-3)
    return number


class TestLikeTheRuntime:
    def test_households(self, household_run: Path, log_file: Path) -> None:
        run, hub = hub_of(household_run)
        corpus = read(log_file)
        for held in held_out(corpus, [*corpus.train, *corpus.dev]):
            assert compare(run, hub, held, lived(run, corpus, held, once=False)) > 30

    def test_things_chosen_once(self, once_run: Path) -> None:
        run, hub = hub_of(once_run)
        corpus = tiny.choices()
        for held in list(held_out(corpus, [*corpus.train, *corpus.dev]))[:5]:
            assert compare(run, hub, held, lived(run, corpus, held, once=True)) == 7

    def test_ratings(self, ratings_run: Path) -> None:
        run, hub = hub_of(ratings_run)
        corpus = tiny.rated()
        found = 0
        for held in list(held_out(corpus, [*corpus.train, *corpus.dev]))[:5]:
            found += compare(run, hub, held, lived(run, corpus, held, once=True))
        assert found == 5 * 9

    def test_things_of_no_kind_the_catalogue_has(self, household_run: Path, log_file: Path) -> None:
        run, hub = hub_of(household_run)
        history = tiny.history(
            *("light.x:turn_on", "kettle.y:boil", "kettle.y:pour", "light.x:turn_on") * 3
        )
        held = HeldOut(history, tuple(range(1, 12)))
        found = lived(run, read(log_file), held, once=False)
        assert -1 in found.rows
        assert compare(run, hub, held, found) == 11


class TestLiving:
    def replay(self, corpus: InteractionCorpus, once: bool = False) -> Replay:
        from edge.preference.memory.memory import Pace

        return Replay(corpus, senses_of(corpus), 8, Pace(), once)

    def corpus(self, *actions: str) -> InteractionCorpus:
        history = tiny.history(*actions)
        rows = tuple(sorted(set(actions)))
        targets = [Target(0, position) for position in range(len(actions))]
        return InteractionCorpus("c", [history], targets, catalogue=rows)

    def test_a_target_is_not_shown_to_itself(self) -> None:
        corpus = self.corpus("a", "b", "a", "b")
        found = self.replay(corpus).live(corpus.histories[0], range(4), Population({}).after)
        assert [one.position for one in found.asked] == [0, 1, 2, 3]
        assert not found.asked[0].evidence.any()
        assert not found.asked[0].speaks.any()
        # At position 1 nothing was done but "a": what comes is given no chance.
        assert found.asked[1].speaks.any()
        assert not found.asked[1].chances.any()
        assert found.asked[3].chances.max() == 1

    def test_nothing_is_lived_beyond_the_last_target(self) -> None:
        corpus = self.corpus("a", "b", "a", "b")
        found = self.replay(corpus).live(corpus.histories[0], [1], Population({}).after)
        assert found.rows.tolist() == [0, 1]
        assert len(found.features) == 2

    def test_a_household_could_do_all_along_what_it_does_once(self) -> None:
        corpus = self.corpus("light.a:on", "light.b:on", "fan.c:on")
        corpus.catalogue, corpus.generic = ("fan:on", "light:on"), True
        found = self.replay(corpus).live(corpus.histories[0], [0], Population({}).after)
        assert found.standing == {0: (2,), 1: (0, 1)}
        assert found.asked[0].row == 1
        assert found.asked[0].candidate == 0

    def test_opinions_are_kept_only_where_that_is_asked_for(self) -> None:
        corpus = self.corpus("a", "b", "a")
        for keep in (False, True):
            found = self.replay(corpus).live(
                corpus.histories[0], [2], Population({}).after, keep=keep
            )
            assert bool(found.asked[0].opinions) is keep

    def test_things_chosen_once_have_no_experts(self) -> None:
        corpus = self.corpus("a", "b", "c")
        found = self.replay(corpus, once=True).live(
            corpus.histories[0], [2], Population({}).after, keep=True
        )
        assert set(found.asked[0].opinions) == {None}

    def test_without_targets_there_is_nothing(self) -> None:
        corpus = self.corpus("a", "b")
        found = self.replay(corpus).live(corpus.histories[0], [], Population({}).after)
        assert (len(found.rows), found.asked) == (0, ())
        assert chunks(found, 8) == []

    def test_a_rating_is_part_of_its_event_not_of_its_target(self) -> None:
        corpus = tiny.rated(users=3)
        replay = self.replay(corpus, once=True)
        found = replay.live(corpus.histories[0], range(4), Population({}).after)
        sensor = 13  # after the features of time
        assert all(one.moment[sensor + 1] == 0 for one in found.asked)
        assert all(found.features[:, sensor + 1] == 1)
        assert [one.rating for one in found.asked] == [
            event.rating for event in corpus.histories[0].events[:4]
        ]

    def test_a_rated_item_the_catalogue_lacks_is_like_an_average_one(self) -> None:
        from edge.preference.experts.ratings import Ratings
        from edge.preference.memory.memory import Pace

        corpus = InteractionCorpus("c", catalogue=("a", "b"), objective="rating")
        scale = Ratings(3.0, 1.0, 1.0, 5.0, 4.0, 1.0)
        rated = Rated(scale, [0.0, 9.0])
        replay = Replay(corpus, senses_of(corpus), 8, Pace(), True, rated)
        history = History("h", (Event("c", rating=4.0), Event("a", rating=3.0)))
        found = replay.live(history, [1], Population({}).after)
        assert found.asked[0].generosity == pytest.approx(1 / 6)  # not (1 − 9) / 6


class TestMoments:
    def test_with_a_time(self) -> None:
        (event,) = tiny.history("a").events
        assert moment_at(event)[:3] == (event.time, 0, 0.0)

    @pytest.mark.parametrize("event", [Event("a"), Event("a", weekday=3), Event("a", hour=3.0)])
    def test_with_none(self, event: Event) -> None:
        assert moment_at(event)[:3] == NEVER[:3]

    def test_with_a_weekday_and_an_hour_alone(self) -> None:
        event = Event("a", 3, 7.5, context={"lux": 2.0})
        assert moment_at(event) == (None, 3, 7.5, {"lux": 2.0})


def test_courses_are_of_generic_rows() -> None:
    history = History("h", (Event("light.a:on", 2, 7.5, value="21"), Event("fan.b:on", 2, 23.0)))
    found = course_of(history, {"light:on": 4}, is_generic=True)
    assert found == [(4, 2, 2, value_code("21")), (-1, 2, 7, 0)]
    assert course_of(history, {"fan.b:on": 1}, is_generic=False)[1].row == 1


def test_targets_by_history() -> None:
    targets = [Target(3, 5), Target(1, 2), Target(3, 4)]
    assert by_history(targets) == {3: [5, 4], 1: [2]}


def test_what_torch_foresees_of_ratings_the_runtime_does(ratings_run: Path) -> None:
    """The measures of training are those of the finished bundle."""
    _, hub = hub_of(ratings_run)
    assert isinstance(hub.candidates, Items)
    foreseen = trial.rate(hub, TrainedPreference(ratings_run)._dev)
    rmse = math.sqrt(((foreseen.given - foreseen.foreseen) ** 2).mean())
    assert rmse == pytest.approx(recipe.load(ratings_run).figures["student"]["rmse"], abs=0.02)
