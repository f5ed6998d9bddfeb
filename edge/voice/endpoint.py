"""Where speech begins and ends, from its probability in every frame.

Two thresholds (hysteresis), so that a probability about one of them does not flicker; a shortest
length, so that a click is no speech; a pause that ends it (hang-over); and a longest length, so
that an hour without a pause is many utterances of bounded cost. Nothing but counting: the same
probabilities give the same answers, whatever is asked in between.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, Literal

from edge.errors import BundleFormatError, UsageError, shown
from edge.voice.gate import FRAME

PRE_ROLL_MS: Final = 500
"""How long before a "start" a stream takes audio from, in ms: soft first sounds come before it is
sure, and the acoustic model has to have heard some silence."""
_PER_MS: Final = 16
"""Samples of one ms."""

Boundary = Literal["start", "end"]


@dataclass(frozen=True, slots=True)
class EndpointSettings:
    """What counts as a beginning and an end of speech. Times are in ms, rounded up to frames of 32.

    Raises:
        UsageError: a value is out of its range.
    """

    start_threshold: float = 0.5
    """Probability from which a frame is speech, where there was none."""
    end_threshold: float = 0.35
    """Probability below which a frame is none, where there was some; at most `start_threshold`."""
    shortest_ms: int = 96
    """Speech shorter than this is not reported: 32 to 1,000."""
    hang_over_ms: int = 640
    """A pause as long as this ends an utterance: 96 to 5,000. Below 600 the acoustic model has not
    heard all it needs for the last sounds."""
    longest_ms: int = 15_000
    """An utterance this long ends though somebody still speaks: 2,000 to 60,000."""

    def __post_init__(self) -> None:
        """Checks every value."""
        ranges: dict[str, tuple[float, float]] = {
            "start_threshold": (0.01, 0.99),
            "end_threshold": (0.01, 0.99),
            "shortest_ms": (32, 1_000),
            "hang_over_ms": (96, 5_000),
            "longest_ms": (2_000, 60_000),
        }
        for name, (low, high) in ranges.items():
            value = getattr(self, name)
            whole = name.endswith("_ms")
            if type(value) not in ((int,) if whole else (int, float)) or not low <= value <= high:
                raise UsageError(
                    f"is {shown(value)}",
                    where=f"endpoint.{name}",
                    allowed=f"{'a whole number of ms' if whole else 'a probability'} "
                    f"from {low:,} to {high:,}",
                )
        if self.end_threshold > self.start_threshold:
            raise UsageError(
                f"is {self.end_threshold}, above start_threshold, {self.start_threshold}",
                where="endpoint.end_threshold",
                allowed="at most start_threshold",
                hint="speech would end in the frame that it begins in",
            )

    @classmethod
    def of(cls, task: Mapping[str, Any]) -> EndpointSettings:
        """Those of a manifest's entry: its `endpoint`; defaults for what it does not say.

        Raises:
            BundleFormatError: it says something that is none of these, or out of its range.
        """
        where = "manifest.json: tasks.activity"
        data = task.get("endpoint", {})
        names = [field.name for field in fields(cls)]
        if not isinstance(data, Mapping) or not data.keys() <= set(names):
            raise BundleFormatError(
                f"is {shown(data)}", where=f"{where}.endpoint", allowed=", ".join(names)
            )
        try:
            return cls(**data)
        except UsageError as error:
            raise BundleFormatError(
                error.what, where=f"{where}.{error.where}", allowed=error.allowed
            ) from None


class Endpointer:
    """Follows one stream of audio, a frame of 512 samples at a time.

    Attributes:
        settings: what counts as a beginning and an end.
        position: samples pushed so far.
        speaking: whether a "start" was reported and its "end" was not.
        start: first sample of the last speech that was reported.
        end: the sample after it, once it is over.
        cut: whether it was ended for its length alone: whoever spoke may still be speaking.
    """

    __slots__ = (
        "_began",
        "_hang_over",
        "_last",
        "_longest",
        "_shortest",
        "cut",
        "end",
        "position",
        "settings",
        "speaking",
        "start",
    )

    def __init__(self, settings: EndpointSettings | None = None) -> None:
        self.settings = settings if settings is not None else EndpointSettings()
        self._shortest = _samples(self.settings.shortest_ms)
        self._hang_over = _samples(self.settings.hang_over_ms)
        # Down to whole frames, so that no utterance is longer than was said.
        self._longest = self.settings.longest_ms * _PER_MS // FRAME * FRAME
        self.reset()

    def reset(self, position: int = 0) -> None:
        """Forgets what was going on.

        Args:
            position: of the next frame's first sample.
        """
        self.position = position
        self.speaking = False
        self.start = self.end = position
        self.cut = False
        self._began: int | None = None
        self._last = position

    def push(self, probability: float) -> Boundary | None:
        """Takes the next frame's probability of speech; says when speech began or ended.

        A "start" comes with the last frame of the shortest speech, an "end" with the last frame of
        its hang-over; `start` and `end` say where they were.
        """
        first = self.position
        self.position = after = first + FRAME
        if self._began is None:
            # "Not at least": what is no number at all is no speech either.
            if not probability >= self.settings.start_threshold:
                return None
            self._began = first
        if probability >= self.settings.end_threshold:
            self._last = after
        if self.speaking:
            if after - self._last >= self._hang_over:
                return self._close(cut=False)
            if after - self._began >= self._longest:
                return self._close(cut=True)
        elif self._last < after:
            self._began = None
        elif after - self._began >= self._shortest:
            self.speaking, self.start, self.cut = True, self._began, False
            return "start"
        return None

    def finish(self) -> Boundary | None:
        """The audio is over, or was lost: ends the utterance that is going on, if there is one."""
        if self.speaking:
            return self._close(cut=False)
        self._began = None
        return None

    def _close(self, *, cut: bool) -> Boundary:
        self.speaking, self.end, self.cut = False, self._last, cut
        self._began = None
        return "end"


def _samples(ms: int) -> int:
    """Samples of `ms`, up to whole frames."""
    return -(-ms * _PER_MS // FRAME) * FRAME
