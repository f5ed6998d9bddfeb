"""The plain layout: one utterance a line."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from export.corpora import OUT_OF_SCOPE, Corpus, SlotSpan, Utterance, read, write_jsonl
from export.corpora.doubts import SHOWN
from export.corpora.jsonl import read_jsonl, write_utterances

ON = {
    "text": "turn on the lamp",
    "intent": "on",
    "slots": [{"label": "name", "start": 12, "end": 16}],
}
OFF = {"text": "turn off the lamp", "intent": "on"}


def write(path: Path, *lines: Any) -> Path:
    texts = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    path.write_bytes(b"".join(text + b"\n" for text in texts))
    return path


def test_a_folder_has_a_file_a_split(tmp_path: Path) -> None:
    write(tmp_path / "train.jsonl", ON, OFF)
    write(tmp_path / "dev.jsonl", ON)
    write(tmp_path / "test.jsonl", ON)
    (tmp_path / "unlabelled.txt").write_text("do  it\n\nnow\n", encoding="utf-8")
    corpus = read(tmp_path)

    assert (len(corpus.train), len(corpus.dev), len(corpus.test)) == (2, 1, 1)
    assert corpus.train[0].slots == (SlotSpan("name", 12, 16),)
    assert corpus.train[0].id == "train:1"
    assert corpus.unlabelled == ["do it", "now"]
    assert not corpus.problems


class TestDoubts:
    def told(self, path: Path, *lines: Any) -> list[str]:
        return [str(problem) for problem in read_jsonl(write(path, *lines)).problems]

    def test_one_text_with_two_intents(self, tmp_path: Path) -> None:
        other = {"text": "Turn on the lamp.", "intent": "off"}
        assert self.told(tmp_path / "all.jsonl", ON, OFF, other) == [
            "all.jsonl: lines 1 and 3: the same text, on and off; both kept"
        ]
        write(tmp_path / "train.jsonl", ON, OFF)
        write(tmp_path / "dev.jsonl", other)
        (problem,) = read_jsonl(tmp_path).problems
        assert "train.jsonl:1 and dev.jsonl:1: the same text" in problem.what

    def test_a_few_are_named_and_the_others_counted(self, tmp_path: Path) -> None:
        lines = [{"text": f"go {i // 2}", "intent": f"a{i % 2}"} for i in range(20)]
        told = self.told(tmp_path / "all.jsonl", *lines)
        assert len(told) == SHOWN + 1
        assert told[-1] == "all.jsonl: 5 more of the same kind; kept"

    def test_a_sentence_that_no_device_reads(self, tmp_path: Path) -> None:
        long = {"text": "go " * 65, "intent": "on"}
        assert self.told(tmp_path / "all.jsonl", ON, long) == [
            "all.jsonl: line 2: 65 words; a device reads 64 at most; kept"
        ]

    def test_out_of_scope_spelt_in_another_way(self, tmp_path: Path) -> None:
        lines = [{"text": f"who {i}", "intent": "Out_Of_Scope"} for i in range(2)]
        (told,) = self.told(tmp_path / "all.jsonl", ON, *lines)
        assert "line 2: 'Out_Of_Scope' is taken for a command" in told
        (told,) = self.told(tmp_path / "all.jsonl", lines[0], {**lines[1], "intent": OUT_OF_SCOPE})
        assert told == "all.jsonl:1: the intent 'Out_Of_Scope' is 'out_of_scope' elsewhere; " + (
            "which is it?"
        )

    def test_intents_that_only_case_tells_apart(self, tmp_path: Path) -> None:
        lines = [{"text": f"stop {i}", "intent": "StopWash"} for i in range(3)]
        path = write(tmp_path / "all.jsonl", {"text": "halt", "intent": "Stop wash"}, *lines)
        corpus = read_jsonl(path)
        assert corpus.intents == ["StopWash"]
        (problem,) = corpus.problems
        assert (problem.line, "'Stop wash' is 'StopWash' elsewhere" in problem.what) == (1, True)

    def test_white_space_around_an_intent_is_none_of_its_name(self, tmp_path: Path) -> None:
        corpus = read_jsonl(write(tmp_path / "all.jsonl", ON, {**OFF, "intent": " on "}))
        assert (corpus.intents, corpus.problems) == (["on"], [])


def test_other_layouts_name_the_sentence(tmp_path: Path) -> None:
    data = {"train": [["go on", "a"], ["stop", "b"], ["Go on", "b"]]}
    (tmp_path / "data_full.json").write_text(json.dumps(data))
    told = [problem.what for problem in read(tmp_path).problems]
    assert "train:0 and train:2: the same text, a and b; both kept" in told


def test_a_line_without_an_intent_is_an_unlabelled_sentence(tmp_path: Path) -> None:
    corpus = read(write(tmp_path / "all.jsonl", ON, OFF, {"text": "who knows"}))

    assert corpus.unlabelled == ["who knows"]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (b"{", "not JSON"),
        (b"\xff\xfe", "not UTF-8"),
        (b"[1, 2]", "not a JSON object"),
        (b'{"text": "a", "text": "b"}', "'text' occurs twice"),
        (b"[" * 100_000, "not JSON"),
        ({"intent": "on"}, "no text"),
        ({"text": 3, "intent": "on"}, "the text is no string"),
        ({"text": "  ", "intent": "on"}, "the text is empty"),
        ({"text": "x" * 20_000, "intent": "on"}, "at most 10000"),
        (b'{"text": "\\ud800", "intent": "on"}', "surrogate"),
        ({"text": "a", "intent": ""}, "the intent is empty"),
        ({"text": "a", "intent": "o\nn"}, "the intent 'o\\nn' has characters that cannot be"),
        ({"text": "a", "intent": 4}, "the intent is no string"),
        ({"text": "a", "intent": "on", "slot": []}, "unknown key 'slot'; allowed: text, intent"),
        ({"text": "a", "intent": "on", "id": 7}, "the id is no string"),
        ({"text": "a", "intent": "on", "split": "valid"}, "unknown split 'valid'"),
        ({"text": "a", "intent": "on", "slots": [{"label": "x", "start": 0}]}, "exactly the keys"),
        (
            {"text": "a", "intent": "on", "slots": [{"label": "x", "start": 0, "end": True}]},
            "whole numbers",
        ),
        (
            {"text": "abc", "intent": "on", "slots": [{"label": "x", "start": 1, "end": 4}]},
            "outside its sentence of 3 characters",
        ),
        (
            {"text": "abc", "intent": "on", "slots": [{"label": "x", "start": -1, "end": 2}]},
            "outside its sentence",
        ),
        (
            {"text": "abc", "intent": "on", "slots": [{"label": "x", "start": 2, "end": 2}]},
            "covers no text",
        ),
        (
            {"text": "a  b", "intent": "on", "slots": [{"label": "x", "start": 1, "end": 3}]},
            "covers no text",
        ),
        (
            {
                "text": "abcd",
                "intent": "on",
                "slots": [
                    {"label": "x", "start": 0, "end": 3},
                    {"label": "y", "start": 2, "end": 4},
                ],
            },
            "slot 'y' [2, 4) overlaps slot 'x' [0, 3)",
        ),
        ({**ON, "intent": OUT_OF_SCOPE}, "an out-of-scope line has slots"),
        ({**ON, "intent": None}, "slots without an intent"),
    ],
)
def test_a_broken_line_is_named_and_costs_only_itself(tmp_path: Path, line: Any, what: str) -> None:
    corpus = read(write(tmp_path / "all.jsonl", ON, line, OFF))

    assert len(list(corpus.labelled())) == 2
    assert [(item.file, item.line) for item in corpus.problems] == [("all.jsonl", 2)]
    assert what in corpus.problems[0].what


def test_the_second_of_two_equal_ids_is_left_out(tmp_path: Path) -> None:
    corpus = read(write(tmp_path / "all.jsonl", {**ON, "id": "a"}, {**OFF, "id": "a"}, OFF))

    assert [str(item) for item in corpus.problems] == [
        "all.jsonl:2: the id 'a' is taken by all.jsonl:1"
    ]


def test_a_measured_sentence_needs_an_intent(tmp_path: Path) -> None:
    write(tmp_path / "train.jsonl", ON, OFF)
    write(tmp_path / "test.jsonl", {"text": "unlabelled"})

    assert "no intent" in read(tmp_path).problems[0].what


def test_a_split_that_contradicts_its_file_is_a_broken_line(tmp_path: Path) -> None:
    write(tmp_path / "train.jsonl", ON, OFF)
    write(tmp_path / "test.jsonl", {**ON, "split": "dev"})

    assert "'dev' is not that of its file" in read(tmp_path).problems[0].what


def many(count: int) -> list[dict[str, Any]]:
    return [
        {"text": f"sentence number {index}", "intent": f"i{index % 3}"} for index in range(count)
    ]


def test_one_file_is_dealt_out_by_seed_and_sentence_alone(tmp_path: Path) -> None:
    path = write(tmp_path / "all.jsonl", *many(1000))
    first, again, other = read(path), read(path), read(path, seed=1)

    assert first.test == again.test
    assert {item.text for item in first.test} != {item.text for item in other.test}
    assert 70 <= len(first.dev) <= 130
    assert 70 <= len(first.test) <= 130
    # Half the lines, in reverse: those that are left stay where they were.
    half = read(write(tmp_path / "half.jsonl", *reversed(many(1000)[::2])))
    assert {item.text for item in half.test} <= {item.text for item in first.test}


def test_equal_sentences_are_never_on_both_sides_of_the_split(tmp_path: Path) -> None:
    lines = [*many(200), *[{**row, "text": row["text"].upper()} for row in many(200)]]
    corpus = read(write(tmp_path / "all.jsonl", *lines))
    train = {item.text.lower() for item in corpus.train}

    assert not train & {item.text.lower() for item in corpus.test + corpus.dev}


def test_a_folder_without_dev_gets_one_from_train_and_keeps_its_test(tmp_path: Path) -> None:
    write(tmp_path / "train.jsonl", *many(500))
    write(tmp_path / "test.jsonl", ON | {"intent": "i0"})
    corpus = read(tmp_path)

    assert len(corpus.test) == 1
    assert 25 <= len(corpus.dev) <= 80


def test_a_single_example_of_an_intent_is_trained_on_kept_and_reported(tmp_path: Path) -> None:
    lonely = {"text": "self destruct", "intent": "boom", "id": "s-1"}
    for seed in range(30):
        corpus = read(write(tmp_path / "all.jsonl", *many(20), lonely), seed=seed)
        assert any(item.intent == "boom" for item in corpus.train)
        assert any("'boom' has a single example (s-1)" in item.what for item in corpus.problems)


NAME = st.text(st.characters(exclude_categories=("C",)), min_size=1, max_size=8).filter(str.strip)
TEXT = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=30).filter(str.strip)

INTENT = st.sampled_from(["on", "off", "Éteindre la lampe", "関灯", "a'b\"c"])


@st.composite
def utterances(draw: st.DrawFn) -> Utterance:
    text = draw(TEXT)
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=6)))
    spans = tuple(
        SlotSpan(draw(NAME), start, end)
        for start, end in zip(cuts[::2], cuts[1::2], strict=False)
        if text[start:end].strip()
    )
    return Utterance(text, draw(INTENT), spans)


@given(
    st.lists(utterances(), min_size=1, max_size=6),
    st.lists(utterances(), max_size=3),
    st.lists(utterances(), max_size=3),
    st.lists(TEXT, max_size=3),
)
def test_what_was_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory,
    train: list[Utterance],
    dev: list[Utterance],
    test: list[Utterance],
    unlabelled: list[str],
) -> None:
    def named(items: list[Utterance], split: str) -> list[Utterance]:
        return [
            Utterance(item.text, item.intent, item.slots, f"{split}-{index}")
            for index, item in enumerate(items)
        ]

    corpus = Corpus(
        "all", named(train, "train"), named(dev, "dev"), named(test, "test"), unlabelled
    )
    path = tmp_path_factory.mktemp("jsonl") / "all.jsonl"
    write_jsonl(path, corpus)

    found = read_jsonl(path)
    assert all("the same text" in problem.what for problem in found.problems)
    assert replace(found, problems=[]) == corpus


@given(st.lists(st.binary(max_size=40), max_size=8))
def test_any_bytes_are_read_without_losing_the_good_lines(
    tmp_path_factory: pytest.TempPathFactory, junk: list[bytes]
) -> None:
    path = tmp_path_factory.mktemp("junk") / "all.jsonl"
    good = {**ON, "split": "train", "id": "the good one"}
    lines = [line.replace(b"\n", b" ") for line in junk]
    write(path, *lines, good)

    assert any(item.id == "the good one" for item in read_jsonl(path).train)


def test_writing_ids_that_reading_would_refuse_is_an_error(tmp_path: Path) -> None:
    corpus = Corpus("twice", [Utterance("a", "i", (), "x"), Utterance("b", "i", (), "x")])

    with pytest.raises(ValueError, match="two sentences have the id 'x'"):
        write_jsonl(tmp_path / "all.jsonl", corpus)
    assert not list(tmp_path.iterdir())


def test_utterances_are_written_one_a_line(tmp_path: Path) -> None:
    write_utterances(tmp_path / "some.jsonl", [Utterance("größer", "on")])

    text = (tmp_path / "some.jsonl").read_text(encoding="utf-8")
    assert text == '{"text": "größer", "intent": "on"}\n'
