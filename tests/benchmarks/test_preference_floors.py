"""The trivial rules, on corpora small enough to be counted by hand."""

from __future__ import annotations

import pytest

from benchmarks.preference import ratings
from benchmarks.preference.floors import Asked, Floors, own_history
from benchmarks.preference.measures import NOT_RANKED, figures
from benchmarks.preference.online import Frequency, Markov, PartOfDay, rank_in
from export.corpora.interactions import Event, History, InteractionCorpus, Target


def events(actions: str, hour: float | None = None) -> tuple[Event, ...]:
    return tuple(Event(action, 0, hour) for action in actions)


def corpus(train: list[str], test: list[str], catalogue: str = "abcdef") -> InteractionCorpus:
    """The last action of each is its target; dev is test."""
    found = InteractionCorpus("toy", catalogue=tuple(catalogue))
    for number, actions in enumerate([*train, *test]):
        found.histories.append(History(str(number), events(actions, 8.0)))
        target = Target(number, len(actions) - 1)
        (found.train if number < len(train) else found.test).append(target)
    found.dev = list(found.test)
    return found


def asked(actions: str) -> Asked:
    return Asked(events(actions, 8.0), 0, 8.0)


def test_popularity_puts_what_was_done_most_in_training_first() -> None:
    floors = Floors(toy := corpus(["aab", "bbc"], ["aab", "aac", "aad", "aaz"]))

    # b three times, a twice, c once, and what was never done in the catalogue's order.
    assert floors.ranks(floors.popularity(), toy.test) == [1, 3, 4, NOT_RANKED]


def test_markov_ranks_what_followed_the_last_action_and_then_what_is_popular() -> None:
    floors = Floors(corpus(["abab", "abac"], []))

    rule = floors.markov()

    assert rule(asked("a")) == {"b": 3, "c": 1}
    assert floors.rank(rule(asked("a")), "c", set()) == 2
    assert floors.rank(rule(asked("a")), "a", set()) == 3
    assert floors.rank(rule(asked("f")), "a", set()) == 1  # nothing followed: popularity


def test_the_second_order_looks_at_two_actions() -> None:
    rule = Floors(corpus(["abc", "xbd"], [], "abcdx")).markov(2)

    assert rule(asked("ab")) == {"c": 1}
    assert rule(asked("xb")) == {"d": 1}
    assert rule(asked("b")) == {}


def test_windowed_counts_weigh_by_gap_and_fade_with_age() -> None:
    rule = Floors(corpus(["abc"], [])).windowed()

    assert rule(asked("a")) == {"b": 1.0, "c": 0.5}
    assert rule(asked("ab")) == pytest.approx({"c": 1.0 + 0.6 * 0.5, "b": 0.6})


def test_what_is_chosen_once_is_passed_over() -> None:
    floors = Floors(toy := corpus(["abc", "abd"], ["aba", "abc"]), once=True)

    # c and d followed b equally often; a and b are gone, and a is not to be found any more.
    assert floors.ranks(floors.markov(), toy.test) == [NOT_RANKED, 1]


def test_own_history_counts_and_puts_the_newest_first_among_equals() -> None:
    scores = own_history(asked("abbacc"))

    assert sorted(scores, key=lambda action: -scores[action]) == ["c", "a", "b"]


def test_the_blend_takes_the_part_that_is_right_on_dev() -> None:
    # The own history is always right, what training says always wrong.
    toy = corpus(["abcf", "bcaf"], ["eee", "ddd"])
    rule, (second, first, own, hour) = Floors(toy).blend()

    assert own > 0
    assert rule(asked("ddee"))["e"] >= max(rule(asked("ddee")).values())
    assert (second, first, hour) != (own, own, own)


def test_ranks_beyond_ten_are_not_told_apart() -> None:
    letters = "abcdefghijklmnop"
    floors = Floors(corpus([letters], [], letters))

    assert floors.rank({}, "j", set()) == 10
    assert floors.rank({}, "k", set()) == NOT_RANKED
    assert floors.rank({}, "k", set("abc")) == 8


def test_rules_that_count_as_they_go() -> None:
    often, chain = Frequency(), Markov()
    for event in events("abaab"):
        often.learn(event)
        chain.learn(event)

    assert list(often.order(Event("?"))) == ["a", "b"]
    assert list(chain.order(Event("?"))) == ["a", "b"]  # after b came a
    assert rank_in(["b", "a"], "a") == 2
    assert rank_in(["b", "a"], "z") == NOT_RANKED


def test_the_parts_of_a_day_are_counted_apart_and_eight_are_offered() -> None:
    rule = PartOfDay()
    for event in (*events("a", 7), *events("bcdefghijk", 23), *events("l", 5.5)):
        rule.learn(event)

    assert list(rule.order(Event("?", hour=11.9))) == ["a"]
    assert len(rule.order(Event("?", hour=2.0))) == 8
    assert list(rule.order(Event("?", hour=12.0))) == []


def test_measures_of_known_ranks() -> None:
    found = figures([1, 2, 6, NOT_RANKED])

    assert found["hr1"]["value"] == 0.25
    assert found["hr5"]["value"] == 0.5
    assert found["hr10"]["value"] == 0.75
    assert found["map5"]["value"] == pytest.approx((1 + 1 / 2) / 4)
    assert found["ndcg10"]["value"] == pytest.approx((1 + 0.63093 + 0.356207) / 4, abs=1e-5)
    assert found["hr1"]["low"] < 0.25 < found["hr1"]["high"]


def test_events_of_one_household_say_less_than_as_many_of_different_ones() -> None:
    ranks = [1] * 50 + [9] * 50

    alone = figures(ranks)["ndcg10"]
    together = figures(ranks, [0] * 50 + [1] * 50)["ndcg10"]

    assert together["high"] - together["low"] > 2 * (alone["high"] - alone["low"])
    assert together["value"] == alone["value"]


def test_no_targets_are_no_error() -> None:
    assert figures([])["hr1"] == {"value": 0.0, "low": 0.0, "high": 1.0, "count": 0}


def test_ratings_are_measured_by_their_errors_and_their_order() -> None:
    right = [ratings.Foreseen(0, 5.0, 4.0), ratings.Foreseen(0, 3.0, 3.0)]
    wrong = [ratings.Foreseen(1, 2.0, 4.0), ratings.Foreseen(1, 3.0, 3.0)]

    found = ratings.figures([*right, *wrong])

    assert found["rmse"]["value"] == pytest.approx(((1 + 4) / 4) ** 0.5, abs=1e-6)
    assert found["pairs"] == {"value": 0.5, "low": 0.0, "high": 1.0, "count": 2}


def test_the_biases_of_item_and_user_are_damped_means() -> None:
    def rated(*stars: tuple[str, float]) -> tuple[Event, ...]:
        return tuple(Event(item, rating=given) for item, given in stars)

    toy = InteractionCorpus("toy", objective="rating", catalogue=("a", "b"))
    toy.histories = [
        History("x", rated(("a", 5.0), ("b", 1.0))),
        History("y", rated(("b", 3.0), ("a", 3.0))),
    ]
    toy.train = [Target(0, 0), Target(0, 1), Target(1, 0)]
    toy.test = [Target(1, 1)]

    plain, biased = ratings.floors(toy, toy.test).values()

    assert [one.thought for one in plain] == [3.0]
    item_a, item_b = 2 / 6, (-2 + 0) / 7
    assert biased[0].thought == pytest.approx(3.0 + item_a + (0 - item_b) / 6)
