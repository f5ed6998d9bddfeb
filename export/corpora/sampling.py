"""One sentence of a template, drawn at random, with the spans of its slots."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from hassil.expression import (
    Alternative,
    Expression,
    Group,
    ListReference,
    Permutation,
    RuleReference,
    TextChunk,
)
from hassil.intents import RangeSlotList, RangeType, SlotList, TextSlotList, WildcardSlotList

from edge.numbers import spell
from edge.text import words_of
from export.corpora import pools
from export.corpora.utterance import SlotSpan
from export.grammar.number_words import number_words
from export.grammar.templates import HOME_LISTS, Block, Templates

RULE_DEPTH = 24
_OPTIONAL = 0.5
_OWN_NAME = 0.25
_ROUND = 0.6

Piece = tuple[str, str]
"""Some text and the label of the slot it fills; "" where it fills none."""


@dataclass(frozen=True)
class Names:
    """Names of the home at hand, mixed in among the invented ones."""

    devices: Mapping[str, tuple[str, ...]]
    """Kind → names."""
    areas: tuple[str, ...]
    floors: tuple[str, ...]
    invented: bool = True
    """Whether most names are made up; otherwise only those above are used."""


class Sampler:
    """Draws sentences from the templates of a home or a language."""

    def __init__(self, templates: Templates, names: Names, rng: Random) -> None:
        self._templates = templates
        self._names = names
        self._rng = rng

    def draw(self, block: Block, expression: Expression) -> tuple[str, tuple[SlotSpan, ...]]:
        """A sentence of `expression`, a template of `block`, with its slots in order.

        Raises:
            KeyError: it refers to a list or a rule that there is none of.
            RecursionError: a rule contains itself.
        """
        pieces: list[Piece] = []
        self._expand(expression, block, self._templates.all_rules(block), pieces, 0)
        return join(pieces)

    def _expand(
        self,
        expression: Expression,
        block: Block,
        rules: Mapping[str, Expression],
        pieces: list[Piece],
        depth: int,
    ) -> None:
        if isinstance(expression, TextChunk):
            pieces.append((expression.original_text, ""))
        elif isinstance(expression, ListReference):
            slot = "" if expression.is_capture else expression.slot_name
            pieces.append((self._fill(expression, block, rules), slot))
        elif isinstance(expression, RuleReference):
            if depth >= RULE_DEPTH:
                raise RecursionError(f"the rule <{expression.rule_name}> contains itself")
            self._expand(rules[expression.rule_name], block, rules, pieces, depth + 1)
        elif isinstance(expression, Permutation):
            for item in self._rng.sample(expression.items, len(expression.items)):
                pieces.append((" ", ""))
                self._expand(item, block, rules, pieces, depth)
                pieces.append((" ", ""))
        elif isinstance(expression, Alternative):
            items = expression.items
            if expression.is_optional:
                # The last item of an optional is its empty one.
                items = items[:-1] if self._rng.random() < _OPTIONAL else items[-1:]
            self._expand(self._rng.choice(items), block, rules, pieces, depth)
        elif isinstance(expression, Group):
            for item in expression.items:
                self._expand(item, block, rules, pieces, depth)

    def _fill(self, reference: ListReference, block: Block, rules: Mapping[str, Expression]) -> str:
        name = reference.list_name
        found: SlotList | None = block.lists.get(name) or self._templates.lists.get(name)
        if found is None and name in HOME_LISTS:
            return self._name(HOME_LISTS[name], block)
        if found is None and reference.is_inline_range:
            low, high, step = reference.get_inline_range()
            found = RangeSlotList(name=name, start=low, stop=high, step=step)
        if isinstance(found, RangeSlotList):
            return self._number(found)
        if isinstance(found, WildcardSlotList):
            return pools.free_text(self._rng, f"{name} {reference.slot_name}".lower())
        if isinstance(found, TextSlotList) and found.values:
            pieces: list[Piece] = []
            self._expand(
                self._rng.choice(found.values).text_in, block, rules, pieces, RULE_DEPTH - 4
            )
            return join(pieces)[0]
        raise KeyError(name)

    def _name(self, kind: str, block: Block) -> str:
        rng = self._rng
        own: tuple[str, ...]
        invent: Callable[[], str]
        if kind == "device":
            kinds = block.kinds or tuple(self._names.devices)
            if not self._templates.is_english and not any(map(self._names.devices.get, kinds)):
                kinds = tuple(self._names.devices)
            own = tuple(name for one in kinds for name in self._names.devices.get(one, ()))
            invent = lambda: pools.device_name(rng, block.kinds)  # noqa: E731
        elif kind == "area":
            own, invent = self._names.areas, lambda: pools.area_name(rng)
        else:
            own, invent = self._names.floors, lambda: pools.floor_name(rng)
        invented = self._names.invented and self._templates.is_english
        if own and (not invented or rng.random() < _OWN_NAME):
            return rng.choice(own).lower()
        return invent()

    def _number(self, found: RangeSlotList) -> str:
        rng = self._rng
        value: int | float = rng.randrange(found.start, found.stop + 1, found.step)
        if found.stop - found.start > 20 and rng.random() < _ROUND:
            coarse = [number for number in range(found.start, found.stop + 1) if number % 5 == 0]
            value = rng.choice(
                [number for number in coarse if not (number - found.start) % found.step]
            )
        if found.fraction_type is not None and rng.random() < 0.2 and value < found.stop:
            value += 0.5
        in_words = found.words and (not found.digits or rng.random() < 0.5)
        if in_words and not self._templates.is_english:
            spelled = number_words(self._templates.language, int(value))
            return " ".join(spelled[0]) if spelled and value == int(value) else f"{value:g}"
        if in_words and found.type == RangeType.PERCENTAGE and value == 50 and rng.random() < 0.1:
            return "half"
        if in_words and value != int(value) and rng.random() < 0.5:
            return f"{spell(int(value))} and a half"
        return spell(value) if in_words else f"{value:g}" if value < 10**6 else str(value)


def join(pieces: list[Piece]) -> tuple[str, tuple[SlotSpan, ...]]:
    """Pieces as one text, single spaced, with a span for each piece that fills a slot."""
    text = ""
    spans: list[SlotSpan] = []
    open_word = False
    for piece, label in pieces:
        words = piece.split()
        if not words:
            open_word = open_word and not piece
            continue
        touches = open_word and not piece[0].isspace()
        # "{minutes}[ ]minutes" may be "5minutes", but never "fiveminutes".
        if touches and spans and spans[-1].end == len(text) and text[-1].isalpha():
            touches = not words[0][0].isalnum()
        if text and not touches:
            text += " "
        start = len(text)
        text += " ".join(words)
        if label:
            spans.append(SlotSpan(label, start, len(text)))
        open_word = not piece[-1].isspace()
    return text, tuple(spans)


def is_said(text: str) -> bool:
    """Whether there is a word in it."""
    return bool(words_of(text))
