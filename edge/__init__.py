"""Voice commands and preferences that run on the device itself.

    from edge import Runtime

    hub = Runtime.load("home.edge")
    hub.understand("turn off the kitchen lights")

The names below are imported when they are first used (PEP 562), so that `import edge` costs next to
nothing and `edge --help` never waits for ONNX Runtime.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from edge._version import __version__

if TYPE_CHECKING:
    from edge.bundle.bundle import Bundle
    from edge.errors import AudioError, BundleError, EdgeError, HomeError, UsageError
    from edge.events import (
        AudioBack,
        AudioLost,
        Command,
        Partial,
        Rejected,
        SpeechEnd,
        SpeechStart,
        Suggestion,
        Wake,
    )
    from edge.home.home import Area, Device, Floor, Home
    from edge.runtime import Runtime
    from edge.voice.settings import StreamSettings

# Official builds of ONNX Runtime report to their makers what they run on, and keep an identifier
# in the home folder to do so. It reads this once, when it is imported; who wants it sets it to 0.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

__all__ = [
    "Area",
    "AudioBack",
    "AudioError",
    "AudioLost",
    "Bundle",
    "BundleError",
    "Command",
    "Device",
    "EdgeError",
    "Floor",
    "Home",
    "HomeError",
    "Partial",
    "Rejected",
    "Runtime",
    "SpeechEnd",
    "SpeechStart",
    "StreamSettings",
    "Suggestion",
    "UsageError",
    "Wake",
    "__version__",
]

_DEFINED_IN = {
    "Area": "edge.home.home",
    "AudioBack": "edge.events",
    "AudioError": "edge.errors",
    "AudioLost": "edge.events",
    "Bundle": "edge.bundle.bundle",
    "BundleError": "edge.errors",
    "Command": "edge.events",
    "Device": "edge.home.home",
    "EdgeError": "edge.errors",
    "Floor": "edge.home.home",
    "Home": "edge.home.home",
    "HomeError": "edge.errors",
    "Partial": "edge.events",
    "Rejected": "edge.events",
    "Runtime": "edge.runtime",
    "SpeechEnd": "edge.events",
    "SpeechStart": "edge.events",
    "StreamSettings": "edge.voice.settings",
    "Suggestion": "edge.events",
    "UsageError": "edge.errors",
    "Wake": "edge.events",
}


def __getattr__(name: str) -> Any:
    """Import a public name from the module that defines it and keep it here."""
    module = _DEFINED_IN.get(name)
    if module is None:
        raise AttributeError(f"module 'edge' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(module), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The public names, imported yet or not."""
    return sorted({*globals(), *__all__})
