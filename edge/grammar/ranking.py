"""Which of several ways to read a sentence is meant, and what exactly is amiss where none will do.

The most specific reading wins: the fewest words in wildcards, then the most words in the names of
devices, then the most words of the template itself, then the one that is of the room it was said
in, then the rule that comes first.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from edge.events import SlotValue
from edge.grammar.file import GrammarTables, Rule
from edge.grammar.match import UNKNOWN, Match, Miss, MissCode, OutOfRange, Path, SlotMatch
from edge.home.home import Home
from edge.home.items import HOME_KINDS
from edge.home.targets import lacking, narrow
from edge.text import ARTICLES, Tokens, without_articles

FUNCTION_WORDS = ARTICLES | frozenset(
    "in on at of to for with by from into off up down all every some any is are be it and".split()
)
"""Words that alone do not make a sentence a command."""

_LONGEST_LEADING = 2
"""Words of an unknown name that nothing but small words come before: "porch lamp off"."""


class _Reading:
    """One way to read a sentence under one rule."""

    __slots__ = ("at", "captures", "chosen", "fault", "key", "kind", "number", "place", "rule")

    def __init__(
        self,
        key: tuple[int, int, int],
        number: int,
        rule: Rule,
        captures: list[tuple[int, int, int, Any]],
        at: int = -1,
    ) -> None:
        self.key = key
        """Minus words in wildcards, words in device names, words of the template: more wins."""
        self.number = number
        self.rule = rule
        self.captures = captures
        self.chosen: dict[int, tuple[str, ...]] = {}
        """Capture → candidates that satisfy the rule."""
        self.fault: MissCode | None = None
        self.at = at
        """The capture at fault."""
        self.place: str | None = None
        """Id of the place that was said with it, or that it was said in."""
        self.kind = ""
        """Of devices that this place has none of."""

    def order(self) -> tuple[Any, ...]:
        """Ascending: what is better comes first."""
        return (
            self.fault is not None,
            *(-part for part in self.key),
            # A device of the right kind in another room is nearer than one of the wrong kind.
            self.fault == "wrong_kind",
            not self.rule.kinds,
            # What most kinds of device can do is likelier to be what was asked of this one.
            -len(self.rule.kinds) if self.fault is not None else 0,
            # Where it was said is known, and one of two sentences makes use of it.
            not self.rule.needs_area,
            self.number,
        )


class Ranking:
    """Weighs readings; knows the grammar's references and rules."""

    def __init__(self, tables: GrammarTables) -> None:
        self._rules = tables.rules
        self._accept_sets = tables.accept_sets
        self._lists = [tables.lists[number] for number, _ in tables.references]
        self._labels = [label for _, label in tables.references]

    def best(
        self,
        final: Mapping[int, Iterable[Path]],
        accepts: Sequence[int],
        tokens: Tokens,
        home: Home,
        area: str | None,
    ) -> Match | Miss | None:
        """The best of the readings that reach the end of a sentence."""
        readings: list[_Reading] = []
        for state, paths in final.items():
            if accepts[state]:
                rules = self._accept_sets[accepts[state] - 1]
                for path in paths:
                    captures, key = self._captures(path, len(tokens))
                    for number in rules:
                        rule = self._rules[number]
                        reading = _Reading(key, number, rule, captures)
                        self._check(reading, home, area)
                        readings.append(reading)
        if not readings:
            return None
        best = min(readings, key=_Reading.order) if len(readings) > 1 else readings[0]
        if best.fault == "wrong_kind":
            like = [one for one in readings if (one.fault, one.key) == (best.fault, best.key)]
            every = frozenset[str]().union(*(one.rule.kinds for one in like))
            best.rule = best.rule._replace(kinds=every)
        if best.fault is not None:
            return self._miss(best, tokens, best.fault, best.at)
        rivals = [one for one in readings if one.fault is None and one.key == best.key]
        for at, (_, start, end, _) in enumerate(best.captures):
            if at not in best.chosen:
                continue
            # Rules for different kinds of device can read the same name differently.
            candidates = dict.fromkeys(best.chosen[at])
            for rival in rivals:
                for other, ids in rival.chosen.items():
                    if rival.captures[other][1:3] == (start, end):
                        candidates.update(dict.fromkeys(ids))
            kind = self._lists[best.captures[at][0]].kind
            same = [one for one in candidates if home.is_a(one, kind)]
            if len(same) > 1:
                best.chosen[at] = tuple(same)
                return self._miss(best, tokens, "ambiguous_name", at)
        return self._match(best, tokens, home, area)

    def _captures(
        self, path: Path, count: int
    ) -> tuple[list[tuple[int, int, int, Any]], tuple[int, int, int]]:
        captures = []
        wild = named = taken = 0
        while path is not None:
            reference, start, end, value, path = path
            captures.append((reference, start, end, value))
            taken += end - start
            kind = self._lists[reference].kind
            if kind == "wildcard":
                wild += end - start
            elif kind == "device":
                named += end - start
        captures.reverse()
        return captures, (-wild, named, count - taken)

    def _check(self, reading: _Reading, home: Home, area: str | None) -> None:
        """Narrows the candidates of `reading`, or finds its fault."""
        rule, captures, chosen = reading.rule, reading.captures, reading.chosen
        devices = []
        places: list[str] = []
        for at, (reference, _, _, value) in enumerate(captures):
            kind = self._lists[reference].kind
            if kind == "device":
                devices.append(at)
            elif kind in HOME_KINDS:
                chosen[at] = tuple(value)
                places.extend(value)
            elif isinstance(value, OutOfRange):
                reading.fault, reading.at = "out_of_range", at
        if rule.needs_area:
            self._check_here(reading, home, area)
        for at in devices:
            chosen[at], fault = narrow(
                captures[at][3],
                home,
                kinds=rule.kinds,
                not_kinds=rule.not_kinds,
                places=places,
                area=area,
            )
            if fault is not None:
                reading.fault, reading.at = fault, at
                reading.place = places[0] if places else None
                return

    def _check_here(self, reading: _Reading, home: Home, area: str | None) -> None:
        """Finds the fault of a reading that is of the room it was said in."""
        if area is None:
            reading.fault = "needs_area"
            return
        said = [value for _, _, _, value in reading.captures]
        kind = lacking((*reading.rule.slots.values(), *said), home, area)
        if kind is not None:
            reading.fault, reading.kind, reading.place = "none_here", kind, area

    def _match(self, reading: _Reading, tokens: Tokens, home: Home, area: str | None) -> Match:
        slots = []
        for at, (reference, start, end, value) in enumerate(reading.captures):
            label = self._labels[reference]
            if not label:
                continue
            entry = self._lists[reference]
            ids = reading.chosen.get(at, ())
            said: SlotValue
            if ids:
                item = home.get(ids[0])
                said = item.name if item is not None else tokens.written(start, end)
            elif entry.kind == "wildcard":
                said = tokens.written(start, end)
            elif value is None:
                said = " ".join(tokens.words[start:end])
            else:
                said = value
            place = tokens.starts[start], tokens.ends[end - 1]
            slots.append(SlotMatch(label, said, *place, ids, entry.kind == "wildcard"))
        return Match(
            reading.rule.intent,
            tuple(slots),
            reading.rule.slots,
            area if reading.rule.needs_area else None,
            tokens.written(0, len(tokens)),
        )

    def _miss(self, reading: _Reading, tokens: Tokens, code: MissCode, at: int) -> Miss:
        whole = tokens.written(0, len(tokens))
        if at < 0:
            return Miss(code, reading.rule.intent, whole, reading.kind, 0, 0, place=reading.place)
        reference, start, end, _ = reading.captures[at]
        if code != "out_of_range":
            words = tokens.words[start:end]
            start += len(words) - len(without_articles(words))
        return Miss(
            code,
            reading.rule.intent,
            whole,
            tokens.written(start, end),
            tokens.starts[start],
            tokens.ends[end - 1],
            self._lists[reference],
            self._labels[reference],
            reading.chosen.get(at, ()),
            reading.rule.kinds,
            reading.place,
        )

    def label(self, reference: int) -> str:
        """What a list is called where it is referred to."""
        return (self._labels[reference] or self._lists[reference].name).replace("_", " ")

    def unfinished(
        self, paths: Iterable[Path], accepted: int, rest: Sequence[str], tokens: Tokens, home: Home
    ) -> Miss | None:
        """A sentence that stops before `rest`; None where no rule takes what it names.

        Args:
            paths: the ways to read what was said.
            accepted: of the state behind `rest`.
        """
        for path in paths:
            captures, key = self._captures(path, len(tokens))
            for number in self._accept_sets[accepted - 1]:
                reading = _Reading(key, number, self._rules[number], captures)
                self._check(reading, home, None)
                if reading.fault is None:
                    whole = tokens.written(0, len(tokens))
                    intent = reading.rule.intent
                    return Miss("incomplete", intent, whole, "", 0, 0, rest=" ".join(rest))
        return None

    def nearest(
        self, final: Mapping[int, Iterable[Path]], accepts: Sequence[int], tokens: Tokens
    ) -> Miss | None:
        """The likeliest of the readings with one name that the home does not have."""
        words = tokens.words
        best: _Reading | None = None
        best_order: tuple[Any, ...] = ()
        for state, paths in final.items():
            if not accepts[state]:
                continue
            numbers = self._accept_sets[accepts[state] - 1]
            for path in paths:
                captures, key = self._captures(path, len(words))
                at = next(i for i, capture in enumerate(captures) if capture[3] is UNKNOWN)
                order = self._nearness(captures, at, words)
                if order is None or (best is not None and order >= best_order):
                    continue
                if key[0] < 0 or any(isinstance(one[3], OutOfRange) for one in captures):
                    continue
                # What most kinds of device can do is likelier to be what was asked.
                likeliest = max(numbers, key=self._kinds_of)
                rule = self._rules[likeliest]
                if len(numbers) > 1:
                    kinds = [self._rules[number].kinds for number in numbers]
                    every = frozenset().union(*kinds) if all(kinds) else frozenset()
                    rule = rule._replace(kinds=every)
                best, best_order = _Reading(key, likeliest, rule, captures, at), order
        return None if best is None else self._miss(best, tokens, "unknown_name", best.at)

    def _kinds_of(self, number: int) -> float:
        """How many kinds of device a rule takes."""
        return len(self._rules[number].kinds) or math.inf

    def _nearness(
        self, captures: list[tuple[int, int, int, Any]], at: int, words: Sequence[str]
    ) -> tuple[int, ...] | None:
        """How likely the words of capture `at` are a name; smaller is likelier, None is not."""
        reference, start, end, _ = captures[at]
        name = without_articles(words[start:end])
        small = sum(word in FUNCTION_WORDS for word in name)
        if small == len(name) or name[0] in FUNCTION_WORDS or name[-1] in FUNCTION_WORDS:
            return None
        taken = {i for _, first, last, _ in captures for i in range(first, last)}
        own = [i for i in range(len(words)) if i not in taken]
        content = [i for i in own if words[i] not in FUNCTION_WORDS]
        if not content:
            return None
        if content[0] > start and len(name) > _LONGEST_LEADING:
            return None
        is_place = self._lists[reference].kind != "device"
        return (small, is_place, -len(content), -len(own), len(name), reference)
