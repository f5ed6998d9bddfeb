"""The acoustic model's log posteriors, checked before anything is searched in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from edge.errors import UsageError
from edge.voice.alphabet import LABELS

if TYPE_CHECKING:
    import numpy.typing as npt

    Posteriors: TypeAlias = npt.NDArray[np.floating[Any]]
    """[frames, labels], natural logarithms."""

_SLACK: Final = 1e-3
"""How far above zero rounding may take a logarithm of a probability."""


def checked(log_posteriors: Posteriors) -> Posteriors:
    """`log_posteriors` if they can be searched.

    Raises:
        UsageError: not [frames, labels], or with a number that is no logarithm of a probability.
    """
    if getattr(log_posteriors, "ndim", 0) != 2 or log_posteriors.shape[1] != len(LABELS):
        shape = getattr(log_posteriors, "shape", type(log_posteriors).__name__)
        raise _bad(f"log posteriors of shape {shape}", f"[frames, {len(LABELS)}]")
    if log_posteriors.dtype.kind != "f":
        raise _bad(f"log posteriors of type {log_posteriors.dtype}", "float32 or float64")
    if log_posteriors.size:
        low, high = float(log_posteriors.min()), float(log_posteriors.max())
        if not (low > -np.inf and high <= _SLACK):  # NaN is neither
            raise _bad(f"log posteriors from {low:g} to {high:g}", "finite, at most 0")
    return log_posteriors


def _bad(what: str, allowed: str) -> UsageError:
    return UsageError(
        what,
        where="speech decoder",
        allowed=allowed,
        hint="take the acoustic model's output as it is: natural logarithms after the softmax",
    )
