"""The others, each seen to do its job before it is timed; the encoder in a tiny size."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks import baseline, distilbert, homes
from benchmarks.peers import HASSIL, encoders, hassil_matcher, matchers
from edge.models import default_bundle
from export.corpora import OUT_OF_SCOPE, Corpus, Utterance

TINY = distilbert.Size(layers=1, width=32, inner=64, heads=2, vocabulary=64)


def silent(line: str) -> None:
    """Nobody watches a test."""


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("optimum")
    folder = tmp_path_factory.mktemp("cache")
    distilbert.graphs(TINY, folder)
    return folder


def test_the_encoder_gives_one_intent_and_a_tag_a_token(cache: Path) -> None:
    for file in distilbert.graphs(TINY, cache).values():
        intent, tags = distilbert.session(file).run(None, distilbert.inputs())
        assert intent.shape == (1, distilbert.INTENTS)
        assert tags.shape == (1, distilbert.TOKENS, distilbert.TAGS)


def test_the_quantised_encoders_compute_what_the_float_one_does(cache: Path) -> None:
    outputs = {
        name: distilbert.session(file).run(None, distilbert.inputs())[0]
        for name, file in distilbert.graphs(TINY, cache).items()
    }

    for name in ("int8", "int8-fused"):
        assert not np.array_equal(outputs[name], outputs["float"])
        assert np.allclose(outputs[name], outputs["float"], atol=0.1)


def test_a_cached_export_is_used_again(cache: Path) -> None:
    files = distilbert.graphs(TINY, cache)
    before = {name: file.stat().st_mtime_ns for name, file in files.items()}
    again = distilbert.graphs(TINY, cache)

    assert {name: file.stat().st_mtime_ns for name, file in again.items()} == before
    assert len(list(cache.iterdir())) == 1


def test_encoders_are_timed_without_us_when_there_is_no_bundle(cache: Path) -> None:
    rows = encoders(None, repeats=3, warm_up=1, report=silent, size=TINY, cache=cache)

    assert [row["name"] for row in rows] == [
        "DistilBERT float",
        "DistilBERT int8",
        "DistilBERT int8-fused",
    ]
    assert all(row["p50_us"] > 0 and "ratio" not in row for row in rows)


@pytest.mark.parametrize("folder", HASSIL.values(), ids=["ours", "all"])
def test_hassil_matches_what_it_should_and_nothing_else(folder: Path | None) -> None:
    pytest.importorskip("hassil")
    names = homes.device_names(50)
    said = homes.sentences(names)
    match = hassil_matcher(names, folder)

    for text in said.matched:
        result = match(text)
        assert result.intent.name.removeprefix("Hass") in ("TurnOn", "TurnOff")
        assert result.entities["name"].value.startswith("device_")
    assert all(match(text) is None for text in said.unknown_name + said.unmatched)


def test_hassil_is_timed_with_the_sentences_that_ours_has_and_with_all() -> None:
    pytest.importorskip("hassil")
    rows = matchers(default_bundle(), counts=(20,), repeats=2, warm_up=1, report=silent)

    assert [row["name"] for row in rows] == list(HASSIL) * 3
    assert [row["group"].partition(", ")[2] for row in rows[::2]] == [
        "matched",
        "unknown name",
        "unmatched",
    ]
    assert all(row["ratio"]["fast"] == "Hearth Edge" for row in rows)


def test_names_of_a_home_are_all_different_and_always_the_same() -> None:
    names = homes.device_names(10_000)

    assert len(set(names)) == 10_000
    assert names[:100] == homes.device_names(100)


def test_sentences_about_unknown_names_name_no_device() -> None:
    names = homes.device_names(1000)
    said = homes.sentences(names)

    assert len(said.matched) == len(said.unknown_name) == 20
    assert not any(text.endswith(tuple(names)) for text in said.unknown_name)


def corpus() -> Corpus:
    train = [
        Utterance(f"{verb} the {thing}", intent)
        for verb, intent in (("light", "on"), ("dim", "off"))
        for thing in ("lamp", "hall", "porch", "desk")
    ]
    return Corpus(
        "tiny", train, test=[Utterance("light the sofa", "on"), Utterance("dim it", "off")]
    )


def test_the_baseline_learns_intents() -> None:
    pytest.importorskip("sklearn")
    trained = baseline.train(corpus())
    row = baseline.score(corpus(), trained.intents(["light the sofa", "dim it"]), "b")

    assert row["intent_accuracy"]["value"] == 1.0
    assert trained.features > 0


def test_a_test_set_with_out_of_scope_sentences_is_scored_by_its_protocol() -> None:
    tested = corpus()
    tested.test.append(Utterance("why is it raining", OUT_OF_SCOPE))
    row = baseline.score(tested, ["on", "on", OUT_OF_SCOPE], "b")

    assert row["in_scope_accuracy"]["value"] == 0.5
    assert row["out_of_scope_recall"]["value"] == 1.0
    assert "intent_accuracy" not in row


def test_no_one_answer_for_all_is_better_than_the_one_that_is_shown() -> None:
    tested = corpus()
    assert baseline.constant(tested) == "off"  # of equals the first
    tested.test.append(Utterance("light up", "on"))
    assert baseline.constant(tested) == "on"
    # What training has most of may be nothing that is asked; what it lacks, nobody can answer.
    tested.train += [Utterance("hello", "greet")] * 9
    tested.test += [Utterance("why", OUT_OF_SCOPE), Utterance("how", "ask")] * 9
    assert baseline.constant(tested) == "on"
