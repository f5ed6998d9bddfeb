"""Second thoughts: tags in the light of one another and of the intent, the intent in that of tags.

A student labels each word by itself, and words that disagree give a frame that nobody says: two
titles side by side, or a film to be rated. One round of mean-field inference in a conditional
random field, written out as a layer (Zheng et al. 2015, arXiv 1502.03240), lets neighbours agree
inside the graph: the runtime decodes as ever. That intent and slots tell of one another is after
Goo et al. 2018 (NAACL, N18-2118).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Refinement(nn.Module):
    """Adds to every logit what the first answers about the rest of the sentence say for it.

    It begins as the identity: what helps is learned.

    Args:
        intents: how many there are.
        tags: how many there are.
    """

    nothing: Tensor

    def __init__(self, intents: int, tags: int) -> None:
        super().__init__()
        self.previous = nn.Linear(tags, tags, bias=False)
        self.following = nn.Linear(tags, tags, bias=False)
        self.intent_to_tags = nn.Linear(intents, tags, bias=False)
        self.tags_to_intent = nn.Linear(tags, intents, bias=False)
        for layer in self.children():
            nn.init.zeros_(layer.weight)
        self.register_buffer("nothing", torch.zeros(1, tags), persistent=False)

    def forward(
        self, intent: Tensor, tags: Tensor, shown: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Better logits of the same shapes.

        Args:
            intent: [..., 1, intents] logits.
            tags: [..., words, tags] logits.
            shown: [..., words, 1] 1 for words, 0 for padding; None where there is no padding.
        """
        likely = torch.softmax(tags, -1)
        if shown is not None:
            likely = likely * shown
        # A constant of the graph: what stands before the first word and after the last.
        edge = self.nothing.expand(*likely.shape[:-2], 1, -1) if tags.dim() > 2 else self.nothing
        framed = torch.cat([edge, likely, edge], -2)
        refined = tags + self.previous(framed[..., :-2, :]) + self.following(framed[..., 2:, :])
        refined = refined + self.intent_to_tags(torch.softmax(intent, -1))
        return intent + self.tags_to_intent(likely.amax(-2, keepdim=True)), refined
