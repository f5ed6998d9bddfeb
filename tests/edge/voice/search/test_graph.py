"""Which sentences a search can find."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path
from random import Random

import numpy as np
import pytest

import export
from edge.errors import UsageError
from edge.grammar.file import GrammarTables, read_tables
from edge.grammar.grammar import Grammar, Match
from edge.home.home import Area, Device, Home
from edge.text import tokenise
from edge.voice.alphabet import text_of
from edge.voice.search.graph import SearchGraph
from edge.voice.spoken import say_text
from export.corpora.sampling import Sampler
from export.corpora.templates import names_of
from export.grammar.compiler import compile_grammar
from export.grammar.templates import Templates, read_templates

SAMPLES = Path(export.__file__).parent / "samples" / "home"

PAGE = """
language: en
skip_words: ["please", "could you"]
lists:
  brightness: {range: {type: percentage, from: 0, to: 100}}
  channel: {range: {from: 0, to: 100000}}
  song: {wildcard: true}
  color: {values: [{in: "(crimson|red)", out: red}, {in: "warm white", out: white}]}
intents:
  TurnOn:
    data:
      - sentences: ["turn on [the] {name} [in [the] {area}]"]
  Dim:
    data:
      - sentences: ["dim [the] {name} to {brightness}[ |][%]", "paint it {color}"]
  Play:
    data:
      - sentences: ["play {song}", "play {song} in [the] {area}"]
  Tune:
    data:
      - sentences: ["channel {channel}", "go to floor -1"]
  Ask:
    data:
      - sentences: ["what's on"]
"""


def tables_of(page: str, folder: Path) -> GrammarTables:
    path = folder / "page.yaml"
    path.write_text(page)
    return read_tables(compile_grammar(read_templates(path)).data)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> GrammarTables:
    return tables_of(PAGE, tmp_path_factory.mktemp("page"))


HOUSE = Home(
    areas=[Area("k", "Kitchen"), Area("n", "Ida's room")],
    devices=[
        Device("1", "Lamp"),
        Device("2", "Plug 2"),
        Device("3", "Café A4"),
        Device("4", "The 東京"),
        Device("5", "Lamp post"),
    ],
)


@pytest.fixture(scope="module")
def graph(tables: GrammarTables) -> SearchGraph:
    return SearchGraph.of_grammar(tables, HOUSE)


@pytest.mark.parametrize(
    "text",
    [
        "turn on the lamp",
        "turn on lamp post in Ida's room",
        "turn on lamp in the kitchen",
        "turn on plug two",
        "turn on plug 2",
        "turn on café A4",
        "please could you turn on the lamp",
        "turn on the lamp please",
        "dim the lamp to fifty percent",
        "dim the lamp to a quarter",
        "dim the lamp to 100 %",
        "paint it crimson",
        "paint it warm white",
        "play nothing else matters",
        "play nothing else matters in the kitchen",
        "channel twenty thousand and one",
        "channel 7",
        "what's on",
        "go to floor minus one",
    ],
)
def test_what_can_be_said(graph: SearchGraph, text: str) -> None:
    assert graph.accepts(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "turn",
        "turn on",
        "turn on the",
        "turn on la",
        "turn on lamp in",
        "turn on lamp in kitchen kitchen",
        "dim the lamp to two hundred and seven percent",
        "dim the lamp to",
        "paint it warm",
        "paint it white",
        "play",
        "what s on",
        "turn on 東京",
        "please",
        "turn on the lamp and paint it red",
        "turn on please the lamp",
    ],
)
def test_what_cannot(graph: SearchGraph, text: str) -> None:
    assert not graph.accepts(text)


def test_several_commands_can_be_joined(tables: GrammarTables) -> None:
    graph = SearchGraph.of_grammar(tables, HOUSE, several=True)
    assert graph.accepts("turn on the lamp and then paint it red and what's on")
    assert not graph.accepts("turn on the lamp and")
    assert not graph.accepts("and turn on the lamp")


def test_what_was_said_is_written_as_the_home_writes_it(graph: SearchGraph) -> None:
    assert graph.written("turn on the lamp") == ("turn on the lamp",)
    assert graph.written("turn on cafe a four")[-1] == "turn on café a4"
    assert "turn on plug two" in graph.written("turn on plug two")


def test_names_that_cannot_be_spelled_are_named(graph: SearchGraph) -> None:
    assert "the 東京" in graph.left_out
    assert "東京" in graph.left_out


def test_each_thing_written_is_read_by_the_grammar(
    graph: SearchGraph, tables: GrammarTables
) -> None:
    grammar = Grammar(tables)
    for text in ("turn on Café A4", "dim plug 2 to 50 %", "channel 7", "go to floor -1"):
        said = say_text(text)
        assert said is not None
        ways = [grammar.match(tokenise(way), HOUSE) for way in graph.written(said)]
        assert any(isinstance(way, Match) for way in ways), text


def test_templates_without_a_name_to_fill_them_cannot_be_said(tables: GrammarTables) -> None:
    graph = SearchGraph.of_grammar(tables, Home())
    assert graph.accepts("paint it red")
    assert not graph.accepts("turn on the lamp")


def test_a_grammar_of_names_alone_needs_a_home_with_some(tmp_path: Path) -> None:
    only = tables_of('intents: {On: {data: [{sentences: ["on {name}"]}]}}', tmp_path)
    with pytest.raises(UsageError, match="no sentence that could be said"):
        SearchGraph.of_grammar(only, Home())
    with pytest.raises(UsageError, match="東京"):
        SearchGraph.of_grammar(only, Home([Device("1", "東京")]))
    assert SearchGraph.of_grammar(only, HOUSE).accepts("on lamp")


@pytest.fixture(scope="module")
def sample() -> tuple[Templates, GrammarTables, Home]:
    templates = read_templates(SAMPLES / "sentences")
    return (
        templates,
        read_tables(compile_grammar(templates).data),
        Home.load(SAMPLES / "home.toml"),
    )


def test_whatever_the_grammar_matches_can_be_said(
    sample: tuple[Templates, GrammarTables, Home],
) -> None:
    templates, tables, home = sample
    graph, grammar = SearchGraph.of_grammar(tables, home), Grammar(tables)
    names = dataclasses.replace(names_of(home), invented=False)
    sampler = Sampler(templates, names, Random("spoken"))
    matched = 0
    for block in templates.blocks:
        for template in block.templates:
            for _ in range(4):
                text, _spans = sampler.draw(block, template.expression)
                if isinstance(grammar.match(tokenise(text), home, area="kitchen"), Match):
                    matched += 1
                    assert graph.accepts(text), text
    assert matched > 300


def test_what_can_be_said_the_grammar_knows(
    sample: tuple[Templates, GrammarTables, Home],
) -> None:
    """Random walks through the graph end in sentences the grammar has something to say about."""
    _, tables, home = sample
    graph, grammar = SearchGraph.of_grammar(tables, home), Grammar(tables)
    rng = Random("walks")
    for _ in range(150):
        said = walk(graph, rng)
        found = [grammar.match(tokenise(way), home, area="kitchen") for way in graph.written(said)]
        assert any(found), said


def walk(graph: SearchGraph, rng: Random) -> str:
    """A sentence of it, each turn taken at random."""
    states = graph.states()
    while True:
        state, labels = states.start, []
        while len(labels) < 80:
            states.open(np.array([state], dtype=np.int32))
            follows = states.follows[states.row[state]]
            possible = np.flatnonzero(follows >= 0).tolist()
            if states.accepts[state] and (not possible or rng.random() < 0.5):
                return text_of(labels)
            labels.append(possible[rng.randrange(len(possible))])
            state = int(follows[labels[-1]])


def test_a_thousand_names_are_compiled_at_once(
    sample: tuple[Templates, GrammarTables, Home],
) -> None:
    _, tables, _ = sample
    rooms = [f"room {chr(97 + i // 26)}{chr(97 + i % 26)}" for i in range(100)]
    home = Home([Device(f"{i}", f"lamp of {rooms[i % 100]} {i}") for i in range(1000)])
    began = time.process_time()
    graph = SearchGraph.of_grammar(tables, home)
    took = time.process_time() - began
    assert graph.accepts("turn on lamp of room ab 201")
    assert not graph.accepts("turn on lamp of room ab 202")
    assert took < 1.0


def test_how_much_of_a_beginning_is_more_than_any_letters(tables: GrammarTables) -> None:
    graph = SearchGraph.of_grammar(tables, HOUSE)
    assert graph.fixed("turn on the la") == 1
    assert graph.fixed("play something new") == pytest.approx(len("play ") / 18, abs=1 / 18)
    assert graph.fixed("nothing begins so") == 0
    assert graph.fixed("") == 0


def test_names_may_be_joined_where_commands_may(tables: GrammarTables) -> None:
    graph = SearchGraph.of_grammar(tables, HOUSE, several=True)
    alone = SearchGraph.of_grammar(tables, HOUSE)
    for said in (
        "turn on the lamp and the lamp post",
        "turn on the lamp in the kitchen and ida's room",
        "dim the lamp and the lamp post and the lamp to fifty",
    ):
        assert graph.accepts(said), said
        assert not alone.accepts(said), said
    assert not graph.accepts("turn on the lamp and the")
    assert not graph.accepts("turn on the lamp and fifty")


@pytest.mark.parametrize(
    "said",
    [
        "should i turn on the lamp",
        "please do not turn on the lamp",
        "why did you turn on the lamp and turn on the lamp",
        "turn on the lamp tomorrow morning",
        "turn on the lamp in forty five minutes please",
        "turn on the lamp at half past six",
        "turn on the lamp when everybody is in bed",
    ],
)
def test_words_beside_a_sentence_may_be_said_where_they_are_listened_for(
    said: str, tables: GrammarTables
) -> None:
    assert SearchGraph.of_grammar(tables, HOUSE, several=True, asides=True).accepts(said)
    assert not SearchGraph.of_grammar(tables, HOUSE, several=True).accepts(said)


def test_nothing_else_may_be(tables: GrammarTables) -> None:
    graph = SearchGraph.of_grammar(tables, HOUSE, asides=True)
    assert graph.accepts("turn on the lamp")
    assert not graph.accepts("should i")
    assert not graph.accepts("tomorrow morning")
    assert not graph.accepts("turn on the lamp when")
    assert not graph.accepts("turn on the should i lamp")


@pytest.mark.parametrize(
    ("said", "is_taken"),
    [
        ("stop", False),
        ("please stop", False),
        ("stop please", False),
        ("turn on lamp and stop", False),
        ("stop it", True),
        ("stop stop", True),
        ("lamp", True),
        ("go stop", True),
    ],
)
def test_a_word_by_itself_is_no_command_where_there_may_be_none(
    tmp_path: Path, said: str, is_taken: bool
) -> None:
    page = PAGE + '  Stop: {data: [{sentences: ["[go] stop", "stop (stop|it)", "{name}"]}]}\n'
    tables = tables_of(page, tmp_path)
    assert SearchGraph.of_grammar(tables, HOUSE, several=True).accepts(said)
    graph = SearchGraph.of_grammar(tables, HOUSE, several=True, asides=True)
    assert graph.accepts(said) == is_taken


def test_a_new_name_is_a_new_graph(sample: tuple[Templates, GrammarTables, Home]) -> None:
    _, tables, _ = sample
    home = Home([Device("1", "Lamp")])
    before = SearchGraph.of_grammar(tables, home)
    home.add(Device("2", "Moon", ("big cheese",)))
    assert not before.accepts("turn on the big cheese")
    assert SearchGraph.of_grammar(tables, home).accepts("turn on the big cheese")


def test_states_are_forgotten_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge.voice.search.states.SPEECH_STATES", 50)
    sentences = [f"{first} {second}" for first in ("dim", "raise") for second in PAGE.split()]
    graph = SearchGraph.of_sentences(sentences)
    for text in sentences:
        assert graph.accepts(text) == (say_text(text) is not None)
        assert len(graph.states()) <= 50 + 200


def test_anything_is_words_with_one_space_between() -> None:
    graph = SearchGraph.of_anything()
    assert graph.accepts("xqz don't k")
    assert not graph.accepts("")
