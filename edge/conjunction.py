"""Several commands in one sentence: "turn on the lamp and the fan", "lock the front and back door".

What two commands have in common is said once: what they begin with at the first of them, what they
end with at the last. A part that is no command by itself is completed with what another one has.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from edge.limits import COMMANDS
from edge.text import Tokens, tokenise

_AND: Final = frozenset({"and", "then"})
_LONGEST_END: Final = 6
"""Words at the end of a part that another one may share: "lights to twenty five percent"."""
_PARTICLES: Final = frozenset({"on", "off", "up", "down"})


def parts_of(tokens: Tokens) -> list[Tokens]:
    """The sentence cut at its "and"s and "then"s; whole when there are none, or too many."""
    return _cut(tokens, [at for at, word in enumerate(tokens.words) if word in _AND])


def listed(tokens: Tokens) -> list[Tokens]:
    """The sentence cut at its commas, too; whole when there are none, or too many parts."""
    gaps = zip(tokens.ends, tokens.starts[1:], strict=False)
    after = [at for at, (end, start) in enumerate(gaps, 1) if "," in tokens.text[end:start]]
    return _cut(tokens, [at for at, word in enumerate(tokens.words) if word in _AND], after)


def _cut(tokens: Tokens, links: Sequence[int], beginnings: Sequence[int] = ()) -> list[Tokens]:
    """The parts between the tokens `links`, and before those of `beginnings`."""
    parts = []
    first = 0
    for at in sorted({*links, *beginnings, len(tokens)}):
        if at > first:
            parts.append(tokens.part(first, at))
        first = at + 1 if at in links else at
    return parts if len(parts) <= COMMANDS else [tokens]


def verb_of(part: Tokens) -> Tokens:
    """What a part without a verb of its own borrows: "turn on", "open", "dim"."""
    particle = len(part) > 1 and part.words[1] in _PARTICLES
    return part.part(0, 2 if particle else 1)


def beginnings_of(part: Tokens) -> Iterator[Tokens]:
    """What another part may have in common with the beginning of this one, the longest first."""
    for end in range(len(part) - 1, 0, -1):
        yield part.part(0, end)


def ends_of(part: Tokens) -> Iterator[Tokens]:
    """What another part may have in common with the end of this one, the longest first.

    "Set the hall and study lights to 20" is about lights in the hall, too.
    """
    for start in range(max(1, len(part) - _LONGEST_END), len(part)):
        yield part.part(start, len(part))


def joined(*parts: Tokens) -> Tokens:
    """Parts of a sentence as a sentence of their own, without what was said between them.

    Cut anew: the model reads text, and between the two stands the command before this one.
    """
    return tokenise(" ".join(part.written(0, len(part)) for part in parts))
