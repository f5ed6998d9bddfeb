"""Our own runtime, timed and scored on a bundle made for the purpose."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks import accuracy
from benchmarks.footprint import footprint
from benchmarks.runtime import SENTENCES, bare, load, new_words, speed
from edge.events import Rejected
from export.corpora import OUT_OF_SCOPE, Corpus, Utterance


def silent(line: str) -> None:
    """Nobody watches a test."""


def test_the_bare_run_computes_what_the_runtime_computes(tiny_bundle: Path) -> None:
    runtime = load(tiny_bundle)
    calls = bare(runtime, SENTENCES)
    for text, call in zip(SENTENCES, calls, strict=True):
        frame = runtime.intent.read(text)
        intent = call()[0]
        commands = intent[: len(runtime.intent.intents) - 1]
        assert frame.intent == runtime.intent.intents[int(np.argmax(commands))]


def test_speed_is_given_as_a_distribution_beside_the_bare_run(tiny_bundle: Path) -> None:
    rows = speed(tiny_bundle, repeats=20, warm_up=2, report=silent)

    assert [row["name"] for row in rows] == 3 * [
        "text to answer",
        "bare session.run of the same graph",
    ]
    for whole, alone in zip(rows[::2], rows[1::2], strict=True):
        assert whole["group"] == alone["group"]
        assert whole["ratio"]["value"] > 1
        over = whole["p50_us"] - alone["p50_us"]
        assert whole["over_bare_p50_us"] == pytest.approx(over, abs=0.02)
    assert sum(rows[2]["answers"].values()) == len(SENTENCES)
    assert all(row["p50_us"] <= row["p90_us"] <= row["p99_us"] for row in rows)


def test_new_words_are_never_said_twice() -> None:
    words = " ".join(new_words(500)).split()

    assert len(words) == len(set(words)) == 7000


def test_a_refusal_is_an_answer_only_where_there_is_something_to_refuse(tiny_bundle: Path) -> None:
    runtime = load(tiny_bundle)
    refused = [text for text in SENTENCES if isinstance(runtime.understand(text), Rejected)]
    for text in SENTENCES:
        guess = accuracy.predict(runtime, text, may_refuse=False)
        assert guess.intent in ("on", "off")
        guess = accuracy.predict(runtime, text, may_refuse=True)
        assert (guess.intent == OUT_OF_SCOPE) == (text in refused)


def test_a_sentence_too_long_for_the_model_is_no_guess(tiny_bundle: Path) -> None:
    guess = accuracy.predict(load(tiny_bundle), "word " * 5000, may_refuse=False)

    assert (guess.intent, guess.score) == (OUT_OF_SCOPE, 0.0)


def test_accuracy_says_which_variant_it_is_of(tiny_bundle: Path) -> None:
    corpus = Corpus("tiny", test=[Utterance(text, "on") for text in SENTENCES])
    row = accuracy.of_bundle(tiny_bundle, corpus)

    assert (row["corpus"], row["scheme"], row["ours"]) == ("tiny", "float", True)
    assert 0 <= row["frame_accuracy"]["value"] <= row["intent_accuracy"]["value"] <= 1


def test_the_footprint_is_over_a_process_that_only_imported(tiny_bundle: Path) -> None:
    found = footprint(tiny_bundle, repeats=1)

    assert found["load_ms"] > 0
    assert found["first_answer_ms"] > 0
    assert found["runtime_import_ms"] >= found["edge_import_ms"]
    assert found["bundle"]["total"] > 0


def test_only_corpora_that_have_a_bundle_are_measured(tiny_bundle: Path, tmp_path: Path) -> None:
    """What is known of the others is kept: see `benchmarks.merging`."""
    for split in ("train", "dev", "test"):
        folder = tmp_path / "snips" / split
        folder.mkdir(parents=True)
        (folder / "seq.in").write_text("lamp on\nlamp off\n")
        (folder / "seq.out").write_text("O O\nO O\n")
        (folder / "label").write_text("on\noff\n")
    (tmp_path / "slurp").mkdir()  # nothing in it could be read

    rows = accuracy.rows(tmp_path, {"snips": tiny_bundle}, report=silent, with_baseline=False)

    assert [row["corpus"] for row in rows] == ["snips"]
