"""The network as the runtime calls it: one history, one moment, and only the newest event's state.

In training every event of a history is asked what comes next. The runtime asks the newest one, so
of the last block nothing else has to be worked out; and with one query for many events, keys and
values need not be either (see `_Newest`). Half of the time of a small graph is the number of its
operators.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from export.recipes.preference.network.network import FAR, HIDDEN, Block, Network


class OneMoment(nn.Module):
    """The answer to one history and one moment.

    Args:
        network: trained, in evaluation mode; its weights are taken as they are now.
    """

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network
        self.newest = _Newest(network.blocks[-1])

    def forward(self, history: Tensor, moment: Tensor, evidence: Tensor) -> tuple[Tensor, Tensor]:
        """[1, events, …], [1, moment], [1, evidence] → query [item], gates [gates]."""
        network = self.network
        state, filled = network.entered(history[0])
        if len(network.blocks) > 1:
            state = network.through(network.blocks[:-1], state[None], filled[None])[0]
        newest = network.norm(self.newest(state, filled)) * filled[-1:]
        query, gates = network.answer(newest, moment, evidence)
        return query[0], gates[0]


class _Newest(nn.Module):
    """A block of attention, for the newest event: [events, width] → [1, width].

    What an event is worth to the newest one is the product of a query and a key, qᵀk, and both are
    linear in the events' states: q = Qx + a, k = Ky + b. So qᵀk = (KᵀQx + Kᵀa)ᵀy + qᵀb, of which
    the last is the same for all events and nothing to softmax: one matrix a head, KᵀQ, takes the
    newest state to what all states are compared with. What is seen, V(Σ w y) + c, goes through a
    matrix of its own afterwards, and the two are one as well. A head's matrices are as wide as the
    states, so with two heads all of it is as large as it was.
    """

    def __init__(self, block: Block) -> None:
        super().__init__()
        self.block = block
        heads, width = block.heads, block.out.in_features
        each = width // heads
        with torch.no_grad():
            parts = block.project.weight.double().view(3, heads, each, width)
            query, key, value = parts.unbind()
            query_bias, _, value_bias = block.project.bias.double().view(3, heads, each).unbind()
            scale = each**-0.5
            out = block.out.weight.double().view(width, heads, each)
            self.ask = _linear(
                torch.einsum("hew,hex->hwx", key, query).reshape(-1, width) * scale,
                torch.einsum("hew,he->hw", key, query_bias).reshape(-1) * scale,
            )
            self.take = _linear(
                torch.einsum("ohe,hew->ohw", out, value).reshape(width, -1),
                block.out.bias.double() + torch.einsum("ohe,he->o", out, value_bias),
            )

    def forward(self, state: Tensor, filled: Tensor) -> Tensor:
        """See the class; `filled` [events, 1] as `Network.entered` has it."""
        block, (events, width) = self.block, state.shape
        normal = block.before_attention(state)
        asked = self.ask(normal[-1:]).view(block.heads, width)
        back = torch.arange(events - 1, -1, -1, device=state.device).clamp(max=FAR)
        hidden = ((filled - 1) * HIDDEN).view(1, events)
        weights = torch.softmax(asked @ normal.T + block.distance[:, back] + hidden, -1)
        seen = self.take((weights @ normal).view(1, -1))
        return block.onward(state[-1:] + seen)


def _linear(weight: Tensor, bias: Tensor) -> nn.Linear:
    found = nn.Linear(weight.shape[1], weight.shape[0])
    found.weight.data.copy_(weight)
    found.bias.data.copy_(bias)
    return found
