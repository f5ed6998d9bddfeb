"""A corpus made ready: what kind it is, what is known of it beforehand."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from edge.preference.experts import boost
from edge.preference.experts.ratings import DOUBT
from export.corpora.interactions import History, InteractionCorpus, Target, read
from export.recipes.preference import prepare as preparing
from export.recipes.preference.prepare import Prepared, membership_of, prepare, sampled
from export.recipes.preference.settings import settings_from
from tests.export.recipes.preference import tiny


def prepared(corpus: InteractionCorpus, **changes: Any) -> Prepared:
    return prepare(corpus, settings_from(tiny.settings() | changes))


class TestKinds:
    def test_households(self, log_file: Path) -> None:
        found = prepared(read(log_file))
        assert not found.school.once
        assert found.school.first is None
        assert found.school.ratings is None
        assert boost.TABLE not in found.population.tables
        assert found.school.train[0].lived.standing

    def test_things_chosen_once(self) -> None:
        found = prepared(tiny.choices())
        assert found.school.once
        assert set(found.population.tables) == {boost.TABLE}
        first = found.school.first
        assert first is not None
        assert first(8).shape == (24, 8)

    def test_things_chosen_again_and_again(self) -> None:
        corpus = tiny.choices()
        corpus.histories = [
            History(h.household, (*h.events[:4], *h.events[:4])) for h in corpus.histories
        ]
        found = prepared(corpus)
        assert not found.school.once
        assert "after" in found.population.tables

    def test_things_rated(self) -> None:
        corpus = tiny.rated()
        found = prepared(corpus, liked=3.5)
        given = [corpus.event(target).rating for target in corpus.train]
        scale = found.school.ratings
        assert scale is not None
        assert scale.mean == pytest.approx(np.mean(given))  # type: ignore[arg-type]
        assert scale.scale == pytest.approx(np.std(given))  # type: ignore[arg-type]
        assert (scale.low, scale.high, scale.liked) == (min(given), max(given), 3.5)  # type: ignore[type-var]
        assert found.school.once


class TestWhatIsKnownBeforehand:
    def test_how_popular_items_are(self) -> None:
        corpus = InteractionCorpus(
            "c", [tiny.history(*"abac", "d")], [Target(0, 3)], [Target(0, 4)], [], tuple("abcde")
        )
        found = prepared(corpus).school.popularity
        counts = np.array([2, 1, 1, 0, 0]) + 0.5  # "d" is the dev target
        np.testing.assert_allclose(found, np.log(counts / counts.sum()), rtol=1e-5)

    def test_how_items_are_rated(self) -> None:
        corpus = tiny.rated()
        school = prepared(corpus).school
        scale = school.ratings
        assert scale is not None
        row = 3
        own = [
            corpus.event(target).rating
            for target in corpus.train
            if corpus.event(target).action == corpus.catalogue[row]
        ]
        above = sum((rating - scale.mean) / scale.scale for rating in own)  # type: ignore[operator]
        assert float(school.popularity[row]) == pytest.approx(above / (len(own) + DOUBT), abs=1e-5)

    def test_what_is_known_of_ratings_is_not_learned_again(self) -> None:
        settings = settings_from(tiny.settings()).student
        assert not prepared(tiny.rated()).school.network(settings).vectors.bias.requires_grad
        assert prepared(tiny.choices()).school.network(settings).vectors.bias.requires_grad

    def test_which_item_has_which_attribute(self) -> None:
        corpus = InteractionCorpus("c", catalogue=("a", "b", "c"))
        corpus.attributes = {"a": ("red", "blue"), "c": ("blue",)}
        names, membership = membership_of(corpus)
        assert names == ("blue", "red")
        assert membership.tolist() == [[0.5, 0.5], [0, 0], [1, 0]]


class TestTargets:
    def test_each_training_target_once(self) -> None:
        corpus = tiny.choices()
        chunks = prepared(corpus).school.train
        asked = sum(len(chunk.asked) for chunk in chunks)
        assert asked == len(corpus.train)

    def test_earlier_events_too_where_that_is_asked_for(self) -> None:
        corpus = tiny.choices()
        corpus.train = [target for target in corpus.train if target.position == 6]
        plain = sum(len(chunk.asked) for chunk in prepared(corpus).school.train)
        more = sum(len(c.asked) for c in prepared(corpus, first_position=3).school.train)
        assert (plain, more) == (40, 40 * 4)

    def test_long_histories_also_begin_in_their_middle(self) -> None:
        corpus = InteractionCorpus(
            "c", [tiny.history(*["a", "b", "c"] * 80)], [Target(0, 200)], [Target(0, 239)]
        )
        corpus.catalogue = ("a", "b", "c")
        plain = prepared(corpus, fresh_starts=0).school.train
        more = prepared(corpus, fresh_starts=3).school.train
        starts = {id(chunk.lived): chunk.lived for chunk in more[len(plain) :]}.values()
        assert [len(lived.rows) for lived in starts] == [120, 120, 120]
        # From nothing known on: at the first event nobody here speaks.
        for lived in starts:
            assert not lived.asked[0].speaks[:13].any()

    def test_practice_comes_on_top_and_some_of_it_is_kept_to_be_examined_by(
        self, log_file: Path, tmp_path: Path
    ) -> None:
        other = tiny.write_log(tmp_path / "other.jsonl", tiny.log_rows(later=4))
        settings = settings_from(tiny.settings())
        plain = prepare(read(log_file), settings).school
        school = prepare(read(log_file), settings, [read(log_file), read(other)]).school
        assert len(school.train) > len(plain.train)
        assert plain.examined == []
        # What an epoch is judged by is not what it was trained on.
        trained = {id(chunk.lived) for chunk in school.train}
        assert school.examined
        assert not trained & {id(chunk.lived) for chunk in school.examined}

    def test_of_many_dev_targets_some_of_all(self, monkeypatch: pytest.MonkeyPatch) -> None:
        targets = [Target(history, 3) for history in range(500)]
        assert sampled(targets) is targets
        monkeypatch.setattr(preparing, "DEV_TARGETS", 50)
        found = sampled(targets)
        assert len(set(found)) == 50
        assert found == sampled(targets) == sorted(found)
        assert max(target.history for target in found) > 400

    def test_dev_is_answered_from_all_of_training_and_training_not_from_itself(self) -> None:
        """Two households that do the same at the same hours, and one that does something else."""
        same = tiny.history(*["a", "b"] * 10)
        other = tiny.history(*["c", "d"] * 10)
        corpus = InteractionCorpus("c", [same, other], catalogue=("a", "b", "c", "d"))
        corpus.train = [Target(0, 15), Target(1, 15)]
        corpus.dev = [Target(0, 17)]
        school = prepared(corpus).school
        (dev,) = school.dev
        others = dev.asked[0].chances[13:]
        assert others.max() > 0.5
        for chunk in school.train:
            assert chunk.asked[0].chances[13:].max() == 0


def test_a_seed_gives_the_same_network() -> None:
    school = prepared(tiny.choices()).school
    settings = settings_from(tiny.settings()).student
    one, two = (school.network(settings).state_dict() for _ in range(2))
    assert all(torch.equal(one[name], two[name]) for name in one)
    other = school.network(settings_from(tiny.settings(seed=1)).student).state_dict()
    assert not torch.equal(one["query.bias"], other["query.bias"])
    assert math.isfinite(float(other["vectors.bias"].sum()))
