"""Small languages made up from real prompts: orders that must be found exactly, by strangers.

    python -m benchmarks.speech.domains FOLDER --data corpora
    edge train speech --sentences FOLDER/orders-1.txt --out runs/orders-1
    edge export runs/orders-1 --out runs/orders-1.edge
    python -m benchmarks --only speech-domains --data corpora --bundle speech=runs/speech.edge \\
        --bundle speech-orders-1=runs/orders-1.edge

Most prompts are those of speechocean762's test split, by people who learn English, half of them
children; "readings" are by three grown-up Americans. Their texts become templates, as a maker would
write them down; the recordings of them are heard by nobody but the benchmark. The smallest
languages are the thirty words of Speech Commands, and three names to call among words like them.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.speech import corpora, voices
from benchmarks.speech.confusable import AsLong, Confusable, Words
from benchmarks.speech.names import DOMAINS
from benchmarks.speech.noise import KITCHEN_6, KITCHEN_12, QUIET, Condition, read_held_out
from benchmarks.speech.posteriors import Ear, variants
from benchmarks.speech.rates import share
from edge.errors import UsageError
from edge.events import Command
from export.corpora.speech.dictionary import pronunciations
from export.corpora.speech.recording import Recording
from export.files import write_atomic
from export.recipes.speech.lessons.domain import Domain, read_domain

_WORDS, *_OF_PROMPTS, _READINGS, _CALLED = DOMAINS
CONDITIONS = (QUIET, KITCHEN_12, KITCHEN_6)
ORDERS = 150
"""Prompts of a domain of orders."""
CALLS = 300
"""Recordings of people who call a name."""
_SHORTEST, _LONGEST = 3, 9
"""Words of a prompt that becomes an order."""
_LONGEST_READING = 20
"""The same of what is read from books."""
_OTHER_NAMES = 9
"""Words that may be meant by a call besides its own."""
_ALTERNATIVES = 3
_TWO_WORDS = 0.85
"""Share of the templates in which two words have alternatives, not one."""
_FEWEST_LETTERS = 3
"""Of a word that gets alternatives: shorter ones are swallowed by whoever speaks."""
_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")

Report = Callable[[str], None]


@dataclass(frozen=True)
class Made:
    """A domain, and the recordings of what is said in it."""

    name: str
    templates: tuple[str, ...]
    """In hassil's syntax, with nothing but alternatives: "turn the (lamp|ramp|camp|damp) on"."""
    recordings: tuple[Recording, ...]

    @property
    def sentences(self) -> int:
        """Sentences that may be said; some may be written by two templates."""
        return sum(_ways(template) for template in self.templates)

    @property
    def text(self) -> str:
        """The sentence file: an intent, and a template a line."""
        lines = "".join(f"{template}\n" for template in self.templates)
        return f"[{self.name.replace('-', '_').title()}]\n{lines}"


def write(folder: Path, data: Path) -> list[Path]:
    """Writes each domain as a sentence file; returns their paths.

    Raises:
        UsageError: a set is not under `data`, or pocketsphinx is not installed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for made in make(data):
        paths.append(folder / f"{made.name}.txt")
        write_atomic(paths[-1], made.text)
    return paths


def make(data: Path) -> list[Made]:
    """All domains; the same ones every time."""
    prompts = corpora.prompts(data).recordings
    common, sounds = _common_words(data), pronunciations()
    confusable = Confusable(common, sounds)
    alike: Mapping[str, Words] = {
        **dict.fromkeys(_OF_PROMPTS[1:-1], confusable),
        _OF_PROMPTS[-1]: AsLong(common, len(_OF_PROMPTS)),
    }
    spoken = [item for item in prompts if set(item.text.split()) <= set(_DIGITS)]
    words = corpora.words(data)
    found = [
        Made(_WORDS, words.texts, words.recordings),
        Made(_OF_PROMPTS[0], _codes(spoken), tuple(spoken)),
    ]
    used = {item.audio for item in spoken}
    for seed, name in enumerate(_OF_PROMPTS[1:], 1):
        left = [item for item in prompts if item.audio not in used]
        found.append(orders(name, left, alike[name], seed))
        used |= {item.audio for item in found[-1].recordings}
    as_long = AsLong(common, len(DOMAINS))
    read = corpora.readers(data).recordings
    found.append(orders(_READINGS, read, as_long, len(DOMAINS), longest=_LONGEST_READING))
    # Hardly any common word sounds like these names.
    any_words = Confusable((word for word in sounds if word.isalpha()), sounds)
    found.append(_called(_CALLED, corpora.calls(data), (any_words, as_long)))
    return found


def orders(
    name: str,
    prompts: Sequence[Recording],
    words: Words,
    seed: int,
    count: int = ORDERS,
    longest: int = _LONGEST,
) -> Made:
    """`count` prompts, or as many as there are, in which one word or two may be three others each.

    Args:
        words: finds those others.
        longest: words of a prompt at most.
    """
    rng = Random(f"{name} {seed}")
    chosen: list[Recording] = []
    templates: dict[str, None] = {}
    for item in rng.sample(list(prompts), len(prompts)):
        if len(chosen) == count:
            break
        template = _template(item.text, words, rng, longest)
        if template is not None and template not in templates:
            templates[template] = None
            chosen.append(item)
    return Made(name, tuple(templates), tuple(chosen))


def domains(
    bundles: Mapping[str, Path],
    data: Path,
    report: Report,
    *,
    limit: int | None = None,
) -> dict[str, Any]:
    """How many orders are entirely right: the shipped model, and those made to fit a domain.

    Args:
        bundles: "speech", and "speech-" and a domain's name for a model that was specialised on it.
        data: folder of the public sets.
        limit: recordings of each domain at most.

    Raises:
        EdgeError: a bundle cannot be loaded, or a set is missing.
    """
    noises = read_held_out(data)
    rows = []
    shipped = bundles.get("speech")
    ears = {} if shipped is None else {"shipped": Ear.of(shipped, noises, variants(shipped)[0])}
    for made in make(data):
        domain = _read(made)
        recordings = corpora.some(made.recordings, limit)
        own = bundles.get(f"speech-{made.name}")
        if own is not None:
            ears["specialised"] = Ear.of(own, noises, variants(own)[0])
        for model, ear in ears.items():
            for condition in CONDITIONS:
                report(f"{made.name}, {model}, {condition.name}: {len(recordings)} recordings")
                rows.append(
                    {
                        "domain": made.name,
                        "model": model,
                        "scheme": ear.scheme,
                        "condition": condition.name,
                        "templates": len(made.templates),
                        "sentences": made.sentences,
                        "speakers": len({item.speaker for item in recordings} - {""}),
                        **understood(ear, domain, recordings, condition),
                    }
                )
        ears.pop("specialised", None)
    return {"rows": rows}


def understood(
    ear: Ear, domain: Domain, recordings: Sequence[Recording], condition: Condition
) -> dict[str, Any]:
    """Orders of which one command comes, entirely right; of which others come; of which none does.

    As a stream has it: somebody has to be noticed, and whoever pauses in an order waited for.
    Besides, how many would be right if that were known and nothing ever rejected.
    """
    recognizer = voices.recognizer_of(ear.bundle, domain)
    voice = voices.voice_of(ear.bundle, recognizer)
    right, wrong, best = [], [], []
    for item in recordings:
        attempt = recognizer.start()
        if attempt is None:
            raise UsageError("the domain has no sentence that can be said")
        samples = ear.samples(item, condition)
        attempt.search.push(ear.listen(samples))
        guess = attempt.search.finish(1)
        best.append(bool(guess) and guess[0].complete and guess[0].text == item.text)
        stream = voice.stream()
        events = [*stream.push(samples), *stream.close()]
        found = [event.text for event in events if isinstance(event, Command)]
        right.append(found == [item.text])
        wrong.append(bool(found) and found != [item.text])
    speakers = [item.speaker for item in recordings]
    return {
        "recordings": len(recordings),
        "right": share(right, speakers),
        "wrong": share(wrong, speakers),
        "best_guess_right": share(best, speakers),
    }


def _template(text: str, exchange: Words, rng: Random, longest: int) -> str | None:
    """A prompt with alternatives; None where it is too short or long, or nothing sounds like it."""
    words = text.split()
    if not _SHORTEST <= len(words) <= longest:
        return None
    wanted = 2 if rng.random() < _TWO_WORDS else 1
    for at in rng.sample(range(len(words)), len(words)):
        if wanted and len(words[at]) >= _FEWEST_LETTERS:
            others = exchange.like(words[at], _ALTERNATIVES)
            if len(others) == _ALTERNATIVES:
                words[at] = f"({'|'.join([words[at], *others])})"
                wanted -= 1
    return " ".join(words) if any(word.startswith("(") for word in words) else None


def _codes(spoken: Iterable[Recording]) -> tuple[str, ...]:
    """Any digits, as many as are said in one of the prompts."""
    digit = f"({'|'.join(_DIGITS)})"
    return tuple(" ".join([digit] * n) for n in sorted({len(i.text.split()) for i in spoken}))


def _called(name: str, held: corpora.Held, exchange: Sequence[Words]) -> Made:
    """Each of the names that are called may be some other words: the first of `exchange` as long as
    it has any, then the next."""
    meant: dict[str, None] = {}
    for text in held.texts:
        others = [other for words in exchange for other in words.like(text, _OTHER_NAMES)]
        meant |= dict.fromkeys((text, *list(dict.fromkeys(others))[:_OTHER_NAMES]))
    return Made(name, tuple(meant), tuple(corpora.some(held.recordings, CALLS)))


def _common_words(data: Path) -> set[str]:
    """Words of the sets' texts: a dictionary's rare names would be no real confusion."""
    held = (corpora.prompts(data), corpora.readers(data))
    return {word for each in held for text in each.texts for word in text.split()}


def _ways(template: str) -> int:
    ways = 1
    for word in template.split():
        ways *= word.count("|") + 1
    return ways


def _read(made: Made) -> Domain:
    """The domain, compiled as a maker's own file is."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{made.name}.txt"
        path.write_text(made.text, "utf-8")
        return read_domain(path)


def main(arguments: Sequence[str] | None = None) -> None:
    """Reads the command line and writes the sentence files."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.speech.domains",
        description="Writes the sentence files of the made-up domains.",
    )
    parser.add_argument("folder", type=Path, help="where they go")
    parser.add_argument("--data", type=Path, required=True, help="folder with speech/")
    given = parser.parse_args(arguments)
    try:
        paths = write(given.folder, given.data)
    except UsageError as error:
        parser.exit(error.exit_code, f"{error}\n")
    for path in paths:
        print(path)


if __name__ == "__main__":
    main()
