"""The bundles that come with the package."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from edge.errors import BundleNotFound

NAME: Final = "home-en.edge"
"""English: hears, understands and suggests, for a home."""


def default_bundle() -> Path:
    """The bundle that is taken where none is named: a folder beside this file.

    Raises:
        BundleNotFound: this copy of the package came without it.
    """
    path = Path(__file__).parent / NAME
    if not path.exists():
        raise BundleNotFound(
            f"this installation has no bundle {NAME}",
            where=str(path.parent),
            hint="name a bundle, or install a release of hearth-edge, which has it",
        )
    return path
