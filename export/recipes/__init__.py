"""What is particular to a model family: one recipe each, all of one shape."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from edge.errors import UsageError

if TYPE_CHECKING:  # a list of the families must not wait for what trains them
    import onnx

    from device_profiles import SessionSettings

RECIPES: Mapping[str, str] = {
    "intent": "export.recipes.intent",
    "preference": "export.recipes.preference",
    "speech": "export.recipes.speech",
}
"""Family → its package: `verb` has the arguments of `edge train FAMILY` and trains, `packing` has
`open_run`, which reads what was trained, and `companions` where other models go with it."""


class Trained(Protocol):
    """A trained model, as far as exporting it goes."""

    task: str
    """The runtime's name for what it does."""
    name: str
    """What a bundle of it is called unless told otherwise."""
    false_rejects: float
    """Share of rightly understood input that may be rejected: sets the thresholds."""
    gate: str
    """The measure that the accuracy gate looks at: in percent, or one of `export.tune.ERRORS`."""

    def graph(self) -> onnx.ModelProto:
        """The float graph, checked against torch."""

    def quantized(self, graph: onnx.ModelProto, scheme: str) -> onnx.ModelProto | None:
        """The float graph under one of `device_profiles.SCHEMES`; None where that does not suit."""

    def measure(self, graph: bytes, scheme: str, settings: SessionSettings) -> dict[str, float]:
        """Dev-set accuracy of a graph as the runtime runs it, in percent."""

    def latency(self, graph: bytes, scheme: str, settings: SessionSettings) -> dict[str, Any]:
        """How long a sentence takes on this very machine."""

    def golden(self, bundle: Path, profile: str) -> dict[str, Any]:
        """More for the manifest's entry: inputs with the answers that a finished bundle gives."""

    def describe(self, graph: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
        """The manifest's entry of the task, and the assets that go with it (path → bytes)."""


def open_run(folder: Path) -> Trained:
    """The trained model in a run folder; the first where it has several.

    Raises:
        UsageError: `folder` is no run folder.
    """
    return open_models(folder)[0]


def doubts_of(folder: Path) -> Sequence[str]:
    """What a training that ended in `folder` said a person should know of the model there."""
    try:
        found = json.loads((folder / "run.json").read_text("utf-8")).get("doubts", [])
    except (OSError, ValueError, AttributeError):
        return ()  # `open_models` says what is wrong with it
    return [str(one) for one in found] if isinstance(found, list) else ()


def open_models(folder: Path) -> Sequence[Trained]:
    """The trained models in a run folder: one, as a rule.

    Raises:
        UsageError: `folder` is no run folder.
    """
    description = folder / "run.json"
    if not folder.is_dir():
        raise UsageError(
            "is no folder" if folder.exists() else "there is no such folder",
            where=str(folder),
            allowed="a folder that `edge train` wrote",
        )
    if not description.is_file():
        raise UsageError(
            "is no finished training run: there is no run.json in it",
            where=str(folder.absolute()),
            allowed="a folder that `edge train` wrote",
            hint="if training was interrupted, run the same command again with --resume",
        )
    try:
        family = json.loads(description.read_text("utf-8"))["family"]
        module = importlib.import_module(f"{RECIPES[family]}.packing")
    except (OSError, ValueError, KeyError, TypeError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise UsageError(
            f"no finished training run: {why}",
            where=str(description.absolute()),
            allowed="a folder that `edge train` wrote",
            hint="if training was interrupted, run the same command again with --resume",
        ) from error
    companions: Callable[[], Sequence[Trained]] = getattr(module, "companions", tuple)
    return [module.open_run(folder), *companions()]
