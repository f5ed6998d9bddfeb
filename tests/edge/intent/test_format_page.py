"""What the format page says of words and features, written anew from its words alone."""

from __future__ import annotations

import unicodedata
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.intent.encoder import FeatureLayout, WordEncoder, split_words
from edge.limits import WORD_LETTERS

EDGES = frozenset('.,!?;:"“”„()[]{}…¿¡')
PIECES = [
    "turn",
    "##n",
    "##ing",
    "t",
    "u",
    "r",
    "the",
    "##e",
    "light",
    "##s",
    "caf",
    "50",
    "'",
    "%",
]
LAYOUT = FeatureLayout(pieces=4, trigrams=10, buckets=64)


def words_of_page(text: str) -> list[str]:
    found = []
    for word in text.split():
        first, end = 0, len(word)
        while first < end and word[first] in EDGES:
            first += 1
        while end > first and word[end - 1] in EDGES:
            end -= 1
        inside = word[first:end]
        if not inside:
            continue
        dotted = word[end : end + 1] == "." and (len(inside) == 1 or "." in inside)
        found.append(word[first : end + dotted])
    return found


def features_of_page(word: str) -> list[int]:
    plain = unicodedata.normalize("NFD", word.lower())
    plain = "".join(one for one in plain if unicodedata.category(one) != "Mn")
    ids = {piece: line + 2 for line, piece in enumerate(PIECES)}
    parts = [""]
    for one in plain:
        if one.isalnum():
            parts[-1] += one
        else:
            parts += [one, ""]
    pieces: list[int] = []
    for part in filter(None, parts):
        at = 0
        while at < len(part) <= WORD_LETTERS:
            tried = (("##" if at else "") + part[at:end] for end in range(len(part), at, -1))
            piece = next((one for one in tried if one in ids), "")
            pieces.append(ids.get(piece, 1))
            at += len(piece.removeprefix("##")) if piece else 1
        if len(part) > WORD_LETTERS:
            pieces.append(1)
    bounded = f"<{plain[:WORD_LETTERS]}>"
    grams = [bounded[at : at + 3] for at in range(len(bounded) - 2)]
    if len(grams) > LAYOUT.trigrams:
        head = -(-LAYOUT.trigrams // 2)
        grams = grams[:head] + grams[head - LAYOUT.trigrams :]
    hashed = [zlib.crc32(gram.encode()) % LAYOUT.buckets + len(PIECES) + 2 for gram in grams]
    filled = [*pieces, *[0] * LAYOUT.pieces][: LAYOUT.pieces]
    return filled + hashed + [0] * (LAYOUT.trigrams - len(hashed))


def check(text: str) -> None:
    words = words_of_page(text)
    assert words == [text[one.start : one.end] for one in split_words(text)]
    encoder = WordEncoder(PIECES, LAYOUT)
    for word in words:
        assert encoder.features(word) == features_of_page(word)


@pytest.mark.parametrize(
    "text",
    [
        "Turning the lights",
        "at 7 p.m. (the café's 50%…) u. s.",
        "turnturnturnturn " + "t" * (WORD_LETTERS + 1),
        "ÅNGSTRÖM naïve ﬁsh",
        "...",
    ],
)
def test_it_is_so(text: str) -> None:
    check(text)


@given(
    st.text(
        st.characters(
            exclude_characters="_", exclude_categories=["Cs", "M", "Nl", "No", "Lm", "So"]
        ),
        max_size=40,
    )
)
def test_it_is_so_of_anything(text: str) -> None:
    check(text)
