"""The CMU pronouncing dictionary, as pocketsphinx's package carries it."""

from __future__ import annotations

from pathlib import Path

from edge.errors import UsageError
from export.corpora.lines import text_lines

Phones = tuple[str, ...]


def pronunciations() -> dict[str, Phones]:
    """Word → how it is said. A word's other pronunciations have a number: "read(2)".

    Raises:
        UsageError: pocketsphinx is not installed, or comes without the dictionary.
    """
    try:
        from pocketsphinx import get_model_path
    except ImportError as error:
        raise UsageError(
            "the CMU dictionary is not installed", hint="pip install pocketsphinx"
        ) from error
    path = Path(get_model_path("en-us")) / "cmudict-en-us.dict"
    rows = (line.split() for _, line in text_lines(path, []) if line)
    return {word: tuple(phones) for word, *phones in rows}
