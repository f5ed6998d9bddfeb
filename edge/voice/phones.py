"""The sounds that an acoustic model tells apart: those of the CMU pronouncing dictionary."""

from __future__ import annotations

from typing import Final

PHONES: Final = (
    "_ AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V "
    "W Y Z ZH"
)
"""Names of the labels, in order; the first stands for the blank."""
COUNT: Final = len(PHONES.split())
"""Labels, the blank among them."""

_NUMBER: Final = {name: number for number, name in enumerate(PHONES.split()) if number}


def numbers(names: list[str] | tuple[str, ...]) -> tuple[int, ...]:
    """The labels of a pronunciation.

    Args:
        names: as the dictionary has them, "AO1" or "AO": stress makes no difference.

    Raises:
        ValueError: one of them is no sound of the dictionary.
    """
    try:
        return tuple(_NUMBER[name.rstrip("012")] for name in names)
    except KeyError as error:
        raise ValueError(f"no sound {error.args[0]!r}") from None
