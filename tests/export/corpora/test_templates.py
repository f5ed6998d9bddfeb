"""A home's templates as a corpus."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import HomeError, UsageError
from edge.grammar.grammar import Grammar, Match
from edge.home.home import Home
from edge.intent.interpret import interpret
from edge.text import tokenise, words_of
from export.corpora import OUT_OF_SCOPE, Corpus, SlotSpan, read
from export.corpora.paraphrase import manner_of, paraphrase, split, unsplit
from export.corpora.sampling import join
from export.corpora.spoken_of import SHARE
from export.corpora.templates import PER_INTENT, read_home
from export.corpora.utterance import span_problem
from export.grammar.compiler import compile_grammar
from export.grammar.number_words import number_words
from export.grammar.templates import read_templates

SAMPLE = Path(__file__).parents[3] / "export" / "samples" / "home"


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return read(SAMPLE, samples=3500, seed=1)


@pytest.fixture(scope="module")
def grammar() -> Grammar:
    compiled = compile_grammar(read_templates(SAMPLE / "sentences"))
    assert compiled.problems == ()
    assert len(compiled.data) <= 100_000
    return Grammar.from_bytes(compiled.data)


def test_the_sample_home_has_no_problems(corpus: Corpus) -> None:
    assert corpus.problems == []
    assert len(corpus.intents) >= 14
    assert len(Home.load(SAMPLE / "home.toml").devices) >= 25


def test_intents_have_equal_shares(corpus: Corpus) -> None:
    counts = Counter(item.intent for item in corpus.labelled() if item.intent != OUT_OF_SCOPE)
    assert min(counts.values()) >= 0.8 * max(counts.values())
    # What is asked for in other words comes besides: see `export.corpora.spoken_of`.
    assert sum(counts.values()) == pytest.approx(3500 * (1 + SHARE), rel=0.05)


def test_each_intent_has_its_share_however_many_there_are(tmp_path: Path) -> None:
    more = "".join(
        f'  Go{intent}: {{data: [{{sentences: ["go {intent} to {{name}} and {{area}}"]}}]}}\n'
        for intent in ("up", "down", "away")
    )
    found = read_home(a_home(tmp_path, PAGE + more))
    counts = Counter(item.intent for item in found.labelled() if item.intent.startswith("Go"))
    assert min(counts.values()) >= PER_INTENT


def test_no_sentence_is_in_two_splits_or_there_twice(corpus: Corpus) -> None:
    texts = [words_of(item.text) for item in corpus.labelled()]
    assert len(texts) == len(set(texts))


def test_every_split_has_every_intent(corpus: Corpus) -> None:
    for part in (corpus.train, corpus.dev, corpus.test):
        assert {item.intent for item in part} == {*corpus.intents, OUT_OF_SCOPE}


def test_slots_are_where_they_say(corpus: Corpus) -> None:
    for item in corpus.labelled():
        assert span_problem(item.text, item.slots) is None
        for span in item.slots:
            value = item.text[span.start : span.end]
            assert value == value.strip()


def test_names_are_more_than_the_homes_own(corpus: Corpus) -> None:
    names = {
        item.text[span.start : span.end]
        for item in corpus.train
        for span in item.slots
        if span.label == "name"
    }
    assert len(names) > 400


def test_numbers_are_written_and_said(corpus: Corpus) -> None:
    values = {
        item.text[span.start : span.end]
        for item in corpus.train
        for span in item.slots
        if span.label == "brightness"
    }
    assert any(value.isdecimal() for value in values)
    assert any(value.replace(" ", "").isalpha() for value in values)


def test_the_same_seed_gives_the_same_corpus(corpus: Corpus) -> None:
    again = read(SAMPLE, samples=3500, seed=1)
    assert (again.train, again.dev, again.test) == (corpus.train, corpus.dev, corpus.test)
    assert read(SAMPLE, samples=3500, seed=2).train != corpus.train


def test_sentences_out_of_scope_are_out_of_the_grammars_scope_too(
    corpus: Corpus, grammar: Grammar
) -> None:
    home = Home.load(SAMPLE / "home.toml")
    lines = (SAMPLE / "out_of_scope.txt").read_text("utf-8").splitlines()
    taken = [line for line in lines if isinstance(grammar.match(tokenise(line), home), Match)]
    assert taken == []
    assert sum(item.intent == OUT_OF_SCOPE for item in corpus.labelled()) >= 300


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("turn off the kitchen light", "TurnOff light.kitchen_ceiling"),
        ("could you dim noor's lamp to thirty percent", "SetBrightness light.bedside_left"),
        ("set the heating to twenty and a half degrees", "SetTemperature thermostat.downstairs"),
        ("turn on the reading lamp in the study", "TurnOn light.reading_study study"),
        ("close the blinds in the lounge", "Close living_room"),
        ("lock the front door", "Lock lock.front_door"),
        ("vacuum ida's room", "StartVacuum nursery"),
        ("send bramble to the kitchen", "StartVacuum vacuum.bramble kitchen"),
        ("set a timer for an hour and a half", "SetTimer"),
        ("it's time for movie night", "ActivateScene scene.movie"),
        ("add oat milk to the shopping list", "AddToList"),
        ("play Copper Sky on the stereo", "PlayMusic player.living_room"),
        ("is the garage door closed", "GetState garage_door.main"),
        ("turn off all the lights upstairs", "TurnOff upstairs"),
        ("turn on the reading lamp", "ambiguous_name"),
        ("turn on the porch lamp", "unknown_name"),
        ("open the kettle", "unknown_name"),
        ("set the heating to ninety", "out_of_range"),
    ],
)
def test_the_sample_home_understands(grammar: Grammar, text: str, shown: str) -> None:
    home = Home.load(SAMPLE / "home.toml")
    found = grammar.match(tokenise(text), home)
    assert found is not None
    said = interpret(found, home).to_dict()
    assert " ".join([said.get("code") or said["intent"], *said.get("targets", ())]) == shown


def a_home(folder: Path, sentences: str, out_of_scope: str = "hello there\n") -> Path:
    (folder / "sentences").mkdir()
    (folder / "sentences" / "page.yaml").write_text(sentences)
    (folder / "home.toml").write_text('[[devices]]\nid = "a"\nname = "Lamp"\n')
    (folder / "out_of_scope.txt").write_text(out_of_scope)
    return folder


PAGE = 'language: en\nintents:\n  On: {data: [{sentences: ["turn on {name}"]}]}\n'


def test_an_intent_with_one_example_is_named(tmp_path: Path) -> None:
    page = PAGE + '  Off: {data: [{sentences: ["off"]}]}\n'
    found = read(a_home(tmp_path, page), samples=40, seed=3)
    off = [item for item in found.train if item.intent == "Off"]
    assert off
    if len(off) == 1:
        assert any("'Off' has a single example" in problem.what for problem in found.problems)


def test_a_template_of_two_intents_is_named(tmp_path: Path) -> None:
    page = PAGE + '  Start: {data: [{sentences: ["turn on {name}"]}]}\n'
    found = read_home(a_home(tmp_path, page), 40, 0)
    (problem,) = found.problems
    assert (problem.file, problem.line) == ("page.yaml", 4)
    assert "is there already, for On (page.yaml:3)" in problem.what


def test_a_template_that_cannot_be_drawn_is_named_and_the_rest_kept(tmp_path: Path) -> None:
    page = PAGE.replace('"turn on {name}"', '"turn on {name}", "turn on <all>", "go {where}"')
    found = read_home(a_home(tmp_path, page), 40, 0)
    assert found.train
    assert [problem.line for problem in found.problems] == [3, 3]


def test_a_block_that_two_files_hold_is_told_apart_by_what_it_is(tmp_path: Path) -> None:
    page = PAGE.replace('"turn on {name}"', '"turn [the] {name} {onoff}", "stop [now]"')
    folder = a_home(tmp_path, page)
    shutil.copy(folder / "sentences" / "page.yaml", folder / "sentences" / "again.yaml")
    found = read_home(folder, 40, 0)
    left_out = [problem for problem in found.problems if "no list or rule 'onoff'" in problem.what]
    assert {problem.file for problem in left_out} == {"page.yaml", "again.yaml"}


def test_an_out_of_scope_line_that_is_there_twice_is_named(tmp_path: Path) -> None:
    found = read_home(a_home(tmp_path, PAGE, "# a note\nhello there\n\nHello, there!\n"), 40, 0)
    (problem,) = found.problems
    assert (problem.file, problem.line) == ("out_of_scope.txt", 4)


def test_a_home_without_out_of_scope_says_so(tmp_path: Path) -> None:
    folder = a_home(tmp_path, PAGE)
    (folder / "out_of_scope.txt").unlink()
    assert "no sentences out of scope" in read_home(folder, 40, 0).problems[0].what


def test_a_folder_that_lacks_a_part_is_an_error(tmp_path: Path) -> None:
    folder = a_home(tmp_path, PAGE)
    with pytest.raises(UsageError, match="0 samples"):
        read_home(folder, 0)
    (folder / "home.toml").unlink()
    with pytest.raises(HomeError, match=r"home\.toml"):
        read_home(folder)
    shutil.rmtree(folder / "sentences")
    with pytest.raises(UsageError, match="no folder of sentence templates"):
        read_home(folder)


def test_a_number_said_never_runs_into_the_next_word() -> None:
    assert join([("wait ", ""), ("ten", "n"), ("minutes", "")])[0] == "wait ten minutes"
    assert join([("wait ", ""), ("10", "n"), ("minutes", "")])[0] == "wait 10minutes"
    assert join([("to ", ""), ("ten", "n"), ("%", "")])[0] == "to ten%"


SENTENCE = st.lists(
    st.tuples(
        st.sampled_from("turn off the lamp in kitchen what is 50 to".split()),
        st.sampled_from(["", "", "name", "area"]),
    ),
    min_size=1,
    max_size=8,
)


@given(SENTENCE, st.integers(0, 10_000), st.booleans())
def test_a_paraphrase_keeps_every_slot(
    said: list[tuple[str, str]], seed: int, gentle: bool
) -> None:
    text, spans = join([(f"{word} ", label) for word, label in said])
    other, moved = paraphrase(text, spans, Random(seed), gentle=gentle)
    assert span_problem(other, moved) is None
    assert sorted((span.label, other[span.start : span.end]) for span in moved) == sorted(
        (span.label, text[span.start : span.end]) for span in spans
    )
    if gentle:
        assert [s.label for s in moved] == [s.label for s in spans]


@given(SENTENCE, st.integers(0, 10_000), st.booleans(), st.sampled_from([("bitte",), ()]))
def test_so_does_one_in_a_language_of_which_little_is_known(
    said: list[tuple[str, str]], seed: int, gentle: bool, around: tuple[str, ...]
) -> None:
    text, spans = join([(f"{word} ", label) for word, label in said])
    manner = manner_of(around)
    other, moved = paraphrase(text, spans, Random(seed), gentle=gentle, manner=manner)
    assert span_problem(other, moved) is None
    assert [other[span.start : span.end] for span in moved] == [
        text[span.start : span.end] for span in spans
    ]
    if gentle:
        assert other.replace("bitte", "").split() == text.split()


@given(SENTENCE)
def test_splitting_and_joining_change_nothing(said: list[tuple[str, str]]) -> None:
    text, spans = join([(f"{word} ", label) for word, label in said])
    assert unsplit(split(text, spans)) == (text, spans)


def test_what_touches_a_slot_still_touches_it() -> None:
    text, spans = "set it to 50%, now", (SlotSpan("level", 10, 12),)
    assert unsplit(split(text, spans)) == (text, spans)


def test_home_assistants_own_sentences_can_be_taken_instead(tmp_path: Path) -> None:
    shutil.copy(SAMPLE / "home.toml", tmp_path)
    corpus = read_home(tmp_path, 400, language="en")
    assert {"HassTurnOn", "HassLightSet"} <= set(corpus.intents)
    with pytest.raises(UsageError, match="klingon"):
        read_home(tmp_path, 400, language="klingon")


def test_nothing_english_is_put_into_another_language(tmp_path: Path) -> None:
    """Neither names nor numbers nor what is said around a sentence."""
    (tmp_path / "home.toml").write_text(
        '[[areas]]\nid = "k"\nname = "Küche"\n'
        '[[devices]]\nid = "l"\nname = "Lampe"\nkind = "light"\n'
    )
    (tmp_path / "sentences").mkdir()
    (tmp_path / "sentences" / "de.yaml").write_text(
        "language: de\nskip_words: [bitte, mal eben]\nintents:\n"
        "  An: {data: [{sentences: ['schalte {name} (in|im) {area} an', '{name} an']}]}\n"
        "  Hell: {data: [{sentences: ['{name} auf {0..100:level} prozent'],"
        " name_domains: [fan]}]}\n"
    )
    corpus = read_home(tmp_path, 300)
    utterances = [*corpus.train, *corpus.dev, *corpus.test]
    assert {u.text[s.start : s.end] for u in utterances for s in u.slots if s.label != "level"} == {
        "lampe",
        "küche",
    }
    levels = {u.text[s.start : s.end] for u in utterances for s in u.slots if s.label == "level"}
    digits = {level for level in levels if level.isdigit()}
    assert digits and levels - digits
    assert levels - digits <= {" ".join(number_words("de", number)[0]) for number in range(101)}
    assert any("mal eben" in u.text for u in utterances)
    said = {word for u in utterances for word in u.text.split()}
    assert not said & {"please", "hey", "the", "um", "could", "okay"}
