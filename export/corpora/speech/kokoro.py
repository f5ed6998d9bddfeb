"""Kokoro, a neural synthesiser that runs in ONNX Runtime: voices that sound like people.

Its files are not on any machine by themselves: EDGE_KOKORO names a folder with

    model.onnx     tokens [1, T], style [1, 256], speed [1] → samples at 24 kHz
    vocab.json     {"vocab": {symbol: number}}, or config.json or tokenizer.json of its publisher
    voices/*.bin   float32 [510, 256]: a voice's style for each number of symbols

Kokoro-82M (hexgrad, 2025) is under the Apache licence. Sentences are turned into its symbols by
espeak-ng. Two voices can be mixed by mixing their styles, so there are more speakers than voices.
"""

from __future__ import annotations

import functools
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Final

import numpy as np
import numpy.typing as npt
import onnxruntime

from edge.errors import UsageError
from export.corpora.speech.normalise import pronounceable
from export.corpora.speech.recording import Wave

FOLDER: Final = "EDGE_KOKORO"
RATE: Final = 24_000
"""Of the samples that it gives."""

_STYLE: Final = 256
_LONGEST: Final = 508
"""Symbols of a sentence; a voice has a style for so many and two more."""
_ENGLISH: Final = ("a", "b")
"""First letters of American and of British voices; the second letter is the sex."""
_MIXED: Final = 0.6
"""Part of the sentences that two voices say together. The second may be of any language: it gives
the first an accent."""
_MOST: Final = 0.7
"""The largest part of the second voice."""

_JOINED: Final = {
    "a^ɪ": "I", "a^ʊ": "W", "d^ʒ": "ʤ", "e^ɪ": "A", "t^ʃ": "ʧ", "ɔ^ɪ": "Y", "ə^l": "ᵊl",
    "o^ʊ": "O", "ə^ʊ": "Q", "e^ə": "ɛː", "ɛ^ɹ": "ɛɹ", "i^ə": "iə", "ʊ^ɹ": "ʊɹ", "ʊ^ə": "ʊə",
    "ɜːɹ": "ɜɹ", "ʲO": "jO", "ʲQ": "jQ",
}  # fmt: skip
_SINGLE: Final = {
    "r": "ɹ", "x": "k", "ç": "k", "ɬ": "l", "ʲ": "", "ɐ": "ə", "e": "A", "\u0303": "", "^": ""
}  # fmt: skip
_AMERICAN: Final = {"ɜː": "ɜɹ", "ɚ": "əɹ", "ᵻ": "ə", "iə": "iə", "ː": ""}
_BRITISH: Final = {"ɚ": "ə", "ᵻ": "ɪ"}


def folder() -> Path | None:
    """The folder that the variable names; None where it is not set or espeak-ng is missing.

    Raises:
        UsageError: the folder lacks a file.
    """
    place = os.environ.get(FOLDER)
    if not place or shutil.which("espeak-ng") is None:
        return None
    found = Path(place)
    for name in ("model.onnx", "voices"):
        if not (found / name).exists():
            raise UsageError(
                f"{name} is missing",
                where=f"{FOLDER}={place}",
                allowed="model.onnx, vocab.json and voices/*.bin of Kokoro-82M",
                hint=f"see docs/speech.md, or unset {FOLDER}",
            )
    return found


def english_voices(place: Path) -> list[str]:
    """Names of the American and British voices."""
    return sorted(path.stem for path in (place / "voices").glob(f"[{''.join(_ENGLISH)}]*.bin"))


@functools.lru_cache(maxsize=1)
def loaded(place: Path) -> Kokoro:
    """The synthesiser of a folder, kept."""
    return Kokoro(place)


class Kokoro:
    """The network and its voices."""

    def __init__(self, place: Path) -> None:
        """Reads a folder as the module describes it.

        Raises:
            UsageError: it holds something else.
        """
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # several sentences are said at a time instead
        try:
            self._session = onnxruntime.InferenceSession(
                str(place / "model.onnx"), options, providers=["CPUExecutionProvider"]
            )
            self._names = [each.name for each in self._session.get_inputs()]
            self._numbers = _vocabulary(place)
            self._styles = {
                path.stem: np.fromfile(path, np.float32).reshape(-1, 1, _STYLE)
                for path in sorted((place / "voices").glob("*.bin"))
            }
        except Exception as error:  # ONNX Runtime's own exceptions share no public base class
            raise UsageError(
                f"no Kokoro model: {error}",
                where=str(place),
                allowed="model.onnx, vocab.json and voices/*.bin of Kokoro-82M",
            ) from error
        if len(self._names) != 3 or not self._styles:
            raise UsageError("no Kokoro model, or no voice of it", where=str(place))

    def say(self, phonemes: str, voice: str, speed: float, seed: int) -> Wave:
        """Samples at 24 kHz, float32.

        Args:
            phonemes: in the symbols of the model; what it does not know is left out.
            voice: one of `english_voices`.
            speed: 1.0 is the voice's own.
            seed: of whether another voice is mixed in, and which, and how much.
        """
        numbers = [self._numbers[symbol] for symbol in phonemes if symbol in self._numbers]
        numbers = numbers[:_LONGEST]
        styles = self._mixed(voice, Random(seed))
        feed = (
            np.array([[0, *numbers, 0]], np.int64),
            styles[min(len(numbers), len(styles) - 1)],
            np.array([speed], np.float32),
        )
        wave: Wave = self._session.run(None, dict(zip(self._names, feed, strict=True)))[0]
        return wave.ravel()

    def _mixed(self, voice: str, rng: Random) -> npt.NDArray[np.float32]:
        own = self._styles[voice]
        others = [name for name in self._styles if name[1] == voice[1] and name != voice]
        if not others or rng.random() >= _MIXED:
            return own
        share = np.float32(rng.uniform(0, _MOST))
        other = self._styles[rng.choice(others)]
        mixed: npt.NDArray[np.float32] = (1 - share) * own + share * other
        return mixed


def phonemes_of(texts: Sequence[str], british: bool) -> list[str]:
    """Normalised texts in the symbols of the model, each a statement."""
    command = ["espeak-ng", "-q", "--ipa", "--tie=^", "-v", "en-gb" if british else "en-us"]
    said = "".join(f"{pronounceable(text)}\n" for text in texts)
    found = subprocess.run(command, input=said, capture_output=True, text=True, check=False)
    lines = found.stdout.splitlines()
    if len(lines) != len(texts):  # one sentence became two lines: ask for one at a time
        if len(texts) == 1:
            return [symbols(" ".join(lines), british)]
        return [phonemes_of([text], british)[0] for text in texts]
    return [symbols(line, british) for line in lines]


def symbols(ipa: str, british: bool) -> str:
    """The model's symbols of espeak-ng's, where "^" joins the parts of one sound."""
    accent = _BRITISH if british else _AMERICAN
    for table in (_JOINED, accent, _SINGLE):
        for sound, symbol in table.items():
            ipa = ipa.replace(sound, symbol)
    return re.sub(r"\s+", " ", ipa).strip() + "."


def british(voice: str) -> bool:
    """Whether a voice is one of Britain."""
    return voice.startswith(_ENGLISH[1])


def _vocabulary(place: Path) -> Mapping[str, int]:
    for name in ("vocab.json", "config.json", "tokenizer.json"):
        if (place / name).is_file():
            data = json.loads((place / name).read_text("utf-8"))
            for table in _tables(data):
                return {str(symbol): int(number) for symbol, number in table.items()}
    raise ValueError("vocab.json is missing")


def _tables(data: object) -> Iterator[dict[str, int]]:
    """The table "vocab" of a JSON document, wherever it is."""
    if isinstance(data, dict):
        if isinstance(table := data.get("vocab"), dict):
            yield table
        for inner in data.values():
            yield from _tables(inner)
