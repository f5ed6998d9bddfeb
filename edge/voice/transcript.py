"""What was said in letters, whatever may be said: no grammar, no dictionary."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from edge.voice.greedy import TO_BLANK
from edge.voice.posteriors import give_to_blank, letters
from edge.voice.search.decoder import Decoder
from edge.voice.search.graph import SearchGraph

if TYPE_CHECKING:
    from edge.voice.posteriors import Posteriors
    from edge.voice.search.hypothesis import Hypothesis
    from edge.voice.search.lexicon import Lexicon

_LETTERS: Final[Mapping[str, Any]] = {
    "beam": 16,
    "distance": 8.0,
    "wildcard_penalty": 0.0,
}
_WORDS: Final[Mapping[str, Any]] = {
    "beam": 40,
    "distance": 14.0,
    "letter_bonus": 0.5,
    "lexicon_weight": 0.3,
}
"""How to search: with letters alone, and with a lexicon. On dev, of the words that people read
aloud 47 % are right with letters and 56 with 8,000 common words; of commands in quiet, at 10 dB and
in a kitchen at 6 dB 73, 58 and 45 %, and 81, 68 and 54."""


def transcripts(
    log_posteriors: Posteriors, n: int, lexicon: Lexicon | None = None
) -> list[Hypothesis]:
    """The likeliest texts, at most `n`, the likeliest first.

    Sums over alignments, which `greedy` does not. A small prefix beam search: for what no grammar
    covers, and for a model that reads text to choose from.

    Args:
        log_posteriors: [frames, labels], natural logarithms; at most
            `edge.limits.SPEECH_FRAMES` frames are looked at.
        n: how many texts.
        lexicon: words that are likelier than others.

    Raises:
        UsageError: see `edge.voice.search.decoder.Search.push`.
    """
    rows = letters(log_posteriors).copy()
    give_to_blank(rows, TO_BLANK)
    search = _decoder(lexicon or None).start()
    search.push(rows)
    return search.hypotheses(n)


@lru_cache(maxsize=2)
def _decoder(lexicon: Lexicon | None) -> Decoder:
    settings = _LETTERS if lexicon is None else _WORDS
    anything = SearchGraph.of_anything()
    return Decoder(anything, lexicon=lexicon, sure_blank=0.98, thinned=False, **settings)
