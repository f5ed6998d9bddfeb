"""The labels of the acoustic model: letters, and how a text is spelled with them."""

from __future__ import annotations

from typing import Final

BLANK: Final = 0
"""The label for "nothing new": connectionist temporal classification's blank (Graves 2006)."""
SPACE: Final = 1
"""The label between two words."""
FIRST_LETTER: Final = 2
"""The labels from here on are letters, the apostrophe first."""
LABELS: Final = "_ 'abcdefghijklmnopqrstuvwxyz"
"""Label → character; the character of the blank is a place holder."""
LETTERS: Final = LABELS[FIRST_LETTER:]
"""What words are written with."""

_INDEX: Final = {character: label for label, character in enumerate(LABELS) if label != BLANK}


def spell(text: str) -> list[int]:
    """The labels of a text in lower case, one space between words.

    Raises:
        ValueError: the text holds a character that no label stands for.
    """
    words = " ".join(text.split())
    try:
        return [_INDEX[character] for character in words]
    except KeyError as error:
        raise ValueError(f"no label for {error.args[0]!r} in {text[:60]!r}") from None


def collapsed(path: list[int]) -> list[int]:
    """The labels of a path, a label a frame: repeats, then blanks are left out."""
    return [
        label
        for at, label in enumerate(path)
        if label != BLANK and (not at or label != path[at - 1])
    ]


def text_of(labels: list[int]) -> str:
    """The text that labels spell; blanks are left out."""
    return "".join(LABELS[label] for label in labels if label != BLANK)
