"""What people say to an assistant, said to a home whose templates nobody of them has seen.

SLURP's sentences were written by people who were told what they want, not how it is said. What the
sample home can do is understood, or refused, or taken for something else; what it cannot do is to
be refused. Intents are compared, not slots: people name devices that the sample home lacks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from edge.bundle.bundle import Bundle
from edge.errors import UsageError
from edge.events import Command
from edge.grammar.grammar import Grammar
from edge.intent.slots import SlotSchema
from edge.intent.understanding import TextUnderstanding
from edge.loading import sample_home
from edge.runtime import Runtime
from export.corpora import Utterance, read
from export.metrics import wilson

_MUSIC: Final = frozenset({"PlayMusic", "ResumeMusic", "NextTrack", "PreviousTrack"})
_LIGHT: Final = frozenset({"SetBrightness", "SetColor", "Brighten", "Dim"})
WANTED: Final[Mapping[str, Mapping[str, frozenset[str]]]] = {
    "light": {
        "iot_hue_lighton": frozenset({"TurnOn", "Brighten"}),
        "iot_hue_lightoff": frozenset({"TurnOff"}),
        "iot_hue_lightdim": frozenset({"Dim", "SetBrightness"}),
        "iot_hue_lightup": frozenset({"Brighten", "SetBrightness"}),
        "iot_hue_lightchange": _LIGHT,
    },
    "plugs, coffee, cleaning": {
        "iot_wemo_on": frozenset({"TurnOn"}),
        "iot_wemo_off": frozenset({"TurnOff"}),
        "iot_coffee": frozenset({"TurnOn"}),
        "iot_cleaning": frozenset({"StartVacuum"}),
    },
    "volume": {
        "audio_volume_up": frozenset({"RaiseVolume", "SetVolume"}),
        "audio_volume_down": frozenset({"LowerVolume", "SetVolume"}),
        "audio_volume_mute": frozenset({"PauseMusic"}),
    },
    "music, radio, books, podcasts": {
        "play_music": _MUSIC,
        "play_radio": _MUSIC | {"TurnOn"},
        "play_audiobook": _MUSIC | {"PauseMusic"},
        "play_podcasts": _MUSIC,
    },
    "lists": {
        "lists_createoradd": frozenset({"AddToList"}),
        "lists_remove": frozenset({"RemoveFromList"}),
        "lists_query": frozenset({"ReadList", "CheckList"}),
    },
    "games": {"play_game": frozenset()},
}
"""What people wanted → SLURP's intents → those of the home that do it; none: to be refused."""
ELSE: Final = "anything else"
"""Calendars, mail, news, weather, jokes …: to be refused."""

Reads = Callable[[str], Any]


def rows(data: Path, bundle: Path, *, report: Callable[[str], None]) -> list[dict[str, Any]]:
    """A row for all of SLURP's test split that people may want, by whoever reads it.

    Args:
        data: the folder that has `slurp/`.
        bundle: a bundle of the sample home.

    Raises:
        UsageError: SLURP cannot be read, or the bundle is of no home.
        EdgeError: the bundle cannot be loaded.
    """
    opened = Bundle.open(bundle, None)
    path = opened.tasks.get("intent", {}).get("assets", {}).get("grammar")
    if path is None:
        raise UsageError("no bundle of a home", where=str(bundle), allowed="one with its sentences")
    grammar = Grammar.from_bytes(opened.asset(path))
    exact = TextUnderstanding(None, grammar, SlotSchema({}), sample_home(opened))
    said = read(data / "slurp").test
    report(f"strangers: {len(said):,} sentences, twice")
    with Runtime.load(bundle) as hub:
        found = _rows("**Hearth Edge**, as the runtime runs it", said, hub.understand)
    return found + _rows("the home's exact sentences alone", said, exact.answer)


def _rows(reader: str, said: list[Utterance], read_one: Reads) -> list[dict[str, Any]]:
    counts: dict[str, dict[str, int]] = {
        name: {"right": 0, "refused": 0, "wrong": 0} for name in (*WANTED, ELSE)
    }
    for item in said:
        name, meant = _wanted(item.intent or "")
        answer = read_one(item.text)
        if not isinstance(answer, Command):
            outcome = "refused" if meant else "right"
        else:
            outcome = "right" if answer.intent in meant else "wrong"
        counts[name][outcome] += 1
    return [
        {
            "reader": reader,
            "wanted": name,
            "sentences": (total := sum(found.values())),
            **{outcome: wilson(count, total).to_dict() for outcome, count in found.items()},
        }
        for name, found in counts.items()
        if sum(found.values())
    ]


def _wanted(intent: str) -> tuple[str, frozenset[str]]:
    for name, intents in WANTED.items():
        if intent in intents:
            return name, intents[intent]
    return ELSE, frozenset()
