"""How long `suggest` and `observe` take, and what a catalogue weighs in memory. One thread."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.preference import houses, replay, synthetic
from benchmarks.preference.state import household_of
from benchmarks.runtime import row
from benchmarks.timing import Call, measure
from edge.bench.process import memory_fields
from edge.bench.timing import summary
from edge.bundle.bundle import Bundle
from edge.errors import BundleError
from edge.home.home import Home
from edge.preference.loading import preference_of
from edge.runtime import Runtime
from export.corpora.interactions import Event, Household

TABLE = "preference-speed"
ACTIONS = 100
DAYS = 60
YEARS = (1, 2, 5)
SIZES = (100, 1_000, 10_000, 100_000, 1_000_000)
WINDOWS = (8, 16, 32, 64, 128)
_BEGIN = date(2024, 1, 8)
_NOT_KNOWN = 0.0
_MANY = 200_000
"""Items from which a tenth of the calls says enough."""
_PROCESSES = 5

_CHILD = """
import sys
bundle = sys.argv[1]
import numpy, onnxruntime
if bundle:
    from edge import Runtime
    runtime = Runtime.load(bundle)
    for _ in range(5):
        runtime.observe(runtime.suggest(0.0, k=10, everything=True)[0].action, 0.0)
with open("/proc/self/smaps_rollup") as file:
    print(file.read())
"""


def speed(
    household: Path | None,
    catalogue: Path | None,
    *,
    repeats: int,
    warm_up: int,
    largest: int = SIZES[-1],
    years: Sequence[int] = YEARS,
    report: Callable[[str], None],
) -> dict[str, Any]:
    """Rows of times, and rows of memory.

    Args:
        household: a bundle of household actions.
        catalogue: a bundle of items, such as Beauty's; where there is none, a synthetic one of
            12,000 items is timed in its place.
        largest: of the synthetic catalogues.

    Raises:
        EdgeError: a bundle cannot be loaded, or a process failed.
    """
    pace = {"repeats": repeats, "warm_up": warm_up}
    rows: list[dict[str, Any]] = []
    memory = []
    if household is not None:
        report(f"a household of {ACTIONS} actions")
        rows += of_household(household, years, report=report, **pace)
    with tempfile.TemporaryDirectory() as folder:
        if catalogue is not None:
            rows += of_items(catalogue, "real catalogue", **pace)
        sizes = [size for size in SIZES if size <= largest]
        sizes += [] if catalogue is not None else [12_000]
        for size in sorted(sizes):
            report(f"{size:,} items")
            path = synthetic.bundle(Path(folder) / f"items-{size}.edge", items=size)
            few = {"repeats": max(1, repeats // 10), "warm_up": max(1, warm_up // 10)}
            timed = of_items(path, "synthetic catalogue", **(few if size > _MANY else pace))
            rows += timed
            memory.append({"items": size, **resident(path)})
        for window in WINDOWS:
            report(f"{window} events read back")
            path = Path(folder) / f"events-{window}.edge"
            synthetic.bundle(path, items=ACTIONS, window=window)
            rows += of_items(path, f"{window} events read back", **pace)
    return {"rows": rows, "memory": memory}


def of_household(
    bundle: Path,
    years: Sequence[int],
    *,
    repeats: int,
    warm_up: int,
    report: Callable[[str], None] = lambda line: None,
) -> list[dict[str, Any]]:
    """`suggest` and `observe` of a household of four, after two months and after years."""
    house = household_of(4)
    rows = []
    with Runtime.load(bundle, home=home_of_actions(bundle, house, ACTIONS)) as runtime:
        day, lived = _BEGIN, 0
        for until in (DAYS, *(365 * count for count in years)):
            while lived < until:
                for at, event in replay.timed(house.events(day, 1)):
                    replay.observe(runtime, at, event, named=True)
                day, lived = day + timedelta(1), lived + 1
            told = f"{until} days" if until == DAYS else f"{until // 365} years"
            report(f"after {told}")
            group = f"{_known(runtime)} actions, {told} of learning"
            events = list(replay.timed(house.events(day, 14)))
            calls: list[Call] = [
                partial(runtime.suggest, at, event.context, 3) for at, event in events
            ]
            rows += _suggesting(bundle, group, calls, repeats=repeats, warm_up=warm_up)
            taken = _living(runtime, events)
            rows += [row(TABLE, group, name, summary(some)) for name, some in taken.items()]
            day, lived = day + timedelta(14), lived + 14
    return rows


def of_items(bundle: Path, group: str, *, repeats: int, warm_up: int) -> list[dict[str, Any]]:
    """`suggest` of ten items after as many were chosen as are read back."""
    with Runtime.load(bundle) as runtime:
        catalogue = preference_of(Bundle.open(bundle)).candidates.catalogue  # type: ignore[attr-defined]
        names = catalogue.names
        rng = np.random.default_rng(0)
        window = Bundle.open(bundle).tasks["preference"]["events"]
        for item in rng.integers(0, len(names), window).tolist():
            runtime.observe(names[item], _NOT_KNOWN)
        call = partial(runtime.suggest, _NOT_KNOWN, None, 10, everything=True)
        title = f"{group}, {len(names):,} items"
        return _suggesting(bundle, title, [call], repeats=repeats, warm_up=warm_up)


def home_of_actions(bundle: Path, house: Household, actions: int) -> Home:
    """The household's devices, and as many lights more as make about so many actions."""
    home = houses.home_of(house)
    with Runtime.load(bundle, home=home) as runtime:
        spare = 0
        while _known(runtime) < actions:
            spare += 1
            home = Home([*home.devices, replay.device(f"light.spare_{spare}")])
            runtime.home = home
    return home


def resident(bundle: Path) -> dict[str, float]:
    """MiB that a fresh process has, loaded and after five suggestions, over one that does not load.

    Medians of several processes; nothing where the system does not tell.

    Raises:
        BundleError: a process failed.
    """
    with_bundle, without = (
        [_memory(path) for _ in range(_PROCESSES)] for path in (str(bundle), "")
    )
    found = {}
    for name, key in (("resident_mb", "Rss"), ("private_mb", "Private_Dirty")):
        loaded = np.median([fields.get(key, 0) for fields in with_bundle])
        bare = np.median([fields.get(key, 0) for fields in without])
        found[name] = round(float(loaded - bare) / 1024, 1)
    return found


def _memory(bundle: str) -> dict[str, int]:
    environment = dict(os.environ)
    here = str(Path(__file__).resolve().parents[2])
    environment["PYTHONPATH"] = os.pathsep.join(
        part for part in (environment.get("PYTHONPATH", ""), here) if part
    )
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, bundle],
        capture_output=True,
        env=environment,
        check=False,
        timeout=300,
    )
    if done.returncode:
        tail = done.stderr.decode("utf-8", "replace").strip().splitlines()[-3:]
        raise BundleError(f"a process that loads it failed: {' / '.join(tail)}", where=bundle)
    return dict(memory_fields(done.stdout.decode("utf-8", "replace").splitlines()))


def _suggesting(
    bundle: Path, group: str, calls: Sequence[Call], *, repeats: int, warm_up: int
) -> list[dict[str, Any]]:
    """`suggest` in turn with nothing but `session.run` of the same graph."""
    timed = measure({"suggest": calls, "bare": _bare(bundle)}, repeats=repeats, warm_up=warm_up)
    ratio = timed.ratio("bare", "suggest")
    return [
        row(TABLE, group, "suggest", timed.timings["suggest"], ratio=ratio),
        row(TABLE, group, "bare session.run of the same graph", timed.timings["bare"]),
    ]


def _living(runtime: Any, events: Sequence[tuple[float, Event]]) -> dict[str, list[int]]:
    """Nanoseconds of each event, once, as it happens; the last third are asked about before.

    What was thought of an event costs a little more to learn from; and to think for the first time
    since something was done costs more than to think again.
    """
    taken: dict[str, list[int]] = {
        "observe": [],
        "observe, by a named person": [],
        "suggest, for the first time since": [],
        "observe, after a suggestion": [],
    }
    told = len(events) * 2 // 3
    for number, (at, event) in enumerate(events):
        observe = partial(replay.observe, runtime, at, event)
        if number < told:
            name = list(taken)[number % 2]
            taken[name].append(_elapsed(partial(observe, named=bool(number % 2))))
        else:
            asked = partial(runtime.suggest, at, event.context, 3)
            taken["suggest, for the first time since"].append(_elapsed(asked))
            taken["observe, after a suggestion"].append(_elapsed(observe))
    return taken


def _bare(bundle: Path) -> list[Call]:
    session = preference_of(Bundle.open(bundle)).model.session
    rng = np.random.default_rng(0)
    inputs = {one.name: rng.standard_normal(one.shape, np.float32) for one in session.get_inputs()}
    return [partial(session.run, [one.name for one in session.get_outputs()], inputs)]


def _elapsed(call: Call) -> int:
    """Nanoseconds."""
    started = time.perf_counter_ns()
    call()
    return time.perf_counter_ns() - started


def _known(runtime: Any) -> int:
    """Actions that the household could do or has done."""
    return len(runtime.export_state()["persons"]["household"]["actions"])
