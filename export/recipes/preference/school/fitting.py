"""One network, teacher or student, through the training loop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from edge.errors import UsageError
from edge.preference.experts.ratings import Ratings
from export.distill import BatchesByLength, FitSettings, fit
from export.recipes.preference.lessons.lessons import Chunk, Collator
from export.recipes.preference.network.network import Network, NetworkSettings, Sizes
from export.recipes.preference.school.judge import likelihood, measures, rated
from export.recipes.preference.school.taught import Taught


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
    examined: Sequence[Chunk]
    """Practice that is not trained on. Where there is any, its likelihood is the one that counts:
    a dev set of the households that were counted does not tell how far to trust the counts."""
    once: bool
    """Things are chosen once, not done again and again: the network ranks them alone."""
    first: Callable[[int], Tensor] | None
    """Width → [items, width] first values of the items' vectors; None: drawn by lot."""
    ratings: Ratings | None
    """Learn what items are rated, on this scale; None: learn what comes next."""
    measure: str
    """The dev-set measure that chooses the best epoch."""

    def network(self, settings: NetworkSettings) -> Network:
        """A network that knows nothing yet but how popular items are."""
        torch.manual_seed(settings.seed)
        network = Network(settings, self.sizes, self.membership)
        network.vectors.bias.data.copy_(self.popularity)
        # What items are usually rated is known in closed form, and persons are compared with it.
        network.vectors.bias.requires_grad = self.ratings is None
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
        """Trains `network`, leaves it at its best epoch, returns its dev-set measures.

        Raises:
            UsageError: what is to be resumed is another network.
        """
        try:
            return self._fit(network, folder, teacher, resume, quiet)
        except RuntimeError as error:
            if not resume or "loading state_dict" not in str(error):
                raise
            raise UsageError(
                f"the network there is another one: {error}",
                where=str(folder),
                allowed="the corpus and the settings it was trained with",
                hint="train without --resume",
            ) from error

    def _fit(
        self, network: Network, folder: Path, teacher: Network | None, resume: bool, quiet: bool
    ) -> dict[str, float]:
        settings = network.settings
        collate = Collator(self.sizes.items)
        held_out = _Ranked(network, self, collate)
        found = fit(
            Taught(network, teacher, self.ratings),
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
            beside=[teacher] if teacher else [],
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
        school = self._school
        if school.ratings is not None:
            return rated(self._network, school.dev, self._collate, school.ratings)
        found = measures(self._network, school.dev, self._collate, school.once)
        if school.examined:
            found["likelihood"] = likelihood(self._network, school.examined, self._collate)
        return found
