"""The sentences that `edge bench` says: a file's, or the bundle's golden ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.bench.sentences import golden, read_sentences
from edge.bundle.bundle import Bundle
from edge.errors import BundleFormatError, UsageError
from edge.limits import BENCH_FILE_BYTES, BENCH_SENTENCES
from tests.edge.tiny_bundle import GOLDEN, HERE, make_tiny_bundle


class TestGolden:
    def test_the_golden_ones_are_taken(self, tmp_path: Path) -> None:
        opened = Bundle.open(make_tiny_bundle(tmp_path / "tiny.edge"), HERE)
        assert golden(opened) == [entry["text"] for entry in GOLDEN]

    def test_where_there_are_none_it_says_what_to_pass(self, tmp_path: Path) -> None:
        path = make_tiny_bundle(tmp_path / "tiny.edge", with_grammar=False)
        with pytest.raises(UsageError, match="--sentences FILE"):
            golden(Bundle.open(path, HERE))

    @pytest.mark.parametrize("value", ["lamp", {"text": "lamp"}, ["lamp"], [{}], [{"text": 5}], 7])
    def test_golden_ones_of_another_form_are_refused(self, tmp_path: Path, value: object) -> None:
        path = make_tiny_bundle(tmp_path / "tiny.edge", False, {"golden": value})
        with pytest.raises(BundleFormatError, match=r"tasks\.intent\.golden"):
            golden(Bundle.open(path, HERE))


class TestFile:
    def test_it_has_one_a_line(self, tmp_path: Path) -> None:
        file = tmp_path / "said.txt"
        file.write_bytes("\ufeffturn on\r\n\n  the lamp \nlä".encode())
        assert read_sentences(str(file)) == ["turn on", "the lamp", "lä"]

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (b"", "has 0 sentences"),
            (b"\n \n", "has 0 sentences"),
            (b"lamp on\nl\xe4mp on\n", "line 2 is not UTF-8"),
            (b"on\n" * (BENCH_SENTENCES + 1), f"has {BENCH_SENTENCES + 1} sentences"),
            (b"o" * (BENCH_FILE_BYTES + 1), "bytes"),
        ],
        ids=["empty", "blank", "latin-1", "many", "large"],
    )
    def test_one_that_cannot_be_used_is_refused(
        self, tmp_path: Path, data: bytes, words: str
    ) -> None:
        file = tmp_path / "said.txt"
        file.write_bytes(data)
        with pytest.raises(UsageError, match=words) as caught:
            read_sentences(str(file))
        assert caught.value.allowed

    def test_one_that_is_not_there_is_said(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="No such file"):
            read_sentences(str(tmp_path / "none.txt"))
