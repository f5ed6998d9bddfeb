"""The English voices of the speech synthesisers installed here."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from edge.errors import UsageError
from export.corpora.speech import kokoro

ENGINES = ("espeak-ng", "flite", "festival", "kokoro")
PACKAGES = (
    "espeak-ng flite festival festvox-kallpc16k festvox-kdlpc16k festvox-us-slt-hts festlex-cmu"
)
"""Debian's and Ubuntu's packages of all that is used here."""

ACCENTS = (
    "en-us en-gb en-gb-scotland en-gb-x-rp en-gb-x-gbclan en-gb-x-gbcwmd en-029 en-us-nyc"
).split()
"""Accents of espeak-ng."""

_NO_PERSON = re.compile(
    r"whisper|robosoft|Robot|croak|Demonic|Storm|Tweaky|AnxiousAndy|fast|Mr serious|kaukovalta"
)
"""Variants of espeak-ng that nobody sounds like, or that cannot be understood."""

_FLITE = ("kal16", "awb", "rms", "slt")
"""Not "kal": it has 8 kHz, so half of the band is missing."""

_FESTIVAL = {
    "kal_diphone": "voice_kal_diphone",
    "ked_diphone": "voice_ked_diphone",
    "cmu_us_slt_arctic_hts": "voice_cmu_us_slt_arctic_hts",
}
_FESTIVAL_FOLDER = Path("/usr/share/festival/voices")


@dataclass(frozen=True, slots=True, order=True)
class Voice:
    """A voice of an engine: ("espeak-ng", "en-gb+f3"), ("flite", "slt")."""

    engine: str
    name: str

    @property
    def speaker(self) -> str:
        """What a manifest calls it."""
        return f"{self.engine}:{self.name}"


def installed_voices() -> list[Voice]:
    """All voices that can be used, engine by engine.

    Raises:
        UsageError: there is not one of the engines, or Kokoro's folder lacks a file.
    """
    voices = [*_espeak(), *_flite(), *_festival(), *_kokoro()]
    if not voices:
        raise UsageError(
            "no speech synthesiser is installed",
            allowed=", ".join(ENGINES),
            hint=f"on Debian or Ubuntu: apt install {PACKAGES}",
        )
    return voices


def _espeak() -> list[Voice]:
    if shutil.which("espeak-ng") is None:
        return []
    version = _output("espeak-ng", "--version")
    known = set(_output("espeak-ng", "--voices=en").split())
    accents = [accent for accent in ACCENTS if accent in known]
    _, _, data = version.partition("Data at:")
    folder = Path(data.strip()) / "voices" / "!v"
    variants = sorted(item.name for item in folder.iterdir()) if folder.is_dir() else []
    people = [f"+{name}" for name in variants if not _NO_PERSON.search(name)]
    return [Voice("espeak-ng", accent + variant) for accent in accents for variant in ["", *people]]


def _flite() -> list[Voice]:
    if shutil.which("flite") is None:
        return []
    present = _output("flite", "-lv").split()
    return [Voice("flite", name) for name in _FLITE if name in present]


def _festival() -> list[Voice]:
    if shutil.which("festival") is None or not _FESTIVAL_FOLDER.is_dir():
        return []
    present = {item.name for item in _FESTIVAL_FOLDER.glob("*/*")}
    return [Voice("festival", call) for name, call in _FESTIVAL.items() if name in present]


def _kokoro() -> list[Voice]:
    place = kokoro.folder()
    return [Voice("kokoro", name) for name in kokoro.english_voices(place)] if place else []


def _output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout
