"""What a bundle knows of wake phrases: how often speech sounds like one, how many calls miss.

Fitted on speech that the acoustic model was not trained on (`export.recipes.speech.
wake_calibration`), for any phrase: phrases are typed on the device, where nothing is trained.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from edge.bundle.keypath import Table, wrong
from edge.voice.alphabet import LABELS, LETTERS, SPACE
from edge.voice.wake.background import Background
from edge.voice.wake.spotting import MOST_BLANK, MOST_PAUSE, MOST_SILENCE, Hearing, Pace

MOST_WORDS: Final = 4000
"""Common words that a table may list."""
CHARACTERS: Final = LABELS[SPACE:]
"""What the table of letters has rows and columns for, in this order."""
TRAITS: Final = 3
"""Numbers that the models know a phrase by: see `WakeTable.traits`."""
ROLE: Final = "background"
"""The asset of the task `speech` that `edge.voice.wake.background` reads."""
STRICTEST: Final = -0.02
"""The highest threshold, nats a letter: rounding must not undo a perfect score of 0."""


class SoundCheck(NamedTuple):
    """Second thoughts on a phrase that letters have found: do its sounds fit?"""

    more: float
    """How many times as many false accepts letters may let through; sounds refuse the others."""
    weight: float
    """Of what sounds say, nats a sound, against what letters say above the threshold."""
    least: float
    """Of both together."""
    missed: float
    """Share of the calls that it refuses wrongly."""


@dataclass(frozen=True)
class WakeTable:
    """The manifest's `tasks.speech.wake`, checked.

    The peaks of background speech have an exponential tail (Gumbel's domain of attraction, as
    maxima of sums do), so a threshold is linear in the logarithm of the rate of false accepts. The
    slope is known from the phrase's traits; the level from listening for it in `background`.
    """

    level: tuple[float, ...]
    """Threshold at one false accept an hour, nats a letter: a weight for each trait."""
    slope: tuple[float, ...]
    """How it changes with the natural logarithm of the rate: a weight for each trait."""
    margin: float
    """Added to such a threshold: phrases differ by more than their traits say."""
    heard_margin: float
    """Added to one whose level comes from `background`, which is short, and rounded."""
    misses: tuple[float, ...]
    """Log-odds that a call is missed: a weight for each trait, then for each trait × threshold."""
    letters: tuple[float, float]
    """Fewest and most letters that the models were fitted on; beyond, they take these."""
    commonest: tuple[float, float]
    """The same of the commonness: rarest and commonest."""
    pairs: Mapping[str, float]
    """Two letters → natural logarithm of the probability of the second after the first; a space is
    the edge of a word."""
    words: Mapping[str, float]
    """Common words → occurrences in an hour of speech."""
    hearing: Hearing
    sounds: SoundCheck | None = None
    """What a phrase's sounds have to be like; None where the model hears none."""
    background: Background | None = None
    """Speech to hold a phrase against; where there is none, its traits have to do."""
    _levels: dict[str, float] = field(default_factory=dict)

    def commonness(self, spelled: str) -> float:
        """Mean log-probability of the letters, each after the one before: higher is commoner."""
        text = f" {spelled} "
        found = [self.pairs[text[i : i + 2]] for i in range(len(text) - 1)]
        return math.fsum(found) / len(found)

    def traits(self, spelled: str) -> tuple[float, float, float]:
        """What the models know a phrase by: 1, 1 / its letters, its commonness."""
        letters = float(sum(character != " " for character in spelled))
        common = self.commonness(spelled)
        return 1.0, 1.0 / _clipped(letters, self.letters), _clipped(common, self.commonest)

    def threshold(self, spelled: str, per_hour: float) -> float:
        """The threshold for a rate of false accepts an hour of speech, nats a letter.

        Args:
            spelled: lower-case letters, apostrophes and single spaces.
            per_hour: above 0.
        """
        level, slope = self._line(spelled)
        return min(level + slope * math.log(per_hour * self._more), STRICTEST)

    def false_accepts(self, spelled: str, threshold: float) -> float:
        """The rate an hour of speech that a threshold lets through."""
        level, slope = self._line(spelled)
        return math.exp(max(-20.0, min(20.0, (threshold - level) / slope))) / self._more

    def missed(self, spelled: str, threshold: float) -> float:
        """The share of calls that score below a threshold."""
        traits = self.traits(spelled)
        logit = _dot(self.misses[:TRAITS], traits) + threshold * _dot(self.misses[TRAITS:], traits)
        passed = 1 - 1 / (1 + math.exp(-max(-60.0, min(60.0, logit))))
        return 1 - passed * (1 - (self.sounds.missed if self.sounds is not None else 0.0))

    @property
    def _more(self) -> float:
        return self.sounds.more if self.sounds is not None else 1.0

    def _line(self, spelled: str) -> tuple[float, float]:
        traits = self.traits(spelled)
        # A stricter threshold never accepts more, whatever phrase the fit has not seen.
        slope = min(_dot(self.slope, traits), -1e-3)
        if self.background is None:
            return _dot(self.level, traits) + self.margin, slope
        if spelled not in self._levels:
            self._levels[spelled] = self.background.level(spelled, slope)
        return self._levels[spelled] + self.heard_margin, slope

    @classmethod
    def of_task(cls, task: Mapping[str, Any], asset: Callable[[str], bytes]) -> WakeTable | None:
        """The table of a bundle, with its background; None where it listens for no wake phrases.

        Args:
            task: the manifest's `tasks.speech`.
            asset: gives the bytes of a path of the bundle, as `Bundle.asset` does.

        Raises:
            BundleError: it is not what docs/bundle-format.md says, or the asset is not there.
        """
        if "wake" not in task:
            return None
        path = task.get("assets", {}).get(ROLE)
        return cls.of(task["wake"], b"" if path is None else asset(path))

    @classmethod
    def of(cls, value: Any, background: bytes = b"", path: str = "tasks.speech.wake") -> WakeTable:
        """The table of a manifest.

        Args:
            value: the manifest's `tasks.speech.wake`.
            background: the asset of that role; empty where the bundle has none.
            path: where the value stands, for messages.

        Raises:
            BundleFormatError: it is not what docs/bundle-format.md says.
        """
        table = Table(value, path)
        hearing = _hearing(table.table("hearing"))
        return cls(
            level=_numbers(table, "level", TRAITS),
            slope=_numbers(table, "slope", TRAITS),
            margin=_number(table.get("margin", "a number"), table, "margin"),
            heard_margin=_number(table.get("heard_margin", "a number"), table, "heard_margin"),
            misses=_numbers(table, "misses", 2 * TRAITS),
            letters=_range(table, "letters", 1, 1000),
            commonest=_range(table, "commonness", -20, 0),
            pairs=_pairs(table),
            words=_words(table.table("words")),
            hearing=hearing,
            sounds=_sounds(table.table("sounds")) if "sounds" in table.value else None,
            background=Background(background, hearing, Pace()) if background else None,
        )


def _dot(weights: tuple[float, ...], traits: tuple[float, ...]) -> float:
    return sum(weight * trait for weight, trait in zip(weights, traits, strict=True))


def _clipped(value: float, bounds: tuple[float, float]) -> float:
    return max(bounds[0], min(bounds[1], value))


def _number(value: Any, table: Table, key: str, least: float = -1e6, most: float = 1e6) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise table.wrong(key, "is not right", f"numbers from {least:g} to {most:g}")
    return float(value)


def _numbers(table: Table, key: str, count: int) -> tuple[float, ...]:
    values = table.list(key, count)
    if len(values) != count:
        raise table.wrong(key, f"has {len(values)} entries", f"{count} numbers")
    return tuple(_number(value, table, key) for value in values)


def _range(table: Table, key: str, least: float, most: float) -> tuple[float, float]:
    low, high = _numbers(table, key, 2)
    if not least <= low <= high <= most:
        raise table.wrong(key, "is no range", f"two numbers from {least:g} to {most:g}")
    return low, high


def _pairs(table: Table) -> dict[str, float]:
    count = len(CHARACTERS)
    rows = table.list("pairs", count)
    if [len(row) if isinstance(row, list) else 0 for row in rows] != [count] * count:
        raise table.wrong("pairs", "has another shape", f"{count} rows of as many numbers")
    return {
        first + second: _number(value, table, "pairs", -20, 0)
        for first, row in zip(CHARACTERS, rows, strict=True)
        for second, value in zip(CHARACTERS, row, strict=True)
    }


def _words(table: Table) -> dict[str, float]:
    if len(table.value) > MOST_WORDS:
        raise wrong(table.path, f"has {len(table.value)} entries", f"at most {MOST_WORDS}")
    for word in table.value:
        if not word or not set(word) < set(CHARACTERS) - {" "}:
            raise table.wrong(word, "is no word", "lower-case letters and apostrophes")
    return {word: _number(value, table, word, 0) for word, value in table.value.items()}


def _sounds(table: Table) -> SoundCheck:
    return SoundCheck(
        _number(table.get("more", "a number"), table, "more", 1, 1000),
        _number(table.get("weight", "a number"), table, "weight", 0, 100),
        _number(table.get("least", "a number"), table, "least", -2000, 100),
        _number(table.get("missed", "a number"), table, "missed", 0, 1),
    )


def _mistaken(table: Table) -> tuple[tuple[float, ...], ...]:
    """Which letters speak for which; nothing in bundles that know of none."""
    if "mistaken" not in table.value:
        return ()
    others = table.table("mistaken")
    if strange := set(others.value) - set(LETTERS):
        raise others.wrong(min(strange), "is no letter", LETTERS)
    return tuple(_speaking(letter, others) for letter in LETTERS)


def _speaking(letter: str, others: Table) -> tuple[float, ...]:
    """A row of `Hearing.mistaken`: what others do not say of a letter, it says itself."""
    row = others.table(letter) if letter in others.value else Table({}, others.path)
    if strange := set(row.value) - (set(LETTERS) - {letter}):
        raise row.wrong(min(strange), "is no other letter", LETTERS)
    shares = {other: _number(share, row, other, 0, 1) for other, share in row.value.items()}
    if (own := 1.0 - sum(shares.values())) < 0:
        raise others.wrong(letter, "has more than there is", "shares that come to 1 at most")
    return tuple({**shares, letter: own}.get(other, 0.0) for other in LETTERS)


def _pause(table: Table) -> dict[str, Any]:
    """What a pause before a phrase is worth; nothing in bundles that know of none."""
    if "pause" not in table.value:
        return {}
    least = _number(table.get("pause_floor", "a number"), table, "pause_floor", -25, 0)
    return {"pause": table.whole("pause", 0, MOST_PAUSE), "pause_floor": least}


def _hearing(table: Table) -> Hearing:
    def number(key: str, least: float, most: float) -> float:
        return _number(table.get(key, "a number"), table, key, least, most)

    return Hearing(
        floor=number("floor", -25, 0),
        best=number("best", 0, 1),
        edge=number("edge", 0, 10),
        edge_floor=number("edge_floor", -25, 0),
        silence=table.whole("silence", 1, MOST_SILENCE),
        blank=number("blank", 0, MOST_BLANK) if "blank" in table.value else 0.0,
        mistaken=_mistaken(table),
        **_pause(table),
    )
