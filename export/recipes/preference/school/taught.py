"""What a network learns from: the likelihood of the whole mixture, its own, and a teacher's."""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from edge.preference.experts.personal import EVIDENCE
from edge.preference.experts.ratings import Ratings
from export.recipes.preference.network.network import FULL_SOFTMAX, NEGATIVES, Network

_NEVER = -1e9
RANKED = 32
"""Rows of the teacher's ranking that a student learns."""


class Taught(nn.Module):
    """A network with its losses.

    Args:
        network: that learns.
        teacher: whose distribution it is to match, or None.
        ratings: learn what items are rated, on this scale; None: learn what comes next.
    """

    def __init__(
        self, network: Network, teacher: Network | None = None, ratings: Ratings | None = None
    ) -> None:
        super().__init__()
        self.network = network
        self._ratings = ratings
        # Kept out of the module's parameters: it is read, not trained, and not saved.
        self._teacher = (teacher,)
        if teacher is not None:
            teacher.eval()

    def forward(
        self,
        rows: Tensor,
        features: Tensor,
        places: Tensor,
        moment: Tensor,
        evidence: Tensor,
        chances: Tensor,
        speaks: Tensor,
        target: Tensor,
        rating: Tensor,
        generosity: Tensor,
        crowd: Tensor | None = None,
    ) -> dict[str, Tensor]:
        """The loss of a batch.

        Args:
            rows: [chunks, events] rows of the catalogue, −1 for none.
            features: [chunks, events, moment + 2] what else is read of an event.
            places: [targets] where in the flattened events each target's last event is, −1: none.
            moment: [targets, moment].
            evidence: [targets, evidence].
            chances: [targets, experts − 1] given to the target by the experts that count.
            speaks: [targets, experts − 1] whether they have an opinion.
            target: [targets] rows, −1 for what the catalogue lacks.
            rating: [targets] what was given; NaN where none was.
            generosity: [targets] how far above the usual its giver rates, so far as known.
            crowd: [targets, items] actions that each row stands for; None: one each.
        """
        settings = self.network.settings
        if self.training and settings.mute:
            speaks = speaks * (torch.rand_like(speaks) >= settings.mute)
            evidence = evidence * speaks.repeat_interleave(EVIDENCE, 1)
        inputs = (rows, features, places, moment, evidence)
        query, gates = answer(self.network, *inputs)
        known = target >= 0
        aim = target.clamp(min=0)
        if self._ratings is not None:
            given = (rating - self._ratings.mean) / self._ratings.scale - generosity
            return {"loss": self._rated(query, aim, given, inputs)}
        if len(self.network.vectors.bias) > FULL_SOFTMAX:
            by_model = _sampled(self.network, query, aim)
        else:
            logs = torch.log_softmax(scores(self.network, query, crowd), -1)
            by_model = logs.gather(1, aim[:, None])[:, 0]
            if crowd is not None:  # a row's probability is shared by the actions it stands for
                by_model = by_model - crowd.gather(1, aim[:, None])[:, 0].clamp(min=1).log()
        soft = self._unlike_the_teacher(query, inputs, crowd)
        by_model = torch.where(known, by_model, query.new_full((), _NEVER))
        spoken = torch.cat([speaks, torch.ones_like(speaks[:, :1])], 1)
        shares = torch.log_softmax(gates + (spoken - 1) * -_NEVER, -1)
        each = torch.cat([chances.clamp(min=1e-12).log(), by_model[:, None]], 1)
        mixture = -torch.logsumexp(shares + each, -1).mean()
        alone = -(by_model * known).sum() / known.sum().clamp(min=1)
        weight = settings.teacher_weight if self._teacher[0] is not None else 0.0
        own = (1 - weight) * alone + weight * soft
        return {"loss": mixture + settings.alone_weight * own, "mixture": mixture}

    def _rated(
        self, query: Tensor, target: Tensor, given: Tensor, inputs: tuple[Tensor, ...]
    ) -> Tensor:
        """Mean squared error of ratings, in standard deviations; and to the teacher's, if any."""
        mine = self.network.rated(query, target)
        loss = (mine - given).square().nanmean()
        teacher = self._teacher[0]
        if teacher is None:
            return loss
        with torch.no_grad():
            asked, _ = answer(teacher, *inputs)
            wanted = teacher.rated(asked, target)
        weight = self.network.settings.teacher_weight
        return (1 - weight) * loss + weight * (mine - wanted).square().mean()

    def _unlike_the_teacher(
        self, query: Tensor, inputs: tuple[Tensor, ...], crowd: Tensor | None
    ) -> Tensor:
        """How far the order of the teacher's first `RANKED` rows is missed: the cross-entropy of
        their distributions (ListNet's top-one loss, Cao et al. 2007)."""
        teacher = self._teacher[0]
        if teacher is None:
            return query.new_zeros(())
        with torch.no_grad():
            asked, _ = answer(teacher, *inputs)
            judged = scores(teacher, asked, crowd)
            best, rows = judged.topk(min(RANKED, judged.shape[1]))
            wanted = torch.softmax(best, -1)
        vectors, bias = self.network.vectors.table(), self.network.vectors.bias
        mine = torch.einsum("td,trd->tr", query, vectors[rows]) + bias[rows]
        if crowd is not None:  # rows that the household has nothing for
            mine = mine.masked_fill(crowd.gather(1, rows) == 0, _NEVER)
        return -(wanted * torch.log_softmax(mine, -1).clamp(min=_NEVER)).sum(-1).mean()


def answer(
    network: Network,
    rows: Tensor,
    features: Tensor,
    places: Tensor,
    moment: Tensor,
    evidence: Tensor,
) -> tuple[Tensor, Tensor]:
    """Queries [targets, item] and gates [targets, gates]; arguments as of `Taught.forward`."""
    table = network.vectors.table()
    vectors = table[rows.clamp(min=0)] * (rows >= 0)[..., None]
    states = network.states(torch.cat([vectors, features], -1)).flatten(0, 1)
    state = states[places.clamp(min=0)] * (places >= 0)[:, None]
    return network.answer(state, moment, evidence)


def ask(network: Network, tensors: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
    """`answer` to a batch that `lessons.Collator` made."""
    return answer(
        network,
        tensors["rows"],
        tensors["features"],
        tensors["places"],
        tensors["moment"],
        tensors["evidence"],
    )


def scores(network: Network, query: Tensor, crowd: Tensor | None) -> Tensor:
    """[targets, items]: every row's score; of a household's only those it has actions for."""
    found = query @ network.vectors.table().T + network.vectors.bias
    return found if crowd is None else found.masked_fill(crowd == 0, _NEVER)


def _sampled(network: Network, query: Tensor, target: Tensor) -> Tensor:
    """log p(target), estimated from uniformly drawn rows (importance-weighted sampled softmax)."""
    vectors, bias = network.vectors.table(), network.vectors.bias
    drawn = torch.randint(0, len(bias), (NEGATIVES,), device=query.device)
    aimed = network.rated(query, target)
    rest = query @ vectors[drawn].T + bias[drawn] + math.log((len(bias) - 1) / NEGATIVES)
    rest = rest.masked_fill(drawn[None, :] == target[:, None], _NEVER)
    return aimed - torch.logaddexp(aimed, rest.logsumexp(-1))
