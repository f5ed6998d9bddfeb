"""What a run folder keeps for wake phrases: found on real speech, or taken from another run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from edge.voice.posteriors import BLANK_TAKEN
from edge.voice.wake.spotting import Hearing
from export.corpora.speech.recording import Recording
from export.files import take_over, write_atomic
from export.recipes.pronunciation.packing import pronouncer
from export.recipes.speech.lessons.material import some
from export.recipes.speech.mistakes.listening import listened
from export.recipes.speech.mistakes.wake_calibration import calibrate
from export.recipes.speech.network.network import AcousticNetwork

TABLE, BACKGROUND = "wake.json", "background.bin"
_HOURS = 2.0
_PAUSE = 30
"""Frames before a call in which nobody speaks, as a rule. Of words cut out of dev recordings, as
calls for 409 phrases, 24 % are missed without it (35 in noise), 16 (24) with 20 frames and 16 (23)
with 30; of those said a fifth of a second after other talk, 17 (25)."""


def write_wake(
    network: AcousticNetwork,
    unheard: Sequence[Recording],
    heard: Sequence[Recording],
    folder: Path,
) -> None:
    """Listens for phrases in real speech and writes what is to be known of them.

    Args:
        network: what listens.
        unheard: recordings that it was not trained on.
        heard: others, which make up the hours where those are few.
        folder: the run folder.

    Raises:
        UsageError: there is too little speech.
    """
    _remove(folder)
    chosen = [*unheard]
    missing = _HOURS - sum(recording.seconds for recording in chosen) / 3600
    there = sum(recording.seconds for recording in heard) / 3600
    if missing > 0 and there > 0:
        chosen += some(heard, missing)
    spoken = [*listened(network, chosen)]
    texts = [recording.text for recording in heard]
    hearing = Hearing(blank=BLANK_TAKEN, pause=_PAUSE)
    table, background = calibrate(spoken, texts, there, hearing, pronouncer())
    (folder / BACKGROUND).write_bytes(background)
    write_atomic(folder / TABLE, json.dumps(table, sort_keys=True))


def copy_wake(source: Path, folder: Path) -> None:
    """Takes over what another run found; nothing is left where it found nothing."""
    for name in (TABLE, BACKGROUND):
        take_over(source / name, folder / name)


def _remove(folder: Path) -> None:
    """Takes away what an earlier run in the folder found."""
    for name in (TABLE, BACKGROUND):
        (folder / name).unlink(missing_ok=True)
