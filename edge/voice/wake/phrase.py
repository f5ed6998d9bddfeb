"""Whether a text makes a good wake phrase, said before anybody relies on it.

`edge phrase "hey jarvis"` prints what `assess` finds; `wake_phrase` makes of a text what
`edge.voice.wake.wake.WakeWord` listens for.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from edge import numbers
from edge.errors import UsageError, shown
from edge.voice.wake.table import CHARACTERS, WakeTable
from edge.voice.wake.wake import WakePhrase

Verdict = Literal["good", "weak", "bad"]

PER_HOUR: Final = 0.5
"""False accepts in an hour of other people's speech that are put up with, unless told otherwise."""
MOST_LETTERS: Final = 40
"""Letters of a wake phrase: longer is no longer said in one breath."""
GOOD_LETTERS: Final = 6
GOOD_SYLLABLES: Final = 2
FEWEST_LETTERS: Final = 3
"""Fewer than these are in too many words for any threshold."""
_MISSES: Final = (0.15, 0.35)
"""Shares of missed calls above which a phrase is weak, and bad."""
_OFTEN: Final = (0.5, 4.0)
"""Times the wanted rate that a phrase may be said in other speech before it is weak, and bad."""
_NEAR_PER_HOUR: Final = 1.0
"""A word that sounds like the phrase is worth a warning if it is said this often in an hour."""
_IGNORED: Final = re.compile(r"[\s.,!?;:\"“”()\u2010-\u2015-]+")


@dataclass(frozen=True, slots=True)
class PhraseQuality:
    """How well a phrase will do, and why."""

    phrase: str
    """As it is listened for: lower-case letters; as it was given where it cannot be spelled."""
    verdict: Verdict
    reasons: tuple[str, ...]
    """Sentences a person can act on; empty for a good phrase."""
    letters: int = 0
    syllables: int = 0
    threshold: float | None = None
    """Nats a letter; None without a bundle that knows."""
    false_accepts: float | None = None
    """Expected in an hour of speech that is not for the device."""
    misses: float | None = None
    """Expected share of calls that are not heard."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "type": "phrase",
            "phrase": self.phrase,
            "verdict": self.verdict,
            "reasons": list(self.reasons),
            "letters": self.letters,
            "syllables": self.syllables,
            "threshold": _rounded(self.threshold),
            "false_accepts_per_hour": _rounded(self.false_accepts),
            "misses": _rounded(self.misses),
        }


def letters_of(text: str) -> str:
    """The letters that a text is said with: "Hey, HAL 9" → "hey hal nine".

    Raises:
        UsageError: it has too few or too many, or signs that the acoustic model cannot write.
    """
    if not isinstance(text, str):
        raise UsageError(f"a wake phrase is text, not {type(text).__name__}")
    plain = unicodedata.normalize("NFKD", text.replace("\u2019", "'")).lower()
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    plain = re.sub(r"(?a:\d+)", _said, plain)
    words = " ".join(_IGNORED.sub(" ", plain).split())
    strange = sorted(set(words) - set(CHARACTERS))
    if strange:
        raise UsageError(
            f"cannot be spelled: {', '.join(map(repr, strange))}",
            where=f"wake phrase {shown(text)}",
            allowed="letters a to z, apostrophes and whole numbers",
            hint="write it the way it sounds in English",
        )
    count = sum(sign.isalpha() for sign in words)
    if not FEWEST_LETTERS <= count <= MOST_LETTERS:
        raise UsageError(
            f"has {count} letters",
            where=f"wake phrase {shown(text)}",
            allowed=f"{FEWEST_LETTERS} to {MOST_LETTERS}, better {GOOD_LETTERS} or more",
        )
    return words


def _said(digits: re.Match[str]) -> str:
    try:
        return f" {numbers.spell(int(digits[0]))} "
    except ValueError:
        return digits[0]  # a number without a name: its digits are signs that cannot be spelled


def syllables(spelled: str) -> int:
    """About how many syllables an English text has: groups of vowels, silent e's left out."""
    return sum(_syllables(word) for word in spelled.split())


def _syllables(word: str) -> int:
    groups = len(re.findall(r"[aeiouy]+", word))
    silent = re.search(r"[^aeiouyl]e$|[aeiouy]le$|[^aeiouydt]ed$", word)
    return max(1, groups - (silent is not None and groups > 1))


def wake_phrase(
    text: str,
    table: WakeTable,
    per_hour: float = PER_HOUR,
    spellings: Sequence[str] = (),
) -> WakePhrase:
    """What a detector listens for, with the threshold for a rate of false accepts.

    Args:
        text: the phrase as a person types it; detections carry it.
        table: of the bundle whose acoustic model hears it.
        per_hour: wanted false accepts in an hour of other speech.
        spellings: what else it may sound like, written in English letters ("shivawn").

    Raises:
        UsageError: it cannot be spelled, or the rate is not within 0.001 and 1000.
    """
    _check_rate(per_hour)
    spelled = tuple(dict.fromkeys(letters_of(item) for item in (text, *spellings)))
    # Each spelling lets its own share of the false accepts through.
    share = per_hour / len(spelled)
    threshold = max(table.threshold(item, share) for item in spelled)
    return WakePhrase(text, threshold, spelled)


def assess(text: str, table: WakeTable | None = None, per_hour: float = PER_HOUR) -> PhraseQuality:
    """How well a phrase will do; without a table, by its length alone.

    Raises:
        UsageError: the rate is not within 0.001 and 1000. A phrase never raises: it is bad.
    """
    _check_rate(per_hour)
    try:
        spelled = letters_of(text)
    except UsageError as error:
        return PhraseQuality(text, "bad", (f"{error.what}: {error.allowed}",))
    found = _Findings()
    letters, beats = sum(sign.isalpha() for sign in spelled), syllables(spelled)
    _judge_length(letters, beats, found)
    threshold = accepts = misses = None
    if table is not None:
        threshold = table.threshold(spelled, per_hour)
        said = _said_per_hour(spelled, table)
        accepts, misses = (
            table.false_accepts(spelled, threshold) + said,
            table.missed(spelled, threshold),
        )
        _judge_words(spelled, said, per_hour, table, found)
        _judge_rates(accepts - said, misses, per_hour, found)
    return PhraseQuality(
        spelled, found.verdict, tuple(found.reasons), letters, beats, threshold, accepts, misses
    )


class _Findings:
    """What speaks against a phrase so far."""

    def __init__(self) -> None:
        self.reasons: list[str] = []
        self.verdict: Verdict = "good"

    def add(self, reason: str, *, bad: bool = False) -> None:
        self.reasons.append(reason)
        if bad or self.verdict == "good":
            self.verdict = "bad" if bad else "weak"


def _judge_length(letters: int, beats: int, found: _Findings) -> None:
    if letters < FEWEST_LETTERS:
        found.add(f"it has {_count(letters, 'letter')}, which are in countless words", bad=True)
    elif letters < GOOD_LETTERS:
        found.add(
            f"it has {_count(letters, 'letter')}: with {GOOD_LETTERS} or more it is told apart "
            'from other words much better (put "hey" in front, say)'
        )
    if beats < GOOD_SYLLABLES and letters >= FEWEST_LETTERS:
        found.add("it has one syllable: two or more are heard better across a room")


def _judge_words(
    spelled: str, said: float, per_hour: float, table: WakeTable, found: _Findings
) -> None:
    if said > _OFTEN[0] * per_hour:
        found.add(
            f"people say it about {said:.1f} times in an hour of talking: choose words that are "
            "not used otherwise, or put a name in front",
            bad=said > _OFTEN[1] * per_hour,
        )
        return
    near = _sounds_like(spelled, table)
    if near:
        found.add(f"it sounds like {', '.join(map(repr, near))}, which people say often")


def _judge_rates(accepts: float, misses: float, per_hour: float, found: _Findings) -> None:
    if accepts > 2 * per_hour:
        found.add(
            f"other speech sounds like it about {accepts:.1f} times an hour, however strict the "
            "threshold: make it longer",
            bad=True,
        )
    if misses > _MISSES[0]:
        found.add(
            f"at {per_hour:g} false accepts an hour about {misses:.0%} of calls would be missed: "
            "make it longer, or allow more false accepts",
            bad=misses > _MISSES[1],
        )


def _said_per_hour(spelled: str, table: WakeTable) -> float:
    """How often speech has the phrase in it, as far as the common words tell."""
    words = spelled.split()
    if len(words) == 1:
        return sum(rate for word, rate in table.words.items() if spelled in word)
    total = sum(table.words.values()) or 1.0
    result = total
    for word in words:
        result *= table.words.get(word, 0.0) / total
    return result


def _sounds_like(spelled: str, table: WakeTable) -> list[str]:
    """Common words that differ in one letter, or two of a phrase of ten, and do not hold it."""
    most = max(1, len(spelled) // 5)
    return [
        word
        for word, rate in table.words.items()
        if rate >= _NEAR_PER_HOUR
        and spelled not in word
        and abs(len(word) - len(spelled)) <= most
        and _edits(word, spelled) <= most
    ][:3]


def _edits(one: str, other: str) -> int:
    """Levenshtein's distance."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        corner, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            corner, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, corner + (a != b))
    return row[-1]


def _check_rate(per_hour: float) -> None:
    if not 0.001 <= per_hour <= 1000:
        raise UsageError(
            f"{per_hour} false accepts an hour", where="wake phrase", allowed="0.001 to 1000"
        )


def _count(count: int, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
