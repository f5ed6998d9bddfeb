"""The student: a model of under a million parameters that a watch can run.

One step a word: the mean embedding of its pieces and that of its letter trigrams are added, two
bidirectional LSTM layers read the sentence both ways, and two linear heads answer, that of the tags
under a CRF. LSTMs, because at this size they label slots better than convolutions or attention of
equal cost (docs/adr), and because ONNX Runtime quantises them, which it does not do for GRUs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from edge.intent.encoder import PADDING, FeatureLayout, WordEncoder
from export.distill import soft_cross_entropy
from export.recipes.intent.crf import ConditionalRandomField
from export.recipes.intent.labels import Example, LabelSet


@dataclass(frozen=True, slots=True)
class StudentSettings:
    """Size and training of a student."""

    embedding: int = 48
    """Width of the feature embeddings: most parameters are theirs."""
    width: int = 160
    """Width of the word states; each LSTM direction has half of it."""
    layers: int = 2
    pieces: int = 9000
    """Word pieces in the vocabulary, at most."""
    trigram_buckets: int = 2048
    dropout: float = 0.15
    word_dropout: float = 0.05
    """Share of words hidden from the student while it trains."""
    epochs: int = 10
    batch_size: int = 64
    learning_rate: float = 4e-3
    augmented: int = 40_000
    """Augmented sentences that teachers label beside the corpus' own."""
    invented: int = 0
    """Sentences about things with invented names, for teachers to label, beside those."""
    misheard: float = 0.0
    """Share of the sentences that an epoch shows once more, misspelled as a recogniser of letters
    mishears them: for what will be spoken to. 0 for text that is typed."""
    hard_weight: float = 0.2
    """Weight of the gold labels beside the teachers' answers."""
    hidden_weight: float = 0.5
    """Weight of matching the first teacher's hidden states."""
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Lesson:
    """An example and what the teachers say about it; None where the student learns alone."""

    example: Example
    intent: np.ndarray | None = None
    """[intents] probabilities."""
    tags: np.ndarray | None = None
    """[words, tags] marginal probabilities."""
    hidden: np.ndarray | None = None
    """[words, teacher width] hidden states."""


class Student(nn.Module):
    """Feature ids → intent and tag logits.

    Args:
        settings: the sizes.
        labels: what is to be told apart.
        features: distinct feature ids (`WordEncoder.size`).
        teacher_width: width of the hidden states to match; 0 for none.
        initial: [features, embedding] first values of the embeddings; random where None.
    """

    def __init__(
        self,
        settings: StudentSettings,
        labels: LabelSet,
        features: int,
        teacher_width: int = 0,
        initial: Tensor | None = None,
    ) -> None:
        super().__init__()
        self.settings = settings
        width = settings.width
        self.embedding = nn.Embedding(features, settings.embedding, padding_idx=PADDING)
        if initial is None:
            nn.init.normal_(self.embedding.weight, std=0.3)
        else:
            self.embedding.weight.data.copy_(initial)
        self.embedding.weight.data[PADDING] = 0
        layout = feature_layout(settings)
        kinds = torch.block_diag(
            torch.ones(layout.pieces, layout.pieces), torch.ones(layout.trigrams, layout.trigrams)
        )
        self.register_buffer("same_kind", kinds, persistent=False)
        self.input = nn.Linear(settings.embedding, width)
        self.lstms = nn.ModuleList(
            nn.LSTM(width, width // 2, bidirectional=True, batch_first=True)
            for _ in range(settings.layers)
        )
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(settings.layers))
        self.dropout = nn.Dropout(settings.dropout)
        self.intent_head = nn.Linear(2 * width, len(labels.intents))
        self.slot_head = nn.Linear(width, len(labels.tags))
        self.crf = ConditionalRandomField(labels) if labels.slot_labels else None
        self.hidden_head = nn.Linear(width, teacher_width) if teacher_width else None

    def embed(self, features: Tensor) -> Tensor:
        """[..., width] from feature ids [..., ids]: each word by itself."""
        # The mean of the pieces and the mean of the trigrams, however many a word has of each: a
        # plain sum lets the trigrams of long words drown their pieces.
        counts = features.clamp(max=1).float() @ self.same_kind
        weights = 1 / counts.clamp(min=1)
        embedded = (self.embedding(features) * weights[..., None]).sum(-2)
        if self.training and self.settings.word_dropout:
            drawn = torch.rand(embedded.shape[:-1], device=embedded.device)
            embedded = embedded * (drawn >= self.settings.word_dropout)[..., None]
        return torch.relu(self.input(self.dropout(embedded)))

    def states(self, features: Tensor, mask: Tensor) -> Tensor:
        """[batch, words, width] from `features` [batch, words, ids]: each word in its sentence."""
        state = self.embed(features)
        lengths = mask.sum(1).long().cpu()
        for lstm, norm in zip(self.lstms, self.norms, strict=True):
            packed = nn.utils.rnn.pack_padded_sequence(
                state, lengths, batch_first=True, enforce_sorted=False
            )
            read, _ = nn.utils.rnn.pad_packed_sequence(
                lstm(packed)[0], batch_first=True, total_length=state.shape[1]
            )
            state = norm(state + self.dropout(read))
        return self.dropout(state)

    def logits(self, state: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Intent logits [batch, intents] and tag logits [batch, words, tags]."""
        shown = mask[..., None]
        peak = state.masked_fill(shown == 0, -1e4).amax(1)
        mean = (state * shown).sum(1) / shown.sum(1)
        return self.intent_head(torch.cat([peak, mean], -1)), self.slot_head(state)

    def forward(
        self,
        features: Tensor,
        mask: Tensor,
        intent: Tensor | None = None,
        tags: Tensor | None = None,
        labelled: Tensor | None = None,
        soft_intent: Tensor | None = None,
        soft_tags: Tensor | None = None,
        hidden: Tensor | None = None,
    ) -> dict[str, Tensor]:
        """Logits, and the loss against gold labels, teachers' answers and hidden states."""
        state = self.states(features, mask)
        intent_logits, tag_logits = self.logits(state, mask)
        output = {"intent_logits": intent_logits, "tag_logits": tag_logits}
        if intent is None or tags is None or labelled is None:
            return output
        words = mask.sum()
        hard = nn.functional.cross_entropy(intent_logits, intent, reduction="none")
        loss = (hard * labelled).mean()
        if self.crf is not None:
            hard = self.crf.negative_log_likelihood(tag_logits, tags, mask)
            loss = loss + (hard * labelled).sum() / words
        if soft_intent is not None and soft_tags is not None:
            soft = soft_cross_entropy(intent_logits, soft_intent).mean()
            soft = soft + (soft_cross_entropy(tag_logits, soft_tags) * mask).sum() / words
            weight = self.settings.hard_weight
            loss = weight * loss + (1 - weight) * soft
            if hidden is not None and self.hidden_head is not None:
                alike = nn.functional.cosine_similarity(self.hidden_head(state), hidden, -1)
                loss = loss + self.settings.hidden_weight * ((1 - alike) * mask).sum() / words
        output["loss"] = loss
        return output

    def transitions(self) -> np.ndarray | None:
        """For `edge.intent.tags.TagTransitions`, float16 as it is stored; None without slots."""
        if self.crf is None:
            return None
        learned = torch.cat([self.crf.starts[None], self.crf.transitions])
        return learned.detach().cpu().half().numpy()


class StudentCollator:
    """Makes a batch of lessons: the keyword arguments of `Student.forward`."""

    def __init__(self, encoder: WordEncoder) -> None:
        self.encoder = encoder

    def __call__(self, lessons: Sequence[Lesson]) -> dict[str, Tensor]:
        """Tensors of one batch, padded to its longest sentence."""
        batch = len(lessons)
        longest = max(len(lesson.example.words) for lesson in lessons)
        features = np.zeros((batch, longest, self.encoder.layout.width), np.int32)
        tags = np.zeros((batch, longest), np.int64)
        mask = np.zeros((batch, longest), np.float32)
        for row, lesson in enumerate(lessons):
            length = len(lesson.example.words)
            self.encoder.encode(lesson.example.words, features[row])
            tags[row, :length] = lesson.example.tags
            mask[row, :length] = 1
        tensors = {
            "features": features,
            "mask": mask,
            "intent": np.array([lesson.example.intent for lesson in lessons]),
            "tags": tags,
            "labelled": np.array([lesson.example.labelled for lesson in lessons], np.float32),
        }
        if all(lesson.intent is not None for lesson in lessons):
            tensors["soft_intent"] = np.stack(
                [lesson.intent for lesson in lessons if lesson.intent is not None]
            )
            tensors["soft_tags"] = _padded([lesson.tags for lesson in lessons], longest)
        if all(lesson.hidden is not None for lesson in lessons):
            tensors["hidden"] = _padded([lesson.hidden for lesson in lessons], longest)
        return {name: torch.from_numpy(array) for name, array in tensors.items()}


def _padded(arrays: Sequence[np.ndarray | None], longest: int) -> np.ndarray:
    """Arrays [words, n] as one [batch, longest, n] in float32, zero where there is no word."""
    present = [array for array in arrays if array is not None]
    out = np.zeros((len(present), longest, present[0].shape[1]), np.float32)
    for row, array in enumerate(present):
        out[row, : len(array)] = array
    return out


def feature_layout(settings: StudentSettings) -> FeatureLayout:
    """How the student's words are described."""
    return FeatureLayout(buckets=settings.trigram_buckets)
