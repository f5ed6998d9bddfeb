"""What `edge bench` measured, as tables for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edge.commands import terminal_width
from edge.table import printable, table


def describe(document: Mapping[str, Any]) -> str:
    """The document as tables."""
    parts = [
        _head(document),
        _times(document),
        _speech(document),
        _homes(document),
        _start(document),
        _memory(document),
        _sizes(document),
        _accuracy(document),
        _budgets(document),
    ]
    return "\n\n".join(part for part in parts if part)


def _head(document: Mapping[str, Any]) -> str:
    bundle, machine, versions = document["bundle"], document["machine"], document["versions"]
    threads = document["threads"]
    facts = [
        machine["model"],
        machine["architecture"],
        f"{machine['cores']} core{'' if machine['cores'] == 1 else 's'}",
        f"{machine['memory_mb']} MiB",
        f"load {machine['load_1min']}" if machine["load_1min"] is not None else "",
        f"governor {machine['governor']}" if machine["governor"] else "",
        document["kind"],
    ]
    lines = [
        f"{bundle['name']} {bundle['version']}, variant {bundle['profile']} ({bundle['scheme']}), "
        f"{threads} thread{'' if threads == 1 else 's'}",
        ", ".join(fact for fact in facts if fact),
        ", ".join(f"{name} {version}" for name, version in versions.items()),
        *(f"warning: {warning}" for warning in document["warnings"]),
    ]
    return "\n".join(printable(line) for line in lines)


def _times(document: Mapping[str, Any]) -> str:
    latency = document["latency"]
    labels = {
        "grammar": "  by the grammar",
        "model": "  by the model",
        "rejected": "  rejected",
    }
    rows = []
    if "answer" in latency:
        rows.append(_row("text to answer", latency["answer"]))
        rows += [_row(labels[name], one) for name, one in latency["answer_by_source"].items()]
    if latency.get("overhead"):
        rows.append(_row("text to frame", latency["frame"]))
        rows.append(_row("bare session.run", latency["session_run"]))
        more = latency["overhead"]
        rows.append(
            (
                "  what the frame takes more",
                f"{more['p50_us']:+.1f}",
                "",
                "",
                f"×{more['p50_ratio']:.2f}",
            )
        )
    if "suggest" in latency:
        rows.append(_row("moment to suggestions", latency["suggest"]))
        rows.append(_row("bare session.run of its graph", latency["suggest_session_run"]))
        rows.append(_row("learning from an event", latency["observe"]))
    for name, label in (
        ("speech_answer", "end of speech to command"),
        ("speaking_frame", "32 ms of speech"),
        ("silence_frame", "32 ms of silence"),
    ):
        if name in latency:
            rows.append(_row(label, latency[name]))
    count = document["sentences"]["count"]
    title = f"time of {count} sentence{'' if count == 1 else 's'}" if count else "time"
    return table((title, "p50 µs", "p90 µs", "p99 µs", "calls"), rows, right={1, 2, 3, 4})


def _speech(document: Mapping[str, Any]) -> str:
    speech = document.get("speech")
    if not speech:
        return ""
    factor = speech["real_time_factor"]
    rows = [
        ("somebody speaks", _share(factor["speaking"])),
        ("nobody speaks", _share(factor["silence"])),
    ]
    source = f"{speech['seconds']} s of speech, {speech['from']}"
    heard = f"{speech['commands']} commands and {speech['rejected']} rejections in all passes"
    return table((f"real-time factor while ({source})", ""), rows, right={1}) + f"\n{heard}"


def _share(factor: float | None) -> str:
    return "none was heard" if factor is None else f"{factor:.4f}"


def _row(name: str, one: Mapping[str, Any]) -> tuple[str, ...]:
    times = [f"{one[key]:.1f}" for key in ("p50_us", "p90_us", "p99_us")]
    return (name, *times, str(one["calls"]))


def _homes(document: Mapping[str, Any]) -> str:
    rows = [
        _row(f"{home['devices']:,} devices, {label}", home[name])
        for name, label in (
            ("matched", "matched"),
            ("unknown", "unknown name"),
            ("unmatched", "unmatched"),
        )
        for home in document["homes"]
        if home[name]
    ]
    header = ("home", "p50 µs", "p90 µs", "p99 µs", "calls")
    return table(header, rows, right={1, 2, 3, 4}) if rows else ""


def _start(document: Mapping[str, Any]) -> str:
    start = document["start"]
    steps = (
        ("import numpy and onnxruntime", "import_numpy_onnxruntime_ms"),
        ("import edge besides", "import_edge_ms"),
        ("load: verify, choose, warm up", "load_ms"),
        ("first answer", "first_answer_ms"),
        ("process start to first answer", "to_first_answer_ms"),
    )
    rows = [(label, f"{start[name]:.1f}") for label, name in steps]
    return table((f"start, median of {start['processes']} processes", "ms"), rows, right={1})


def _memory(document: Mapping[str, Any]) -> str:
    memory = document["memory"]
    if memory is None:
        return "memory: this system does not tell"
    rows = [
        (label, f"{memory[f'{name}_mib']:.1f}", f"{memory[f'bare_{name}_mib']:.1f}")
        for label, name in (
            ("resident (RSS)", "rss"),
            ("shared pages divided (PSS)", "pss"),
            ("private", "private"),
            ("anonymous", "anonymous"),
        )
    ]
    return table(("memory", "MiB more", "bare"), rows, right={1, 2})


def _sizes(document: Mapping[str, Any]) -> str:
    sizes = document["bytes"]
    rows = [
        ("the bundle, all variants", f"{sizes['bundle'] / 1024:.1f}"),
        ("what this board needs of it", f"{sizes['device'] / 1024:.1f}"),
        ("the graph", f"{sizes['graph'] / 1024:.1f}"),
    ]
    return table(("size", "KiB"), rows, right={1})


def _accuracy(document: Mapping[str, Any]) -> str:
    found = document["accuracy"]
    rows = [
        (name, *(_number(found[key].get(name), sign) for key, sign in _ACCURACY))
        for name in sorted(found["chosen"])
    ]
    header = ("accuracy, as the manifest says", "float", document["bundle"]["scheme"], "difference")
    lines = [table(header, rows, right={1, 2, 3})] if rows else []
    lines += [printable(f"chosen because {reason}") for reason in document["reasons"][:1]]
    return "\n".join(lines)


_ACCURACY = (("float", ""), ("chosen", ""), ("difference", "+"))


def _number(value: float | None, sign: str) -> str:
    return "–" if value is None else f"{value:{sign}.2f}"


def _budgets(document: Mapping[str, Any]) -> str:
    rows = []
    for row in document["budgets"]:
        verdict = {True: "pass", False: "over", None: f"not judged: {row['why']}"}[row["within"]]
        measured = "–" if row["measured"] is None else f"{row['measured']:.2f}"
        rows.append((row["what"], measured, f"{row['allowed']:g}", row["unit"], verdict))
    header = (f"budget of {document['bundle']['profile']}", "measured", "allowed", "unit", "result")
    return table(header, rows, right={1, 2}, width=terminal_width()) if rows else ""
