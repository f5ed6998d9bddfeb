"""Keys that counts lie under, where they name actions by number.

"a7" is "after action 7", "b3.7" "after 3 and then 7": a number of an action means that action in
one person's memory only, so whoever gives numbers up, or deals them out anew, has to know where
they stand. `edge.preference.experts.personal` spells all keys; those of other letters name no
actions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

EVERYTHING: Final = "all"
"""Key of what is counted whatever the moment."""
AGAIN: Final = "again"
"""Key of actions done to a device that was the last thing done to it."""
_NAMES_ACTIONS: Final = re.compile(r"[ab]\d+(?:\.\d+)*")
_NUMBER: Final = re.compile(r"\d+")


def numbers_in(key: str) -> tuple[int, ...]:
    """The actions that a key names: "b3.7" → (3, 7)."""
    if not _NAMES_ACTIONS.fullmatch(key):
        return ()
    return tuple(int(number) for number in _NUMBER.findall(key))


def renumbered(key: str, numbers: Mapping[int, int]) -> str:
    """The key with each action's number replaced: "b3.7", {3: 0, 7: 1} → "b0.1".

    Raises:
        KeyError: an action has no new number.
    """
    if not _NAMES_ACTIONS.fullmatch(key):
        return key
    return _NUMBER.sub(lambda found: str(numbers[int(found[0])]), key)


def in_words(key: str, actions: Sequence[str]) -> str:
    """The key with actions by name: "b3.7" → "after fan:turn_on, fan:turn_off"."""
    named = ", ".join(actions[number] for number in numbers_in(key))
    return f"after {named}" if named else key
