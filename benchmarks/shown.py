"""How results are shown: Markdown tables, figures with their intervals, times, what made them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from benchmarks.machine import KINDS
from benchmarks.merging import Part, origin
from edge.errors import UsageError


class NoRows(UsageError):
    """A results file has nothing for a table: that part was not run."""


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]], right: Iterable[int] = ()) -> str:
    """A Markdown table; `right` are the columns of numbers. Bars in cells are escaped."""
    aligned = set(right)
    rule = ["---:" if index in aligned else "---" for index in range(len(head))]
    lines = [head, rule, *rows]
    return "".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines
    )


def measured(rate: Mapping[str, Any] | None) -> str:
    """A share in percent with its interval: "48.20 [46.10, 50.30]"."""
    if rate is None:
        return "–"
    low, high = (figure(100 * rate[key]) for key in ("low", "high"))
    return f"{figure(100 * rate['value'])} [{low}, {high}]"


def figure(value: float | None) -> str:
    """Two decimals, or a dash where there is none."""
    return "–" if value is None else f"{value:.2f}"


def accuracy_footer(results: Mapping[str, Any], *corpora: str) -> str:
    """What stands below figures with intervals: of the runs of `corpora`, or of the whole run."""
    return f"In brackets: 95 % interval. {commits(results, *corpora)}"


def commits(results: Mapping[str, Any], *names: str, part: Part = "rows") -> str:
    """Which commits gave the figures of `names`, or of the whole run; what is not known is said."""
    runs = [origin(results, part, name) for name in names] or [results["run"]]
    known = dict.fromkeys(commit(run) for run in runs if run is not None)
    if not known:
        return "Commit not recorded."
    others = [name for name, run in zip(names, runs, strict=False) if run is None]
    lacking = f"; of {', '.join(others)} not recorded" if others else ""
    return f"Commit {', '.join(known)}{lacking}."


def duration(microseconds: float) -> str:
    """Microseconds for people: "87 µs", "4.5 ms", "1.2 s"."""
    if microseconds < 1000:
        return f"{microseconds:.0f} µs" if microseconds >= 10 else f"{microseconds:.1f} µs"
    if microseconds < 1_000_000:
        return f"{microseconds / 1000:.2f} ms"
    return f"{microseconds / 1_000_000:.2f} s"


def timed(table: str, ratio_head: str) -> Callable[[Mapping[str, Any]], str]:
    """Makes the table of times whose rows are named `table`; ratios stand under `ratio_head`."""

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
        return f"{table_text}\n{footer(results)}\n"

    return make


def _kind(item: Mapping[str, Any], results: Mapping[str, Any]) -> str:
    return str(item.get("kind", results["run"]["kind"]))


def _note(item: Mapping[str, Any]) -> str:
    return f" ({item['note']})" if "note" in item else ""


def _ratio(ratio: Mapping[str, Any] | None) -> str:
    if ratio is None:
        return "–"
    return f"{ratio['value']:.2f}× [{ratio['low']:.2f}, {ratio['high']:.2f}]"


def unit(value: float | None, name: str) -> str:
    """ "12.3 MiB", or a dash where there is none."""
    return "–" if value is None else f"{value:.1f} {name}"


def commit(run: Mapping[str, Any]) -> str:
    """The beginning of the commit's id, and whether anything was changed since."""
    found = run["commit"]
    return (found["id"][:10] or "none") + (" with changes" if found["dirty"] else "")


def footer(results: Mapping[str, Any]) -> str:
    """What times were measured on, and by which command."""
    run = results["run"]
    machine = run["machine"]
    versions = ", ".join(
        f"{name} {run['versions'][name]}"
        for name in ("python", "onnxruntime", "hassil")
        if name in run["versions"]
    )
    return (
        f"{machine['model']} ({machine['architecture']}, {machine['cores']} cores), one thread; "
        f"{versions}; commit {commit(run)}; `{run['command']}`."
    )
