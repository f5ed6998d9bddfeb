"""What a person reads after training: which intents get mixed up, and which sentences were misread.

`write_report` leaves in one folder: `report.txt`, `report.html`, `misread.jsonl` (for programs)
and `confusion.png`.
"""

from __future__ import annotations

import html
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge.errors import MissingExtra
from export.corpora.utterance import SlotSpan, Utterance
from export.files import write_atomic
from export.metrics import Prediction, Scores, confusion, evaluate, per_intent, per_slot

MAX_PLOTTED_INTENTS = 40
"""A plot of more intents cannot be read: the ones with the most confusions are shown."""


@dataclass(frozen=True, slots=True)
class Misread:
    """One sentence whose frame came out wrong."""

    gold: Utterance
    predicted: Prediction

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "id": self.gold.id,
            "text": self.gold.text,
            "gold": _frame_dict(self.gold.text, str(self.gold.intent), self.gold.slots),
            "predicted": _frame_dict(self.gold.text, self.predicted.intent, self.predicted.slots),
            "score": round(self.predicted.score, 4),
        }


@dataclass(frozen=True, slots=True)
class Report:
    """Where the report lies and what it says."""

    scores: Scores
    misread: list[Misread]
    text: str
    files: tuple[Path, ...]


def find_misread(gold: Sequence[Utterance], predicted: Sequence[Prediction]) -> list[Misread]:
    """The sentences with a wrong intent or any wrong slot; the most confident mistakes first.

    Raises:
        ValueError: the two differ in length.
    """
    wrong = [
        Misread(item, guess)
        for item, guess in zip(gold, predicted, strict=True)
        if item.intent != guess.intent or set(item.slots) != set(guess.slots)
    ]
    return sorted(wrong, key=lambda item: -item.predicted.score)


def confused_pairs(
    gold: Sequence[Utterance], predicted: Sequence[Prediction]
) -> list[tuple[str, str, int]]:
    """(gold intent, predicted intent, how often) for the intents mixed up, the most often first."""
    counts = confusion(gold, predicted)
    wrong = [(*pair, count) for pair, count in counts.items() if pair[0] != pair[1]]
    return sorted(wrong, key=lambda row: (-row[2], row[0], row[1]))


def report_text(
    gold: Sequence[Utterance],
    predicted: Sequence[Prediction],
    *,
    pairs: int = 15,
    sentences: int | None = None,
) -> str:
    """The whole report as text: scores, confused pairs, every label's precision and recall, and
    the misread sentences.

    Args:
        pairs: how many confused pairs to list.
        sentences: how many misread sentences to list; None for all of them.
    """
    scores = evaluate(gold, predicted)
    lines = [f"{scores.sentences} sentences (95 % interval in brackets)"]
    for name, rate in _rates(scores):
        lines.append(
            f"  {name:<22}{100 * rate.value:6.2f} %  [{100 * rate.low:.2f}, {100 * rate.high:.2f}]"
        )
    lines.append(f"  {'calibration error':<22}{100 * scores.calibration_error:6.2f} %")

    mixed = confused_pairs(gold, predicted)
    lines += ["", "Intents mixed up most (gold → predicted)"]
    lines += [f"  {count:5d}  {wanted} → {guess}" for wanted, guess, count in mixed[:pairs]]
    lines += [] if mixed else ["  none"]

    for title, rows in (
        ("Intent", per_intent(gold, predicted)),
        ("Slot", per_slot(gold, predicted)),
    ):
        if not rows:
            continue
        width = max(len(title), *(len(row.label) for row in rows))
        lines += ["", f"{title:<{width}}  precision  recall      F1   gold  predicted"]
        lines += [
            f"{row.label:<{width}}  {100 * row.precision:8.1f}%  {100 * row.recall:5.1f}%"
            f"  {100 * row.f1:5.1f}%  {row.support:5d}  {row.predicted:9d}"
            for row in sorted(rows, key=lambda row: (row.f1, row.label))
        ]

    wrong = find_misread(gold, predicted)
    shown = wrong if sentences is None else wrong[:sentences]
    lines += ["", f"Misread sentences: {len(wrong)} of {len(gold)}, the most confident first"]
    for item in shown:
        lines += [
            f"  {item.gold.text}" + (f"   ({item.gold.id})" if item.gold.id else ""),
            f"    should be  {_frame(item.gold.text, str(item.gold.intent), item.gold.slots)}",
            f"    read as    "
            f"{_frame(item.gold.text, item.predicted.intent, item.predicted.slots)}"
            f"   score {item.predicted.score:.2f}",
        ]
    if len(shown) < len(wrong):
        lines.append(f"  … and {len(wrong) - len(shown)} more")
    return "\n".join(lines) + "\n"


def report_html(gold: Sequence[Utterance], predicted: Sequence[Prediction], title: str) -> str:
    """The report as one page without scripts; it shows `confusion.png` beside it.

    Sentences of a corpus are shown as they are and never as markup.
    """
    scores = evaluate(gold, predicted)
    body = [f"<h1>{html.escape(title)}</h1>", f"<p>{scores.sentences} sentences</p>"]
    body.append(
        _table(
            ("measure", "%", "95 % interval"),
            [
                (
                    name,
                    f"{100 * rate.value:.2f}",
                    f"{100 * rate.low:.2f} – {100 * rate.high:.2f}",
                )
                for name, rate in _rates(scores)
            ],
        )
    )
    body += ["<h2>Intents mixed up</h2>", '<img src="confusion.png" alt="confusion matrix">']
    body.append(
        _table(
            ("should be", "read as", "times"),
            [(wanted, guess, str(n)) for wanted, guess, n in confused_pairs(gold, predicted)],
        )
    )
    body.append("<h2>Misread sentences</h2>")
    body.append(
        _table(
            ("sentence", "should be", "read as", "score"),
            [
                (
                    item.gold.text,
                    _frame(item.gold.text, str(item.gold.intent), item.gold.slots),
                    _frame(item.gold.text, item.predicted.intent, item.predicted.slots),
                    f"{item.predicted.score:.2f}",
                )
                for item in find_misread(gold, predicted)
            ],
        )
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style></head>\n<body>\n"
        + "\n".join(body)
        + "\n</body></html>\n"
    )


_STYLE = (
    "body{font:15px sans-serif;margin:2em;max-width:75em}"
    "table{border-collapse:collapse}td,th{border:1px solid #ccc;padding:.3em .6em;text-align:left}"
    "img{max-width:100%}"
)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["<table><tr>" + "".join(f"<th>{html.escape(cell)}</th>" for cell in head) + "</tr>"]
    for row in rows:
        lines.append("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>")
    return "\n".join(lines) + "\n</table>"


def _rates(scores: Scores) -> list[tuple[str, Any]]:
    rows = [
        ("intent accuracy", scores.intent),
        ("slot F1", scores.slots),
        ("frame accuracy", scores.frame),
    ]
    if scores.out_of_scope.count:
        rows += [
            ("in-scope accuracy", scores.in_scope),
            ("out-of-scope recall", scores.out_of_scope),
        ]
    return rows


def _frame(text: str, intent: str, slots: Sequence[SlotSpan]) -> str:
    inside = ", ".join(f"{span.label}={text[span.start : span.end]!r}" for span in slots)
    return f"{intent}({inside})"


def _frame_dict(text: str, intent: str, slots: Sequence[SlotSpan]) -> dict[str, Any]:
    return {
        "intent": intent,
        "slots": [
            {
                "label": span.label,
                "start": span.start,
                "end": span.end,
                "value": text[span.start : span.end],
            }
            for span in slots
        ],
    }


def confusion_png(gold: Sequence[Utterance], predicted: Sequence[Prediction]) -> bytes:
    """The confusion matrix of the intents as a PNG image: rows gold, columns predicted, a cell's
    shade the share of its row. The same inputs give the same bytes with the same matplotlib.

    Raises:
        MissingExtra: matplotlib is not installed.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtra(
            "plotting the confusion matrix needs matplotlib",
            hint='pip install "hearth-edge[export]"',
        ) from error
    counts = confusion(gold, predicted)
    labels = _plotted(counts)
    totals = {label: 0 for label in labels}
    for (wanted, _), count in counts.items():
        if wanted in totals:
            totals[wanted] += count
    shares = [
        [counts.get((wanted, guess), 0) / max(1, totals[wanted]) for guess in labels]
        for wanted in labels
    ]
    # A figure of its own, not pyplot: no global state, no window system, nothing to close.
    size = max(4.0, 0.32 * len(labels) + 2.5)
    figure = Figure(figsize=(size, size), layout="constrained")
    axes = figure.add_subplot()
    axes.imshow(shares or [[0.0]], cmap="Blues", vmin=0, vmax=1)
    shown = [_plain(label) for label in labels]
    axes.set_xticks(range(len(labels)), shown, rotation=90, fontsize=8)
    axes.set_yticks(range(len(labels)), shown, fontsize=8)
    axes.set_xlabel("predicted")
    axes.set_ylabel("gold")
    everything = {label for pair in counts for label in pair}
    if len(labels) < len(everything):
        axes.set_title(f"the {len(labels)} of {len(everything)} intents mixed up most", fontsize=9)
    for row, wanted in enumerate(labels):
        for column, guess in enumerate(labels):
            count = counts.get((wanted, guess), 0)
            if count:
                shade = "white" if shares[row][column] > 0.5 else "black"
                axes.text(column, row, str(count), ha="center", va="center", fontsize=7, c=shade)
    image = io.BytesIO()
    FigureCanvasAgg(figure).print_png(image, metadata={"Software": None})
    return image.getvalue()


def _plain(label: str) -> str:
    """A dollar sign would start a formula, which a label like "$a_b" is not."""
    return label.replace("$", r"\$")


def _plotted(counts: dict[tuple[str, str], int]) -> list[str]:
    errors = {label: 0 for pair in counts for label in pair}
    for (wanted, guess), count in counts.items():
        if wanted != guess:
            errors[wanted] += count
            errors[guess] += count
    worst = sorted(errors, key=lambda label: (-errors[label], label))[:MAX_PLOTTED_INTENTS]
    return sorted(worst)


def write_report(
    folder: Path,
    gold: Sequence[Utterance],
    predicted: Sequence[Prediction],
    *,
    title: str = "test",
) -> Report:
    """Writes the four files into `folder`, each replaced atomically.

    Raises:
        ValueError: gold and predicted differ in length, or a gold sentence is not labelled.
        MissingExtra: matplotlib is not installed.
        OSError: a file cannot be written.
    """
    text = report_text(gold, predicted)
    wrong = find_misread(gold, predicted)
    rows = "".join(json.dumps(item.to_dict(), ensure_ascii=False) + "\n" for item in wrong)
    contents: dict[str, bytes | str] = {
        "confusion.png": confusion_png(gold, predicted),
        "misread.jsonl": rows,
        "report.txt": text,
        "report.html": report_html(gold, predicted, title),
    }
    for name, data in contents.items():
        write_atomic(folder / name, data)
    return Report(evaluate(gold, predicted), wrong, text, tuple(folder / name for name in contents))
