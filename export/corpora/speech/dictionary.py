"""The CMU pronouncing dictionary, as pocketsphinx's package carries it."""

from __future__ import annotations

from pathlib import Path

from edge.errors import UsageError
from export.corpora.lines import text_lines

Phones = tuple[str, ...]
_UNKNOWN = 1e-12
"""Probability that a word needs to be one of the language model."""


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


def frequencies() -> dict[str, float]:
    """Word → its probability, of some twenty thousand words of written English.

    They are those of the language model that goes with the dictionary.

    Raises:
        UsageError: pocketsphinx is not installed, or comes without them.
    """
    try:
        from pocketsphinx import Config, LogMath, NGramModel, get_model_path
    except ImportError as error:
        raise UsageError(
            "the CMU dictionary is not installed", hint="pip install pocketsphinx"
        ) from error
    scale = LogMath()
    path = Path(get_model_path("en-us")) / "en-us.lm.bin"
    model = NGramModel(Config(), scale, str(path))
    found = {word: scale.exp(model.prob([word])) for word in pronunciations()}
    return {word: probability for word, probability in found.items() if probability > _UNKNOWN}
