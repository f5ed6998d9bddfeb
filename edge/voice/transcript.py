"""What was said in letters, whatever may be said: no grammar, no dictionary."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from edge.voice.alphabet import collapsed, text_of
from edge.voice.posteriors import letters

if TYPE_CHECKING:
    from edge.voice.decoder import Decoder
    from edge.voice.hypothesis import Hypothesis
    from edge.voice.posteriors import Posteriors

_BEAM: Final = 16
_DISTANCE: Final = 8.0
_SURE_BLANK: Final = 0.98


def greedy(log_posteriors: Posteriors) -> str:
    """The likeliest label of each frame, repeats and blanks left out.

    Args:
        log_posteriors: [frames, labels], natural logarithms.
    """
    return " ".join(text_of(greedy_labels(log_posteriors)).split())


def greedy_labels(log_posteriors: Posteriors) -> list[int]:
    """As `greedy`, in labels: spaces are left where they were heard."""
    return collapsed(letters(log_posteriors).argmax(axis=1).tolist())


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
    search = _decoder().start()
    search.push(log_posteriors)
    return search.hypotheses(n)


@cache
def _decoder() -> Decoder:
    from edge.voice.decoder import Decoder
    from edge.voice.search_graph import SearchGraph

    return Decoder(
        SearchGraph.of_anything(), beam=_BEAM, distance=_DISTANCE, sure_blank=_SURE_BLANK
    )
