"""Several commands in one sentence: "turn on the lamp and the fan", "lock the front and back door".

What two commands have in common is said once: what they begin with at the first of them, what they
end with at the last. A part that is no command by itself is completed with what another one has. So
it is in other languages, too: all that has to be known of them is what they say for "and".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Final

from edge.events import Command
from edge.home.home import Home
from edge.intent.interpret import two_values
from edge.limits import COMMANDS
from edge.text import Tokens, tokenise

Fits = Callable[[Tokens], Command | None]
"""A sentence → the command that it is, if it is one."""

_AND: Final = {
    language: frozenset(words.split())
    for language, words in {
        "en": "and then",
        "ca": "i després",
        "cs": "a pak",
        "da": "og så",
        "de": "und dann",
        "es": "y e luego",
        "fi": "ja sitten",
        "fr": "et puis ensuite",
        "it": "e ed poi",
        "nb": "og så",
        "nl": "en dan",
        "pl": "i oraz potem",
        "pt": "e depois",
        "sv": "och sedan",
    }.items()
}
Links = frozenset[str]
"""Words that parts are cut at."""
ENGLISH: Final[Links] = _AND["en"]
_PRONOUNS: Final = frozenset({"it", "them"})
_THERE: Final = "there"
_LONGEST_BEGINNING: Final = 10
"""Words at the beginning of a part that another one may share."""
_LONGEST_END: Final = 6
"""Words at the end of a part that another one may share: "lights to twenty five percent"."""
_PARTICLES: Final = frozenset({"on", "off", "up", "down"})


def links_of(language: str) -> Links:
    """What a language, such as "de" or "pt-BR", says for "and" and "then"; nothing if not known."""
    return _AND.get(language.partition("-")[0], frozenset())


def parts_of(tokens: Tokens, links: Links = ENGLISH, home: Home | None = None) -> list[Tokens]:
    """The sentence cut at its "and"s and "then"s, but not inside a name of the home; whole when
    there are none, or too many."""
    return _cut(tokens, links, home)


def listed(tokens: Tokens, links: Links = ENGLISH, home: Home | None = None) -> list[Tokens]:
    """The sentence cut at its commas, too; whole when there are none, or too many parts."""
    gaps = zip(tokens.ends, tokens.starts[1:], strict=False)
    after = [at for at, (end, start) in enumerate(gaps, 1) if "," in tokens.text[end:start]]
    return _cut(tokens, links, home, after)


def _cut(
    tokens: Tokens, links: Links, home: Home | None, beginnings: Sequence[int] = ()
) -> list[Tokens]:
    """The parts between "and"s and "then"s, and before the tokens `beginnings`."""
    if not beginnings and links.isdisjoint(tokens.words):
        return [tokens]
    linked = {
        at
        for at, word in enumerate(tokens.words)
        if word in links and not (home is not None and home.is_in_a_name(tokens.words, at))
    }
    parts = []
    first = 0
    for at in sorted({*linked, *beginnings, len(tokens)}):
        if at > first:
            parts.append(tokens.part(first, at))
        first = at + 1 if at in linked else at
    return parts if len(parts) <= COMMANDS else [tokens]


def verb_of(part: Tokens) -> Tokens:
    """What a part without a verb of its own borrows: "turn on", "open", "dim"."""
    particle = len(part) > 1 and part.words[1] in _PARTICLES
    return part.part(0, 2 if particle else 1)


def with_verb(part: Tokens, verb: Tokens) -> Tokens:
    """A part behind the verb of another: "and off the light" is "turn off the light"."""
    return joined(verb.part(0, 1) if part.words[0] in _PARTICLES else verb, part)


def has_link(text: str, links: Links = ENGLISH) -> bool:
    """Whether a text has a word in it that parts are cut at."""
    return not links.isdisjoint(text.lower().split())


def contradiction(commands: Sequence[Command]) -> str | None:
    """Why commands cannot all be done: "set the thermostat to 21 and 5". None where they can."""
    for one, other in combinations(commands, 2):
        if not one.targets or (one.intent, one.targets) != (other.intent, other.targets):
            continue
        apart = [slot for slot, value in one.slots.items() if other.slots.get(slot) != value]
        if len(apart) == 1 and one.slots.keys() == other.slots.keys():
            first, second = one.slots[apart[0]], other.slots[apart[0]]
            if not isinstance(first, str) and not isinstance(second, str):
                return two_values(apart[0], first, second)
    return None


def several(commands: Sequence[Command]) -> Command:
    """Commands as one: the first of them, with the others."""
    first, *others = commands
    return replace(first, also=tuple(others))


def completed(
    part: Tokens,
    verb: Tokens,
    before: tuple[Tokens, Command] | None,
    later: Sequence[Tokens],
    fits: Fits,
) -> Command | None:
    """What a part means with what it has in common with others: `pointed`, `begun` or `ended`.

    Args:
        part: no command by itself.
        verb: its own, or that of what came before it.
        before: the last part that was a command by itself, and what it meant; None before any.
        later: the parts after it.
        fits: tells whether a sentence is a command.
    """
    found = None
    if before is not None:
        whole, meant = before
        found = pointed(part, whole, meant, fits) or begun(part, whole, meant.intent, fits)
    return found or ended(part, verb, later, fits)


def points(part: Tokens) -> bool:
    """Whether a part has a word for what was named before it: "it", "them", "there" at its end."""
    return part.words[-1] == _THERE or not _PRONOUNS.isdisjoint(part.words)


def pointed(part: Tokens, whole: Tokens, before: Command, fits: Fits) -> Command | None:
    """A part that points to what was named before it: "turn on the lamp and dim it to 20".

    Args:
        part: a part of a sentence, with or without such a word.
        whole: the part before it, a command by itself.
        before: that command.
        fits: tells whether a sentence is a command.
    """
    if not points(part):
        return None
    last = len(part) - 1
    at = next((at for at, word in enumerate(part.words) if word in _PRONOUNS), last)
    name, area = (before.slots.get(label) for label in ("name", "area"))
    there = tokenise(f"in the {area}") if isinstance(area, str) else None
    meant: list[Tokens] = []
    if part.words[at] == _THERE:
        meant += [there] if there is not None else []
    elif isinstance(name, str):
        meant.append(tokenise(name))
    else:  # "the study lights", of "set the study lights to 20"
        first = len(verb_of(whole))
        meant += [whole.part(first, end) for end in range(len(whole), first, -1)]
    rest = part.part(at + 1, len(part))
    tried = [joined(part.part(0, at), one, rest) for one in meant]
    if there is not None:
        tried.append(joined(part, there))
    return next((found for one in tried if (found := fits(one)) is not None), None)


def begun(part: Tokens, whole: Tokens, intent: str, fits: Fits) -> Command | None:
    """A part with the beginning of one before it: "turn on the lights in the hall and the study".

    Args:
        part: no command by itself.
        whole: a command by itself.
        intent: what that meant.
        fits: tells whether a sentence is a command.
    """
    for end in range(min(len(whole) - 1, _LONGEST_BEGINNING), 0, -1):
        found = fits(joined(whole.part(0, end), part))
        if found is not None and found.intent == intent:
            return found
    return None


def ended(part: Tokens, verb: Tokens, later: Sequence[Tokens], fits: Fits) -> Command | None:
    """A part with the end of a later one: "lock the front and the back door".

    The longest end that will do: "set the hall and study lights to 20" is about lights in the hall.

    Args:
        part: no command by itself.
        verb: its own, or that of what came before it.
        later: the parts after it; one that is no command of that verb has nothing in common.
        fits: tells whether a sentence is a command.
    """
    for other in later:
        like = fits(joined(verb, other))
        if like is None:
            continue
        for start in range(max(1, len(other) - _LONGEST_END), len(other)):
            end = other.part(start, len(other))
            for whole in (joined(part, end), joined(verb, part, end)):
                found = fits(whole)
                if found is not None and found.intent == like.intent:
                    return found
    return None


def joined(*parts: Tokens) -> Tokens:
    """Parts of a sentence as a sentence of their own, without what was said between them.

    Cut anew: the model reads text, and between the two stands the command before this one.
    """
    return tokenise(" ".join(part.written(0, len(part)) for part in parts))
