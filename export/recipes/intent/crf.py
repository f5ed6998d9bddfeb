"""A linear-chain conditional random field over BIO tags (Lafferty et al. 2001), for the teacher.

The recursions run in float32 whatever the encoder ran in: sums of exponentials need the range.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from edge.intent.tags import start_scores, transition_scores
from export.recipes.intent.labels import LabelSet


class ConditionalRandomField(nn.Module):
    """Scores of tag sequences: emissions plus learned transitions; BIO's rules are hard.

    All methods take emissions [batch, words, tags] and a mask [batch, words] that is 1 for words
    and 0 for padding, padding at the end.
    """

    def __init__(self, labels: LabelSet) -> None:
        super().__init__()
        rules = torch.from_numpy(transition_scores(len(labels.slot_labels)))
        start_rules = torch.from_numpy(start_scores(len(labels.slot_labels)))
        self.register_buffer("rules", rules, persistent=False)
        self.register_buffer("start_rules", start_rules, persistent=False)
        self.transitions = nn.Parameter(torch.zeros_like(rules))
        self.starts = nn.Parameter(torch.zeros(rules.shape[0]))

    def negative_log_likelihood(self, emissions: Tensor, tags: Tensor, mask: Tensor) -> Tensor:
        """[batch] negative log-probability of the gold `tags` [batch, words]."""
        emissions = emissions.float()
        score = emissions.gather(2, tags[..., None])[..., 0] * mask
        score = score.sum(1) + (self.starts + self.start_rules)[tags[:, 0]]
        steps = (self.transitions + self.rules)[tags[:, :-1], tags[:, 1:]]
        return self._log_partition(emissions, mask) - score - (steps * mask[:, 1:]).sum(1)

    @torch.no_grad()
    def marginals(self, emissions: Tensor, mask: Tensor) -> Tensor:
        """[batch, words, tags] probability of each tag at each word.

        They are the gradient of the log-partition function with respect to the emissions
        (Wainwright & Jordan 2008, proposition 3.1), so automatic differentiation is the
        forward-backward algorithm.
        """
        with torch.enable_grad():
            emissions = emissions.detach().float().requires_grad_(True)
            partition = self._log_partition(emissions, mask).sum()
            (gradient,) = torch.autograd.grad(partition, emissions)
        return gradient

    @torch.no_grad()
    def decode(self, emissions: Tensor, mask: Tensor) -> Tensor:
        """[batch, words] the likeliest tag sequence (Viterbi); arbitrary at padding."""
        emissions = emissions.float()
        transitions = self.transitions + self.rules
        best = self.starts + self.start_rules + emissions[:, 0]
        unchanged = torch.arange(best.shape[1], device=best.device).expand_as(best)
        pointers = []
        for step in range(1, emissions.shape[1]):
            scores, pointer = (best[:, :, None] + transitions).max(1)
            here = mask[:, step, None] > 0
            best = torch.where(here, scores + emissions[:, step], best)
            pointers.append(torch.where(here, pointer, unchanged))
        path = [best.argmax(1)]
        for pointer in reversed(pointers):
            path.append(pointer.gather(1, path[-1][:, None])[:, 0])
        return torch.stack(path[::-1], 1)

    def _log_partition(self, emissions: Tensor, mask: Tensor) -> Tensor:
        # log-sum-exp over the previous tag as a matrix product of exponentials: one call of a
        # matrix kernel a word in place of [batch, tags, tags] temporaries.
        weights = (self.transitions + self.rules).clamp(min=-80).exp()
        forward = self.starts + self.start_rules + emissions[:, 0]
        for step in range(1, emissions.shape[1]):
            peak = forward.max(1, keepdim=True).values.detach()
            summed = (forward - peak).exp() @ weights
            following = summed.clamp(min=1e-30).log() + peak + emissions[:, step]
            forward = torch.where(mask[:, step, None] > 0, following, forward)
        return torch.logsumexp(forward, 1)
