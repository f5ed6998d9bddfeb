"""Markdown tables made from results files, kept between markers in README.md and docs/.

<!-- table:snips -->
(whatever stands here is replaced)
<!-- end -->
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.merging import HOME
from benchmarks.preference import tables as preference
from benchmarks.shown import (
    NoRows,
    accuracy_footer,
    commits,
    figure,
    footer,
    markdown,
    measured,
    timed,
    unit,
)
from benchmarks.speech import tables as speech
from edge.errors import UsageError
from export.files import write_atomic

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"
PUBLISHED = Path(__file__).parent / "published.json"
FILES = ("speed", "peers", "accuracy", "strangers", *preference.FILES, *speech.FILES)

Results = Mapping[str, Mapping[str, Any]]


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
            rows.append([name, *(measured(item.get(key)) for key in measures), "measured here"])
        if not rows:
            raise NoRows(
                f"accuracy.json has no rows for {corpus}",
                hint=f"python -m benchmarks --only accuracy --data … --bundle {corpus}=…",
            )
        for item in published["rows"]:
            size = f" ({item['parameters']})" if "parameters" in item else ""
            figures = [figure(item.get(key)) for key in measures]
            rows.append([item["model"] + size, *figures, item["source"]])
        table = markdown(head, rows, range(1, len(measures) + 1))
        protocol = f"Protocol: {published['protocol']}. {_floor(results, corpus)}"
        return f"{table}\n{protocol}{accuracy_footer(results, corpus)}\n"

    return make


def _floor(results: Mapping[str, Any], corpus: str) -> str:
    """Results used to have another constant answer, which may be no answer of the test set."""
    own = (row["model"] for row in results["rows"] if row["corpus"] == corpus)
    if not any(model.startswith("majority") for model in own):
        return ""
    return "Majority: training's most frequent intent, of equals the first by name. "


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
                f"{figure(accuracy.get('frame'))} ({-accuracy.get('frame_drop', 0):+.2f})",
                f"{profile.budgets.latency_ms.get('intent', 0):g} ms",
            ]
        )
    if not lines:
        raise NoRows("accuracy.json has no rows for devices", hint="--only accuracy --bundle …")
    head = ["profile", "cores", "int8 dot product", "scheme chosen", "graph",
            "frame on dev, % (vs. float)", "latency budget, p99"]  # fmt: skip
    return f"{markdown(head, lines, (4, 5, 6))}\n{commits(results, HOME, part='devices')}\n"


def _training(results: Mapping[str, Any]) -> str:
    lines = []
    for corpus, figures in results.get("training", {}).items():
        slots = any(found["slot_f1"] for found in figures.values())
        for who, found in figures.items():
            shown = (found["intent"], found["slot_f1"], found["frame"]) if slots else (
                found["intent"], None, None)  # fmt: skip
            seconds = f"{found['seconds'] / 60:.0f} min" if "seconds" in found else "–"
            lines.append([corpus, who, *map(figure, shown), seconds])
    if not lines:
        raise NoRows("accuracy.json has no figures of training", hint="make bench")
    head = ["corpus", "on dev", "intent, %", "slot F1, %", "frame, %", "training"]
    table = markdown(head, lines, range(2, 6))
    return f"{table}\n{commits(results, *results['training'], part='training')}\n"


def _strangers(results: Mapping[str, Any]) -> str:
    lines = []
    for row in results["rows"]:
        figures = [measured(row[outcome]) for outcome in ("right", "refused", "wrong")]
        lines.append([row["reader"], row["wanted"], f"{row['sentences']:,}", *figures])
    head = ["who reads it", "what people wanted", "sentences", "right, %", "refused, %",
            "something else done, %"]  # fmt: skip
    note = "Compared by the intent of the first command alone. "
    if "taught" in results:
        note = (
            "Right: every command does what was wanted, to the place, colour, list or piece that "
            f"was named. Left out: {results['taught']} sentences that the sample home's own "
            "training has, word for word, among what is to be refused. "
        )
    return f"{markdown(head, lines, range(2, 6))}\n{note}{accuracy_footer(results)}\n"


# --- time ----------------------------------------------------------------------------------------


def _footprint(results: Mapping[str, Any]) -> str:
    found = results["footprint"]
    lines = [
        ["`import edge`, over numpy and onnxruntime", unit(found["edge_import_ms"], "ms")],
        ["`from edge import Runtime`, the same", unit(found.get("runtime_import_ms"), "ms")],
        ["load a bundle", unit(found.get("load_ms"), "ms")],
        ["first answer after loading", unit(found.get("first_answer_ms"), "ms")],
        ["resident memory over bare imports", unit(found.get("resident_mb"), "MiB")],
        ["proportional memory over bare imports", unit(found.get("proportional_mb"), "MiB")],
    ]
    for profile, size in found.get("bundle", {}).get("variants", {}).items():
        lines.append([f"bundle, one variant ({profile})", f"{size / 1024:.0f} KiB"])
    kind = results["run"]["kind"]
    table = markdown([f"median of {found['repeats']} processes", kind], lines, [1])
    return f"{table}\n{footer(results)}\n"


TABLES: dict[str, tuple[str, Callable[[Mapping[str, Any]], str]]] = {
    "snips": ("accuracy", _accuracy("snips")),
    "clinc150": ("accuracy", _accuracy("clinc150")),
    "slurp": ("accuracy", _accuracy("slurp")),
    "strangers": ("strangers", _strangers),
    "devices": ("accuracy", _devices),
    "training": ("accuracy", _training),
    "speed": ("speed", timed("speed", "over the bare run")),
    "homes": ("speed", timed("homes", "over the smallest home")),
    "footprint": ("speed", _footprint),
    "peers": ("peers", timed("peers", "times ours")),
    **preference.TABLES,
    **speech.TABLES,
}
"""Name in the marker → (the results file it is made from, what makes it)."""
