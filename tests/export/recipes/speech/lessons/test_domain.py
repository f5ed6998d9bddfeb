"""A maker's own sentences."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.errors import UsageError
from export.corpora.speech.texts import HOME
from export.recipes.speech.lessons.domain import DEFAULT_INTENT, Domain, read_domain, sentences_of


def domain(folder: Path, text: str, name: str = "own.txt") -> Domain:
    path = folder / name
    path.write_text(text, "utf-8")
    return read_domain(path)


class TestPlainText:
    def test_a_sentence_a_line_headings_comments_and_a_mark_at_the_beginning(
        self, tmp_path: Path
    ) -> None:
        found = domain(
            tmp_path,
            "\ufeffhello there.\r\n\r\n# a comment\n[MakeCoffee]\nmake [me] a coffee!\n"
            "[Stop]\nstop\n[MakeCoffee]\ncoffee, please\n",
        )
        meant = {b.intent: [t.text for t in b.templates] for b in found.templates.blocks}
        assert meant == {
            DEFAULT_INTENT: ["hello there"],
            "MakeCoffee": ["make [me] a coffee", "coffee, please"],
            "Stop": ["stop"],
        }
        assert found.problems == ()
        assert found.home is None

    def test_what_is_said_is_what_is_understood(self, tmp_path: Path) -> None:
        found = domain(tmp_path, "set it to {1..3:number}\nWhat's the time?\n")
        assert set(sentences_of(found, 50, 0)) == {
            "what's the time", "set it to one", "set it to two", "set it to three"
        }  # fmt: skip

    def test_a_broken_line_is_named_and_costs_only_itself(self, tmp_path: Path) -> None:
        found = domain(tmp_path, "go on\n(a|b\n\ngo on\nuse {nothing}\nstop\n")
        assert sentences_of(found, 9, 0) and set(sentences_of(found, 9, 0)) == {"go on", "stop"}
        named = [str(problem) for problem in found.problems]
        assert len(named) == 3
        assert named[0].startswith("own.txt:2")
        assert named[1].startswith("own.txt:4")
        assert named[2].startswith("own.txt:5")

    def test_letters_with_accents_are_said(self, tmp_path: Path) -> None:
        assert sentences_of(domain(tmp_path, "play Café del Mar\n"), 3, 0) == ["play cafe del mar"]

    @pytest.mark.parametrize("heading", ["[Cancel Order]", "[Br\u00e9w]", "[2nd]", "[]"])
    def test_a_heading_that_is_no_name(self, tmp_path: Path, heading: str) -> None:
        (tmp_path / "orders.txt").write_text(f"[Order]\na tea\n{heading}\nstop\n", "utf-8")
        with pytest.raises(UsageError, match=r"line 3: .*is no name of an intent"):
            read_domain(tmp_path / "orders.txt")

    def test_a_sentence_is_of_one_intent(self, tmp_path: Path) -> None:
        (tmp_path / "orders.txt").write_text("[Order]\na tea\n[Clean]\na tea\nclean it\n", "utf-8")
        found = read_domain(tmp_path / "orders.txt")
        (problem,) = found.problems
        assert "'a tea' is of Order already" in str(problem)
        assert [len(block.templates) for block in found.templates.blocks] == [1, 1]

    def test_words_that_may_be_left_out_are_no_heading(self, tmp_path: Path) -> None:
        (tmp_path / "orders.txt").write_text("[a] tea [please]\n", "utf-8")
        assert read_domain(tmp_path / "orders.txt").templates.blocks[0].intent == "Sentence"

    @pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "[Intent]\n", "...\n"])
    def test_nothing_to_say_is_an_error(self, tmp_path: Path, text: str) -> None:
        with pytest.raises(UsageError, match="not one sentence that can be said") as caught:
            domain(tmp_path, text)
        assert caught.value.where == str(tmp_path / "own.txt")

    def test_words_without_our_letters_are_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="not one sentence that can be said in English"):
            domain(tmp_path, "включи свет\n")

    def test_no_text_at_all(self, tmp_path: Path) -> None:
        (tmp_path / "own.txt").write_bytes(b"\xff\xfe\x00h\x00i")
        with pytest.raises(UsageError, match="is no text") as caught:
            read_domain(tmp_path / "own.txt")
        assert "UTF-8" in caught.value.hint

    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="no such file"):
            read_domain(tmp_path / "nowhere.txt")


class TestTemplates:
    YAML = "language: en\nintents:\n  Go:\n    data:\n      - sentences: ['go [on|away]']\n"

    def test_a_yaml_file(self, tmp_path: Path) -> None:
        found = domain(tmp_path, self.YAML, "own.yaml")
        assert set(sentences_of(found, 9, 0)) == {"go", "go on", "go away"}

    def test_yaml_without_a_sentence(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="not one sentence template"):
            domain(tmp_path, "intents: {}\n", "own.yml")

    def test_the_sample_home_with_its_names(self) -> None:
        found = read_domain(HOME)
        assert found.home is not None
        said = sentences_of(found, 300, 0)
        assert len(said) == len(set(said)) == 300
        assert found.grammar.schema

    def test_sentences_are_repeatable(self) -> None:
        found = read_domain(HOME)
        assert sentences_of(found, 20, 3) == sentences_of(found, 20, 3)
        assert sentences_of(found, 20, 3) != sentences_of(found, 20, 4)
        assert sentences_of(found, 0, 3) == []
