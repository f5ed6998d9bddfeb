"""Which variants of a bundle are worth measuring, and what its training said of itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from edge.bundle.bundle import Bundle


def one_a_scheme(bundle: Path, task: str) -> list[tuple[str, str]]:
    """(profile, scheme), one a scheme: equal schemes are equal graphs. The float graph is last.

    Raises:
        EdgeError: the bundle cannot be opened, or has no such task.
    """
    schemes = {}
    for profile in sorted(Bundle.open(bundle, None).profiles, reverse=True):
        schemes[Bundle.open(bundle, profile).graph(task).scheme] = profile
    order = sorted(schemes, key=lambda name: (name == "float", name))
    return [(schemes[scheme], scheme) for scheme in order]


def training(bundle: Path) -> dict[str, Any] | None:
    """Dev-set figures of the run that a bundle is from; None where its folder is not beside it.

    `runs/snips.edge` was exported from `runs/snips`: `make bench` does so.
    """
    description = bundle.with_suffix("") / "run.json"
    if not description.is_file():
        return None
    figures: dict[str, Any] = json.loads(description.read_text("utf-8")).get("figures", {})
    return figures
