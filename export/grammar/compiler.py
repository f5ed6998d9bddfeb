"""Templates → the compiled grammar that `edge.grammar.grammar` walks.

The same templates give the same bytes. The layout is described in `edge/grammar/file.py`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from hassil.expression import Expression, ListReference
from hassil.intents import RangeSlotList, RangeType, SlotList, TextSlotList, WildcardSlotList

from edge.errors import UsageError
from edge.grammar.file import MAGIC
from edge.limits import GRAMMAR_LABELS, GRAMMAR_STATES
from edge.text import words_of
from export.corpora.utterance import Problem
from export.grammar.automaton import Automaton, Network, determinise
from export.grammar.network import Reference, TemplateCompiler, TemplateError, phrases
from export.grammar.number_words import MOST, number_words
from export.grammar.templates import HOME_LISTS, Block, Templates
from export.grammar.yaml_lines import where

VALUE_WAYS = 512
"""Ways to say one value of a list."""
_SHOWN = 8
"""Values of a list, where it is said what it has."""


@dataclass(frozen=True)
class CompiledGrammar:
    """A compiled grammar and what it took."""

    data: bytes
    language: str
    templates: int
    states: int
    edges: int
    rules: int
    schema: dict[str, dict[str, Any]]
    """Intent → slot → what it takes, for `edge.intent.resolve.SlotSchema.from_dict`."""
    problems: tuple[Problem, ...]
    """Templates, ways to say one, lists and values that are left out, and why."""


@dataclass
class _Lists:
    """Lists in the form the device has them, each under the key a `Reference` carries."""

    language: str
    entries: dict[str, dict[str, Any]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def key(self, name: str, block: Block, number: int, templates: Templates) -> str:
        """The key of the list that `block` calls `name`. Raises TemplateError if there is none."""
        if name in block.lists:
            key = f"{number}:{name}"
            return self._entry(key, block.lists[name], templates.all_rules(block))
        if name in templates.lists:
            return self._entry(name, templates.lists[name], templates.rules)
        if name in HOME_LISTS:
            self.entries.setdefault(name, {"kind": HOME_LISTS[name]})
            return name
        reference = ListReference(list_name=f"{name}:_")
        if reference.is_inline_range:
            low, high, step = reference.get_inline_range()
            found = RangeSlotList(name=name, start=low, stop=high, step=step)
            entry = _range(found, self.language)
            self.entries.setdefault(name, entry)
            return name
        raise TemplateError(f"there is no list {{{name}}}")

    def _entry(self, key: str, found: SlotList, rules: Mapping[str, Expression]) -> str:
        if key not in self.entries:
            if isinstance(found, WildcardSlotList):
                self.entries[key] = {"kind": "wildcard"}
            elif isinstance(found, RangeSlotList):
                self.entries[key] = _range(found, self.language)
            elif isinstance(found, TextSlotList):
                self.entries[key] = {"kind": "values", "values": self._values(key, found, rules)}
            else:
                raise TemplateError(f"the list {{{key}}} is of an unknown kind")
        return key

    def _values(
        self, key: str, found: TextSlotList, rules: Mapping[str, Expression]
    ) -> list[list[Any]]:
        said: dict[str, Any] = {}
        for value in found.values:
            out = value.value_out
            try:
                if out is not None and not isinstance(out, str | int | float):
                    raise TemplateError(f"its `out` is {out!r}, no text or number")
                for words in phrases(value.text_in, rules, VALUE_WAYS):
                    # The first value that is said so wins, as in hassil.
                    said.setdefault(" ".join(words), out)
            except TemplateError as error:
                what = f"list {{{key}}}: the value {out!r} is left out: {error}"
                self.problems.append(Problem("", 0, what))
            if value.context:
                what = f"list {{{key}}}: the context of the value {out!r} is ignored"
                self.problems.append(Problem("", 0, what))
        if not said:
            raise TemplateError(f"the list {{{key}}} has no value that could be said")
        return [[words, str(out) if isinstance(out, str) else out] for words, out in said.items()]


def _range(found: RangeSlotList, language: str) -> dict[str, Any]:
    entry: dict[str, Any] = {"kind": "range", "low": found.start, "high": found.stop}
    if found.step != 1:
        entry["step"] = found.step
    if found.fraction_type is not None:
        entry["fractions"] = str(found.fraction_type.value)
    if found.multiplier is not None:
        entry["multiplier"] = found.multiplier
    if found.type == RangeType.PERCENTAGE:
        entry["percent"] = True
    if not found.digits:
        entry["digits"] = False
    if not found.words:
        entry["words"] = False
    numbers = range(found.start, found.stop + 1, found.step)
    if found.words and len(numbers) <= MOST:
        spelled: dict[str, int] = {}
        for number in numbers:
            for words in number_words(language, number):
                spelled.setdefault(" ".join(words), number)
        if spelled:
            entry["spelled"] = [[words, number] for words, number in spelled.items()]
    return entry


def compile_grammar(templates: Templates) -> CompiledGrammar:
    """Compile templates.

    A template that cannot be compiled is named in `CompiledGrammar.problems` and left out, and so
    are ways to say one.

    Raises:
        UsageError: the automaton would be larger than `edge.limits` allows.
    """
    network = Network()
    lists = _Lists(templates.language)
    problems: list[Problem] = []
    rules: list[dict[str, Any]] = []
    references: dict[tuple[str, str], dict[str, None]] = {}
    device_kinds: dict[str, list[tuple[str, ...]]] = {}
    compiled = 0
    for number, block in enumerate(templates.blocks):
        known = templates.all_rules(block)

        def resolve(name: str, block: Block = block, number: int = number) -> str:
            return lists.key(name, block, number, templates)

        def is_number(key: str) -> bool:
            return bool(lists.entries[key]["kind"] == "range")

        compiler = TemplateCompiler(network, resolve, is_number)
        used = 0
        for template in block.templates:
            try:
                said = compiler.add(template.expression, known, len(rules))
                used += 1
                for reason in said.left_out:
                    what = f"{block.intent}: {template.text!r}: some ways are left out: {reason}"
                    problems.append(Problem(template.file, template.line, what))
                for reference in said.references:
                    references.setdefault((block.intent, reference.slot), {})[reference.list] = None
                    if lists.entries[reference.list]["kind"] == "device":
                        device_kinds.setdefault(block.intent, []).append(block.kinds)
            except TemplateError as error:
                what = f"{block.intent}: {template.text!r} is left out: {error}"
                problems.append(Problem(template.file, template.line, what))
        problems.extend(_fixed_problems(block, templates))
        if used:
            compiled += used
            rules.append(_rule(block))
    automaton = determinise(network, largest=GRAMMAR_STATES)
    data = _serialise(automaton, lists, rules, templates)
    return CompiledGrammar(
        data,
        templates.language,
        compiled,
        len(automaton.moves),
        automaton.edges,
        len(rules),
        _schema(references, device_kinds, lists),
        (*problems, *lists.problems),
    )


def _schema(
    references: Mapping[tuple[str, str], Iterable[str]],
    device_kinds: Mapping[str, list[tuple[str, ...]]],
    lists: _Lists,
) -> dict[str, dict[str, Any]]:
    """What the slots of each intent take. A slot may be filled from several lists."""
    schema: dict[str, dict[str, Any]] = {}
    for (intent, slot), keys in sorted(references.items()):
        entries = [lists.entries[key] for key in keys]
        kinds = {entry["kind"] for entry in entries}
        home_kind = next((kind for kind in ("device", "area", "floor") if kind in kinds), None)
        taken: dict[str, Any]
        if not slot or "wildcard" in kinds or (home_kind and len(kinds) > 1):
            continue  # stays text
        if home_kind:
            taken = {"kind": home_kind}
            asked = device_kinds.get(intent, [])
            if home_kind == "device" and all(asked):
                taken["device_kinds"] = sorted({kind for kinds in asked for kind in kinds})
        else:
            ranges = [entry for entry in entries if entry["kind"] == "range"]
            taken = {"kind": "choice"}
            if ranges:
                percent = any(entry.get("percent") for entry in ranges)
                taken = {
                    "kind": "percent" if percent else "number",
                    "low": min(entry["low"] for entry in ranges),
                    "high": max(entry["high"] for entry in ranges),
                    "step": min(entry.get("step", 1) for entry in ranges),
                    "parts": max(_PARTS[entry.get("fractions")] for entry in ranges),
                }
                multipliers = {entry.get("multiplier", 1) for entry in ranges}
                if len(multipliers) == 1 and multipliers != {1}:
                    taken["multiplier"] = multipliers.pop()
            choices = {
                words: words if value is None else value
                for entry in entries
                for words, value in entry.get("values", ())
            }
            for entry in ranges:
                for words, number in entry.get("spelled", ()):
                    choices.setdefault(words, number * entry.get("multiplier", 1))
            if choices:
                taken["choices"] = choices
        schema.setdefault(intent, {})[slot] = taken
    return schema


def _fixed_problems(block: Block, templates: Templates) -> Iterator[Problem]:
    """Fixed slots with a value that the list of the slot's name has not."""
    for slot, value in block.slots.items():
        found = block.lists.get(slot) or templates.lists.get(slot)
        allowed = ""
        if isinstance(found, RangeSlotList):
            low, high = (bound * (found.multiplier or 1) for bound in (found.start, found.stop))
            low, high = min(low, high), max(low, high)
            if isinstance(value, str) or not low <= value <= high:
                allowed = f"{low:g} to {high:g}"
        elif isinstance(found, TextSlotList):
            meant = [one.value_out for one in found.values]
            texts = [one for one in meant if isinstance(one, str | int | float)]
            # What a value without an `out` means is a way to say it, which may be a template.
            plain = not any(isinstance(one, str) and set(one) & set("[(<|;{") for one in texts)
            if plain and str(value) not in map(str, texts):
                allowed = ", ".join(map(str, texts[:_SHOWN])) + (", …" * (len(texts) > _SHOWN))
        if allowed:
            file, line = where(slot, block.templates[0].file)
            what = f"{block.intent}: the slot {str(slot)!r} is {value!r}"
            what += f", and the list {{{slot}}} has {allowed}; kept"
            yield Problem(file, line or block.templates[0].line, what)


_PARTS = {None: 1, "halves": 2, "tenths": 10}


def _rule(block: Block) -> dict[str, Any]:
    rule: dict[str, Any] = {"intent": block.intent}
    if block.slots:
        rule["slots"] = dict(block.slots)
    if block.kinds:
        rule["kinds"] = list(block.kinds)
    if block.not_kinds:
        rule["not_kinds"] = list(block.not_kinds)
    if block.needs_area:
        rule["needs_area"] = True
    return rule


def _serialise(
    automaton: Automaton, lists: _Lists, rules: list[dict[str, Any]], templates: Templates
) -> bytes:
    used = {label for edges in automaton.moves for label in edges}
    words = sorted(label for label in used if isinstance(label, str))
    references = sorted(
        (label for label in used if isinstance(label, Reference)),
        key=lambda item: (item.list, item.slot),
    )
    if len(words) + len(references) > GRAMMAR_LABELS:
        raise UsageError(
            f"more than {GRAMMAR_LABELS:,} different words",
            where=f"the grammar ({templates.language})",
            allowed=f"{GRAMMAR_LABELS:,} words and lists",
            hint="names and numbers are lists, not words of templates",
        )
    numbers: dict[Any, int] = {label: i for i, label in enumerate((*words, *references))}
    keys = sorted({reference.list for reference in references})
    accept_sets = sorted({tags for tags in automaton.accepts if tags})
    set_numbers = {tags: number + 1 for number, tags in enumerate(accept_sets)}
    set_numbers[()] = 0
    header = {
        "language": templates.language,
        "states": len(automaton.moves),
        "edges": automaton.edges,
        "words": words,
        "references": [[keys.index(reference.list), reference.slot] for reference in references],
        "lists": [lists.entries[key] | {"name": key.rpartition(":")[2]} for key in keys],
        "rules": rules,
        "accept_sets": [list(tags) for tags in accept_sets],
        "skip": sorted(
            {" ".join(words_of(phrase)) for phrase in templates.skip_words} - {""},
            key=lambda phrase: (-phrase.count(" "), phrase),
        ),
    }
    text = json.dumps(header, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    counts = [len(edges) for edges in automaton.moves]
    ordered = [
        sorted((numbers[label], target) for label, target in edges.items())
        for edges in automaton.moves
    ]
    flat = [edge for edges in ordered for edge in edges]
    return b"".join(
        (
            MAGIC,
            len(text).to_bytes(4, "little"),
            text,
            np.cumsum([0, *counts]).astype("<u4").tobytes(),
            np.array([target for _, target in flat], dtype="<u4").tobytes(),
            np.array([label for label, _ in flat], dtype="<u2").tobytes(),
            np.array([set_numbers[tags] for tags in automaton.accepts], dtype="<u2").tobytes(),
        )
    )
