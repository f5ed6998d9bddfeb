"""A few made-up recordings, a small network and a small pretrained recogniser for tests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from edge.voice.alphabet import LETTERS
from export.corpora.speech.manifest import write_manifest
from export.corpora.speech.recording import SAMPLE_RATE, Recording, Wave, write_flac
from export.recipes.speech.network.network import AcousticNetwork, Shape

TEXTS = ("turn on the light", "off", "stop it", "don't")


def wave(seed: int, seconds: float = 0.5) -> Wave:
    """A tone with noise: it is heard as some voice or other."""
    rng = np.random.default_rng(seed)
    times = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    tone = np.sin(2 * np.pi * rng.uniform(100, 400) * times)
    return (0.3 * tone + 0.01 * rng.normal(size=len(times))).astype(np.float32)


def recordings(
    folder: Path, texts: Sequence[str] = TEXTS, seconds: float = 0.5, speaker: str = "anna"
) -> list[Recording]:
    """One recording of each text, and their manifest."""
    (folder / "audio").mkdir(parents=True, exist_ok=True)
    found = []
    for number, text in enumerate(texts):
        path = folder / "audio" / f"{number}.flac"
        write_flac(path, wave(number, seconds))
        found.append(Recording(path, text, speaker, None, seconds))
    write_manifest(folder, found)
    return found


def network(seed: int = 0) -> AcousticNetwork:
    """Random weights, eight channels."""
    torch.manual_seed(seed)
    return AcousticNetwork(Shape(width=8))


def write_recogniser(folder: Path, letters: str = LETTERS, normalised: bool = True) -> Path:
    """A wav2vec2 with CTC and random weights, as `transformers` writes it."""
    from transformers import (
        Wav2Vec2Config,
        Wav2Vec2CTCTokenizer,
        Wav2Vec2FeatureExtractor,
        Wav2Vec2ForCTC,
    )

    folder.mkdir(parents=True)
    vocabulary = ["<pad>", "<s>", "</s>", "<unk>", "|", *letters.upper()]
    (folder / "vocab.json").write_text(json.dumps({t: i for i, t in enumerate(vocabulary)}))
    torch.manual_seed(1)
    config = Wav2Vec2Config(
        vocab_size=len(vocabulary),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        conv_dim=(8,) * 7,
        num_conv_pos_embeddings=8,
        num_conv_pos_embedding_groups=2,
    )
    Wav2Vec2ForCTC(config).save_pretrained(folder, safe_serialization=True)
    Wav2Vec2CTCTokenizer(str(folder / "vocab.json")).save_pretrained(folder)
    Wav2Vec2FeatureExtractor(do_normalize=normalised).save_pretrained(folder)
    return folder
