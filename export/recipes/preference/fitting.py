"""One network, teacher or student, through the training loop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from export.distill import BatchesByLength, FitSettings, fit
from export.recipes.preference.judge import measures
from export.recipes.preference.lessons import Chunk, Collator
from export.recipes.preference.network import Network, NetworkSettings, Sizes
from export.recipes.preference.taught import Taught


@dataclass(frozen=True, slots=True)
class School:
    """All that networks of one corpus have in common."""

    sizes: Sizes
    membership: Tensor
    """[items, attributes]: see `network.Vectors`."""
    popularity: Tensor
    """[items] logarithms: the first values of the items' biases."""
    train: Sequence[Chunk]
    dev: Sequence[Chunk]
    once: bool
    """Things are chosen once, not done again and again: the network ranks them alone."""
    first: Callable[[int], Tensor] | None
    """Width → [items, width] first values of the items' vectors; None: drawn by lot."""
    measure: str
    """The dev-set measure that chooses the best epoch."""

    def network(self, settings: NetworkSettings) -> Network:
        """A network that knows nothing yet but how popular items are."""
        torch.manual_seed(settings.seed)
        network = Network(settings, self.sizes, self.membership)
        network.vectors.bias.data.copy_(self.popularity)
        if self.first is not None:
            network.vectors.own.weight.data.copy_(self.first(settings.item))
        return network

    def teach(
        self,
        network: Network,
        folder: Path,
        *,
        teacher: Network | None = None,
        resume: bool,
        quiet: bool,
    ) -> dict[str, float]:
        """Trains `network`, leaves it at its best epoch, returns its dev-set measures."""
        settings = network.settings
        collate = Collator(self.sizes.items)
        held_out = _Ranked(network, self, collate)
        found = fit(
            Taught(network, teacher),
            BatchesByLength(
                lambda epoch: self.train,
                settings.batch_size,
                lambda chunk: chunk.end - chunk.start,
                settings.seed,
            ),
            collate,
            held_out,
            FitSettings(
                settings.epochs,
                settings.batch_size,
                settings.learning_rate,
                settings.weight_decay,
                patience=settings.patience,
                measure=self.measure,
                mixed_precision=False,
                seed=settings.seed,
            ),
            folder,
            resume=resume,
            quiet=quiet,
        )
        network.eval()
        return found


class _Ranked:
    """Measures the network that is being trained, whatever the loop wraps it in."""

    def __init__(self, network: Network, school: School, collate: Collator) -> None:
        self._network, self._school, self._collate = network, school, collate

    def __call__(self, model: nn.Module) -> dict[str, float]:
        """Dev-set measures."""
        self._network.eval()
        return measures(self._network, self._school.dev, self._collate, self._school.once)
