"""Speech synthesisers as commands: sentences in, WAV files out."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from random import Random

import soundfile

from export.corpora.speech import kokoro
from export.corpora.speech.normalise import pronounceable
from export.corpora.speech.plan import Request

_ESPEAK_RATE = 165
"""Words a minute of espeak-ng at speed 1.0."""
_ESPEAK_GAPS = 0.3
"""Part of the sentences with longer pauses between their words."""
_LIMIT = 30.0
"""Seconds for a sentence; an engine that hangs must not hold up all others."""

_MEN, _WOMEN = (90.0, 150.0), (150.0, 240.0)
"""Mean fundamental frequency in Hz, from the lowest pitch to the highest."""


def say(requests: Sequence[Request], files: Sequence[Path]) -> None:
    """Writes what each request says to its file. Where an engine fails, the file is not there.

    All requests must have one engine: festival takes long to start and says them in one go.
    """
    engine = requests[0].voice.engine
    if engine == "festival":
        _run(["festival", "--pipe"], _festival(requests, files), _LIMIT * len(files))
        return
    if engine == "kokoro":
        _kokoro(requests, files)
        return
    command = _espeak if engine == "espeak-ng" else _flite
    for request, file in zip(requests, files, strict=True):
        _run(command(request, file), "", _LIMIT)


def _run(command: list[str], script: str, limit: float) -> None:
    try:
        subprocess.run(
            command,
            input=script.encode(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=limit,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return


def _espeak(request: Request, file: Path) -> list[str]:
    rng = Random(request.seed)
    gap = rng.randint(1, 6) if rng.random() < _ESPEAK_GAPS else 0
    return [
        "espeak-ng",
        *("-v", request.voice.name),
        *("-s", str(round(min(230.0, max(120.0, _ESPEAK_RATE * request.rate))))),
        *("-p", str(round(20 + 60 * request.pitch))),
        *("-g", str(gap)),
        *("-w", str(file)),
        pronounceable(request.text),
    ]


def _flite(request: Request, file: Path) -> list[str]:
    return [
        "flite",
        *("-voice", request.voice.name),
        *("--setf", f"duration_stretch={_stretch(request):.3f}"),
        *("--setf", f"int_f0_target_mean={_frequency(request):.1f}"),
        *("-t", pronounceable(request.text)),
        *("-o", str(file)),
    ]


def _kokoro(requests: Sequence[Request], files: Sequence[Path]) -> None:
    place = kokoro.folder()
    if place is None:
        return
    model = kokoro.loaded(place)
    for british in (False, True):
        own = [
            (request, file)
            for request, file in zip(requests, files, strict=True)
            if kokoro.british(request.voice.name) == british
        ]
        said = kokoro.phonemes_of([request.text for request, _ in own], british) if own else []
        for (request, file), phonemes in zip(own, said, strict=True):
            wave = model.say(phonemes, request.voice.name, request.rate, request.seed)
            soundfile.write(file, wave, kokoro.RATE)


def _festival(requests: Sequence[Request], files: Sequence[Path]) -> str:
    """A script in festival's Scheme. One sentence that fails leaves the others alone."""
    lines = [
        # `Utterance` does not evaluate its arguments.
        "(define (say_to text file)",
        " (let ((utt (eval (list 'Utterance 'Text text))))",
        "  (utt.synth utt) (utt.save.wave utt file 'riff)))",
    ]
    for request, file in zip(requests, files, strict=True):
        lines.append(f"({request.voice.name})")
        lines.append(f"(Parameter.set 'Duration_Stretch {_stretch(request):.3f})")
        if request.voice.name.endswith("_hts"):
            # Its speed is all that festival passes on; the pitch stays the voice's own.
            lines.append(
                "(set! hts_engine_params"
                f' (append hts_engine_params \'(("-r" {1 / _stretch(request):.3f}))))'
            )
        else:
            lines.append(
                f"(set! int_lr_params '((target_f0_mean {_frequency(request):.1f})"
                " (target_f0_std 15) (model_f0_mean 170) (model_f0_std 34)))"
            )
        lines.append(f"(say_to {_quoted(pronounceable(request.text))} {_quoted(str(file))})")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _stretch(request: Request) -> float:
    return min(1.25, max(0.8, 1.0 / request.rate))


def _frequency(request: Request) -> float:
    low, high = _WOMEN if "slt" in request.voice.name else _MEN
    return low + (high - low) * request.pitch
