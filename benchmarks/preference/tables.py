"""The tables of the preference family, as Markdown: see `benchmarks.tables`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.preference.prompts import BY_SOON
from benchmarks.shown import (
    NoRows,
    accuracy_footer,
    commits,
    figure,
    footer,
    markdown,
    measured,
    timed,
)

FILES = ("preference", "learning", "preference-speed")
"""Results files; each is a group of `python -m benchmarks --only`."""
_PUBLISHED = Path(__file__).resolve().parents[1] / "published.json"
_CELLS = tuple(
    f"smartgen-{nation}-{shift}"
    for nation in ("fr", "sp")
    for shift in ("winter", "daytime", "single")
)
_TITLES = {
    "hr1": "HR@1",
    "hr3": "HR@3",
    "hr5": "HR@5",
    "hr10": "HR@10",
    "map5": "mAP@5",
    "ndcg10": "NDCG@10",
}
_WHAT_CHANGES = {
    "season": "the season: winter for summer, or the reverse",
    "evening": "everybody's evening",
    "morning": "everybody's morning",
}

Results = Mapping[str, Any]
Make = Callable[[Results], str]


def _accuracy(names: Sequence[str], measures: Sequence[str], *, column: str = "") -> Make:
    """Ours and the floors, measured here, and what is published.

    Args:
        column: heading of what tells several sets, or views of one, apart.
    """

    def make(results: Results) -> str:
        published = json.loads(_PUBLISHED.read_text(encoding="utf-8"))
        lines, protocols = [], {}
        for name in names:
            measured_here = [row for row in results["rows"] if row["set"] == name]
            if not measured_here:
                continue
            which = [name.removeprefix("smartgen-").replace("-", " ")] if len(names) > 1 else []
            for row in _view_by_view(measured_here):
                apart = which or ([f"{row['view']}: {row['targets']}"] if column else [])
                figures = [measured(row.get(measure)) for measure in measures]
                lines.append([*apart, _model(row), *figures, "measured here"])
            for row in published[name]["rows"]:
                apart = which or (["all"] if column else [])
                figures = [figure(row.get(measure)) for measure in measures]
                lines.append([*apart, row["model"], *figures, row["source"]])
            protocols[name] = published[name]["protocol"]
        if not lines:
            raise _no_rows("preference", names)
        head = [*([column] if column else []), "model"]
        head += [*(f"{_TITLES[measure]}, %" for measure in measures), "from"]
        first = len(head) - 1 - len(measures)
        table = markdown(head, lines, range(first, first + len(measures)))
        protocol = next(iter(protocols.values()))
        if len(protocols) > 1:
            protocol = re.sub(r", cell \w+ \w+", "", protocol)  # of all cells alike
        origin = accuracy_footer(results, *protocols)
        return f"{table}\nProtocol: {protocol}. {_limited(results)}{origin}\n"

    return make


def _view_by_view(rows: Sequence[Results]) -> list[Results]:
    """View by view, ours first."""
    views = list(dict.fromkeys(row["view"] for row in rows))
    return sorted(rows, key=lambda row: (views.index(row["view"]), not row.get("ours", False)))


def _model(row: Results) -> str:
    if not row.get("ours"):
        return str(row["model"])
    return f"**{row['model']}** ({row['scheme']}, as the runtime runs it)"


def _limited(results: Results) -> str:
    limit = results.get("limit")
    return f"**Only the first {limit:,} targets of each set.** " if limit else ""


def _ratings(results: Results) -> str:
    rows = _view_by_view([row for row in results["rows"] if row["set"] == "ratings"])
    if not rows:
        raise _no_rows("preference", ["ratings"])
    lines = [[_model(row), _stars(row["rmse"]), measured(row["pairs"])] for row in rows]
    table = markdown(["model", "RMSE, points", "pairs in the right order, %"], lines, (1, 2))
    protocol = json.loads(_PUBLISHED.read_text(encoding="utf-8"))["ratings"]["protocol"]
    origin = accuracy_footer(results, "ratings")
    return f"{table}\nProtocol: {protocol}. {_limited(results)}{origin}\n"


def _stars(rate: Results) -> str:
    return f"{rate['value']:.3f} [{rate['low']:.3f}, {rate['high']:.3f}]"


def _training(results: Results) -> str:
    lines = []
    for name, figures in results.get("training", {}).items():
        for who, found in figures.items():
            shown = [figure(found.get(measure)) for measure in ("hr1", "hr10", "ndcg10")]
            seconds = f"{found['seconds'] / 60:.1f} min" if "seconds" in found else "–"
            lines.append([name, who, *shown, seconds])
    if not lines:
        raise NoRows("preference.json has no figures of training", hint="make bench")
    head = ["set", "on dev", "HR@1, %", "HR@10, %", "NDCG@10, %", "training"]
    table = markdown(head, lines, range(2, 6))
    return f"{table}\n{commits(results, *results['training'], part='training')}\n"


# --- learning ------------------------------------------------------------------------------------


def _weeks(results: Results) -> str:
    found = results.get("weeks")
    if not found:
        raise _no_rows("learning", ["household"])
    series = found["series"]
    count = len(series["learning"])
    names = {
        "learning": "**learning**",
        "frozen": f"the same model, frozen: the last {found['window']} events, no memory",
    }
    lines = [
        [names.get(name, name), *(figure(100 * week["value"]) for week in weeks)]
        for name, weeks in series.items()
    ]
    head = ["HR@1, %", *(f"week {week + 1}" for week in range(count))]
    gains = "; ".join(
        f"in {when} {_percent(found[key])} above the frozen model"
        for when, key in (("week 2", "second_week_gain"), ("the last week", "last_week_gain"))
    )
    table = markdown(head, lines, range(1, count + 1))
    return (
        f"{table}\n{results['households']} made-up households that training never saw; "
        f"{gains}. {accuracy_footer(results)}\n"
    )


def _day_one(results: Results) -> str:
    found = results.get("day_one")
    if not found:
        raise _no_rows("learning", ["household"])
    lines = [
        ["**Hearth Edge**, nothing learned yet" if name == "learning" else name,
         measured(rates["hr1"]), measured(rates["hr3"])]
        for name, rates in found.items()
    ]  # fmt: skip
    table = markdown(["the first day", "HR@1, %", "HR@3, %"], lines, (1, 2))
    events = found["learning"]["hr1"]["count"]
    return (
        f"{table}\n{events:,} actions of the first day of {3 * results['households']} households "
        f"whose devices are known. {accuracy_footer(results)}\n"
    )


def _prompts(results: Results) -> str:
    rows = results.get("prompts")
    if not rows:
        raise _no_rows("learning", ["household"])
    head = [
        "after",
        "shown by",
        "something is shown, % of times asked",
        "of it done within half an hour, %",
        "newly shown a day",
        "of it done within half an hour, %",
        "of what is done, shown before, %",
    ]
    lines = []
    for row in rows:
        shares = [measured(row[name]) for name in ("asked", "shown", "begun", "done")]
        rule = f"**{row['rule']}**" if row["rule"] == BY_SOON else row["rule"]
        lines.append([f"{row['days']} days", rule, *shares[:2], f"{row['a_day']:.0f}", *shares[2:]])
    table = markdown(head, lines, range(2, len(head)))
    return (
        f"{table}\n{results['households']} made-up households that training never saw, a week "
        "each, asked every quarter of an hour and a minute after everything that is done, for "
        f"three things at most. {accuracy_footer(results)}\n"
    )


def _changes(results: Results) -> str:
    lines = []
    for row in results.get("changes", ()):
        day = row["recovered_on_day"]
        lines.append(
            [
                _WHAT_CHANGES.get(row["what"], row["what"]),
                figure(100 * row["before"]),
                figure(100 * row["first_week"]),
                figure(100 * row["last_two_weeks"]),
                figure(100 * row["unchanged_last_two_weeks"]),
                "not yet" if day is None else str(day),
                *(_points(row["old_routines"].get(which)) for which in ("all", _REPLACED)),
            ]
        )
    if not lines:
        raise _no_rows("learning", ["household"])
    head = ["what changes", "HR@1 before, %", "first week, %", "weeks 4 and 5, %",
            "had nothing changed, %", "back on day", "old days lose, points",
            "of them what was replaced, points"]  # fmt: skip
    return f"{markdown(head, lines, range(1, len(head)))}\n{accuracy_footer(results)}\n"


_REPLACED = "what was replaced"


def _points(kept: Results | None) -> str:
    if kept is None:
        return "–"
    low, high, value = (100 * kept["lost"][key] for key in ("low", "high", "value"))
    return f"{value:.2f} [{low:.2f}, {high:.2f}]"


def _percent(gain: Results) -> str:
    low, high, value = (100 * gain[key] for key in ("low", "high", "value"))
    return f"{value:.0f} % [{low:.0f}, {high:.0f}]"


def _state(results: Results) -> str:
    lines = [
        [
            str(row["people"]),
            str(row["years"]),
            f"{row['bytes'] / 1024:.0f} KiB",
            f"{row['save_ms']:.1f} ms",
            f"{row['load_ms']:.1f} ms",
        ]
        for row in results.get("state", ())
    ]
    if not lines:
        raise _no_rows("learning", ["household"])
    head = ["people", "years", "state", "save", "load"]
    return f"{markdown(head, lines, range(5))}\n{footer(results)}\n"


def _memory(results: Results) -> str:
    lines = [
        [f"{row['items']:,}", f"{row['resident_mb']:.1f} MiB", f"{row['private_mb']:.1f} MiB"]
        for row in results.get("memory", ())
    ]
    if not lines:
        raise _no_rows("preference-speed", ["household"])
    head = ["items", "resident, over bare imports", "of it written to"]
    return f"{markdown(head, lines, range(3))}\n{footer(results)}\n"


def _no_rows(source: str, names: Sequence[str]) -> NoRows:
    return NoRows(
        f"{source}.json has no rows for {', '.join(names)}",
        hint=f"python -m benchmarks --only {source} --bundle {names[0]}=…",
    )


TABLES: dict[str, tuple[str, Make]] = {
    "smartthings": ("preference", _accuracy(
        ("smartthings",), ("hr1", "hr5", "map5"), column="windows")),
    "smartgen": ("preference", _accuracy(_CELLS, ("hr1", "hr10", "ndcg10"), column="cell")),
    "beauty": ("preference", _accuracy(("beauty",), ("hr10", "ndcg10"))),
    "toys": ("preference", _accuracy(("toys",), ("hr10", "ndcg10"))),
    "household": ("preference", _accuracy(("household",), ("hr1", "hr3", "hr5", "ndcg10"))),
    "ratings": ("preference", _ratings),
    "preference-training": ("preference", _training),
    "learning": ("learning", _weeks),
    "day-one": ("learning", _day_one),
    "prompts": ("learning", _prompts),
    "changes": ("learning", _changes),
    "state": ("learning", _state),
    "preference-speed": ("preference-speed", timed("preference-speed", "over the bare run")),
    "preference-memory": ("preference-speed", _memory),
}  # fmt: skip
"""As `benchmarks.tables.TABLES`."""
