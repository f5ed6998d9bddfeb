"""Sentence templates in the syntax of Home Assistant's intents: read, checked, and kept with lines.

Syntax and meaning are those of hassil (github.com/OHF-Voice/hassil), which parses them. What is
supported: expansion rules, [optional], (alternatives|…), (permutations;…), {list}, {list:slot},
{1..100:slot}, lists of values, ranges and wildcards, lists and rules of one block, `slots`,
`requires_context` and `excludes_context` with a domain, `requires_context` with the area of the
speaker, `name_domains`, `skip_words`. What is not is named in `Templates.problems`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hassil import parse_sentence
from hassil.errors import HassilError
from hassil.expression import Expression
from hassil.intents import Intents, SlotList
from hassil.parser import ParseError

from edge.errors import UsageError
from edge.intent.asides import LANGUAGE as ENGLISH
from export.corpora.utterance import Problem
from export.grammar.yaml_lines import Located, read_yaml, where
from export.missing import no_such

HOME_LISTS = {"name": "device", "area": "area", "floor": "floor"}
"""Lists whose values are the home's own names."""

PARSE_ERRORS = (ParseError, HassilError, AssertionError, IndexError, ValueError, RecursionError)
"""What hassil raises for what is no template."""
_MOST_NUMBERS = 1_000_000
"""Of a range."""
_BLOCK_KEYS = frozenset(
    {"sentences", "slots", "requires_context", "excludes_context", "lists", "expansion_rules"}
    | {"name_domains", "inferred_domain", "response", "metadata", "settings", "required_keywords"}
)
_TOP_KEYS = frozenset(
    {"language", "intents", "lists", "expansion_rules", "skip_words", "responses", "settings"}
)


@dataclass(frozen=True)
class Template:
    """One sentence template."""

    text: str
    expression: Expression
    file: str
    line: int


@dataclass(frozen=True)
class Block:
    """Templates that mean the same: an intent with its fixed slots and conditions."""

    intent: str
    templates: tuple[Template, ...]
    slots: Mapping[str, str | int | float] = field(default_factory=dict)
    kinds: tuple[str, ...] = ()
    """Kinds of device that {name} may be; empty: any."""
    not_kinds: tuple[str, ...] = ()
    """Kinds of device that {name} must not be."""
    needs_area: bool = False
    """Only where the area of the speaker is known; it then becomes the slot "area"."""
    lists: Mapping[str, SlotList] = field(default_factory=dict)
    rules: Mapping[str, Expression] = field(default_factory=dict)


@dataclass
class Templates:
    """All templates of a language or a home."""

    language: str
    blocks: list[Block] = field(default_factory=list)
    lists: dict[str, SlotList] = field(default_factory=dict)
    rules: dict[str, Expression] = field(default_factory=dict)
    skip_words: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    """What could not be used, and why; everything else was."""

    @property
    def is_english(self) -> bool:
        """Whether they are in the language that names, numbers and fillers are known of here."""
        return self.language == ENGLISH

    @property
    def intents(self) -> list[str]:
        """Sorted names of the intents."""
        return sorted({block.intent for block in self.blocks})

    @property
    def count(self) -> int:
        """Number of templates."""
        return sum(len(block.templates) for block in self.blocks)

    def all_rules(self, block: Block) -> dict[str, Expression]:
        """Expansion rules as the block sees them."""
        return {**self.rules, **block.rules}


def read_templates(source: str | Path | Iterable[Path]) -> Templates:
    """Read templates.

    Args:
        source: a YAML file, a folder of them, several files, or, as a string that is no path, a
            language of the package home-assistant-intents ("en").

    A broken line, template, list or rule costs only itself; see `Templates.problems`.

    Raises:
        UsageError: nothing there, or no template that could be used.
    """
    problems: list[Problem] = []
    if isinstance(source, str) and not Path(source).exists():
        parts = [(f"home_assistant_intents/{source}.json", _packaged(source))]
    else:
        paths = [Path(source)] if isinstance(source, str | Path) else [Path(one) for one in source]
        files = [file for path in paths for file in _files(path)]
        parts = [(file.name, read_yaml(file, problems)) for file in files]
    reader = _Reader(Templates("en", problems=problems))
    for file, data in parts:
        if isinstance(data, dict):
            reader.read(file, data)
        elif data is not None:
            problems.append(Problem(file, 1, "not a mapping with `intents`; the file is left out"))
    templates = reader.templates
    if not templates.count:
        first = f"; the first of {len(problems)} problems: {problems[0]}" if problems else ""
        raise UsageError(
            f"not one sentence template{first}",
            where=str(source),
            allowed="YAML with intents: <name>: data: - sentences: [...]",
        )
    return templates


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(file for file in path.rglob("*.y*ml") if file.suffix in (".yaml", ".yml"))
    if path.is_file():
        return [path]
    raise no_such(path)


def _packaged(language: str) -> Any:
    from home_assistant_intents import get_intents, get_languages

    data = get_intents(language) if language.replace("-", "").isalnum() else None
    if data is None:
        raise UsageError(
            f"{language!r} is neither a path nor a language of home-assistant-intents",
            allowed=", ".join(sorted(get_languages())),
        )
    return data


class _Reader:
    """Collects what files say into one `Templates`."""

    def __init__(self, templates: Templates) -> None:
        self.templates = templates
        self._file = ""

    def read(self, file: str, data: Mapping[str, Any]) -> None:
        self._file = file
        for key in data:
            if key not in _TOP_KEYS:
                self._problem(key, f"unknown key {key!r}; allowed: {', '.join(sorted(_TOP_KEYS))}")
        language = data.get("language")
        if isinstance(language, str):
            self.templates.language = str(language)
        self._lists(data.get("lists"), self.templates.lists, "")
        self._rules(data.get("expansion_rules"), self.templates.rules, "")
        for word in self._sequence(data.get("skip_words"), "skip_words"):
            if isinstance(word, str):
                self.templates.skip_words.append(str(word))
            else:
                self._problem(word, f"skip word {word!r} is no text; quote it")
        for intent, body in self._mapping(data.get("intents"), "intents").items():
            entries = body.get("data") if isinstance(body, dict) else None
            for entry in self._sequence(entries, f"{intent}: data"):
                if isinstance(entry, dict):
                    self._block(str(intent), intent, entry)
                else:
                    self._problem(entry, f"{intent}: a block has to be a mapping; left out")

    def _problem(self, value: object, what: str) -> None:
        file, line = where(value, self._file)
        self.templates.problems.append(Problem(file, line, what))

    def _mapping(self, value: Any, name: str) -> dict[Any, Any]:
        if isinstance(value, dict):
            return value
        if value is not None:
            self._problem(value, f"{name} has to be a mapping; left out")
        return {}

    def _sequence(self, value: Any, name: str) -> list[Any]:
        if isinstance(value, list):
            return value
        if value is not None:
            self._problem(value, f"{name} has to be a list; left out")
        return []

    def _parse(self, text: Any, what: str) -> Expression | None:
        if not isinstance(text, str):
            self._problem(text, f"{what}: {text!r} is no text (quote it); left out")
            return None
        try:
            expression: Expression = parse_sentence(str(text)).expression
            return expression
        except PARSE_ERRORS as error:
            reason = str(error) or type(error).__name__
            self._problem(text, f"{what}: {str(text)!r} is no template; left out: {reason}")
            return None

    def _rules(self, value: Any, into: dict[str, Expression], prefix: str) -> None:
        for name, body in self._mapping(value, f"{prefix}expansion_rules").items():
            expression = self._parse(body, f"{prefix}rule <{name}>")
            if expression is not None:
                if name in into and not prefix:
                    self._problem(name, f"rule <{name}> is there a second time; the last is used")
                into[str(name)] = expression

    def _lists(self, value: Any, into: dict[str, SlotList], prefix: str) -> None:
        for name, body in self._mapping(value, f"{prefix}lists").items():
            if name in into and not prefix:
                self._problem(name, f"list {{{name}}} is there a second time; the last is used")
            try:
                whole = {"language": "en", "intents": {}, "lists": {str(name): _plain(body)}}
                _check_range(body)
                into[str(name)] = Intents.from_dict(whole).slot_lists[str(name)]
            except (*PARSE_ERRORS, KeyError, TypeError, AttributeError) as error:
                reason = str(error) or type(error).__name__
                if isinstance(error, TypeError | AttributeError):
                    reason = "values are texts, or `in:` what is said and `out:` what it means"
                self._problem(name, f"{prefix}list {{{name}}} cannot be used; left out: {reason}")

    def _block(self, intent: str, key: object, entry: dict[Any, Any]) -> None:
        for name in entry:
            if name not in _BLOCK_KEYS:
                self._problem(name, f"{intent}: unknown key {name!r}; it is ignored")
        lists: dict[str, SlotList] = {}
        rules: dict[str, Expression] = {}
        self._lists(entry.get("lists"), lists, f"{intent}: ")
        self._rules(entry.get("expansion_rules"), rules, f"{intent}: ")
        conditions = self._conditions(intent, key, entry)
        if conditions is None:
            return
        kinds, not_kinds, needs_area = conditions
        templates = []
        seen: set[str] = set()
        for text in self._sequence(entry.get("sentences"), f"{intent}: sentences"):
            expression = self._parse(text, intent)
            if expression is None:
                continue
            if text in seen:
                self._problem(text, f"{intent}: {str(text)!r} is there a second time")
                continue
            seen.add(text)
            file, line = where(text, self._file)
            templates.append(Template(str(text), expression, file, line))
        if templates:
            slots = self._fixed(intent, key, entry)
            self.templates.blocks.append(
                Block(intent, tuple(templates), slots, kinds, not_kinds, needs_area, lists, rules)
            )
        else:
            self._problem(key, f"{intent}: a block without a template that can be used; left out")

    def _fixed(
        self, intent: str, key: object, entry: dict[Any, Any]
    ) -> dict[str, str | int | float]:
        slots: dict[str, str | int | float] = {}
        for slot, value in self._mapping(entry.get("slots"), f"{intent}: slots").items():
            name = slot if isinstance(slot, str) else str(slot)  # which knows its line
            if isinstance(value, str):
                slots[name] = str(value)
            elif isinstance(value, int | float):
                slots[name] = value
            else:
                self._problem(key, f"{intent}: slot {slot!r}: {value!r} is no text or number")
        return slots

    def _conditions(
        self, intent: str, key: object, entry: dict[Any, Any]
    ) -> tuple[tuple[str, ...], tuple[str, ...], bool] | None:
        """Kinds allowed, kinds excluded, and whether the speaker's area is needed."""
        kinds: tuple[str, ...] = ()
        needs_area = False
        required = self._mapping(entry.get("requires_context"), f"{intent}: requires_context")
        for name, value in required.items():
            if name == "domain":
                kinds = _texts(value)
            elif name == "area" and isinstance(value, dict) and value.get("slot") is True:
                needs_area = True
            else:
                self._problem(
                    name, f"{intent}: requires_context {name!r} is not supported; block left out"
                )
                return None
        if not kinds:
            kinds = _texts(entry.get("name_domains"))
        not_kinds: tuple[str, ...] = ()
        excluded = self._mapping(entry.get("excludes_context"), f"{intent}: excludes_context")
        for name, value in excluded.items():
            if name == "domain":
                not_kinds = _texts(value)
            else:
                self._problem(name, f"{intent}: excludes_context {name!r} is ignored")
        if entry.get("required_keywords"):
            self._problem(key, f"{intent}: required_keywords is ignored")
        return kinds, not_kinds, needs_area


def _texts(value: Any) -> tuple[str, ...]:
    """A domain, several, or {"value": …} of them."""
    if isinstance(value, dict):
        value = value.get("value")
    if isinstance(value, str):
        return (str(value),)
    if isinstance(value, Iterable):
        return tuple(str(one) for one in value)
    return ()


def _plain(value: Any) -> Any:
    """`value` without line numbers, and with nothing that YAML took for something else."""
    if isinstance(value, dict):
        return {_plain(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, Located):
        return str(value)
    return value


def _check_range(body: Any) -> None:
    """Raises ValueError of a range with more numbers than anybody says."""
    bounds = body.get("range") if isinstance(body, dict) else None
    if isinstance(bounds, dict) and isinstance(bounds.get("from"), int | float):
        numbers = (bounds.get("to", 0) - bounds["from"]) / (bounds.get("step") or 1)
        if not numbers <= _MOST_NUMBERS:
            raise ValueError(f"a range of {numbers:.0f} numbers; at most {_MOST_NUMBERS}")
