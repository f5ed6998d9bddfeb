"""Made-up ratings: the same for a seed, in halves, and worth learning."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from statistics import fmean

import pytest

from edge.errors import UsageError
from export.corpora.interactions import RatingSettings, detect, ratings, read

SAMPLE = Path(__file__).parents[4] / "export" / "samples" / "ratings"


def test_the_sample_is_told_by_its_file() -> None:
    corpus = read(SAMPLE)

    assert detect(SAMPLE) == "ratings"
    assert corpus.objective == "rating"
    assert not corpus.generic
    assert (len(corpus.train), len(corpus.dev), len(corpus.test)) == (12_800, 1_600, 1_600)
    assert corpus == ratings(RatingSettings())
    assert corpus.histories != ratings(RatingSettings(seed=2)).histories


def test_ratings_are_halves_and_no_user_rates_an_item_twice() -> None:
    corpus = ratings(RatingSettings(users=30))

    for history in corpus.histories:
        assert len({event.action for event in history.events}) == len(history.events) == 40
        times = [event.time or 0.0 for event in history.events]
        assert times == sorted(times)
        for event in history.events:
            assert type(event.rating) is float
            assert 1 <= event.rating <= 5
            assert (2 * event.rating).is_integer()
            assert event.action in corpus.catalogue


def error(settings: RatingSettings, by: str) -> float:
    """Squared error on the test split of the training ratings' means."""
    corpus = ratings(settings)
    groups: dict[str, list[float]] = defaultdict(list)

    def group(history: int, position: int) -> str:
        event = corpus.histories[history].events[position]
        genres = " ".join(corpus.attributes[event.action])
        return {"all": "", "item": event.action, "taste": f"{history} {genres}"}[by]

    for target in corpus.train:
        groups[group(*target)].append(corpus.event(target).rating or 0.0)
    errors = []
    for target in corpus.test:
        known = groups.get(group(*target))
        if known:
            errors.append(((corpus.event(target).rating or 0.0) - fmean(known)) ** 2)
    return fmean(errors)


def test_items_and_a_users_taste_explain_ratings() -> None:
    settings = RatingSettings(users=300, items=100, per_user=80, genres=4, noise=0.1)

    assert error(settings, "item") < 0.9 * error(settings, "all")
    assert error(settings, "taste") < 0.8 * error(settings, "all")


def test_settings_that_cannot_be_used_say_what_can(tmp_path: Path) -> None:
    (tmp_path / "ratings.toml").write_text("rank = 0", encoding="utf-8")

    with pytest.raises(UsageError, match="a whole number from 1 to 64"):
        read(tmp_path)
