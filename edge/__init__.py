"""Voice commands and preferences that run on the device itself.

    from edge import Runtime

    hub = Runtime.load("home.edge")
    hub.understand("turn off the kitchen lights")

The names below are imported when they are first used (PEP 562), so that `import edge` costs next to
nothing and `edge --help` never waits for ONNX Runtime.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from edge._version import __version__

if TYPE_CHECKING:
    from edge.bundle import Bundle
    from edge.errors import EdgeError
    from edge.events import Command, Rejected, Suggestion
    from edge.home import Area, Device, Home
    from edge.runtime import Runtime

__all__ = [
    "Area",
    "Bundle",
    "Command",
    "Device",
    "EdgeError",
    "Home",
    "Rejected",
    "Runtime",
    "Suggestion",
    "__version__",
]

_DEFINED_IN = {
    "Area": "edge.home",
    "Bundle": "edge.bundle",
    "Command": "edge.events",
    "Device": "edge.home",
    "EdgeError": "edge.errors",
    "Home": "edge.home",
    "Rejected": "edge.events",
    "Runtime": "edge.runtime",
    "Suggestion": "edge.events",
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
