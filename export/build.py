"""Run folders and device profiles → a bundle."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from device_profiles import Profile
from edge.errors import UsageError
from export.bundle_writer import graph_entry, write_bundle
from export.kept_models import KeptModels, kept_models
from export.recipes import Trained, doubts_of, open_models
from export.tune import LARGEST_DROP, Choice, Tuner


@dataclass(frozen=True)
class Part:
    """One model of a bundle, and what was chosen for each profile."""

    task: str
    gate: str
    """The measure that the accuracy gate looked at."""
    choices: tuple[Choice, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "gate": self.gate,
            "variants": [
                {
                    "profile": choice.profile.name,
                    "scheme": choice.candidate.scheme,
                    "bytes": len(choice.candidate.graph),
                    "accuracy": choice.candidate.accuracy,
                    "drop": choice.candidate.drop,
                    "latency": choice.candidate.latency,
                    "reasons": list(choice.reasons),
                }
                for choice in self.choices
            ],
        }


@dataclass(frozen=True)
class Built:
    """A bundle that was written, and what is in it."""

    path: Path
    parts: tuple[Part, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "bundle": str(self.path),
            "tasks": {part.task: part.to_dict() for part in self.parts},
        }


def build(
    runs: Sequence[Path],
    target: Path,
    profiles: Sequence[Profile],
    *,
    keep: Path | None = None,
    name: str | None = None,
    version: str = "0.1.0",
    sequence: int = 0,
    created: str,
    largest_drop: float = LARGEST_DROP,
    false_rejects: float | None = None,
    time_it: bool = False,
    one_graph: bool = False,
    say: Callable[[str], None] = print,
) -> Built:
    """Chooses a variant of each model for each profile and writes the bundle at `target`.

    Args:
        runs: run folders, each of another task. The bundle is called after the first, unless `name`
            says otherwise.
        keep: a bundle whose models of other tasks are taken over as they are, and its name.
        one_graph: all boards share one graph of each model, see `export.tune.Tuner`.

    Raises:
        UsageError: one of `runs` is no finished run folder, two are of one task, or `keep` lacks
            one of the profiles.
        NothingFits: a profile has no variant that passes; nothing is written.
        BundleError: the bundle cannot be written; what was at `target` is as it was.
    """
    opened = _opened(runs, false_rejects)
    for run in runs:
        for doubt in doubts_of(run):
            say(f"warning: {run}: {doubt}")
    kept = kept_models(keep, opened, profiles) if keep is not None else KeptModels()
    tasks: dict[str, dict[str, Any]] = {task: dict(of) for task, of in kept.tasks.items()}
    files: dict[str, bytes] = dict(kept.files)
    graphs = {task: trained.graph() for task, trained in opened.items()}
    for task, trained in opened.items():
        tasks[task], assets = trained.describe(graphs[task].SerializeToString())
        files |= assets
    # Of each profile's budget: what all variants share, and what stands beside a graph.
    shared = sum(len(data) for path, data in files.items() if path.startswith("assets/"))
    beside = {profile.name: kept.graph_bytes(profile.name) for profile in profiles}
    graphs_of: dict[str, dict[str, Any]] = {
        profile.name: dict(kept.graphs.get(profile.name, {})) for profile in profiles
    }
    parts = []
    for task, trained in opened.items():
        tuner = Tuner(
            trained,
            graphs[task],
            largest_drop=largest_drop,
            shared_bytes=shared,
            time_it=time_it,
            one_graph=one_graph,
            say=say,
        )
        choices = tuple(tuner.choose(profile, beside[profile.name]) for profile in profiles)
        paths: dict[bytes, str] = {}
        for choice in choices:
            chosen = choice.candidate
            # Boards that get the same graph share one file.
            path = paths.setdefault(chosen.graph, f"variants/{choice.profile.name}/{task}.onnx")
            files[path] = chosen.graph
            graphs_of[choice.profile.name][task] = graph_entry(
                path,
                chosen.graph,
                scheme=chosen.scheme,
                session=choice.profile.session,
                accuracy=chosen.accuracy | {"gate": trained.gate} | tuner.drops(chosen),
                latency=chosen.latency,
                reasons=choice.reasons,
            )
        for choice in choices:
            beside[choice.profile.name] += len(choice.candidate.graph)
        parts.append(Part(task, trained.gate, choices))

    def write(place: Path) -> None:
        write_bundle(
            place,
            name=name or kept.name or next(iter(opened.values())).name,
            version=version,
            sequence=sequence,
            created=created,
            tasks=tasks,
            variants=[{"profile": each, "graphs": found} for each, found in graphs_of.items()],
            files=files,
        )

    # The self-test's answers are those of the runtime itself, on a bundle that lacks only them.
    with tempfile.TemporaryDirectory(prefix="hearth-edge-") as folder:
        draft = Path(folder, "draft.edge")
        write(draft)
        for task, trained in opened.items():
            tasks[task] |= trained.golden(draft, profiles[0].name)
    write(target)
    return Built(target, tuple(parts))


def _opened(runs: Sequence[Path], false_rejects: float | None) -> dict[str, Trained]:
    opened: dict[str, Trained] = {}
    for run in runs:
        for trained in open_models(run):
            if trained.task in opened:
                raise UsageError(
                    f"is of the task {trained.task!r}, as one before it",
                    where=str(run),
                    allowed="one run of each task",
                )
            if false_rejects is not None:
                trained.false_rejects = false_rejects
            opened[trained.task] = trained
    return opened
