"""Teacher and student alike: a causal Transformer over events, a query for the catalogue, gates.

In the line of SASRec (Kang and McAuley 2018, arXiv 1808.09781), with three differences. What was
done is read together with its moment (time, sensors), and so is the moment that is asked about.
Positions count backwards from the newest event by a learned bias of the attention, so that a window
may begin anywhere. And the network also says how far to trust what was counted (`gates`): it is
trained for what the mixture of all experts gives, not for what it gives alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

NEGATIVES = 1024
"""Items drawn for the loss of a catalogue of more than `FULL_SOFTMAX` items."""
FULL_SOFTMAX = 4000
FAR = 32
"""Events further apart than this look equally far."""
HIDDEN = 1e9
"""What is taken off the score of an event that must not be seen."""


@dataclass(frozen=True, slots=True)
class NetworkSettings:
    """Size and training of a teacher or a student."""

    width: int = 64
    """Width of the event states."""
    item: int = 32
    """Width of the items' vectors and of the query."""
    layers: int = 1
    heads: int = 2
    dropout: float = 0.2
    mute: float = 0.1
    """Share of the experts that are silenced while it trains: none must be indispensable."""
    epochs: int = 12
    batch_size: int = 16
    """Chunks of histories in a batch."""
    learning_rate: float = 2e-3
    weight_decay: float = 0.01
    patience: int = 3
    alone_weight: float = 0.3
    """Weight of the model's own likelihood beside that of the mixture."""
    teacher_weight: float = 0.5
    """Weight of the teacher's distribution beside the gold action; for students that have one."""
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Sizes:
    """What a network reads and writes."""

    items: int
    attributes: int
    moment: int
    """Features of a moment."""
    evidence: int
    """Features of what was counted."""
    gates: int


class Vectors(nn.Module):
    """Items' vectors: each its own, plus the mean of its attributes'.

    Args:
        membership: float [items, attributes], rows that sum to 1, or to 0 for an item without any.
    """

    def __init__(self, items: int, width: int, membership: Tensor) -> None:
        super().__init__()
        self.own = nn.Embedding(items, width)
        self.attribute = nn.Embedding(max(1, membership.shape[1]), width)
        nn.init.normal_(self.own.weight, std=width**-0.5)
        # What items of a kind have in common is learned, not drawn by lot.
        nn.init.zeros_(self.attribute.weight)
        self.register_buffer("membership", membership, persistent=False)
        self.bias = nn.Parameter(torch.zeros(items))

    def table(self) -> Tensor:
        """All vectors, [items, width]."""
        if self.membership.shape[1] == 0:
            return self.own.weight
        return self.own.weight + self.membership @ self.attribute.weight


class Block(nn.Module):
    """Attention to earlier events and a feed-forward part, each normalised before (pre-norm)."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.before_attention = nn.LayerNorm(width)
        self.project = nn.Linear(width, 3 * width)
        # Near events count more to begin with, to each head another much more.
        steepness = 0.5 ** torch.arange(1, heads + 1)
        self.distance = nn.Parameter(-steepness[:, None] * torch.arange(FAR + 1.0))
        self.out = nn.Linear(width, width)
        self.before_forward = nn.LayerNorm(width)
        self.forward_part = nn.Sequential(
            nn.Linear(width, 4 * width), nn.ReLU(), nn.Dropout(dropout), nn.Linear(4 * width, width)
        )
        self.dropout = nn.Dropout(dropout)

    def forward(self, state: Tensor, hidden_from: Tensor, distances: Tensor) -> Tensor:
        """[batch, events, width] → the same.

        Args:
            hidden_from: [batch or 1, 1, events, events], −`HIDDEN` where an event must not be seen.
            distances: [events, events] whole numbers: how far back, `FAR` at most.
        """
        batch, events, width = state.shape
        projected = self.project(self.before_attention(state))
        split = projected.view(batch, events, 3, self.heads, width // self.heads)
        query, key, value = split.permute(2, 0, 3, 1, 4)
        alike = query @ key.transpose(-1, -2) * (width // self.heads) ** -0.5
        weights = torch.softmax(alike + self.distance[:, distances] + hidden_from, -1)
        seen = (self.dropout(weights) @ value).transpose(1, 2).reshape(batch, events, width)
        return self.onward(state + self.dropout(self.out(seen)))

    def onward(self, state: Tensor) -> Tensor:
        """What follows attention: [..., width] → the same."""
        return state + self.dropout(self.forward_part(self.before_forward(state)))


class Network(nn.Module):
    """Events and a moment → query and gates.

    Args:
        settings: how large.
        sizes: of what it reads.
        membership: the items' attributes, see `Vectors`.
    """

    def __init__(self, settings: NetworkSettings, sizes: Sizes, membership: Tensor) -> None:
        super().__init__()
        width = settings.width
        self.settings, self.sizes = settings, sizes
        self.vectors = Vectors(sizes.items, settings.item, membership)
        self.event = nn.Linear(settings.item + sizes.moment + 1, width)
        # To begin with, an event is what was done, and what comes next is like what was done last:
        # the state is the item's own vector, and the query is the state.
        nn.init.normal_(self.event.weight, std=0.02)
        self.event.weight.data[:, : settings.item] = settings.item**0.5 * _like(
            width, settings.item
        )
        self.blocks = nn.ModuleList(
            Block(width, settings.heads, settings.dropout) for _ in range(settings.layers)
        )
        self.norm = nn.LayerNorm(width)
        self.dropout = nn.Dropout(settings.dropout)
        self.moment = nn.Linear(sizes.moment, width)
        self.query = nn.Linear(width, settings.item)
        self.query.weight.data.copy_(_like(settings.item, width))
        self.beyond = nn.Sequential(
            nn.Linear(width, width), nn.ReLU(), nn.Linear(width, settings.item)
        )
        self.gates = nn.Sequential(
            nn.Linear(width + sizes.evidence, width // 2),
            nn.ReLU(),
            nn.Dropout(settings.dropout),
            nn.Linear(width // 2, sizes.gates),
        )

    def entered(self, history: Tensor) -> tuple[Tensor, Tensor]:
        """[..., events, width]: each event by itself; and 1 for each that there is, 0 else."""
        filled = history[..., -1:]
        return self.dropout(self.event(history[..., :-1])) * filled, filled

    def states(self, history: Tensor) -> Tensor:
        """[batch, events, width]: each event with what came before it.

        Args:
            history: [batch, events, item + moment + 2] as `edge.preference.model.model.History`
                has it, empty rows first.
        """
        state, filled = self.entered(history)
        # An empty history has nothing to attend to; what softmax makes of that is thrown away.
        return self.norm(self.through(self.blocks, state, filled)) * filled

    def through(self, blocks: Iterable[nn.Module], state: Tensor, filled: Tensor) -> Tensor:
        """[batch, events, width] → the same, after some of its blocks.

        Args:
            filled: [batch, events, 1], 1 for each event that there is.
        """
        events = state.shape[1]
        place = torch.arange(events, device=state.device)
        distances = (place[:, None] - place[None, :]).clamp(0, FAR)
        later = (place[None, :] > place[:, None]).float()
        hidden_from = -HIDDEN * torch.maximum(later[None, None], 1 - filled[:, None, None, :, 0])
        for block in blocks:
            state = block(state, hidden_from, distances)
        return state

    def answer(self, state: Tensor, moment: Tensor, evidence: Tensor) -> tuple[Tensor, Tensor]:
        """The query [..., item] and the gates' logits [..., gates] for a state and a moment."""
        asked = state + self.moment(moment)
        query = self.query(asked) + self.beyond(self.dropout(asked))
        return query, self.gates(torch.cat([asked, evidence], -1))

    def rated(self, query: Tensor, target: Tensor) -> Tensor:
        """[targets]: the scores of single rows."""
        return (query * self.vectors.table()[target]).sum(-1) + self.vectors.bias[target]


def _like(rows: int, columns: int) -> Tensor:
    """[rows, columns], ones on the diagonal: what comes out is what went in, as far as it fits."""
    return torch.eye(max(rows, columns))[:rows, :columns]
