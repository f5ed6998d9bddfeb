"""A bundle small enough to be made by every test, that truly suggests.

Its weights are written down, not trained: the query is what was done lately, the newer the more,
and a little of the moment; the gates trust what the household did, the more the more there
is of it.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from device_profiles import SessionSettings
from edge.bundle.bundle import Bundle
from edge.home.home import Home
from edge.preference.experts.boost import Boost
from edge.preference.experts.others import TABLES, contexts
from edge.preference.experts.personal import EVIDENCE, NAMES, PERSONAL
from edge.preference.loading import preference_of
from edge.preference.memory.past import Event
from edge.preference.model.catalogue import Catalogue
from edge.preference.model.population import Population, Table
from edge.preference.moment import Senses, Sensor
from edge.preference.preference import Preference
from export.bundle_writer import graph_entry
from tests.edge.tiny_bundle import HERE, make_tiny_bundle, write_small_bundle

NAME = "tiny-preference"
WIDTH = 8
EVENTS = 12
ACTIONS = (
    "climate:set_temperature",
    "cover:close",
    "cover:open",
    "fan:turn_off",
    "fan:turn_on",
    "light:turn_off",
    "light:turn_on",
    "scene:movie",
)
ITEMS = tuple(f"item-{number}" for number in range(40))
SENSES = Senses(
    [
        Sensor("temperature", 15.0, 8.0, (0.0, 10.0, 20.0)),
        Sensor("door", choices=("closed", "open")),
    ]
)
RATED_SENSES = Senses([Sensor("rating", 3.5, 1.0, (3.0, 4.0))])
RATINGS = {"mean": 3.5, "scale": 0.8, "low": 1.0, "high": 5.0, "liked": 4.0, "spread": 0.5}
"""What the manifest has for a catalogue of rated items."""
HOME: Mapping[str, Any] = {
    "areas": [{"id": "kitchen", "name": "Kitchen"}],
    "devices": [
        {"id": "light.kitchen", "name": "Kitchen light", "area": "kitchen", "kind": "light"},
        {"id": "porch", "name": "Porch light", "kind": "light"},
        {"id": "cover.bedroom", "name": "Blind", "kind": "cover"},
    ],
}
GOLDEN = (
    {
        "events": [
            {"time": f"2024-01-{day:02d}T07:0{minute}:00", "action": action}
            for day in range(8, 13)
            for minute, action in ((0, "light.kitchen:turn_on"), (5, "cover.bedroom:open"))
        ][:-1],
        "at": "2024-01-12T07:05:00",
        "action": "cover.bedroom:open",
    },
)
"""The light, then the blind, five mornings; on the fifth the blind is still to come."""


def make_preference_bundle(
    folder: Path,
    *,
    generic: bool = True,
    names: Sequence[str] = (),
    task: Mapping[str, Any] | None = None,
    name: str = NAME,
    senses: Senses = SENSES,
    with_intent: bool = False,
) -> Path:
    """Writes the bundle at `folder` and returns `folder`.

    Args:
        generic: of a household's actions, not of items.
        names: the catalogue's rows; `ACTIONS` or `ITEMS` when empty.
        task: keys of the manifest's `tasks.preference` to add or to replace.
        with_intent: with all of `tests.edge.tiny_bundle` besides.
    """
    rows = tuple(names) or (ACTIONS if generic else ITEMS)
    settings: dict[str, Any] = {
        "events": EVENTS,
        "generic": generic,
        "boost": None,
        "ratings": None,
        "experts": list(NAMES),
        "senses": senses.to_dict(),
        "calibration": {"bias": 0.2, "slope": 1.1, "threshold": 0.15},
        "doubt": {"lately": 3.0, "new": 0.5},
        "pace": {"fast": 6.0, "slow": 120.0},
        "assets": {"catalogue": "assets/catalogue.bin", "population": "assets/population.bin"},
        "golden": [dict(entry) for entry in GOLDEN] if generic else [],
    }
    path = f"variants/{HERE}/preference.onnx"
    files = {
        "assets/catalogue.bin": catalogue(rows).to_bytes(),
        "assets/population.bin": population(len(rows)).to_bytes(),
        path: graph(senses.width),
    }
    session = SessionSettings(1, False, False, "extended")
    entry = graph_entry(path, files[path], scheme="float", session=session)
    tasks = {"preference": {**settings, **(task or {})}}
    graphs = {"preference": entry}
    if with_intent:
        other = make_tiny_bundle(folder.with_suffix(".intent"))
        manifest = json.loads((other / "manifest.json").read_bytes())
        files |= {each["path"]: (other / each["path"]).read_bytes() for each in manifest["files"]}
        tasks |= manifest["tasks"]
        variants = {each["profile"]: each["graphs"] for each in manifest["variants"]}
        graphs |= variants[HERE]
        files = {path: data for path, data in files.items() if "raspberry" not in path}
    return write_small_bundle(folder, name, tasks, graphs, files)


def tiny_preference(folder: Path, home: Home | None = None, **arguments: Any) -> Preference:
    """The preferences of such a bundle, which is written at `folder`."""
    path = make_preference_bundle(folder / "tiny.edge", **arguments)
    return preference_of(Bundle.open(path, profile=HERE), home)


def choosing(folder: Path, **arguments: Any) -> Preference:
    """The same of items that are chosen once."""
    boost = Boost()._asdict()
    return tiny_preference(folder, generic=False, task={"boost": boost}, **arguments)


def rating(folder: Path, **arguments: Any) -> Preference:
    """The same of items that are rated."""
    task = {"ratings": RATINGS}
    return tiny_preference(folder, generic=False, task=task, senses=RATED_SENSES, **arguments)


def tiny_home() -> Home:
    """`HOME`, made anew."""
    return Home.from_dict(HOME)


def catalogue(names: Sequence[str] = ACTIONS) -> Catalogue:
    """One row a name, with vectors that differ."""
    kinds = sorted({name.partition(":")[0] for name in names})[:8]
    return Catalogue.quantised(
        names,
        noise("vectors", len(names), WIDTH),
        noise("biases", len(names), 1)[:, 0],
        dict(zip(kinds, noise("kinds", len(kinds), WIDTH + 1), strict=True)),
    )


def population(items: int) -> Population:
    """Everybody does the first row in the morning, and the second after the first."""
    counts: dict[str, dict[int, dict[int, float]]] = {table: {} for table in TABLES}
    for weekday in range(7):
        for slot in range(8):
            first = Event(0, weekday, slot, 0)
            for course, row in (((), slot % items), ((first,), 1), ((first, first), 1)):
                for table, context in contexts(course, weekday, slot).items():
                    rows = counts[table].setdefault(context, {})
                    rows[row] = rows.get(row, 0.0) + 1.0
    counts["near"] = {0: {1: 2.0, items - 1: 1.0}}
    return Population({table: Table.of(found) for table, found in counts.items()})


def graph(moment: int, width: int = WIDTH, events: int = EVENTS) -> bytes:
    """history, moment, evidence → query and gates."""
    evidence, gates = EVIDENCE * (len(NAMES) - 1), len(NAMES)
    others = gates - len(PERSONAL)
    trust = np.zeros((evidence, gates), np.float32)
    for expert in range(len(PERSONAL)):
        trust[EVIDENCE * expert + 1, expert] = 3.0
    newer = np.linspace(0.1, 1.0, events, dtype=np.float32).reshape(1, events, 1)

    def constant(name: str, values: NDArray[Any]) -> TensorProto:
        return numpy_helper.from_array(values, name)

    nodes = [
        helper.make_node("Slice", ["history", "zero", "width", "axis"], ["items"]),
        helper.make_node("Mul", ["items", "newer"], ["weighed"]),
        helper.make_node("ReduceSum", ["weighed", "batch_and_events"], ["done"], keepdims=0),
        helper.make_node("MatMul", ["moment", "mixing"], ["now_of_one"]),
        helper.make_node("Squeeze", ["now_of_one", "zero"], ["now"]),
        helper.make_node("Add", ["done", "now"], ["query"]),
        helper.make_node("MatMul", ["evidence", "trust"], ["trusted_of_one"]),
        helper.make_node("Squeeze", ["trusted_of_one", "zero"], ["trusted"]),
        helper.make_node("Add", ["trusted", "bias"], ["gates"]),
    ]
    made = helper.make_graph(
        nodes,
        "graph",
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
            for name, shape in (
                ("history", [1, events, width + moment + 2]),
                ("moment", [1, moment]),
                ("evidence", [1, evidence]),
            )
        ],
        [
            helper.make_tensor_value_info("query", TensorProto.FLOAT, [width]),
            helper.make_tensor_value_info("gates", TensorProto.FLOAT, [gates]),
        ],
        [
            constant("zero", np.array([0], np.int64)),
            constant("width", np.array([width], np.int64)),
            constant("axis", np.array([2], np.int64)),
            constant("batch_and_events", np.array([0, 1], np.int64)),
            constant("newer", newer),
            constant("mixing", noise("mixing", moment, width)),
            constant("trust", trust),
            constant("bias", np.array([0] * len(PERSONAL) + [-3] * others, np.float32)),
        ],
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    data: bytes = model.SerializeToString()
    return data


def noise(name: str, rows: int, columns: int) -> NDArray[np.float32]:
    """[rows, columns] within ±1: the same with every version of numpy."""
    values = [zlib.crc32(f"{name} {index}".encode()) / 2**32 for index in range(rows * columns)]
    return (2 * np.array(values) - 1).astype(np.float32).reshape(rows, columns)
