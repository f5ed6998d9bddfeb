"""A compiled grammar is hostile input."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import BundleFormatError
from edge.grammar.file import MAGIC
from edge.grammar.grammar import Grammar
from edge.home.home import Device, Home
from edge.limits import GRAMMAR_BYTES, GRAMMAR_EDGES, GRAMMAR_STATES
from edge.text import tokenise
from export.grammar.compiler import compile_grammar
from export.grammar.templates import read_templates

PAGE = """
language: en
skip_words: ["please"]
lists:
  level: {range: {from: 0, to: 9}}
  color: {values: [red, blue]}
intents:
  On: {data: [{sentences: ["turn on {name} [in {area}]", "dim to {level}", "paint {color}"]}]}
"""
HOME = Home([Device("a", "lamp")])


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    page: Path = tmp_path_factory.mktemp("page") / "page.yaml"
    page.write_text(PAGE)
    return compile_grammar(read_templates(page)).data


def with_header(data: bytes, change: Callable[[dict[str, Any]], None]) -> bytes:
    size = int.from_bytes(data[8:12], "little")
    header = json.loads(data[12 : 12 + size])
    change(header)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 4)
    return MAGIC + len(text).to_bytes(4, "little") + text + data[12 + size :]


def set_key(*path: Any) -> Callable[[dict[str, Any]], None]:
    """Sets the value at a path of keys and indices, the last of which is the value."""
    *keys, last, value = path

    def change(header: dict[str, Any]) -> None:
        place: Any = header
        for key in keys:
            place = place[key]
        place[last] = value

    return change


@pytest.mark.parametrize(
    ("written", "instead"),
    [(b'"intent": "On"', b'"intent": "Off", "intent": "On"'), (b'"On"', b'"\\ud800"')],
)
def test_what_two_readers_could_read_differently_is_refused(
    data: bytes, written: bytes, instead: bytes
) -> None:
    plain = with_header(data, lambda header: None)
    size = int.from_bytes(plain[8:12], "little")
    head = plain[12 : 12 + size]
    assert written in head
    text = head.replace(written, instead)
    text += b" " * (-len(text) % 4)
    with pytest.raises(BundleFormatError, match="its header is no JSON"):
        Grammar.from_bytes(MAGIC + len(text).to_bytes(4, "little") + text + plain[12 + size :])


def test_what_was_compiled_can_be_opened(data: bytes) -> None:
    grammar = Grammar.from_bytes(data)
    assert grammar.intents == ("On",)
    assert grammar.language == "en"


@pytest.mark.parametrize(
    "change",
    [
        set_key("states", 0),
        set_key("states", -1),
        set_key("states", True),
        set_key("states", "3"),
        set_key("states", GRAMMAR_STATES + 1),
        set_key("states", GRAMMAR_STATES),
        set_key("edges", GRAMMAR_EDGES + 1),
        set_key("edges", GRAMMAR_EDGES),
        set_key("words", []),
        set_key("words", 0, 7),
        set_key("words", "a"),
        set_key("references", []),
        set_key("references", 0, [99, "x"]),
        set_key("references", 0, [-1, "x"]),
        set_key("references", 0, [True, "x"]),
        set_key("references", 0, [0]),
        set_key("lists", 0, "kind", "pickle"),
        set_key("lists", 0, "name", 3),
        set_key("lists", {}),
        set_key("rules", []),
        set_key("rules", 0, "intent", ""),
        set_key("rules", 0, "slots", {"a": [1]}),
        set_key("rules", 0, "kinds", "light"),
        set_key("accept_sets", []),
        set_key("accept_sets", 0, [5]),
        set_key("accept_sets", 0, []),
        set_key("skip", [3]),
        set_key("skip", ["please"] * 1000),
    ],
)
def test_a_header_that_is_wrong_is_refused(
    data: bytes, change: Callable[[dict[str, Any]], None]
) -> None:
    with pytest.raises(BundleFormatError) as caught:
        Grammar.from_bytes(with_header(data, change))
    assert caught.value.where == "grammar"
    assert caught.value.allowed


@pytest.mark.parametrize(
    "entry",
    [
        {"low": 5, "high": 1},
        {"low": 0, "high": float("nan")},
        {"low": 0, "high": float("inf")},
        {"low": 0},
        {"low": "0", "high": "9"},
        {"low": 0, "high": 9, "step": 0},
        {"low": 0, "high": 9, "fractions": "thirds"},
        {"low": 0, "high": 9, "fractions": ["halves"]},
        {"low": 0, "high": 9, "spelled": [["fünf", "5"]]},
        {"low": 0, "high": 9, "spelled": [["fünf", None]]},
        {"low": 0, "high": 9, "spelled": [["", 5]]},
    ],
)
def test_a_range_that_is_wrong_is_refused(data: bytes, entry: dict[str, Any]) -> None:
    def change(header: dict[str, Any]) -> None:
        at = next(i for i, one in enumerate(header["lists"]) if one["kind"] == "range")
        header["lists"][at] = {"kind": "range", "name": "level", **entry}

    with pytest.raises(BundleFormatError, match=r"level|is no JSON"):
        Grammar.from_bytes(with_header(data, change))


@pytest.mark.parametrize("values", ["red", [["red"]], [["", "x"]], [[3, "x"]], [["red", {}]]])
def test_values_that_are_wrong_are_refused(data: bytes, values: Any) -> None:
    def change(header: dict[str, Any]) -> None:
        at = next(i for i, one in enumerate(header["lists"]) if one["kind"] == "values")
        header["lists"][at]["values"] = values

    with pytest.raises(BundleFormatError):
        Grammar.from_bytes(with_header(data, change))


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"HEARTHG1",
        b"HEARTHG2" + b"\0" * 40,
        MAGIC + b"\xff\xff\xff\xff" + b"{}",
        MAGIC + b"\4\0\0\0nope",
        MAGIC + b"\4\0\0\0[]  ",
        MAGIC + b"\4\0\0\0{}  ",
        MAGIC + b"\4\0\0\0\xff\xff\xff\xff",
        MAGIC + (40_000).to_bytes(4, "little") + b"[" * 40_000,
        MAGIC + b"\0" * GRAMMAR_BYTES,
    ],
)
def test_what_is_no_grammar_is_refused(broken: bytes) -> None:
    with pytest.raises(BundleFormatError):
        Grammar.from_bytes(broken)


def test_a_grammar_cut_short_is_refused(data: bytes) -> None:
    for size in range(0, len(data), 7):
        with pytest.raises(BundleFormatError):
            Grammar.from_bytes(data[:size])


@given(st.data())
def test_any_altered_byte_is_refused_or_harmless(data: bytes, draw: st.DataObject) -> None:
    altered = bytearray(data)
    for _ in range(draw.draw(st.integers(1, 4))):
        at = draw.draw(st.integers(0, len(data) - 1))
        altered[at] = draw.draw(st.integers(0, 255))
    try:
        grammar = Grammar.from_bytes(bytes(altered))
    except BundleFormatError:
        return
    for text in ("turn on lamp in the hall", "dim to nine", "paint red", "please " * 90):
        grammar.match(tokenise(text), HOME)
