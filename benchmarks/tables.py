"""Markdown tables made from results files, kept between markers in README.md and docs/.

<!-- table:snips -->
(whatever stands here is replaced)
<!-- end -->
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.machine import KINDS
from edge.errors import UsageError
from export.files import write_atomic

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"
PUBLISHED = Path(__file__).parent / "published.json"
FILES = ("speed", "peers", "accuracy")

Results = Mapping[str, Mapping[str, Any]]


class NoRows(UsageError):
    """A results file has nothing for a table: that part was not run."""


_MARKED = re.compile(r"(<!-- table:([a-z0-9_-]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def load_results(folder: Path = RESULTS) -> dict[str, dict[str, Any]]:
    """The results files that there are, by name.

    Raises:
        UsageError: a file is not JSON.
    """
    found = {}
    for name in FILES:
        file = folder / f"{name}.json"
        if file.is_file():
            try:
                found[name] = json.loads(file.read_text(encoding="utf-8"))
            except ValueError as error:
                raise UsageError(
                    f"not JSON: {error}", where=str(file), hint="run the benchmarks again"
                ) from error
    return found


def documents(root: Path = ROOT) -> list[Path]:
    """The files that may hold tables."""
    return [root / "README.md", *sorted((root / "docs").rglob("*.md"))]


def render(text: str, results: Results, where: str = "") -> str:
    """`text` with what stands between the markers replaced by the tables.

    Raises:
        UsageError: a marker names no table, a marker has no end, or the results that a table is
            made from are missing.
    """
    opened, closed = text.count("<!-- table:"), len(_MARKED.findall(text))
    if opened != closed:
        raise UsageError(
            f"{opened} table markers, but {closed} of the form <!-- table:NAME --> … <!-- end -->",
            where=where,
        )

    def replace(match: re.Match[str]) -> str:
        name = match.group(2)
        if name not in TABLES:
            raise UsageError(f"no table {name!r}", where=where, allowed=", ".join(sorted(TABLES)))
        source, make = TABLES[name]
        if source not in results:
            raise UsageError(
                f"the table {name!r} is made from {source}.json, which is missing",
                where=where,
                hint=f"python -m benchmarks --only {source}",
            )
        return match.group(1) + make(results[source]) + match.group(4)

    return _MARKED.sub(replace, text)


def update(paths: Iterable[Path], results: Results, *, check: bool = False) -> list[Path]:
    """Rewrites the files whose tables are stale; with `check` only says which they are.

    Raises:
        UsageError: as `render` does.
    """
    stale = []
    for path in paths:
        if not path.is_file():
            continue
        text = path.read_text(encoding="utf-8")
        fresh = render(text, results, str(path))
        if fresh != text:
            stale.append(path)
            if not check:
                write_atomic(path, fresh)
    return stale


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]], right: Iterable[int] = ()) -> str:
    """A Markdown table; `right` are the columns of numbers. Bars in cells are escaped."""
    aligned = set(right)
    rule = ["---:" if index in aligned else "---" for index in range(len(head))]
    lines = [head, rule, *rows]
    return "".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines
    )


# --- accuracy ------------------------------------------------------------------------------------

_MEASURES = {
    "intent_accuracy": "intent",
    "slot_f1": "slot F1",
    "frame_accuracy": "frame",
    "in_scope_accuracy": "in scope",
    "out_of_scope_recall": "out-of-scope recall",
}
_SHOWN = {
    "snips": ("intent_accuracy", "slot_f1", "frame_accuracy"),
    "slurp": ("intent_accuracy", "slot_f1", "frame_accuracy"),
    "clinc150": ("in_scope_accuracy", "out_of_scope_recall"),
}


def _accuracy(corpus: str) -> Callable[[Mapping[str, Any]], str]:
    def make(results: Mapping[str, Any]) -> str:
        published = json.loads(PUBLISHED.read_text(encoding="utf-8"))[corpus]
        measures = _SHOWN[corpus]
        head = ["model", *(f"{_MEASURES[name]}, %" for name in measures), "from"]
        rows = []
        for item in results["rows"]:
            if item["corpus"] != corpus:
                continue
            name = item["model"]
            if item.get("ours"):
                name = f"**{name}** ({item['scheme']}, as the runtime runs it)"
            rows.append([name, *(_measured(item.get(key)) for key in measures), "measured here"])
        if not rows:
            raise NoRows(
                f"accuracy.json has no rows for {corpus}",
                hint=f"python -m benchmarks --only accuracy --data … --bundle {corpus}=…",
            )
        for item in published["rows"]:
            size = f" ({item['parameters']})" if "parameters" in item else ""
            figures = [_figure(item.get(key)) for key in measures]
            rows.append([item["model"] + size, *figures, item["source"]])
        table = markdown(head, rows, range(1, len(measures) + 1))
        return f"{table}\nProtocol: {published['protocol']}. {_accuracy_footer(results)}\n"

    return make


def _devices(results: Mapping[str, Any]) -> str:
    import device_profiles

    lines = []
    for row in results.get("devices", ()):
        try:
            profile = device_profiles.load(row["profile"])
        except device_profiles.ProfileError:
            continue  # a profile of the benchmarks' own, such as the float reference
        accuracy = row["accuracy"]
        lines.append(
            [
                row["profile"],
                f"{profile.cores} × {profile.clock_mhz / 1000:.1f} GHz",
                "yes" if profile.dot_product else "no",
                row["scheme"],
                f"{row['bytes'] / 1024:.0f} KiB",
                f"{_figure(accuracy.get('frame'))} ({-accuracy.get('frame_drop', 0):+.2f})",
                f"{profile.budgets.latency_ms.get('intent', 0):g} ms",
            ]
        )
    if not lines:
        raise NoRows("accuracy.json has no rows for devices", hint="--only accuracy --bundle …")
    head = ["profile", "cores", "int8 dot product", "scheme chosen", "graph",
            "frame on dev, % (vs. float)", "latency budget, p99"]  # fmt: skip
    return f"{markdown(head, lines, (4, 5, 6))}\n{_accuracy_footer(results)}\n"


def _training(results: Mapping[str, Any]) -> str:
    lines = []
    for corpus, figures in results.get("training", {}).items():
        slots = any(found["slot_f1"] for found in figures.values())
        for who, found in figures.items():
            shown = (found["intent"], found["slot_f1"], found["frame"]) if slots else (
                found["intent"], None, None)  # fmt: skip
            seconds = f"{found['seconds'] / 60:.0f} min" if "seconds" in found else "–"
            lines.append([corpus, who, *map(_figure, shown), seconds])
    if not lines:
        raise NoRows("accuracy.json has no figures of training", hint="make bench")
    head = ["corpus", "on dev", "intent, %", "slot F1, %", "frame, %", "training"]
    return f"{markdown(head, lines, range(2, 6))}\n{_accuracy_footer(results)}\n"


def _measured(rate: Mapping[str, Any] | None) -> str:
    if rate is None:
        return "–"
    low, high = (_figure(100 * rate[key]) for key in ("low", "high"))
    return f"{_figure(100 * rate['value'])} [{low}, {high}]"


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _accuracy_footer(results: Mapping[str, Any]) -> str:
    return f"In brackets: 95 % interval. Commit {_commit(results['run'])}."


# --- time ----------------------------------------------------------------------------------------


def duration(microseconds: float) -> str:
    """Microseconds for people: "87 µs", "4.5 ms", "1.2 s"."""
    if microseconds < 1000:
        return f"{microseconds:.0f} µs" if microseconds >= 10 else f"{microseconds:.1f} µs"
    if microseconds < 1_000_000:
        return f"{microseconds / 1000:.2f} ms"
    return f"{microseconds / 1_000_000:.2f} s"


def _timed(table: str, ratio_head: str) -> Callable[[Mapping[str, Any]], str]:
    def make(results: Mapping[str, Any]) -> str:
        rows = [item for item in results["rows"] if item["table"] == table]
        if not rows:
            raise NoRows(
                f"the results have no rows for the table {table!r}",
                hint="run the benchmarks again, with a bundle that has them",
            )
        kinds = [kind for kind in KINDS if any(_kind(item, results) == kind for item in rows)]
        ours = any("ours_p50_us" in item for item in rows)
        # Times of different kinds are told apart by column, never by a footnote.
        head = ["what", "which"]
        for kind in kinds:
            head += [f"p50 ({kind})", f"p90 ({kind})", f"p99 ({kind})"]
        head += (["ours, p50, in turn"] if ours else []) + [ratio_head]
        lines = []
        for item in rows:
            line = [item["group"], item["name"] + _note(item)]
            for kind in kinds:
                for key in ("p50_us", "p90_us", "p99_us"):
                    # An emulator's times are times of the emulator: it shows that it works.
                    known = _kind(item, results) == kind and kind != "emulated"
                    line.append(duration(item[key]) if known else "–")
            if ours:
                own = item.get("ours_p50_us")
                line.append(duration(own) if own is not None else "–")
            lines.append([*line, _ratio(item.get("ratio"))])
        table_text = markdown(head, lines, range(2, len(head)))
        return f"{table_text}\n{_footer(results)}\n"

    return make


def _kind(item: Mapping[str, Any], results: Mapping[str, Any]) -> str:
    return str(item.get("kind", results["run"]["kind"]))


def _note(item: Mapping[str, Any]) -> str:
    return f" ({item['note']})" if "note" in item else ""


def _ratio(ratio: Mapping[str, Any] | None) -> str:
    if ratio is None:
        return "–"
    return f"{ratio['value']:.2f}× [{ratio['low']:.2f}, {ratio['high']:.2f}]"


def _footprint(results: Mapping[str, Any]) -> str:
    found = results["footprint"]
    lines = [
        ["`import edge`, over numpy and onnxruntime", _unit(found["edge_import_ms"], "ms")],
        ["`from edge import Runtime`, the same", _unit(found.get("runtime_import_ms"), "ms")],
        ["load a bundle", _unit(found.get("load_ms"), "ms")],
        ["first answer after loading", _unit(found.get("first_answer_ms"), "ms")],
        ["resident memory over bare imports", _unit(found.get("resident_mb"), "MiB")],
        ["proportional memory over bare imports", _unit(found.get("proportional_mb"), "MiB")],
    ]
    for profile, size in found.get("bundle", {}).get("variants", {}).items():
        lines.append([f"bundle, one variant ({profile})", f"{size / 1024:.0f} KiB"])
    kind = results["run"]["kind"]
    table = markdown([f"median of {found['repeats']} processes", kind], lines, [1])
    return f"{table}\n{_footer(results)}\n"


def _unit(value: float | None, unit: str) -> str:
    return "–" if value is None else f"{value:.1f} {unit}"


def _commit(run: Mapping[str, Any]) -> str:
    commit = run["commit"]
    return (commit["id"][:10] or "none") + (" with changes" if commit["dirty"] else "")


def _footer(results: Mapping[str, Any]) -> str:
    run = results["run"]
    machine = run["machine"]
    versions = ", ".join(
        f"{name} {run['versions'][name]}"
        for name in ("python", "onnxruntime", "hassil")
        if name in run["versions"]
    )
    return (
        f"{machine['model']} ({machine['architecture']}, {machine['cores']} cores), one thread; "
        f"{versions}; commit {_commit(run)}; `{run['command']}`."
    )


TABLES: dict[str, tuple[str, Callable[[Mapping[str, Any]], str]]] = {
    "snips": ("accuracy", _accuracy("snips")),
    "clinc150": ("accuracy", _accuracy("clinc150")),
    "slurp": ("accuracy", _accuracy("slurp")),
    "devices": ("accuracy", _devices),
    "training": ("accuracy", _training),
    "speed": ("speed", _timed("speed", "over the bare run")),
    "homes": ("speed", _timed("homes", "over the smallest home")),
    "footprint": ("speed", _footprint),
    "peers": ("peers", _timed("peers", "times ours")),
}
"""Name in the marker → (the results file it is made from, what makes it)."""
