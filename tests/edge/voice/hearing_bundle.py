"""The tiny bundle with tasks for speech: its models that hear are stood in for by a test."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from device_profiles import SessionSettings
from edge.voice import voice
from export.bundle_writer import graph_entry
from tests.edge.tiny_bundle import (
    HERE,
    HOME,
    compiled_grammar,
    float_graph,
    make_tiny_bundle,
    write_small_bundle,
)
from tests.edge.voice.fakes import FakeAcoustic, FakeActivity


class StandIns:
    """Takes the place of `AcousticModel` and `VoiceActivity`; counts how often they were made."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.made = 0
        monkeypatch.setattr(voice, "AcousticModel", self._of(FakeAcoustic))
        monkeypatch.setattr(voice, "VoiceActivity", self._of(FakeActivity))

    def _of(self, fake: Callable[[], object]) -> object:
        def of(bundle: object) -> object:
            self.made += 1
            return fake()

        return SimpleNamespace(of=of)


def hearing_bundle(
    folder: Path,
    *,
    reads: bool = True,
    activity: bool = True,
    speech: Mapping[str, Any] | None = None,
    more: Mapping[str, bytes] | None = None,
) -> Path:
    """Write the bundle at `folder`, and return `folder`.

    Args:
        reads: with the tiny model of text and its sentences; otherwise the sentences are those of
            speech alone.
        activity: with the task that tells whether somebody speaks.
        speech: keys of `tasks.speech` to add or to replace.
        more: files to add.
    """
    graph = float_graph()  # any graph: nothing runs it
    tasks: dict[str, Any] = {"speech": {**(speech or {})}}
    files: dict[str, bytes] = dict(more or {})
    graphs: dict[str, Any] = {}
    settings = SessionSettings(1, False, False, "extended")
    names = ["speech"]
    if activity:
        tasks["activity"] = {}
        names.append("activity")
    if reads:
        plain = make_tiny_bundle(folder.parent / "plain.edge")
        manifest = json.loads((plain / "manifest.json").read_text())
        tasks["intent"] = manifest["tasks"]["intent"]
        for path in tasks["intent"]["assets"].values():
            files[path] = (plain / path).read_bytes()
        names.append("intent")
    elif speech is None or "assets" not in speech:
        files["assets/speech-grammar.bin"] = compiled_grammar(folder.parent)
        files["assets/home.json"] = json.dumps(HOME).encode()
        roles = {"grammar": "assets/speech-grammar.bin", "home": "assets/home.json"}
        tasks["speech"]["assets"] = roles
    for name in names:
        path = f"variants/{HERE}/{name}.onnx"
        files[path] = graph
        graphs[name] = graph_entry(
            path, graph, scheme="float", session=settings, accuracy={}, reasons=["for a test"]
        )
    return write_small_bundle(folder, "hearing", tasks, graphs, files)
