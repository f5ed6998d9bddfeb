"""What people say to an assistant, said to a home whose templates nobody of them has seen.

SLURP's sentences were written by people who were told what they want, not how it is said. What the
sample home can do is understood, or refused, or taken for something else; what it cannot do is to
be refused. Right is what does as much as the labels tell, and nothing else: see `benchmarks.meant`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from benchmarks import meant
from edge.bundle.bundle import Bundle
from edge.errors import UsageError
from edge.events import Command
from edge.grammar.grammar import Grammar
from edge.intent.slots import SlotSchema
from edge.intent.understanding import TextUnderstanding
from edge.loading import sample_home
from edge.runtime import Runtime
from edge.text import words_of
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
_TAUGHT: Final = Path(__file__).resolve().parents[1] / "export/samples/home/out_of_scope.txt"
"""What the sample home is taught to refuse; some of it is in SLURP's test, word for word."""

Does = Callable[[Command, Utterance, frozenset[str]], bool]


def strangers(data: Path, bundle: Path, *, report: Callable[[str], None]) -> dict[str, Any]:
    """A row for all of SLURP's test split that people may want, by whoever reads it.

    Args:
        data: the folder that has `slurp/`.
        bundle: a bundle of the sample home.

    Raises:
        UsageError: SLURP cannot be read, or the bundle is of no home.
        EdgeError: the bundle cannot be loaded.
    """
    opened = Bundle.open(bundle, None)
    task = opened.tasks.get("intent", {})
    path = task.get("assets", {}).get("grammar")
    if path is None:
        raise UsageError("no bundle of a home", where=str(bundle), allowed="one with its sentences")
    grammar = Grammar.from_bytes(opened.asset(path))
    home, schema = sample_home(opened), SlotSchema.from_dict(task.get("slot_schema", {}))
    exact = TextUnderstanding(None, grammar, SlotSchema({}), home)

    def does(answer: Command, wanted: Utterance, intents: frozenset[str]) -> bool:
        return meant.does((answer, *answer.also), wanted, intents, home, schema)

    test = read(data / "slurp").test
    said = unseen(test)
    report(f"strangers: {len(said):,} sentences, twice")
    with Runtime.load(bundle) as hub:
        found = _rows("**Hearth Edge**, as the runtime runs it", said, hub.understand, does)
    found += _rows("the home's exact sentences alone", said, exact.answer, does)
    return {"rows": found, "taught": len(test) - len(said)}


def unseen(said: Iterable[Utterance]) -> list[Utterance]:
    """Without what is to be refused and is in the sample home's lines of that, word for word."""
    lines = _TAUGHT.read_text("utf-8").splitlines()
    taught = {words_of(line) for line in lines if line.strip() and not line.startswith("#")}
    return [
        item for item in said if _wanted(item.intent or "")[1] or words_of(item.text) not in taught
    ]


def _rows(
    reader: str, said: list[Utterance], read_one: Callable[[str], Any], does: Does
) -> list[dict[str, Any]]:
    counts: dict[str, dict[str, int]] = {
        name: {"right": 0, "refused": 0, "wrong": 0} for name in (*WANTED, ELSE)
    }
    for item in said:
        name, intents = _wanted(item.intent or "")
        answer = read_one(item.text)
        if not isinstance(answer, Command):
            outcome = "refused" if intents else "right"
        else:
            outcome = "right" if does(answer, item, intents) else "wrong"
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
