"""Pretrained recognisers of `transformers` as teachers: wav2vec2, HuBERT and others with CTC.

Such a network hears waves, not our features, and is far too slow to read every batch. It reads each
recording once; what it says is kept, and is learned wherever the recording is heard at its own
speed (the first look at it). All that is kept of it are our labels, 20 ms a frame.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from edge.errors import UsageError
from edge.voice.alphabet import BLANK, LABELS
from export.accelerator import on_accelerator
from export.corpora.speech.recording import SAMPLE_RATE, Recording, Wave, read_audio
from export.recipes.speech.lessons.features import Cache, files_of, kept

FRAME = SAMPLE_RATE // 50
"""Samples a posterior frame of ours: 20 ms."""
LEAST = 1e-6
"""The least probability of a label: logarithms stay finite."""

_SHORTEST = 800
"""Samples below which nothing is read: convolutions need some."""
_VERSION = 1


class CtcTeacher(nn.Module):
    """Samples on the int16 scale, float32 [B, N] → log posteriors of our labels [B, T, 29].

    T is the model's own, mostly N / 320. What it can say beside our labels counts as blank.
    """

    folds: Tensor

    def __init__(self, model: nn.Module, normalised: bool, folds: Tensor) -> None:
        """Wraps a model of `transformers`.

        Args:
            model: waves → logits.
            normalised: it wants waves of mean 0 and variance 1.
            folds: [its labels, 29], 1 where a label of its becomes one of ours.
        """
        super().__init__()
        self.model = model
        self._normalised = normalised
        self.register_buffer("folds", folds)

    def forward(self, samples: Tensor) -> Tensor:
        """See the class."""
        waves = samples / 32768
        if self._normalised:
            waves = waves - waves.mean(-1, keepdim=True)
            waves = waves / (waves.square().mean(-1, keepdim=True) + 1e-7).sqrt()
        shares = self.model(waves).logits.float().softmax(-1) @ self.folds
        return shares.clamp_min(LEAST).log()

    @torch.no_grad()
    def read(self, wave: Wave) -> npt.NDArray[np.float32]:
        """Log posteriors of a wave of full scale 1.0, a frame each 20 ms: [N // 320, 29]."""
        count = len(wave) // FRAME
        if len(wave) < _SHORTEST:
            return np.zeros((0, len(LABELS)), np.float32)
        samples = torch.from_numpy(wave * np.float32(32768)).to(self.folds.device)
        found = self(samples[None])[0].cpu().numpy()
        # Of a model with frames of 20 ms the last may be missing; others are stretched in time.
        places = np.arange(count)
        if abs(len(found) - count) > 1:
            places = places * len(found) // count
        result: npt.NDArray[np.float32] = found[np.minimum(places, len(found) - 1)]
        return result


def open_ctc(source: str) -> CtcTeacher:
    """A model with CTC of `transformers`, in evaluation mode.

    Args:
        source: a folder, or a name on the hub. Weights are read from safetensors only: a pickle
            could run whatever it likes.

    Raises:
        UsageError: it cannot be loaded, hears something else than waves of 16 kHz, or does not
            write English letters.
    """
    from transformers import AutoFeatureExtractor, AutoModelForCTC, AutoTokenizer

    try:
        model = AutoModelForCTC.from_pretrained(
            source, use_safetensors=True, attn_implementation="eager"
        )
        hears: Any = AutoFeatureExtractor.from_pretrained(source)
        writes: Any = AutoTokenizer.from_pretrained(source)
    except Exception as error:  # whatever the last guess at what it is came to
        raise _unusable(source, str(error).partition("\n")[0]) from error
    if model.main_input_name != "input_values" or hears.sampling_rate != SAMPLE_RATE:
        raise _unusable(source, "it does not hear waves of 16 kHz")
    delimiter = getattr(writes, "word_delimiter_token", None) or " "
    folds = _folds(writes.get_vocab(), model.config.vocab_size, delimiter)
    missing = [LABELS[i] for i in range(1, len(LABELS)) if not folds[:, i].any()]
    if missing not in ([], ["'"]):
        raise _unusable(source, f"it does not write {' '.join(map(repr, missing[:5]))}")
    return CtcTeacher(model, bool(getattr(hears, "do_normalize", False)), folds).eval()


def told_by(
    teacher: CtcTeacher,
    recordings: Sequence[Recording],
    folder: Path,
    progress: Callable[[int], None] = lambda _: None,
) -> Cache:
    """What `teacher` says to each recording as it is, from `folder` where it is there already.

    Args:
        teacher: reads one recording at a time, on the GPU where there is one.
        recordings: what to read.
        folder: keeps log posteriors, float16.
        progress: called with the number of recordings that are done since the last call.

    Raises:
        UsageError: a recording cannot be read as sound.
    """

    def write(out: BinaryIO) -> npt.NDArray[np.int64]:
        bounds = np.zeros((1, len(recordings), 2), np.int64)
        position = 0
        with on_accelerator(teacher):
            for index, recording in enumerate(recordings):
                said = teacher.read(read_audio(recording.audio)).astype(np.float16)
                out.write(said.tobytes())
                bounds[0, index] = position, position + len(said)
                position += len(said)
                progress(1)
        return bounds

    weights = [float(value.double().sum()) for value in teacher.state_dict().values()]
    return kept(folder, [_VERSION, "told", weights, files_of(recordings)], len(LABELS), write)


def _folds(vocabulary: Mapping[str, int], size: int, delimiter: str) -> Tensor:
    """[its labels, 29]: letters in either case, the edge of a word; all else is blank."""
    labels = torch.full((size,), BLANK)
    for token, number in vocabulary.items():
        character = " " if token == delimiter else token.lower()
        label = LABELS.find(character) if len(character) == 1 else -1
        if label > BLANK and number < size:
            labels[number] = label
    return nn.functional.one_hot(labels, len(LABELS)).float()


def _unusable(source: str, why: str) -> UsageError:
    return UsageError(
        f"no teacher of speech: {why}",
        where=source,
        allowed="a run folder of `edge train speech`, or a CTC model of transformers that writes "
        "English letters (a folder or a name on the hub, with safetensors)",
    )
