"""Whether what is done is what a sentence of SLURP wanted, as far as its labels tell."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from edge.events import Command
from edge.home.home import Home
from edge.intent.slots import SlotSchema
from edge.text import words_of
from export.corpora import Utterance

_TO_HEAR: Final = frozenset(
    {
        "song_name", "artist_name", "music_genre", "music_album", "playlist_name", "radio_name",
        "podcast_name", "audiobook_name", "audiobook_author",
    }
)  # fmt: skip
_KINDS: Final = frozenset({"music", "song", "songs", "playlist", "radio", "station", "podcast"})
"""What it is rather than which: one says it and another leaves it out."""
_CHOICES: Final = {"color_type": "color", "list_name": "list"}
_PLACE: Final = "house_place"
_ALL_OF_IT: Final = frozenset({"house", "home", "room", "floor"})
"""Places that are no place of their own: here, or everywhere."""


def does(
    commands: Sequence[Command],
    wanted: Utterance,
    intents: Collection[str],
    home: Home,
    schema: SlotSchema,
) -> bool:
    """Whether every command is one of `intents`, and they do to what is named what is wanted.

    Compared are what to hear, colours, lists and places, the kinds that both sides have. What is
    put on a list, amounts and devices are not: SLURP labels few of them, or means others.

    Args:
        schema: what the home calls a list or a colour.
    """
    if any(command.intent not in intents for command in commands):
        return False
    for span in wanted.slots:
        said = words_of(wanted.text[span.start : span.end].removesuffix("'s"))
        if span.label in _CHOICES:
            slot = _CHOICES[span.label]
            right = _chosen(commands, slot, said, schema)
        elif span.label in _TO_HEAR:
            which = [word for word in said if word not in _KINDS]
            heard = [words_of(str(command.slots.get("music", ""))) for command in commands]
            right = not which or any(_within(which, words) for words in heard)
        elif span.label == _PLACE and not _ALL_OF_IT.issuperset(said):
            right = any(_is_there(home, target, said) for one in commands for target in one.targets)
        else:
            continue
        if not right:
            return False
    return True


def _chosen(
    commands: Sequence[Command], slot: str, said: Sequence[str], schema: SlotSchema
) -> bool:
    """Whether the choices made are those named, under whatever name, and there is one."""
    named, made = set(), set()
    for command in commands:
        kind = schema.types.get(command.intent, {}).get(slot)
        made.add(command.slots.get(slot))
        for phrase, value in kind.choices.items() if kind is not None else ():
            if _within(words_of(phrase), said):
                named.add(value)
    return bool(named) and named == made


def _is_there(home: Home, target: str, place: Sequence[str]) -> bool:
    """Whether a device or an area is called after a place, or is in it."""
    found = home.get(target)
    areas = home.find("area", place)
    if target in areas or home.area_of(target) in areas:
        return True
    return found is not None and _within(place, words_of(found.name))


def _within(part: Sequence[str], whole: Sequence[str]) -> bool:
    """Whether words stand in others, one after the other."""
    length = len(part)
    return any(
        tuple(whole[at : at + length]) == tuple(part) for at in range(len(whole) - length + 1)
    )
