"""The network that comes with the package, and the files it is in."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from safetensors.torch import load_file

import export
from edge.errors import UsageError
from export.recipes.pronunciation.network import PronunciationNetwork

FOLDER: Final = Path(export.__file__).parent / "pretrained" / "pronunciation-en"
WEIGHTS: Final = "network.safetensors"
EXCEPTIONS: Final = "exceptions.json"
"""Common words that the network gets wrong → their sounds."""
DEV: Final = "dev.json"
"""Some of the words that were held out → their sounds."""
FIGURES: Final = "figures.json"


def shipped() -> PronunciationNetwork:
    """The network that comes with the package, in evaluation mode.

    Raises:
        UsageError: it is not there, or is another one.
    """
    network = PronunciationNetwork()
    try:
        network.load_state_dict(load_file(FOLDER / WEIGHTS))
    except (OSError, RuntimeError, ValueError) as error:
        raise not_whole(error) from error
    return network.eval()


def not_whole(error: Exception) -> UsageError:
    """What is said where the folder cannot be used."""
    return UsageError(
        f"no pronunciation model of this version: {error}",
        where=str(FOLDER),
        hint="python -m export.recipes.pronunciation.training",
    )
