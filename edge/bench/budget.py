"""What the figures of `edge bench` mean: against float, against the budget, with what doubts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import device_profiles
from device_profiles import Profile
from edge.bundle.manifest import Graph
from edge.intent.model import TASK
from edge.loading import SPEECH
from edge.preference.model.model import TASK as PREFERENCE

_MIB = 1024 * 1024
_DROP = "_drop"


def accuracy(graph: Graph) -> dict[str, dict[str, float]]:
    """What the manifest says of the accuracy, in percent; nothing is measured here.

    `chosen` are the numbers of the graph's `accuracy`. Where there is a `<measure>_drop` among them
    (points that quantising cost), `float` is the measure before and `difference` what was gained.
    """
    numbers = _numbers(graph.accuracy)
    chosen = {
        name: value
        for name, value in numbers.items()
        if not (name.endswith(_DROP) and name.removesuffix(_DROP) in numbers)
    }
    drops = {name: numbers[name + _DROP] for name in chosen if name + _DROP in numbers}
    if graph.scheme == "float":
        drops = dict.fromkeys(chosen, 0.0)
    return {
        "float": {name: round(chosen[name] + drop, 3) for name, drop in drops.items()},
        "chosen": chosen,
        "difference": {name: round(0.0 - drop, 3) for name, drop in drops.items()},
    }


def _numbers(values: Mapping[str, Any]) -> dict[str, float]:
    return {
        name: value
        for name, value in values.items()
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    }


def budgets(document: Mapping[str, Any], profile: Profile | None) -> list[dict[str, Any]]:
    """The profile's budgets and whether each holds: `within` is None where that is not known.

    Time and memory tell nothing about a board when they were measured on another machine, or under
    emulation; sizes are the same everywhere.
    """
    if profile is None:
        return []
    lacking = device_profiles.detect().lacks(profile)
    unknown = ""
    if document["kind"] != "host":
        unknown = "measured under emulation"
    elif lacking:
        unknown = f"measured on another machine: {'; '.join(lacking)}"
    memory = document["memory"]
    latency = document["latency"]
    rows: list[tuple[str, str, float | None, float | None, str]] = [
        (
            "latency",
            f"ms, 99 % of {what}",
            latency[name]["p99_us"] / 1000,
            profile.budgets.latency_ms.get(task),
            unknown,
        )
        for name, task, what in (
            ("answer", TASK, "text to answer"),
            ("suggest", PREFERENCE, "moment to suggestions"),
            ("speech_answer", SPEECH, "end of speech to command"),
        )
        if name in latency
    ]
    rows += [
        (
            "memory",
            "MiB resident over numpy and onnxruntime",
            memory["rss_mib"] if memory else None,
            profile.budgets.memory_mb(hears=document["speech"] is not None),
            unknown if memory else "this system does not tell",
        ),
        (
            "bundle",
            "MiB on disk that this board needs",
            document["bytes"]["device"] / _MIB,
            profile.budgets.bundle_mb,
            "",
        ),
    ]
    return [
        {
            "what": what,
            "unit": unit,
            "measured": measured,
            "allowed": allowed,
            "within": None if why or measured is None else measured <= allowed,
            "why": why,
        }
        for what, unit, measured, allowed, why in rows
        if allowed is not None
    ]


def warnings(document: Mapping[str, Any], profile: Profile | None) -> list[str]:
    """What makes the figures doubtful, in sentences."""
    found = []
    machine = document["machine"]
    busy, cores = machine["load_1min"], machine["cores"]
    if busy is not None and busy > cores:
        found.append(
            f"the machine was busy before this began (load {busy} on {cores} cores): times are "
            "longer than they would be alone; p50 and the minimum suffer least"
        )
    if machine["governor"] not in (None, "performance"):
        found.append(f"the clock follows the load (governor {machine['governor']})")
    if not document["start"]["byte_code"]:
        found.append(
            "Python keeps no byte code of edge here (PYTHONDONTWRITEBYTECODE, or a read-only "
            "folder): importing it takes two to three times as long as it would"
        )
    if document["kind"] == "emulated":
        found.append("under emulation: good for correctness only, times and memory mean nothing")
    if profile is None:
        found.append(f"no profile {document['bundle']['profile']!r} here: its budgets are unknown")
    return found
