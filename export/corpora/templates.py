"""A home's sentence templates as a corpus: sampled, paraphrased, split."""

from __future__ import annotations

from pathlib import Path
from random import Random

from edge.errors import UsageError
from edge.home.home import Home
from edge.text import words_of
from export.corpora.paraphrase import ENGLISH, Manner, manner_of, paraphrase
from export.corpora.sampling import Names, Sampler, is_said
from export.corpora.spoken_of import asked_for, pieces, spoken_of
from export.corpora.utterance import OUT_OF_SCOPE, Corpus, Problem, SlotSpan, Utterance
from export.grammar.templates import Block, Template, Templates, read_templates
from export.missing import no_such

OUT_OF_SCOPE_FILE = "out_of_scope.txt"
PER_INTENT = 250
"""Sentences drawn for each intent, unless a number for all of them together is given."""
_DEV = _TEST = 0.1
_PARAPHRASED = 0.45
_TRIES = 12
"""Draws for one more sentence of an intent before its templates count as exhausted."""
_VARIANTS = 3
"""Paraphrases of each out-of-scope sentence in the training part."""


def read_home(
    path: Path, samples: int | None = None, seed: int = 0, language: str | None = None
) -> Corpus:
    """Sentences sampled from the templates of a home.

    Args:
        path: a folder with `sentences/*.yaml`, `home.toml` and, if it likes, `out_of_scope.txt`.
        samples: how many sentences to draw, all intents together; 250 of each when None. An
            intent whose templates cannot say so much gives what it has.
        seed: the same seed gives the same corpus.
        language: take Home Assistant's own sentences in this language ("en"), not the folder's.

    Intents have equal shares, and so have the templates of an intent. Names of devices and areas
    come from `export.corpora.pools`, a quarter of them from the home. About half of the sentences
    are paraphrased. A tenth of each intent is kept for dev and a tenth for test; no sentence is in
    two of them. In English some come once more behind words that ask for them, and some, out of
    scope, behind words that make no command of them, or in pieces (`export.corpora.spoken_of`). In
    other languages all names are the home's, since the lists of names are English.

    Raises:
        UsageError: a part of the folder is missing, or not one template can be used.
        HomeError: `home.toml` cannot be used.
    """
    path = Path(path)
    if not path.exists():
        raise no_such(path, "check the home's path")
    if language is None and not (path / "sentences").is_dir():
        raise UsageError(
            "no folder of sentence templates",
            where=str(path / "sentences"),
            hint="put the templates (*.yaml) there, or take Home Assistant's: --sentences en",
        )
    if samples is not None and samples < 1:
        raise UsageError(f"{samples} samples", where=str(path), allowed="1 or more")
    home = Home.load(path / "home.toml")
    templates = read_templates(language if language is not None else path / "sentences")
    corpus = Corpus(path.resolve().name, problems=list(templates.problems))
    corpus.problems.extend(_repeated(templates))
    sentences = sample(templates, home, samples, seed, corpus.problems)
    rng = Random(f"split {seed}")
    taken: set[tuple[str, ...]] = set()
    for intent in sorted(sentences):
        found = sentences[intent]
        taken.update(words_of(item.text) for item in found)
        rng.shuffle(found)
        _split(corpus, found)
    if templates.is_english:
        for part in (corpus.train, corpus.dev, corpus.test):
            more = (made(part, rng, taken) for made in (spoken_of, asked_for, pieces))
            part.extend([item for items in more for item in items])
    _out_of_scope(path / OUT_OF_SCOPE_FILE, corpus, taken, seed, _manner(templates))
    for part in (corpus.train, corpus.dev, corpus.test):
        rng.shuffle(part)
    return corpus


def sample(
    templates: Templates, home: Home, samples: int | None, seed: int, problems: list[Problem]
) -> dict[str, list[Utterance]]:
    """Different sentences by intent, no text twice; a template that cannot be drawn is named."""
    rng = Random(f"sample {seed}")
    sampler = Sampler(templates, names_of(home), rng)
    manner = _manner(templates)
    by_intent: dict[str, list[tuple[Block, Template]]] = {}
    for block in templates.blocks:
        for template in block.templates:
            by_intent.setdefault(block.intent, []).append((block, template))
    share = PER_INTENT if samples is None else -(-samples // len(by_intent))
    seen: dict[tuple[str, ...], str] = {}
    result: dict[str, list[Utterance]] = {}
    for intent, usable in sorted(by_intent.items()):
        found: list[Utterance] = []
        rng.shuffle(usable)
        tries = 0
        while usable and len(found) < share and tries < share * _TRIES:
            block, template = usable[tries % len(usable)]
            tries += 1
            try:
                text, spans = sampler.draw(block, template.expression)
            except (KeyError, RecursionError) as error:
                # By identity: comparing what was parsed may never end.
                del usable[next(i for i, (_, one) in enumerate(usable) if one is template)]
                why = f"no list or rule {error}" if isinstance(error, KeyError) else str(error)
                what = f"{intent}: {template.text!r} is left out: {why}"
                problems.append(Problem(template.file, template.line, what))
                continue
            if rng.random() < _PARAPHRASED and text:
                text, spans = paraphrase(text, spans, rng, manner=manner)
            words = words_of(text)
            if not is_said(text) or words in seen:
                continue
            seen[words] = intent
            found.append(Utterance(text, intent, spans, f"{template.file}:{template.line}"))
        result[intent] = found
    return result


def _manner(templates: Templates) -> Manner:
    if templates.is_english:
        return ENGLISH
    return manner_of([phrase for phrase in templates.skip_words if phrase.strip()])


def names_of(home: Home) -> Names:
    """What a home's devices, areas and floors are called."""
    devices: dict[str, tuple[str, ...]] = {}
    for device in home.devices:
        devices[device.kind] = (*devices.get(device.kind, ()), device.name, *device.aliases)
    return Names(
        devices,
        tuple(name for area in home.areas for name in (area.name, *area.aliases)),
        tuple(name for floor in home.floors for name in (floor.name, *floor.aliases)),
    )


def _repeated(templates: Templates) -> list[Problem]:
    """Templates that two intents share: a sentence of theirs has no one meaning."""
    owners: dict[tuple[str, tuple[str, ...]], tuple[str, Template]] = {}
    problems = []
    for block in templates.blocks:
        for template in block.templates:
            key = (template.text, block.kinds)
            intent, first = owners.setdefault(key, (block.intent, template))
            if first is not template:
                what = (
                    f"{block.intent}: {template.text!r} is there already, for {intent} "
                    f"({first.file}:{first.line}); kept"
                )
                problems.append(Problem(template.file, template.line, what))
    return problems


def _split(corpus: Corpus, found: list[Utterance]) -> None:
    """The last of `found` to dev and test, the rest to train, which gets one at least."""
    dev, test = int(len(found) * _DEV), int(len(found) * _TEST)
    train = len(found) - dev - test
    corpus.train.extend(found[:train])
    corpus.dev.extend(found[train : train + dev])
    corpus.test.extend(found[train + dev :])


def _out_of_scope(
    path: Path, corpus: Corpus, taken: set[tuple[str, ...]], seed: int, manner: Manner
) -> None:
    if not path.is_file():
        corpus.problems.append(Problem(path.name, 0, "not there: no sentences out of scope"))
        return
    try:
        lines = path.read_text("utf-8").splitlines()
    except UnicodeDecodeError as error:
        corpus.problems.append(Problem(path.name, 0, f"not UTF-8 at byte {error.start}; left out"))
        return
    found: list[Utterance] = []
    known = set(taken)
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        words = words_of(text)
        if words in known:
            what = f"{text!r} is there already, here or as a command; left out"
            corpus.problems.append(Problem(path.name, number, what))
            continue
        known.add(words)
        found.append(Utterance(text, OUT_OF_SCOPE, (), f"{path.name}:{number}"))
    rng = Random(f"out of scope {seed}")
    rng.shuffle(found)
    train_before = len(corpus.train)
    _split(corpus, found)
    for item in corpus.train[train_before:]:
        for _ in range(_VARIANTS):
            empty: tuple[SlotSpan, ...] = ()
            text, _ = paraphrase(item.text, empty, rng, gentle=True, manner=manner)
            if words_of(text) not in known:
                known.add(words_of(text))
                corpus.train.append(Utterance(text, OUT_OF_SCOPE, (), item.id))
