"""How sure a sentence that was found makes one: a logistic function, fitted on what a model hears.

Three kinds of speech are listened to: commands of the sample home, said by synthetic voices;
prompts read by people, found again in the list of them all; and the same people, who say nothing to
a home, searched for the home's sentences. A logistic regression over the evidence tells right from
wrong.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from edge.errors import UsageError
from edge.events import Command
from edge.grammar.file import read_tables
from edge.home.home import Home
from edge.voice.answers import same
from edge.voice.pronunciation import Pronouncer
from edge.voice.recognizer import Recognizer
from edge.voice.search.decoder import Decoder
from edge.voice.search.graph import SearchGraph
from edge.voice.search.hypothesis import Confidence, Evidence
from edge.voice.search.lexicon import Lexicon
from export.corpora.speech.recording import Recording
from export.corpora.speech.texts import HOME
from export.corpora.utterance import Problem
from export.files import take_over, write_atomic
from export.grammar.compiler import CompiledGrammar
from export.recipes.pronunciation.packing import pronouncer
from export.recipes.speech.common_words import shipped_lexicon
from export.recipes.speech.lessons.domain import read_domain, sentences_of
from export.recipes.speech.lessons.material import made_up
from export.recipes.speech.mistakes.listening import listened
from export.recipes.speech.mistakes.wake_scores import Spoken
from export.recipes.speech.network.network import AcousticNetwork

CONFIDENCE: Final = "confidence.json"
"""File of a run folder: what the manifest says as `tasks.speech.confidence`."""

_COMMANDS: Final = 160
"""Commands of the sample home that are said."""
_DRAWN: Final = 4000

_UNUSED: Final = ("length", "clarity")
"""Evidence that tells one corpus from another, not right from wrong."""
_AGAINST: Final = ("mismatch", "wild")
"""Evidence that speaks against a sentence; all other speaks for it."""
_SHRINK: Final = 1.0
"""Weight of the squared weights, those of evidence of variance 1."""
_FEWEST: Final = 30
"""Sentences that have to be found right, and wrong, before anything is fitted."""
_TAKEN: Final = 0.02
"""Part of the speech that is no command that may be taken for one."""
_REFUSED: Final = 0.01
"""Part of what is right that may be rejected so that less of other speech is taken."""
_BARS: Final = tuple(percent / 100 for percent in range(30, 96, 5))
"""Probabilities to choose from."""
_STEPS: Final = 30


def write_confidence(
    network: AcousticNetwork, others: Sequence[Recording], folder: Path, seed: int
) -> None:
    """Has commands said, listens to them and to `others`, and writes what is fitted to the run.

    Args:
        network: what listens.
        others: people who say nothing to a home; it was not trained on them.
        folder: the run folder; the commands are kept in it.
        seed: of the commands.

    Raises:
        UsageError: no synthesiser is installed, or too few sentences are found.
    """
    (folder / CONFIDENCE).unlink(missing_ok=True)
    domain = read_domain(HOME)
    home = domain.home or Home()
    graph = SearchGraph.of_grammar(read_tables(domain.grammar.data), home)
    # Templates are drawn with names that other homes have, too.
    drawn = sentences_of(domain, _DRAWN, seed)
    texts = [text for text in drawn if graph.accepts(text)][:_COMMANDS]
    problems: list[Problem] = []
    said = made_up(texts, _COMMANDS, folder / "commands", seed, problems)
    commands, people = [*listened(network, said)], [*listened(network, others)]
    found = fit_confidence(commands, people, domain.grammar, home, pronouncer(), shipped_lexicon())
    write_atomic(folder / CONFIDENCE, json.dumps(found, sort_keys=True) + "\n")


def copy_confidence(source: Path, folder: Path) -> None:
    """Takes over what another run fitted; nothing is left where it fitted nothing."""
    take_over(source / CONFIDENCE, folder / CONFIDENCE)


class Found(NamedTuple):
    """The best sentence of an utterance."""

    evidence: Evidence
    right: bool
    command: bool
    """Whether something would come of it."""


def fit_confidence(
    commands: Sequence[Spoken],
    others: Sequence[Spoken],
    grammar: CompiledGrammar,
    home: Home,
    pronouncer: Pronouncer | None = None,
    lexicon: Lexicon | None = None,
) -> dict[str, Any]:
    """`tasks.speech.confidence` of a manifest: weights, bias and threshold.

    Args:
        commands: sentences of the home.
        others: what people say who do not speak to it.
        grammar: the home's sentences.
        home: its names.
        pronouncer: says how sentences are pronounced, where the model hears sounds.
        lexicon: words that are likely where anything may be said.

    Raises:
        UsageError: too few of them are found to fit anything.
    """
    recognizer = Recognizer(
        read_tables(grammar.data), lambda: home, pronouncer=pronouncer, lexicon=lexicon
    )
    heard = [*_commands(recognizer, commands), *_prompts(others, pronouncer)]
    forced = [*_no_commands(recognizer, others)]
    weights, bias = regression([*heard, *forced])
    confidence = Confidence(weights.tolist(), bias)
    threshold = bar(
        [confidence(found.evidence) for found in forced if found.command],
        [confidence(found.evidence) for found in heard if found.right],
        int(_TAKEN * len(others)),
    )
    return {
        "weights": [round(float(weight), 4) for weight in weights],
        "bias": round(bias, 4),
        "threshold": round(threshold, 2),
    }


def bar(wrong: Sequence[float], right: Sequence[float], most: int) -> float:
    """The probability below which a command is rejected.

    Args:
        wrong: probabilities of what was said to nobody, and is taken for a command.
        right: those of what was found right.
        most: how many of the wrong may be taken. Where more than these reach even the highest bar
            there is, that one it is.
    """
    few = [each for each in _BARS if sum(one >= each for one in wrong) <= most]
    least = few[0] if few else _BARS[-1]
    enough = (1 - _REFUSED) * sum(one >= least for one in right)
    return max(each for each in _BARS if sum(one >= each for one in right) >= enough)


def regression(found: Sequence[Found]) -> tuple[npt.NDArray[np.float64], float]:
    """Weights and bias of a logistic regression by Newton's method, shrunk a little.

    Raises:
        UsageError: too few are right, or wrong.
    """
    right = np.array([each.right for each in found], np.float64)
    if min(right.sum(), len(right) - right.sum()) < _FEWEST:
        raise UsageError(
            f"{int(right.sum())} sentences found are right and {int((1 - right).sum())} wrong",
            allowed=f"{_FEWEST} of each to tell them apart by",
        )
    evidence = np.array([each.evidence for each in found], np.float64)
    used = (evidence.std(0) > 0) & ~np.isin(Evidence._fields, _UNUSED)
    while True:
        weights, bias = _newton(evidence, right, used)
        # Evidence that counts for the wrong side by chance is left out: more of it must not help.
        astray = used & (weights * np.where(np.isin(Evidence._fields, _AGAINST), -1, 1) < 0)
        if not astray.any():
            return weights, bias
        used &= ~astray


def _newton(
    evidence: npt.NDArray[np.float64], right: npt.NDArray[np.float64], used: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.float64], float]:
    spread, middle = np.where(used, evidence.std(0), 1.0), evidence.mean(0)
    known = np.where(used, (evidence - middle) / spread, 0.0)
    known = np.hstack([known, np.ones((len(known), 1))])
    shrink = np.diag([_SHRINK] * evidence.shape[1] + [0.0])
    line = np.zeros(known.shape[1])
    for _ in range(_STEPS):
        sure = 1 / (1 + np.exp(-(known @ line)))
        slope = known.T @ (sure - right) + shrink @ line
        bend = (known * (sure * (1 - sure))[:, None]).T @ known + shrink
        line -= np.linalg.solve(bend + 1e-9 * np.eye(len(bend)), slope)
    weights = np.where(used, line[:-1] / spread, 0.0)
    return weights, float(line[-1] - weights @ middle)


def _commands(recognizer: Recognizer, spoken: Iterable[Spoken]) -> Iterable[Found]:
    for utterance in spoken:
        attempt = recognizer.start()
        if attempt is None:
            return
        attempt.search.push(utterance.posteriors)
        reading = recognizer.read(attempt)
        if reading is not None:
            meant = recognizer.meaning(attempt, utterance.text)
            yield Found(reading.evidence, same(reading.answer, meant), True)


def _no_commands(recognizer: Recognizer, spoken: Iterable[Spoken]) -> Iterable[Found]:
    for utterance in spoken:
        attempt = recognizer.start()
        if attempt is None or attempt.graph.accepts(utterance.text):
            continue  # "stop" is a command, whoever says it
        attempt.search.push(utterance.posteriors)
        reading = recognizer.read(attempt)
        if reading is not None:
            yield Found(reading.evidence, False, isinstance(reading.answer, Command))


def _prompts(spoken: Sequence[Spoken], pronouncer: Pronouncer | None) -> Iterable[Found]:
    texts = sorted({utterance.text for utterance in spoken if utterance.text})
    if not texts:
        return
    # Searched as narrowly as a home is: whose sentence is found against all odds, because the list
    # has it for certain, is no example of how right commands look.
    graph = SearchGraph.of_sentences(texts)
    decoder = Decoder(graph, beam=200, distance=16.0, pronouncer=pronouncer)
    for utterance in spoken:
        search = decoder.start()
        search.push(utterance.posteriors)
        best = next(iter(search.finish(3)), None)
        if best is not None and best.complete and best.evidence is not None:
            yield Found(best.evidence, best.text == utterance.text, False)
