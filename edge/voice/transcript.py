"""What was said in letters, whatever may be said: no grammar, no dictionary."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from edge.voice.alphabet import BLANK, collapsed, text_of
from edge.voice.posteriors import give_to_blank, letters

if TYPE_CHECKING:
    from edge.voice.decoder import Decoder
    from edge.voice.hypothesis import Hypothesis
    from edge.voice.posteriors import Posteriors

_TO_BLANK: Final = 1.25
"""Nats given back to the blank (`edge.voice.posteriors.BLANK_TAKEN`): without a grammar, what is
unsure is better left out. 69.5 % of the dev letters are right with this, 63.5 % with none."""
_BEAM: Final = 16
_DISTANCE: Final = 8.0
_SURE_BLANK: Final = 0.98


def greedy(log_posteriors: Posteriors) -> str:
    """The likeliest label of each frame, repeats and blanks left out.

    Args:
        log_posteriors: [frames, labels], natural logarithms, as an acoustic model gives them.
    """
    return " ".join(text_of(greedy_labels(log_posteriors)).split())


def greedy_labels(log_posteriors: Posteriors) -> list[int]:
    """As `greedy`, in labels: spaces are left where they were heard."""
    rows = letters(log_posteriors).copy()
    rows[:, BLANK] += _TO_BLANK
    return collapsed(rows.argmax(axis=1).tolist())


def transcripts(log_posteriors: Posteriors, n: int) -> list[Hypothesis]:
    """The likeliest texts, at most `n`, the likeliest first.

    Sums over alignments, which `greedy` does not. A small prefix beam search: for what no grammar
    covers, and for a model that reads text to choose from.

    Args:
        log_posteriors: [frames, labels], natural logarithms; at most
            `edge.limits.SPEECH_FRAMES` frames are looked at.
        n: how many texts.

    Raises:
        UsageError: see `edge.voice.decoder.Search.push`.
    """
    rows = letters(log_posteriors).copy()
    give_to_blank(rows, _TO_BLANK)
    search = _decoder().start()
    search.push(rows)
    return search.hypotheses(n)


@cache
def _decoder() -> Decoder:
    from edge.voice.decoder import Decoder
    from edge.voice.search_graph import SearchGraph

    return Decoder(
        SearchGraph.of_anything(), beam=_BEAM, distance=_DISTANCE, sure_blank=_SURE_BLANK
    )
