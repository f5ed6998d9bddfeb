"""How the acoustic model learns: letters without their times, and two looks that must agree."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from edge.voice.alphabet import BLANK
from edge.voice.posteriors import WITHOUT_PHONES
from export.recipes.speech.lessons.mel_augment import MelAugment
from export.recipes.speech.network.network import AcousticNetwork


class Pupil(nn.Module):
    """A network, the running mean of its weights, and what it is told to do better.

    Both looks at a recording are read with CTC (Graves et al. 2006), and what is read in one is the
    other's teacher (Yao et al. 2024, "CR-CTC: Consistency regularization on CTC for improved speech
    recognition", arXiv 2410.05101). What is used afterwards is the mean of the weights (Tarvainen
    and Valpola 2017, arXiv 1703.01780).
    """

    def __init__(
        self,
        network: AcousticNetwork,
        *,
        agreement: float = 0.2,
        decay: float = 0.999,
        teacher: nn.Module | None = None,
        augment: MelAugment | None = None,
        sounds: float = 0.0,
    ) -> None:
        """Begins with `network`, which is trained in place.

        Args:
            network: what learns.
            agreement: weight of the looks' divergence, and of that from a teacher.
            decay: of the running mean of the weights, a step.
            teacher: features → log posteriors, as `network`; hears the same looks.
            augment: draws the two looks at each recording; None: both are given.
            sounds: weight of the pronunciations.
        """
        super().__init__()
        # In a list it is no part of the module: neither trained nor written to checkpoints.
        self._teacher = [teacher.eval()] if teacher is not None else []
        self.network = network
        self.average = copy.deepcopy(network).requires_grad_(False)
        self.register_buffer("seen", torch.zeros((), dtype=torch.long))
        self._agreement, self._decay, self._augment = agreement, decay, augment
        self._sounds = sounds

    def forward(
        self,
        features: Tensor,
        frames: Tensor,
        labels: Tensor,
        lengths: Tensor,
        told: Tensor | None = None,
        heard: Tensor | None = None,
        spoken: Tensor | None = None,
        sounds: Tensor | None = None,
        sound_counts: Tensor | None = None,
    ) -> dict[str, Tensor]:
        """The loss per label.

        Args:
            features: recordings [B, T, 42]; where no looks are drawn, [2 B, T, 42], first one look
                at all recordings, then the other.
            frames: posterior frames of each recording, [B].
            labels: of all recordings, one after the other.
            lengths: labels of each recording, [B].
            told: log posteriors of a teacher that heard the recordings themselves, [B, T, V].
            heard: where it did, bool [B, T].
            spoken: feature frames that hold the recording, bool [B, T].
            sounds: pronunciations of all recordings, one after the other.
            sound_counts: sounds of each recording, [B]; -1 where they are not known.
        """
        if self.training:
            self._remember()
        if self._augment is not None and spoken is not None:
            with torch.autocast(features.device.type, enabled=False):
                features = self._augment.looks(features, spoken)
        read = self.network(features).float()
        log_posteriors = read[..., :WITHOUT_PHONES]
        both = nn.functional.ctc_loss(
            log_posteriors.transpose(0, 1),
            labels.repeat(2),
            frames.repeat(2),
            lengths.repeat(2),
            blank=BLANK,
            reduction="sum",
            zero_infinity=True,
        )
        count = lengths.sum()
        one, other = log_posteriors.chunk(2)
        used = torch.arange(one.shape[1], device=one.device)[None] < frames[:, None]
        apart = _divergence(one.detach(), other) + _divergence(other.detach(), one)
        for teacher in self._teacher:
            with torch.no_grad():
                said = teacher.to(features.device)(features)[..., :WITHOUT_PHONES]
            taught = said.float().chunk(2)
            apart = apart + _divergence(taught[0], one) + _divergence(taught[1], other)
        if told is not None and heard is not None:
            apart = apart + (_divergence(told, one) + _divergence(told, other)) * heard
        if self._sounds and sounds is not None and sound_counts is not None:
            pronounced = _pronounced(read[..., WITHOUT_PHONES:], frames, sounds, sound_counts)
            both = both + self._sounds * pronounced
        loss = both / 2 + self._agreement * (apart * used).sum() / 2
        return {"loss": loss / count}

    @torch.no_grad()
    def _remember(self) -> None:
        self.seen += 1
        decay = (self.seen / (self.seen + 10)).clamp(max=self._decay)
        mean = list(self.average.parameters()) + list(self.average.buffers())
        now = list(self.network.parameters()) + list(self.network.buffers())
        for kept, new in zip(mean, now, strict=True):
            if kept.is_floating_point():
                kept.lerp_(new, 1 - decay)
            else:
                kept.copy_(new)


def _divergence(teacher: Tensor, student: Tensor) -> Tensor:
    """Kullback-Leibler divergence a frame, of log probabilities [B, T, V]: [B, T]."""
    return (teacher.exp() * (teacher - student)).sum(-1)


def _pronounced(log_posteriors: Tensor, steps: Tensor, sounds: Tensor, counts: Tensor) -> Tensor:
    """The loss of the sounds in both looks, summed over the recordings where they are known."""
    known = counts >= 0
    if not known.any():
        return log_posteriors.new_zeros(())
    return nn.functional.ctc_loss(
        log_posteriors[known.repeat(2)].transpose(0, 1),
        sounds.repeat(2),
        steps[known].repeat(2),
        counts[known].repeat(2),
        blank=BLANK,
        reduction="sum",
        zero_infinity=True,
    )
