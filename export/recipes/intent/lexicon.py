"""What a teacher's encoder knows of words, handed to the student: pieces, meanings, neighbours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import torch
from torch import Tensor

from edge.intent.encoder import WordEncoder
from export.recipes.intent.augment import Lexicon
from export.recipes.intent.labels import Example
from export.recipes.intent.student import StudentSettings
from export.recipes.intent.teacher import Teacher, TeacherCollator

NEIGHBOURS = 12
"""Words like a word, at most."""
LIKE_ENOUGH = 0.4
"""Cosine between the embeddings of two words that can stand for one another."""


def choose_vocabulary(
    collate: TeacherCollator, examples: Sequence[Example], size: int
) -> list[str]:
    """The teacher's word pieces that the sentences use most, and every single letter among them."""
    known = collate.tokenizer.get_vocab()
    words = Counter(word for example in examples for word in example.words)
    pieces: Counter[str] = Counter()
    for word, count in words.items():
        for piece in collate.tokenizer.tokenize(word):
            pieces[piece] += count
    letters = sorted(
        piece
        for piece in known
        if len(piece.removeprefix("##")) == 1 and piece.isascii() and "\n" not in piece
    )
    frequent = [piece for piece, _ in sorted(pieces.items(), key=lambda item: (-item[1], item[0]))]
    chosen = list(dict.fromkeys(letters + frequent))[:size]
    return sorted(chosen)


def lexicon_of(collate: TeacherCollator) -> Lexicon:
    """The whole words that the encoder knows, and the pieces that go on with a word."""
    pieces = sorted(filter(str.isascii, collate.tokenizer.get_vocab()))
    words = [piece for piece in pieces if len(piece) > 2 and piece.isalpha()]
    endings = [piece.removeprefix("##") for piece in pieces if piece.startswith("##")]
    return Lexicon(words, [piece for piece in endings if len(piece) > 1 and piece.isalpha()])


def initial_embeddings(
    teacher: Teacher,
    collate: TeacherCollator,
    encoder: WordEncoder,
    vocabulary: Sequence[str],
    settings: StudentSettings,
) -> Tensor:
    """The teacher's piece embeddings on their principal axes; small random ones for trigrams.

    A piece that training hardly shows thereby starts with the meaning its pretraining gave it.
    """
    weights = teacher.encoder.get_input_embeddings().weight.detach().float()
    mean = weights.mean(0)
    _, _, axes = torch.linalg.svd(weights - mean, full_matrices=False)
    ids = [collate.tokenizer.convert_tokens_to_ids(piece) for piece in vocabulary]
    projected = (weights[ids] - mean) @ axes[: settings.embedding].T
    known = projected.shape[1]  # an encoder narrower than the student fills some columns only
    generator = torch.Generator().manual_seed(settings.seed)
    table = torch.randn(encoder.size, settings.embedding, generator=generator) * 0.3
    table[2 : 2 + len(vocabulary), :known] = projected / projected.std() * 0.3
    return table


def word_neighbours(
    teacher: Teacher, collate: TeacherCollator, examples: Sequence[Example]
) -> dict[str, list[str]]:
    """For words of the examples that are one piece of the encoder: the pieces nearest to them."""
    known = collate.tokenizer.get_vocab()
    whole = sorted(piece for piece in known if len(piece) > 1 and piece.isalpha())
    words = sorted({word for example in examples for word in example.words} & set(whole))
    if not words:
        return {}
    weights = teacher.encoder.get_input_embeddings().weight.detach().float()
    weights = torch.nn.functional.normalize(weights - weights.mean(0), dim=1)
    candidates = weights[[known[piece] for piece in whole]]
    found: dict[str, list[str]] = {}
    for start in range(0, len(words), 512):
        chunk = words[start : start + 512]
        alike = weights[[known[word] for word in chunk]] @ candidates.T
        values, indices = alike.topk(min(NEIGHBOURS + 1, len(whole)), dim=1)
        for word, scores, places in zip(chunk, values.tolist(), indices.tolist(), strict=True):
            near = [
                whole[place]
                for score, place in zip(scores, places, strict=True)
                if score >= LIKE_ENOUGH and whole[place] != word
            ]
            if near:
                found[word] = near
    return found
