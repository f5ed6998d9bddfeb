"""What a person reads after training."""

from __future__ import annotations

import builtins
import json
from pathlib import Path
from typing import Any

import pytest

from edge.errors import MissingExtra
from export.corpora import SlotSpan, Utterance
from export.metrics import Prediction
from export.report import (
    MAX_PLOTTED_INTENTS,
    confused_pairs,
    confusion_png,
    find_misread,
    report_html,
    report_text,
    write_report,
)

GOLD = [
    Utterance("turn on the lamp", "on", (SlotSpan("name", 12, 16),), "t:1"),
    Utterance("turn off the lamp", "off", (SlotSpan("name", 13, 17),), "t:2"),
    Utterance("off with it", "off", (), "t:3"),
]
PREDICTED = [
    Prediction("on", (SlotSpan("name", 12, 16),), 0.99),
    Prediction("on", (SlotSpan("name", 13, 17),), 0.55),
    Prediction("on", (), 0.91),
]


def test_the_most_confident_mistakes_come_first() -> None:
    assert [item.gold.id for item in find_misread(GOLD, PREDICTED)] == ["t:3", "t:2"]


def test_the_intents_mixed_up_most_come_first() -> None:
    assert confused_pairs(GOLD, PREDICTED) == [("off", "on", 2)]


def test_the_text_shows_both_frames_of_a_misread_sentence() -> None:
    text = report_text(GOLD, PREDICTED)

    assert "2  off → on" in text
    assert "should be  off(name='lamp')" in text
    assert "read as    on(name='lamp')   score 0.55" in text
    assert "Misread sentences: 2 of 3" in text


def test_a_short_list_says_how_many_it_leaves_out() -> None:
    assert "… and 1 more" in report_text(GOLD, PREDICTED, sentences=1)


def test_a_perfect_reading_has_nothing_to_show() -> None:
    right = [Prediction(str(item.intent), item.slots) for item in GOLD]
    text = report_text(GOLD, right)

    assert "Misread sentences: 0 of 3" in text
    assert "  none" in text


def test_four_files_are_written(tmp_path: Path) -> None:
    report = write_report(tmp_path / "report", GOLD, PREDICTED)

    assert {path.name for path in (tmp_path / "report").iterdir()} == {
        "confusion.png",
        "misread.jsonl",
        "report.html",
        "report.txt",
    }
    assert report.scores.intent.value == pytest.approx(1 / 3)
    lines = (tmp_path / "report" / "misread.jsonl").read_text(encoding="utf-8").splitlines()
    first = json.loads(lines[0])
    assert first["text"] == "off with it"
    assert first["gold"] == {"intent": "off", "slots": []}
    assert json.loads(lines[1])["predicted"]["slots"][0]["value"] == "lamp"


def test_the_plot_is_a_png_with_the_same_bytes_every_time() -> None:
    image = confusion_png(GOLD, PREDICTED)

    assert image.startswith(b"\x89PNG\r\n")
    assert image == confusion_png(GOLD, PREDICTED)


def test_more_intents_than_a_plot_can_show_and_labels_that_look_like_formulas() -> None:
    gold = [Utterance("t", f"${index}_x$") for index in range(MAX_PLOTTED_INTENTS + 5)]

    assert confusion_png(gold, [Prediction("$0_x$")] * len(gold)).startswith(b"\x89PNG")


def test_a_sentence_is_never_markup() -> None:
    gold = [Utterance("<script>alert(1)</script>", "on")]
    page = report_html(gold, [Prediction("<b>")], "<title>")

    assert "<script>" not in page
    assert "<b>" not in page
    assert "&lt;script&gt;" in page


def test_without_matplotlib_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtra, match=r"hearth-edge\[export\]"):
        confusion_png(GOLD, PREDICTED)
