"""A maker's own sentences: templates or a plain list, to be compiled and to be said aloud."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from pathlib import Path
from random import Random

from hassil import parse_sentence

from edge.errors import UsageError
from edge.home.home import Home
from export.corpora.lines import text_lines
from export.corpora.sampling import Sampler
from export.corpora.speech.normalise import normalise
from export.corpora.templates import names_of
from export.corpora.utterance import Problem
from export.grammar.compiler import CompiledGrammar, compile_grammar
from export.grammar.templates import PARSE_ERRORS, Block, Template, Templates, read_templates

_HEADING = re.compile(r"\[([A-Za-z_][A-Za-z0-9_]*)\]")
_TRIES = 6
_LOOKED_AT = 4096
"""Bytes in which a file that is no text shows it."""
DEFAULT_INTENT = "Sentence"


@dataclass(frozen=True)
class Domain:
    """What is to be understood."""

    templates: Templates
    grammar: CompiledGrammar
    home: Home | None
    problems: tuple[Problem, ...]


def read_domain(path: Path) -> Domain:
    """Reads what a maker wrote down.

    Args:
        path: sentence templates in the syntax of Home Assistant's intents (a YAML file, a folder of
            them, or a home's folder with `sentences/` and `home.toml`), or a text file with one
            sentence or template a line, where a line `[Intent]` says what those below it mean.

    Raises:
        UsageError: nothing in it can be said.
    """
    home: Home | None = None
    if path.is_dir() and (path / "sentences").is_dir():
        if (path / "home.toml").is_file():
            home = Home.load(path / "home.toml")
        path = path / "sentences"
    if path.is_file() and path.suffix.lower() not in {".yaml", ".yml"}:
        templates = _plain(path)
    else:
        templates = read_templates(path)
    grammar = compile_grammar(templates)
    problems = (*templates.problems, *grammar.problems)
    domain = Domain(templates, grammar, home, problems)
    if not grammar.templates or not sentences_of(domain, 1, 0):
        raise UsageError(
            "not one sentence that can be said in English",
            where=str(path),
            allowed="sentences or sentence templates, one at least",
            hint=str(problems[0]) if problems else "write some",
        )
    return domain


def sentences_of(domain: Domain, count: int, seed: int) -> list[str]:
    """Up to `count` different sentences of the domain, as they are said; templates in turn."""
    rng = Random(f"sentences {seed}")
    names = names_of(domain.home) if domain.home is not None else names_of(Home())
    sampler = Sampler(domain.templates, names, rng)
    usable = [(block, t) for block in domain.templates.blocks for t in block.templates]
    rng.shuffle(usable)
    found: dict[str, None] = {}
    tries = 0
    most = max(count * _TRIES, len(usable)) if count else 0
    while usable and len(found) < count and tries < most:
        block, template = usable[tries % len(usable)]
        tries += 1
        try:
            text, _ = sampler.draw(block, template.expression)
        except (KeyError, IndexError, RecursionError, ValueError):
            usable.remove((block, template))  # named among the grammar's problems
            continue
        if spoken := normalise(text):
            found[spoken] = None
    return list(found)


def _plain(path: Path) -> Templates:
    """A text file's lines as templates.

    Raises:
        UsageError: it is no text.
    """
    with contextlib.suppress(OSError), path.open("rb") as file:
        if b"\0" in file.read(_LOOKED_AT):
            raise UsageError(
                "is no text",
                where=str(path),
                allowed="a sentence a line, or templates as YAML",
                hint="save it as UTF-8",
            )
    templates = Templates("en")
    blocks: dict[str, list[Template]] = {}
    said: dict[str, str] = {}
    intent = DEFAULT_INTENT
    for number, raw in text_lines(path, templates.problems):
        line = (raw or "").strip()
        if heading := _HEADING.fullmatch(line):
            intent = heading[1]
            continue
        if line.startswith("[") and line.endswith("]") and "[" not in line[1:]:
            raise UsageError(
                f"{line} is no name of an intent",
                where=f"{path.name}: line {number}",
                allowed="letters, digits and _ between the brackets, no digit first: [CancelOrder]",
                hint="a line of words that may be left out could be said without a word",
            )
        text = line.rstrip(".!?…")
        if not text or line.startswith("#"):
            continue
        if other := said.get(text):
            what = f"{text!r} a second time"
            if other != intent:
                what = f"{text!r} is of {other} already, and not of {intent}, too"
            templates.problems.append(Problem(path.name, number, what))
            continue
        said[text] = intent
        try:
            template = Template(text, parse_sentence(text).expression, path.name, number)
        except PARSE_ERRORS as error:
            what = f"{text!r} is no template; left out: {str(error) or type(error).__name__}"
            templates.problems.append(Problem(path.name, number, what))
            continue
        blocks.setdefault(intent, []).append(template)
    templates.blocks = [Block(name, tuple(found)) for name, found in blocks.items()]
    return templates
