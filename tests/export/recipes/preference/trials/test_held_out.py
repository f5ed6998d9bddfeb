"""The dev set in a run folder."""

from __future__ import annotations

from pathlib import Path

from export.corpora.interactions import Event, History, InteractionCorpus, Target
from export.recipes.preference.trials.held_out import (
    HeldOut,
    actions_of,
    held_out,
    read_held_out,
    write_held_out,
)
from tests.export.recipes.preference import tiny


def test_there_and_back(tmp_path: Path) -> None:
    events = (
        Event("light.küche:on", 2, 7.5, 1_704_700_000.25, {"lux": 2.5, "door": True}, "anna"),
        Event("film", rating=4.5, value="21"),
        Event("bare"),
    )
    corpus = InteractionCorpus("c", [History("haus 1", events)])
    write_held_out(tmp_path / "dev.jsonl", corpus, [Target(0, 2), Target(0, 1)])
    assert read_held_out(tmp_path / "dev.jsonl") == [HeldOut(corpus.histories[0], (1, 2))]


def test_nothing_after_the_last_target_is_kept() -> None:
    """The test split lies there."""
    corpus = InteractionCorpus("c", [tiny.history(*"abcdef"), tiny.history(*"xyz")])
    found = list(held_out(corpus, [Target(0, 1), Target(0, 3)]))
    assert [[event.action for event in one.history.events] for one in found] == [list("abcd")]
    assert found[0].positions == (1, 3)


def test_a_run_has_the_dev_set_of_its_corpus(once_run: Path) -> None:
    corpus = tiny.choices()
    assert read_held_out(once_run / "dev.jsonl") == list(held_out(corpus, corpus.dev))


def test_what_is_done_each_once() -> None:
    assert list(actions_of(tiny.history(*"abab", "c"))) == ["a", "b", "c"]
