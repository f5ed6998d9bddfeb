"""What a new bundle takes over from an old one: the models that are not made anew."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from device_profiles import Profile
from edge.bundle.inspection import inspect, raise_serious
from edge.bundle.store import open_store
from edge.errors import BundleError, UsageError


@dataclass(frozen=True)
class KeptModels:
    """Tasks of a bundle as its manifest has them, and the files that they name."""

    name: str = ""
    """Of the bundle."""
    tasks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    graphs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Profile → task → its entry."""
    files: Mapping[str, bytes] = field(default_factory=dict)

    def graph_bytes(self, profile: str) -> int:
        """Bytes of the graphs that a profile takes over."""
        return sum(entry["bytes"] for entry in self.graphs.get(profile, {}).values())


def kept_models(bundle: Path, made: Collection[str], profiles: Sequence[Profile]) -> KeptModels:
    """All tasks of `bundle` but those that are `made` anew.

    Args:
        bundle: folder or tar.
        made: tasks.
        profiles: the boards that the new bundle is for.

    Raises:
        BundleError: there is no bundle, or it is not whole.
        UsageError: it has no variant for one of `profiles`.
    """
    with open_store(bundle) as store:
        manifest = inspect(store, raise_serious).manifest
        if manifest is None:
            raise BundleError("the bundle could not be read", where=str(bundle))
        variants = {variant["profile"]: variant["graphs"] for variant in manifest.raw["variants"]}
        if missing := [each.name for each in profiles if each.name not in variants]:
            raise UsageError(
                f"has no variant for {', '.join(missing)}",
                where=str(bundle),
                allowed=f"--profiles of {', '.join(variants)}",
            )
        tasks = {task: dict(of) for task, of in manifest.tasks.items() if task not in made}
        graphs = {
            each.name: {task: of for task, of in variants[each.name].items() if task in tasks}
            for each in profiles
        }
        paths = {path for task in tasks.values() for path in task.get("assets", {}).values()}
        paths |= {entry["path"] for entries in graphs.values() for entry in entries.values()}
        files = {path: store.read(path, manifest.files[path].bytes) for path in sorted(paths)}
    return KeptModels(manifest.name, tasks, graphs, files)
