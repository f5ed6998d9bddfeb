"""Bundles of any number of items or of events read back: the real formats, nothing trained."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

import device_profiles
from edge.preference.experts.boost import Boost
from edge.preference.experts.others import TABLES
from edge.preference.experts.personal import EVIDENCE, NAMES
from edge.preference.model.catalogue import Catalogue
from edge.preference.model.model import TASK
from edge.preference.model.population import Population, Table
from edge.preference.moment import Senses
from export.bundle_writer import graph_entry, write_bundle
from export.recipes.preference.network.graph import export_network
from export.recipes.preference.network.network import Network, NetworkSettings, Sizes

WIDTH = 32
"""Numbers of one item's vector."""
WINDOW = 16
_COUNTED = 20_000
"""Items that counts know: of more, most were never chosen often."""
_FOLLOWERS = 10
_GRAPH_ITEMS = 100
"""Items of the network that is exported; its graph does not know how many there are."""


def bundle(path: Path, *, items: int, window: int = WINDOW) -> Path:
    """Writes a bundle of a catalogue of things chosen once, for this machine's profile.

    The network is a student of the usual size with its first random weights: it takes as long as a
    trained one. Counts are of `_COUNTED` items with `_FOLLOWERS` others each.

    Raises:
        BundleError: the runtime would refuse it.
    """
    profile = device_profiles.closest(device_profiles.detect(), device_profiles.available())
    rng = np.random.default_rng(0)
    names = [f"item-{number}" for number in range(items)]
    vectors = rng.standard_normal((items, WIDTH), np.float32) * np.float32(0.3)
    catalogue = Catalogue.quantised(names, vectors, np.zeros(items, np.float32))
    graph = f"variants/{profile}/preference.onnx"
    files = {
        "assets/catalogue.bin": catalogue.to_bytes(),
        "assets/population.bin": _population(items, rng).to_bytes(),
        graph: _graph(window),
    }
    task = {
        "events": window,
        "generic": False,
        "boost": Boost()._asdict(),
        "experts": list(NAMES),
        "senses": Senses(timed=False).to_dict(),
        "calibration": {"bias": 0.0, "slope": 1.0, "threshold": 0.0},
        "pace": {"fast": 6.0, "slow": 120.0},
        "assets": {"catalogue": "assets/catalogue.bin", "population": "assets/population.bin"},
    }
    session = device_profiles.load(profile).session
    entry = graph_entry(graph, files[graph], scheme="float", session=session)
    return write_bundle(
        path,
        name=f"synthetic-{items}",
        version="1",
        sequence=1,
        created="2025-01-31T12:00:00Z",
        tasks={TASK: task},
        variants=[{"profile": profile, "graphs": {TASK: entry}}],
        files=files,
    )


def _graph(window: int) -> bytes:
    torch.manual_seed(0)
    senses = Senses(timed=False)
    sizes = Sizes(_GRAPH_ITEMS, 0, senses.width, EVIDENCE * (len(NAMES) - 1), len(NAMES))
    membership = torch.zeros(_GRAPH_ITEMS, 0)
    network = Network(NetworkSettings(item=WIDTH), sizes, membership)
    return export_network(network, window).SerializeToString()


def _population(items: int, rng: np.random.Generator) -> Population:
    counted = min(items, _COUNTED)
    tables: dict[str, Table] = {name: Table.of({}) for name in TABLES if name == "often"}
    for name in ("after", "near", "back"):
        followers = rng.integers(0, items, (counted, _FOLLOWERS))
        weights = rng.random((counted, _FOLLOWERS)) * 3
        counts = {
            item: dict(zip(rows, own, strict=True))
            for item, (rows, own) in enumerate(
                zip(followers.tolist(), weights.tolist(), strict=True)
            )
        }
        tables[name] = Table.of(counts)
    return Population(tables)
