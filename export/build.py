"""A run folder and device profiles → a bundle."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from device_profiles import Profile
from export.bundle_writer import graph_entry, write_bundle
from export.recipes import open_run
from export.tune import LARGEST_DROP, Choice, Tuner


@dataclass(frozen=True)
class Built:
    """A bundle that was written, and what was chosen for it."""

    path: Path
    gate: str
    """The measure that the accuracy gate looked at."""
    choices: tuple[Choice, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "bundle": str(self.path),
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


def build(
    run: Path,
    target: Path,
    profiles: Sequence[Profile],
    *,
    name: str | None = None,
    version: str = "0.1.0",
    sequence: int = 0,
    created: str,
    largest_drop: float = LARGEST_DROP,
    false_rejects: float | None = None,
    time_it: bool = False,
    say: Callable[[str], None] = print,
) -> Built:
    """Chooses a variant for each profile and writes the bundle at `target`.

    Raises:
        UsageError: `run` is no finished run folder.
        NothingFits: a profile has no variant that passes; nothing is written.
        BundleError: the bundle cannot be written; what was at `target` is as it was.
    """
    trained = open_run(run)
    if false_rejects is not None:
        trained.false_rejects = false_rejects
    float_graph = trained.graph().SerializeToString()
    task, files = trained.describe(float_graph)
    tuner = Tuner(
        trained,
        largest_drop=largest_drop,
        shared_bytes=sum(map(len, files.values())),
        time_it=time_it,
        say=say,
    )
    choices = tuple(tuner.choose(profile) for profile in profiles)
    variants = []
    for choice in choices:
        path = f"variants/{choice.profile.name}/{trained.task}.onnx"
        chosen = choice.candidate
        files[path] = chosen.graph
        entry = graph_entry(
            path,
            chosen.graph,
            scheme=chosen.scheme,
            session=choice.profile.session,
            accuracy=chosen.accuracy | {"gate": trained.gate} | tuner.drops(chosen),
            latency=chosen.latency,
            reasons=choice.reasons,
        )
        variants.append({"profile": choice.profile.name, "graphs": {trained.task: entry}})

    def write(place: Path) -> None:
        write_bundle(
            place,
            name=name or trained.name,
            version=version,
            sequence=sequence,
            created=created,
            tasks={trained.task: task},
            variants=variants,
            files=files,
        )

    # The self-test's answers are those of the runtime itself, on a bundle that lacks only them.
    with tempfile.TemporaryDirectory(prefix="hearth-edge-") as folder:
        draft = Path(folder, "draft.edge")
        write(draft)
        task |= trained.golden(draft, profiles[0].name)
    write(target)
    return Built(target, trained.gate, choices)
