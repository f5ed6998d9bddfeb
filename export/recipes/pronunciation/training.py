"""Trains the network on the CMU pronouncing dictionary, common words more often than rare ones.

    python -m export.recipes.pronunciation.training

writes `export/pretrained/pronunciation-en`: a quarter of an hour on one core. A twentieth of the
words is held out and measured on.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

from edge.errors import UsageError
from edge.voice.alphabet import LETTERS
from edge.voice.phones import numbers
from edge.voice.pronunciation import LONGEST, PER_LETTER
from export.corpora.speech.dictionary import frequencies, pronunciations
from export.files import write_atomic
from export.progress import bar
from export.recipes.pronunciation.network import PronunciationNetwork, spelled
from export.recipes.pronunciation.shipped import DEV, EXCEPTIONS, FIGURES, FOLDER, WEIGHTS

_BATCH: Final = 512
_RATE: Final = 3e-3
_COMMON: Final = 0.5
"""Share of an epoch's words that are drawn by how common they are."""
_FLATTENED: Final = 0.6
"""Exponent of a word's probability when it is drawn."""
_HELD_OUT: Final = 20
"""One word of so many is not trained on."""
_DEV_KEPT: Final = 1000
"""Of those, as many stay with the weights, for the accuracy gate."""
_KNOWN: Final = 6000
"""Words, the commonest, that are listed if the network gets them wrong."""

Dictionary = Mapping[str, tuple[int, ...]]


def usable(dictionary: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[int, ...]]:
    """Words of letters that the network has room for, as labels; first pronunciations only."""
    letters = set(LETTERS)
    return {
        word: numbers(names)
        for word, names in dictionary.items()
        if set(word) <= letters
        and 0 < len(word) <= LONGEST
        and len(names) <= PER_LETTER * len(word)
        and any(map(str.isalpha, word))
    }


def train(
    dictionary: Dictionary, common: Mapping[str, float], epochs: int, seed: int, quiet: bool = False
) -> PronunciationNetwork:
    """A network that has read the dictionary, in evaluation mode.

    Args:
        dictionary: word → labels of its sounds.
        common: word → probability of a word that is written.
        epochs: as many times as there are words.
        seed: of weights and draws.
        quiet: no progress bar.
    """
    torch.manual_seed(seed)
    rng = random.Random(seed)
    words = list(dictionary)
    weights = np.array([common.get(word, 0.0) for word in words]) ** _FLATTENED
    weights = weights.cumsum().tolist()
    network = PronunciationNetwork()
    size = min(_BATCH, 8 * len(words))
    steps = epochs * -(-len(words) // size)
    optimizer = torch.optim.AdamW(network.parameters(), lr=_RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, _RATE, steps, pct_start=0.06)
    count = round(_COMMON * size) if weights[-1] else 0
    with bar("pronunciation", steps, quiet) as step:
        for _ in range(steps):
            drawn = rng.choices(words, k=size - count)
            drawn += rng.choices(words, cum_weights=weights, k=count) if count else []
            loss = _loss(network, drawn, dictionary)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            step(1)
    return network.eval()


def _loss(network: PronunciationNetwork, words: list[str], dictionary: Dictionary) -> torch.Tensor:
    said = [dictionary[word] for word in words]
    log_probabilities = network(spelled(words)).transpose(0, 1)
    loss: torch.Tensor = nn.functional.ctc_loss(
        log_probabilities,
        torch.tensor([sound for sounds in said for sound in sounds]),
        torch.full((len(words),), len(log_probabilities)),
        torch.tensor([len(sounds) for sounds in said]),
        zero_infinity=True,
    )
    return loss


def exceptions(
    network: PronunciationNetwork, dictionary: Dictionary, common: Mapping[str, float]
) -> dict[str, tuple[int, ...]]:
    """The common words that the network gets wrong, and how they are said."""
    words = sorted((word for word in dictionary if word in common), key=lambda w: -common[w])
    words = words[:_KNOWN]
    said = network.pronounce(words)
    return {w: dictionary[w] for w, got in zip(words, said, strict=True) if got != dictionary[w]}


def main(arguments: Sequence[str] | None = None) -> None:
    """Reads the command line, trains, and writes the folder."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, default=FOLDER, help="where it goes (%(default)s)")
    parser.add_argument("--epochs", type=int, default=15, help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=0, help="default: %(default)s")
    given = parser.parse_args(arguments)
    try:
        dictionary, common = usable(pronunciations()), frequencies()
    except UsageError as error:
        parser.exit(error.exit_code, f"{error}\n")
    words = sorted(dictionary)
    random.Random(given.seed).shuffle(words)
    held = words[::_HELD_OUT]
    given.out.mkdir(parents=True, exist_ok=True)
    network = train(
        {word: dictionary[word] for word in set(words) - set(held)},
        common,
        given.epochs,
        given.seed,
    )
    said = network.pronounce(held)
    right = sum(one == dictionary[word] for word, one in zip(held, said, strict=True))
    listed = exceptions(network, dictionary, common)
    figures = {"held_out": len(held), "right": round(right / len(held), 4), "listed": len(listed)}
    tensors = {key: value.contiguous() for key, value in network.state_dict().items()}
    save_file(tensors, given.out / WEIGHTS)
    write_atomic(given.out / EXCEPTIONS, json.dumps(listed, sort_keys=True) + "\n")
    dev = {word: dictionary[word] for word in held[:_DEV_KEPT]}
    write_atomic(given.out / DEV, json.dumps(dev) + "\n")
    write_atomic(given.out / FIGURES, json.dumps(figures, sort_keys=True) + "\n")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
