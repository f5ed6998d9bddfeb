"""Looking names up, exactly and by likeness."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.home.names import NameIndex, SimilarNames, _bit_counts, spoken_forms

NAMES = st.lists(st.sampled_from("kitchen lamp porch light left".split()), min_size=1, max_size=4)


def test_all_names_that_begin_at_a_word_are_found() -> None:
    index = NameIndex()
    index.add(["kitchen"], "a")
    index.add(["kitchen", "light"], "b")
    index.add(["light"], "c")
    found = index.starting_at(["the", "kitchen", "light", "on"], 1)
    assert [(end, list(ids)) for end, ids in found] == [(2, ["a"]), (3, ["b"])]


def test_several_may_have_one_name() -> None:
    index = NameIndex()
    index.add(["lamp"], "a")
    index.add(["lamp"], "b")
    assert index.exact(["lamp"]) == ("a", "b")


@given(st.lists(st.tuples(NAMES, st.sampled_from("abc")), max_size=12))
def test_nothing_is_left_of_names_that_were_taken_back(pairs: list[tuple[list[str], str]]) -> None:
    index = NameIndex()
    for words, item in pairs:
        index.add(words, item)
    for words, item in pairs:
        assert item in index.exact(words) or (words, item) in pairs
        index.discard(words, item)
        assert item not in index.exact(words)
    assert index.root == {}


def test_taking_back_a_name_that_was_never_given_changes_nothing() -> None:
    index = NameIndex()
    index.add(["lamp"], "a")
    index.discard(["lamp"], "b")
    index.discard(["lamp", "shade"], "a")
    assert index.exact(["lamp"]) == ("a",)


def test_numbers_in_names_are_found_said_and_written() -> None:
    assert set(spoken_forms(["lamp", "2"])) == {("lamp", "2"), ("lamp", "two")}
    assert set(spoken_forms(["twenty", "one", "club"])) == {
        ("twenty", "one", "club"),
        ("21", "club"),
    }
    assert spoken_forms(["a", "lamp"]) == [("a", "lamp")]


def likely(similar: SimilarNames, text: str, limit: int = 3) -> list[str]:
    return [name for name, _ in similar.closest(text, limit)]


def test_the_most_alike_name_comes_first() -> None:
    similar = SimilarNames()
    for number, name in enumerate(["Kitchen light", "Porch light", "Garage door"]):
        similar.add(name, str(number))
    assert likely(similar, "porch lamp")[0] == "Porch light"
    assert likely(similar, "kichen ligt")[0] == "Kitchen light"
    assert likely(similar, "zebra") == []


def test_the_best_is_found_among_many() -> None:
    similar = SimilarNames()
    for number in range(3000):
        similar.add(f"{'abcdefghij'[number % 10] * 3} thing {number}", str(number))
    similar.add("Porch lantern", "wanted")
    assert similar.closest("porch lantrn", 1) == [("Porch lantern", "wanted")]


def test_ids_that_are_not_accepted_are_not_named() -> None:
    similar = SimilarNames()
    similar.add("porch light", "light")
    similar.add("porch lights", "blind")
    assert similar.closest("porch light", 3, lambda item: item == "blind") == [
        ("porch lights", "blind")
    ]


def test_a_question_is_answered_once_until_a_name_comes_or_goes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    searches: list[str] = []
    search = SimilarNames._shortlist

    def counted(self: SimilarNames, text: str) -> list[int]:
        searches.append(text)
        return search(self, text)

    monkeypatch.setattr(SimilarNames, "_shortlist", counted)
    similar = SimilarNames()
    similar.add("Porch light", "a")
    assert likely(similar, "porch ligt") == ["Porch light"]
    assert similar.closest("porch ligt", 1, lambda item: False) == []
    assert searches == ["porch ligt"]
    similar.add("Porch lights", "b")
    assert likely(similar, "porch ligt") == ["Porch light", "Porch lights"]
    similar.discard("a")
    assert likely(similar, "porch ligt") == ["Porch lights"]
    assert len(searches) == 3


def test_only_a_few_answers_are_remembered() -> None:
    similar = SimilarNames()
    similar.add("Porch light", "a")
    for number in range(100):
        likely(similar, f"porch light {number}")
    assert len(similar._answers) < 20


def test_an_older_numpy_counts_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.array([[0, 1, 2**63], [2**64 - 1, 7, 255]], np.uint64)
    monkeypatch.delattr(np, "bitwise_count", raising=False)
    assert _bit_counts(values).tolist() == [[0, 1, 1], [64, 3, 8]]


@given(st.lists(st.sampled_from(["add", "remove", "ask"]), max_size=40), st.randoms())
def test_what_was_removed_is_never_named(actions: list[str], rng: object) -> None:
    similar = SimilarNames()
    there: list[str] = []
    for number, action in enumerate(actions):
        if action == "add":
            similar.add(f"lamp {number}", str(number))
            similar.add(f"lampe {number}", str(number))
            there.append(str(number))
        elif action == "remove" and there:
            similar.discard(there.pop(number % len(there)))
        else:
            assert {item for _, item in similar.closest("lamp", 100)} <= set(there)
    assert {item for _, item in similar.closest("lamp", 1000)} <= set(there)
