"""What a bundle says it answers, held against what this board answers.

Whoever made the bundle had it answer on a workstation, and wrote the answers down: a board that
answers otherwise computes wrongly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from edge.limits import GOLDEN_SENTENCES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edge.bundle.bundle import Bundle
    from edge.runtime import Runtime

SCORE_TOLERANCE: Final = 0.05
"""How far a score may be from the golden one: kernels round differently between processors."""
SOUND_TOLERANCE: Final = 0.1
"""The same of a letter's probability: floats and 8 bits differ by a quarter of it."""
_SECONDS: Final = 2.0
"""Of the made-up voice."""
_EVERY: Final = 8
"""Frames from one golden one to the next."""


def wrong_suggestions(golden: object, hub: Runtime) -> list[str]:
    """Which golden courses of events lead to another first suggestion than the bundle says.

    Args:
        golden: what the bundle's manifest has: a list of `{"events": […], "at": time, "action":
            str}`, with events as docs/interaction-log.md has them, and `context` beside `at` where
            it matters.
        hub: which forgets everything before each.
    """
    from edge.errors import EdgeError
    from edge.preference.event_line import read_event, read_time

    if not isinstance(golden, list | tuple) or len(golden) > GOLDEN_SENTENCES:
        return [f"'golden' is no list of at most {GOLDEN_SENTENCES} courses of events"]
    wrong = []
    for number, entry in enumerate(golden):
        hub.forget()
        try:
            for row in entry["events"]:
                event = read_event(row)
                hub.observe(
                    event.action, event.time, event.context, event.person, event.value, event.rating
                )
            found = hub.suggest(read_time(entry["at"]), entry.get("context"), everything=True)
            expected = entry["action"]
        except (TypeError, KeyError, AttributeError, EdgeError) as error:
            form = "{'events': […], 'at': …, 'action': …}"
            wrong.append(f"golden course {number} is not {form}: {error!r}")
            continue
        first = found[0].action if found else "nothing"
        if first != expected:
            wrong.append(f"golden course {number} suggests {first!r}, it should be {expected!r}")
    return wrong


def wrong_sentences(golden: object, understand: Callable[[str], Mapping[str, Any]]) -> list[str]:
    """Which golden sentences are answered otherwise than the bundle says they should be.

    Args:
        golden: what the bundle's manifest has: a list of `{"text": str, "result": {…}}`. Of a
            result only the keys given are compared; scores may differ by `SCORE_TOLERANCE`.
        understand: a sentence to its result as plain data.
    """
    if not isinstance(golden, list | tuple) or len(golden) > GOLDEN_SENTENCES:
        return [f"'golden' is no list of at most {GOLDEN_SENTENCES} sentences"]
    wrong = []
    for number, entry in enumerate(golden):
        text = entry.get("text") if isinstance(entry, Mapping) else None
        expected = entry.get("result") if isinstance(entry, Mapping) else None
        if not isinstance(text, str) or not isinstance(expected, Mapping):
            wrong.append(f"golden sentence {number} is not {{'text': …, 'result': {{…}}}}")
            continue
        found = understand(text)
        wrong.extend(
            f"{text!r} gives {key} {found.get(key)!r}, it should be {value!r}"
            for key, value in expected.items()
            if not _same(key, found.get(key), value)
        )
    return wrong


def _same(key: str, found: object, expected: object) -> bool:
    if key == "score" and isinstance(found, int | float) and isinstance(expected, int | float):
        return abs(found - expected) <= SCORE_TOLERANCE
    return _plain(found) == _plain(expected)


def _plain(value: object) -> object:
    """Read-only mappings and tuples of a manifest compare like the dicts and lists of JSON."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def golden_sounds(bundle: Bundle) -> list[dict[str, Any]]:
    """What the bundle's acoustic model hears in a made-up voice: its `golden` of speech.

    Returns:
        `{"frame", "label", "probability"}` of every eighth frame: the likeliest label of a letter,
        and how likely it is.
    """
    chances = _heard(bundle)
    found = []
    for frame in range(_EVERY, len(chances), _EVERY):
        label = int(chances[frame].argmax())
        chance = round(float(chances[frame, label]), 3)
        found.append({"frame": frame, "label": label, "probability": chance})
    return found[:GOLDEN_SENTENCES]


def wrong_sounds(golden: object, bundle: Bundle) -> list[str]:
    """Which frames of a made-up voice are heard otherwise than the bundle says.

    Args:
        golden: what the bundle's manifest has: see `golden_sounds`. Probabilities may differ by
            `SOUND_TOLERANCE`.
        bundle: one with a model of speech, where there is anything golden of it.
    """
    if not isinstance(golden, list | tuple) or len(golden) > GOLDEN_SENTENCES:
        return [f"'golden' is no list of at most {GOLDEN_SENTENCES} sounds"]
    if not golden:
        return []
    chances = _heard(bundle)
    wrong = []
    for number, entry in enumerate(golden):
        try:
            frame, label, expected = (entry[key] for key in ("frame", "label", "probability"))
            found = float(chances[frame, label])
            far = abs(found - expected) > SOUND_TOLERANCE
        except (TypeError, KeyError, IndexError) as error:
            form = "{'frame': …, 'label': …, 'probability': …}"
            wrong.append(f"golden sound {number} is not {form}: {error!r}")
            continue
        if far:
            wrong.append(
                f"frame {frame} of a made-up voice is label {label} with probability "
                f"{found:.2f}, it should be {expected}"
            )
    return wrong


def _heard(bundle: Bundle) -> NDArray[np.float64]:
    """[frames, letters] probabilities in a made-up voice."""
    from edge.voice.acoustic import AcousticModel
    from edge.voice.posteriors import letters
    from edge.voice.signals import made_up_voice

    stream = AcousticModel.of(bundle).stream()
    rows = np.concatenate([stream.push(made_up_voice(_SECONDS)), stream.flush()])
    return np.exp(letters(rows).astype(np.float64))
