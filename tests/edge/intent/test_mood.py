"""Whether a sentence commands at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.grammar.grammar import Grammar
from edge.grammar.match import Match, SlotMatch
from edge.intent.mood import Mood
from edge.intent.vocabulary import Vocabulary
from edge.text import tokenise
from export.grammar.compiler import compile_grammar
from export.grammar.templates import read_templates

_PAGE = """
language: {language}
intents:
  Dim:
    data:
      - sentences: ["dim {{name}} to {{brightness}} [percent]"]
  Turn:
    data:
      - sentences: ["turn {{name}}"]
  Hear:
    data:
      - sentences: ["hear {{song}}"]
lists:
  song: {{wildcard: true}}
  brightness: {{range: {{from: 0, to: 100}}}}
"""


def mood_of(folder: Path, language: str = "en") -> Mood:
    page = folder / "page.yaml"
    page.write_text(_PAGE.format(language=language))
    grammar = Grammar.from_bytes(compile_grammar(read_templates(page)).data)
    return Mood(Vocabulary(grammar), grammar.language, grammar.plain)


@pytest.fixture
def mood(tmp_path: Path) -> Mood:
    return mood_of(tmp_path)


def test_what_is_in_a_name_may_change_a_command(mood: Mood) -> None:
    found = mood.changed("front door after dinner")
    assert found is not None
    assert found[0] == "after"
    assert found[1].startswith("'after' puts it off")
    assert mood.changed("front door") is None


def matched(text: str, intent: str, **slots: str) -> Match:
    found = [
        SlotMatch(label, said, (at := text.index(said)), at + len(said), (), label == "song")
        for label, said in slots.items()
    ]
    return Match(intent, tuple(found), {}, None, text.rstrip("?"))


@pytest.mark.parametrize(
    ("text", "intent", "slots", "reason"),
    [
        (
            "hear jazz in five minutes",
            "Hear",
            {"song": "jazz in five minutes"},
            "'in five minutes'",
        ),
        (
            "hear all songs but jazz",
            "Hear",
            {"song": "all songs but jazz"},
            "'all songs but' leaves",
        ),
        ("hear the", "Hear", {"song": "the"}, "it does not say what song"),
        ("the desk lamp to 5?", "Dim", {"name": "desk lamp"}, "it asks"),
    ],
)
def test_a_sentence_of_the_home_may_be_spoiled(
    mood: Mood, text: str, intent: str, slots: dict[str, str], reason: str
) -> None:
    assert str(mood.spoiled(matched(text, intent, **slots), text)).startswith(reason)


@pytest.mark.parametrize(
    ("text", "intent", "slots"),
    [
        ("hear all of me", "Hear", {"song": "all of me"}),
        ("turn the desk lamp?", "Turn", {"name": "desk lamp"}),
        ("the desk lamp to 5", "Dim", {"name": "desk lamp"}),
    ],
)
def test_or_may_not(mood: Mood, text: str, intent: str, slots: dict[str, str]) -> None:
    assert mood.spoiled(matched(text, intent, **slots), text) is None


@pytest.mark.parametrize(
    "text", ["open it, scratch that", "open it no wait", "open it... never mind"]
)
def test_an_end_may_take_a_sentence_back(mood: Mood, text: str) -> None:
    assert "takes it back" in str(mood.taken_back(tokenise(text)))
    assert mood.taken_back(tokenise("scratch that")) is None


def test_other_languages_have_no_such_words(tmp_path: Path) -> None:
    german = mood_of(tmp_path, "de")
    assert german.taken_back(tokenise("open it, scratch that")) is None
    assert german.changed("front door after dinner") is None
    text = "desk lamp to 5?"
    assert german.spoiled(matched(text, "Dim", name="desk lamp"), text) is None
