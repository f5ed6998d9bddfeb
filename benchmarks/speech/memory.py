"""What listening weighs in a process of its own, and whether that grows with the audio."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.speech import voices
from edge.bench.process import memory_fields
from edge.bundle.bundle import Bundle
from edge.errors import BundleError
from edge.voice.pcm import SAMPLE_RATE
from export.corpora.speech.noise import Stored

_PROCESSES = 3
_TIMEOUT = 3600.0
_MARKS = 20
"""How often memory is read while audio goes through."""
_LISTENED = 60.0
"""Seconds of audio that a process has heard when its memory is counted."""

# Like a hub's: nothing is imported that listening does not need. The audio is read piece by piece.
_CHILD = """
import sys
bundle, profile, grammar, home, audio, seconds, marks = sys.argv[1:]
import numpy, onnxruntime
def resident():
    with open("/proc/self/smaps_rollup") as file:
        print(file.read())
        print("---")
if bundle:
    from edge.bundle.bundle import Bundle
    from edge.home.home import Home
    household = Home.load(home)
    if grammar:
        from edge.grammar.file import read_tables
        from edge.voice.acoustic import AcousticModel
        from edge.voice.activity import TASK, VoiceActivity
        from edge.voice.endpoint import EndpointSettings
        from edge.voice.recognizer import Recognizer
        from edge.voice.voice import Voice
        found = Bundle.open(bundle, profile or None)
        with open(grammar, "rb") as file:
            tables = read_tables(file.read())
        recognizer = Recognizer.of(found, tables, lambda: household, is_home=True)
        ends = EndpointSettings.of(found.tasks[TASK])
        model = AcousticModel.of(found)
        voice = Voice(model, VoiceActivity.of(found), recognizer, endpoint=ends)
        del found
        stream = voice.stream()
    else:
        from edge import Runtime
        runtime = Runtime.load(bundle, home=household, profile=profile or None)
        stream = runtime.stream()
    total = round(float(seconds) * 16000)
    every = max(1, total // int(marks))
    pushed, marked = 0, every
    while pushed < total:
        with open(audio, "rb") as file:
            while pushed < total and (piece := file.read(16384)):
                stream.push(piece)
                pushed += len(piece) // 2
                if pushed >= marked:
                    resident()
                    marked += every
else:
    resident()
"""


def memory(bundle: Path, profile: str | None, audio: Stored, hours: float) -> dict[str, Any]:
    """MiB over a process that imported numpy and onnxruntime and nothing else.

    Args:
        bundle: hears. It listens for its own sentences, with all its models, as an application
            does; for those of the sample home where it brings none.
        profile: whose variant; the nearest when None.
        audio: goes through again and again.
        hours: of audio, for the growth.

    Returns:
        `resident_mb` and `private_mb` after a minute of audio (medians), and `growth`: what the
        process had after each twentieth of the hours, the most of that, and how much more at the
        end than half way. Nothing where the system does not tell.

    Raises:
        BundleError: a process failed.
    """
    if not Path("/proc/self/smaps_rollup").exists():
        return {}
    home = voices.sample_home()
    with tempfile.TemporaryDirectory() as folder:
        sound = Path(folder) / "audio.raw"
        audio.tofile(sound)
        grammar = ""
        if not voices.has_sentences(Bundle.open(bundle, profile)):
            grammar = str(Path(folder) / "grammar.bin")
            Path(grammar).write_bytes(home.grammar.data)
        shared = (grammar, str(voices.HOME / "home.toml"), str(sound))
        order = (str(bundle), profile or "", *shared)
        bare = [_process(("", "", *shared, "0", "1"))[-1] for _ in range(_PROCESSES)]
        heard = [_process((*order, f"{_LISTENED}", "1"))[-1] for _ in range(_PROCESSES)]
        grown = _process((*order, f"{3600 * hours}", f"{_MARKS}"))
    least = {key: float(np.median([fields[key] for fields in bare])) for key in _KEYS}
    own = {key: float(np.median([fields[key] for fields in heard])) for key in _KEYS}
    resident = [_mib(fields["Rss"] - least["Rss"]) for fields in grown]
    return {
        "resident_mb": _mib(own["Rss"] - least["Rss"]),
        "private_mb": _mib(own["Private_Dirty"] - least["Private_Dirty"]),
        "bare_mb": _mib(least["Rss"]),
        "audio_seconds": round(len(audio) / SAMPLE_RATE, 1),
        "growth": {
            "hours": hours,
            "resident_mb": resident,
            "most_mb": max(resident, default=0.0),
            # What it remembers, up to its limits, it has met in the first half.
            "mb": round(resident[-1] - resident[len(resident) // 2], 2) if resident else 0.0,
        },
    }


_KEYS = ("Rss", "Private_Dirty")


def _process(arguments: Sequence[str]) -> list[dict[str, int]]:
    """What a process said of its memory, KiB, each time it looked."""
    environment = dict(os.environ)
    here = str(Path(__file__).resolve().parents[2])
    environment["PYTHONPATH"] = os.pathsep.join(
        part for part in (environment.get("PYTHONPATH", ""), here) if part
    )
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, *arguments],
        capture_output=True,
        env=environment,
        check=False,
        timeout=_TIMEOUT,
    )
    if done.returncode:
        tail = done.stderr.decode("utf-8", "replace").strip().splitlines()[-3:]
        raise BundleError(f"a process that listens failed: {' / '.join(tail)}", where=arguments[0])
    looks = done.stdout.decode("utf-8", "replace").split("---\n")[:-1]
    return [dict(memory_fields(look.splitlines())) for look in looks]


def _mib(kib: float) -> float:
    return round(kib / 1024, 1)
