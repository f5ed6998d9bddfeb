"""The last seven days of a household as one page: what was done, and what had been suggested.

Self-contained HTML with SVG in it and no script. Each event stands at its hour, as high as the
probability of what had been suggested first just before it; its shape and its colour, either of
which is enough, say whether that was right. A table below has the same in words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from html import escape
from typing import Final, NamedTuple

DAYS: Final = 7
_LEFT, _RIGHT, _TOP, _HIGH, _BELOW = 120, 104, 34, 84, 52
_HOUR = 44
_WIDTH = _LEFT + 24 * _HOUR + _RIGHT
_DAY = _HIGH + _BELOW
_LETTER = 5.6
"""About as wide as a letter of a label."""
_LABEL_ROWS = 3
_LABEL_CHARS = 24


class Seen(NamedTuple):
    """Something that was done, and what had been suggested at that moment."""

    time: datetime
    said: str
    """What was done, as a person says it."""
    rank: int
    """Where it stood among the suggestions: 1 for the first; 0 for not among them."""
    suggested: str
    """What was suggested first; empty where nothing was."""
    score: float
    """Its probability."""
    because: str


_OUTCOMES: Final = {
    "hit": "suggested first",
    "near": "among the first three",
    "missed": "not among them",
}


def outcome(seen: Seen) -> str:
    """One of `_OUTCOMES`."""
    return "hit" if seen.rank == 1 else "near" if 1 < seen.rank <= 3 else "missed"


def last_days(events: Iterable[Seen]) -> dict[date, list[Seen]]:
    """The events of the last `DAYS` days up to the last event's, day by day."""
    days: dict[date, list[Seen]] = {}
    for seen in sorted(events, key=lambda one: one.time):
        days.setdefault(seen.time.date(), []).append(seen)
    newest = max(days, default=date.min)
    return {day: some for day, some in days.items() if (newest - day).days < DAYS}


def page(events: Iterable[Seen], title: str) -> str:
    """The whole page."""
    days = last_days(events)
    every = [seen for some in days.values() for seen in some]
    rows = "\n".join(_day(day, some, at) for at, (day, some) in enumerate(days.items()))
    height = _TOP + len(days) * _DAY
    summary = f"{len(every)} events of {len(days)} days: {_rates(every)}"
    tables = "\n".join(_table(day, some) for day, some in days.items())
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>{escape(title)}</h1>
<p>{escape(summary)}.</p>
<p class="legend">{_legend()}</p>
<figure>
<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-labelledby="what how">
<title id="what">{escape(title)}</title>
<desc id="how">{escape(summary)}. The table below has every event in words.</desc>
{_hours()}
{rows}
</svg>
<figcaption>Across: the hour. Up: how likely the first suggestion was said to be, just before.
Point at a mark to read it.</figcaption>
</figure>
{tables}
</body>
</html>
"""


def _rates(events: Sequence[Seen]) -> str:
    if not events:
        return "nothing happened"
    counted = Counter(outcome(seen) for seen in events)
    first = counted["hit"]
    three = first + counted["near"]
    return (
        f"{_percent(first / len(events))} had been suggested first, "
        f"{_percent(three / len(events))} among the first three"
    )


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _legend() -> str:
    return " ".join(
        f'<span><svg viewBox="-8 -8 16 16" class="key" aria-hidden="true">{_mark(kind, 0, 0)}</svg>'
        f" {words}</span>"
        for kind, words in _OUTCOMES.items()
    )


def _hours() -> str:
    return "\n".join(
        f'<text x="{_LEFT + hour * _HOUR}" y="16" class="hour">{hour}:00</text>'
        for hour in range(0, 25, 3)
    )


def _day(day: date, events: Sequence[Seen], at: int) -> str:
    top = _TOP + at * _DAY
    floor = top + _HIGH
    sure = _height(1.0, floor)
    end = _LEFT + 24 * _HOUR
    lines = [
        f'<line x1="{_LEFT + h * _HOUR}" y1="{top}" x2="{_LEFT + h * _HOUR}" y2="{floor}" '
        f'class="grid"/>'
        for h in range(0, 25, 3)
    ]
    counted = Counter(outcome(seen) for seen in events)
    first = counted["hit"] / len(events)
    three = first + counted["near"] / len(events)
    return "\n".join(
        [
            f'<g role="group" aria-label="{day:%A %d %B}: {_percent(first)} suggested first">',
            *lines,
            f'<line x1="{_LEFT}" y1="{floor}" x2="{end}" y2="{floor}" class="axis"/>',
            f'<line x1="{_LEFT}" y1="{sure}" x2="{end}" y2="{sure}" class="grid"/>',
            f'<text x="{end + 12}" y="{sure + 4}" class="label">100 %</text>',
            f'<text x="{_LEFT - 12}" y="{top + 34}" class="day">{day:%A}</text>',
            f'<text x="{_LEFT - 12}" y="{top + 52}" class="date">{day:%d %B}</text>',
            f'<text x="{end + 12}" y="{top + 34}" class="rate">{_percent(first)} first</text>',
            f'<text x="{end + 12}" y="{top + 52}" class="more">{_percent(three)} in three</text>',
            *(_event(seen, floor) for seen in events),
            *_labels(events, floor),
            "</g>",
        ]
    )


def _x(seen: Seen) -> float:
    time = seen.time
    return _LEFT + _HOUR * (time.hour + time.minute / 60 + time.second / 3600)


def _height(score: float, floor: float) -> float:
    return floor - 10 - (_HIGH - 20) * min(1.0, max(0.0, score))


def _event(seen: Seen, floor: float) -> str:
    x, y = _x(seen), _height(seen.score, floor)
    kind = outcome(seen)
    return (
        f'<g class="{kind}"><title>{escape(_told(seen))}</title>'
        f'<line x1="{x:.1f}" y1="{floor}" x2="{x:.1f}" y2="{y:.1f}" class="stem"/>'
        f"{_mark(kind, x, y)}</g>"
    )


def _mark(kind: str, x: float, y: float) -> str:
    """A disc, a diamond or a cross: told apart without colour too."""
    if kind == "hit":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5.5" class="hit mark"/>'
    if kind == "near":
        corners = f"M{x:.1f} {y - 7:.1f}l6.5 7l-6.5 7l-6.5 -7z"
        return f'<path d="{corners}" class="near mark"/>'
    cross = f"M{x - 5:.1f} {y - 5:.1f}l10 10m0 -10l-10 10"
    return f'<path d="{cross}" class="missed cross"/>'


def _labels(events: Sequence[Seen], floor: float) -> Iterable[str]:
    """What was done, under the axis, as far as there is room; all of it is in the table."""
    free = [0.0] * _LABEL_ROWS
    for seen in events:
        text = seen.said if len(seen.said) <= _LABEL_CHARS else seen.said[: _LABEL_CHARS - 1] + "…"
        x = _x(seen)
        for row, end in enumerate(free):
            if x >= end:
                free[row] = x + _LETTER * len(text) + 10
                y = floor + 14 + 13 * row
                yield f'<text x="{x:.1f}" y="{y:.1f}" class="label">{escape(text)}</text>'
                break


def _told(seen: Seen) -> str:
    told = f"{seen.time:%H:%M} {seen.said}: {_OUTCOMES[outcome(seen)]}"
    if not seen.suggested:
        return f"{told}; nothing was suggested"
    return f"{told}. First: {seen.suggested} ({_percent(seen.score)}), {seen.because}"


def _table(day: date, events: Sequence[Seen]) -> str:
    rows = "\n".join(
        f"<tr><td>{seen.time:%H:%M}</td><td>{escape(seen.said)}</td>"
        f"<td>{_OUTCOMES[outcome(seen)]}</td><td>{escape(seen.suggested)}</td>"
        f"<td>{_percent(seen.score) if seen.suggested else ''}</td>"
        f"<td>{escape(seen.because)}</td></tr>"
        for seen in events
    )
    return f"""<details>
<summary>{day:%A, %d %B %Y}: {escape(_rates(events))}</summary>
<table>
<tr><th>time</th><th>done</th><th>it was</th><th>suggested first</th><th>likely</th>
<th>because</th></tr>
{rows}
</table>
</details>"""


_STYLE: Final = """
:root { color-scheme: light dark; --ink: #1f2328; --soft: #59636e; --line: #d9dee3;
  --paper: #ffffff; --hit: #1a7f37; --near: #9a6700; --missed: #cf222e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9198a1; --line: #3d444d;
  --paper: #0d1117; --hit: #3fb950; --near: #d29922; --missed: #f85149; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  margin: 2rem auto; max-width: 1320px; padding: 0 1rem; }
h1 { font-size: 1.4rem; margin: 0; }
figure { margin: 1rem 0; overflow-x: auto; }
figure > svg { width: 100%; min-width: 960px; height: auto; display: block; }
figcaption, .legend, details { color: var(--soft); }
.legend span { margin-right: 1.5em; white-space: nowrap; }
.key { width: 1em; height: 1em; vertical-align: -0.1em; overflow: visible; }
svg text { fill: var(--soft); font: 12px system-ui, sans-serif; }
svg .day, svg .rate { fill: var(--ink); font-weight: 600; font-size: 14px; }
svg .day, svg .date { text-anchor: end; }
svg .hour { text-anchor: middle; }
svg .label { font-size: 10.5px; }
.grid { stroke: var(--line); stroke-width: 1; }
.axis { stroke: var(--soft); stroke-width: 1; }
.hit { color: var(--hit); } .near { color: var(--near); } .missed { color: var(--missed); }
.mark { fill: currentColor; stroke: var(--paper); stroke-width: 1.5; }
.cross { fill: none; stroke: currentColor; stroke-width: 2.5; }
.stem { stroke: currentColor; stroke-width: 1.5; opacity: 0.45; }
table { border-collapse: collapse; margin: 0.5rem 0 1rem; color: var(--ink); }
td, th { text-align: left; padding: 0.15rem 0.9rem 0.15rem 0; vertical-align: top; }
th { color: var(--soft); font-weight: 600; }
"""
