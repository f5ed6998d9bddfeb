"""Reading sentence templates."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.errors import UsageError
from export.grammar.templates import Templates, read_templates


def page(folder: Path, text: str, name: str = "page.yaml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def problems(templates: Templates) -> list[str]:
    return [str(problem) for problem in templates.problems]


GOOD = """\
language: en
intents:
  TurnOn:
    data:
      - sentences:
          - "turn on {name}"
          - "switch on {name}"
        requires_context: {domain: light}
        slots: {level: 100}
"""


def test_a_page_of_templates(tmp_path: Path) -> None:
    templates = read_templates(page(tmp_path, GOOD))
    (block,) = templates.blocks
    assert (block.intent, block.kinds, block.slots) == ("TurnOn", ("light",), {"level": 100})
    assert [template.text for template in block.templates] == ["turn on {name}", "switch on {name}"]
    assert [template.line for template in block.templates] == [6, 7]
    assert templates.problems == []


def test_a_folder_is_read_whole(tmp_path: Path) -> None:
    page(tmp_path, GOOD)
    page(tmp_path, GOOD.replace("TurnOn", "TurnOff").replace(" on ", " off "), "more.yaml")
    assert read_templates(tmp_path).intents == ["TurnOff", "TurnOn"]


def test_the_english_of_home_assistant_is_read_as_it_is() -> None:
    templates = read_templates("en")
    assert templates.problems == []
    assert templates.count > 800
    assert "HassTurnOn" in templates.intents


def test_a_broken_template_costs_itself_only(tmp_path: Path) -> None:
    text = GOOD.replace('"switch on {name}"', '"switch (on {name}"')
    templates = read_templates(page(tmp_path, text))
    assert templates.count == 1
    (problem,) = problems(templates)
    assert problem.startswith("page.yaml:7: TurnOn: 'switch (on {name}' is no template; left out")


@pytest.mark.parametrize(
    ("broken", "line"),
    [
        ('          - "switch on {name}\n', 7),
        ("          - switch: on: off\n", 7),
        ("          - \tswitch\n", 7),
        ("     - switch on {name}\n", 7),
        ("          - *lamps\n", 7),
    ],
)
def test_a_line_that_is_no_yaml_costs_itself_only(tmp_path: Path, broken: str, line: int) -> None:
    text = GOOD.replace('          - "switch on {name}"\n', broken)
    templates = read_templates(page(tmp_path, text))
    assert [template.text for template in templates.blocks[0].templates] == ["turn on {name}"]
    assert templates.blocks[0].kinds == ("light",)
    assert problems(templates)[0].startswith(f"page.yaml:{line}: no YAML, the line is left out")


def test_a_file_that_is_no_text_costs_itself_only(tmp_path: Path) -> None:
    page(tmp_path, GOOD)
    (tmp_path / "other.yaml").write_bytes(b"language: en\nintents: \xff")
    templates = read_templates(tmp_path)
    assert templates.count == 2
    assert problems(templates) == ["other.yaml:2: not UTF-8; the file is left out"]


def test_on_and_off_are_words(tmp_path: Path) -> None:
    text = GOOD + "lists:\n  state:\n    values: [on, off]\n"
    templates = read_templates(page(tmp_path, text.replace("TurnOn", "On")))
    assert templates.intents == ["On"]
    assert [value.value_out for value in templates.lists["state"].values] == ["on", "off"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("slots: {level: 100}", "slots: {level: [1]}"), "page.yaml:3: TurnOn: slot 'level'"),
        (("{domain: light}", "{mood: good}"), "requires_context 'mood' is not supported"),
        (("requires_context", "excludes_context"), None),
        (("{domain: light}", "light"), "page.yaml:8: TurnOn: requires_context has to be a map"),
        (("requires_context", "requires_contxt"), "page.yaml:8: TurnOn: unknown key"),
        (("switch on {name}", "turn on {name}"), "page.yaml:7: TurnOn: 'turn on {name}' is there"),
        (("language: en", "language: en\nlanguage: de"), "page.yaml:2: 'language' is there a sec"),
        (("language: en", "langauge: en"), "page.yaml:1: unknown key 'langauge'"),
        (('"switch on {name}"', "7"), "TurnOn: 7 is no text (quote it); left out"),
    ],
)
def test_what_is_not_understood_is_named(
    tmp_path: Path, change: tuple[str, str], said: str | None
) -> None:
    text = GOOD + '      - sentences: ["go"]\n'
    templates = read_templates(page(tmp_path, text.replace(*change)))
    assert templates.count >= 1
    if said is None:
        assert templates.blocks[0].not_kinds == ("light",)
        assert problems(templates) == []
    else:
        assert any(said in problem for problem in problems(templates)), problems(templates)


@pytest.mark.parametrize("body", ["{}", "{range: {from: 5}}", "{range: {from: 9, to: 1}}", "3"])
def test_a_list_that_cannot_be_is_named(tmp_path: Path, body: str) -> None:
    templates = read_templates(page(tmp_path, GOOD + f"lists:\n  level: {body}\n"))
    assert any("page.yaml:11: list {level} cannot be used" in one for one in problems(templates))


def test_nothing_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file or folder"):
        read_templates(tmp_path / "missing")
    with pytest.raises(UsageError, match="neither a path nor a language"):
        read_templates("klingon")
    with pytest.raises(UsageError, match="not one sentence template"):
        read_templates(page(tmp_path, "language: en\n"))
    with pytest.raises(UsageError, match="not one sentence template"):
        read_templates(page(tmp_path, "- just\n- a list\n", "list.yaml"))


def test_a_file_of_nothing_but_brackets_is_a_problem(tmp_path: Path) -> None:
    page(tmp_path, GOOD)
    page(tmp_path, "[" * 50_000, "deep.yaml")
    templates = read_templates(tmp_path)
    assert templates.count == 2
    assert any(problem.file == "deep.yaml" for problem in templates.problems)


def test_a_range_that_nobody_says_is_left_out(tmp_path: Path) -> None:
    page = tmp_path / "page.yaml"
    page.write_text(
        "language: en\nlists:\n  far: {range: {from: 0, to: 10000000000}}\n  odd: {values: [3]}\n"
        "intents:\n  Go:\n    data:\n      - sentences: [go]\n"
    )
    problems = " ".join(str(problem) for problem in read_templates(page).problems)
    assert "a range of 10000000000 numbers; at most 1000000" in problems
    assert "{odd} cannot be used; left out: values are texts" in problems
