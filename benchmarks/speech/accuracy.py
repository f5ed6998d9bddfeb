"""How well people are understood: closed lists, free transcripts, wake phrases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.footprint import bundle_bytes
from benchmarks.speech import corpora, refusals, voices, wake
from benchmarks.speech.closed_list import ClosedList
from benchmarks.speech.corpora import Held, Sets, Sizes
from benchmarks.speech.names import FLOAT
from benchmarks.speech.noise import HOUSEHOLD_10, QUIET, Condition, read_held_out
from benchmarks.speech.posteriors import Ear, Posteriors, variants
from benchmarks.speech.rates import Letters, letter_errors, share
from benchmarks.variants import training
from edge.voice.acoustic import TASK
from edge.voice.activity import TASK as ACTIVITY
from edge.voice.pronunciation import TASK as PRONUNCIATION
from edge.voice.pronunciation import Pronouncer
from edge.voice.search.lexicon import Lexicon
from edge.voice.spoken import say_text
from edge.voice.transcript import transcripts
from export.corpora.speech.recording import Recording

Report = Callable[[str], None]


def accuracy(
    bundle: Path,
    data: Path,
    sizes: Sizes,
    report: Report,
    *,
    reading: Path | None = None,
    exact: Path | None = None,
) -> dict[str, Any]:
    """All figures of this module for one bundle.

    Args:
        bundle: hears.
        data: folder of the public sets.
        sizes: how much of them.
        report: gets a line about each part.
        reading: a bundle that reads text, for free transcripts, where `bundle` does not.
        exact: a bundle of the same run with the float graph, where `bundle` has none.

    Raises:
        EdgeError: a bundle cannot be loaded, or a set is missing.
    """
    sets, noises = Sets.read(data), read_held_out(data)
    own, reference = variants(bundle)
    ear = Ear.of(bundle, noises, own)
    rows = [
        closed_set(ear, corpora.PROMPTS, sets.prompts, sizes.prompts, QUIET, report),
        closed_set(ear, corpora.PROMPTS, sets.prompts, sizes.prompts, HOUSEHOLD_10, report),
        closed_set(ear, corpora.READERS, sets.readers, sizes.readers, QUIET, report),
        closed_set(ear, corpora.READERS, sets.readers, sizes.readers, HOUSEHOLD_10, report),
        closed_set(ear, corpora.WORDS, sets.words, sizes.words, QUIET, report),
        closed_set(ear, corpora.WORDS, sets.words, sizes.words, HOUSEHOLD_10, report),
    ]
    found: dict[str, Any] = {"rows": rows, "sizes": asdict(sizes), "card": card(bundle, ear)}
    found["no_commands"] = refusals.no_commands(ear, reading, sets, sizes, report)
    if "wake" in ear.task:
        found["wake"] = wake_phrases(ear, sets, sizes, report)
    else:
        report("left out: wake phrases (the bundle knows nothing of them)")
    if reference is None and exact is not None:
        bundle, reference = exact, variants(exact)[1]
    if reference is not None:
        found["float"] = beside_float(ear, Ear.of(bundle, noises, reference), sets, sizes, report)
    else:
        report(f"left out: float (no variant of it; --bundle {FLOAT}=PATH has one)")
    return found


def card(path: Path, ear: Ear) -> dict[str, Any]:
    """What the bundle holds, and what its training said where the run folder stands beside it."""
    weight = bundle_bytes(path)
    found: dict[str, Any] = {
        "scheme": ear.scheme,
        "graph_bytes": ear.bundle.graph(TASK).bytes,
        "activity_bytes": ear.bundle.graph(ACTIVITY).bytes,
        "bundle_bytes": weight["variants"][ear.bundle.variant.profile],
        "all_boards_bytes": weight["total"],
        "lag": ear.model.lag,
    }
    if PRONUNCIATION in ear.bundle.tasks:
        found["pronunciation_bytes"] = ear.bundle.graph(PRONUNCIATION).bytes
    figures_of_training = training(path)
    if figures_of_training is not None:
        found["training"] = figures_of_training
    return found


# --- one of a closed list ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of one recording."""

    text: str
    """The sentence chosen; "" where none could be."""
    right: bool
    letters: Letters
    """Of the free transcript, which knows common words and no list."""

    @classmethod
    def of(
        cls, sentences: ClosedList, lexicon: Lexicon | None, posteriors: Posteriors, said: str
    ) -> Heard:
        """Chooses a sentence, and writes down what was heard as if there were none."""
        best = sentences.choose(posteriors, 1)
        text = best[0].text if best else ""
        free = transcripts(posteriors, 1, lexicon)
        letters = Letters.of(free[0].text if free else "", said)
        return cls(text, text == (say_text(said) or said), letters)


def closed_set(
    ear: Ear, name: str, held: Held, count: int, condition: Condition, report: Report
) -> dict[str, Any]:
    """How often the right sentence is chosen among all of a set, and letters wrong without it."""
    chosen = corpora.some(held.recordings, count)
    report(f"{name}, {condition.name}: {len(chosen):,} recordings, {len(held.texts):,} sentences")
    heard = choose(ear, held.texts, chosen, condition)
    return {
        "set": name,
        "condition": condition.name,
        "scheme": ear.scheme,
        "sentences": len(held.texts),
        "speakers": len({recording.speaker for recording in chosen}),
        **figures(heard, chosen),
    }


def choose(
    ear: Ear, texts: Iterable[str], recordings: Sequence[Recording], condition: Condition
) -> list[Heard]:
    """What becomes of each recording, choosing among `texts`."""
    sentences = ClosedList(texts, Pronouncer.of(ear.bundle))
    lexicon = Lexicon.of(ear.bundle, ear.task)
    return [
        Heard.of(sentences, lexicon, ear.hear(item, condition), item.text) for item in recordings
    ]


def figures(heard: Sequence[Heard], recordings: Sequence[Recording]) -> dict[str, Any]:
    """Shares and letters of what was heard."""
    speakers = [recording.speaker for recording in recordings]
    return {
        "recordings": len(heard),
        "right": share((item.right for item in heard), speakers),
        "letter_errors": letter_errors([item.letters for item in heard], speakers),
    }


def beside_float(
    ear: Ear, reference: Ear, sets: Sets, sizes: Sizes, report: Report
) -> list[dict[str, Any]]:
    """What quantising costs: both graphs on the same recordings."""
    rows = []
    for name, held, count in (
        (corpora.PROMPTS, sets.prompts, sizes.beside_float),
        (corpora.READERS, sets.readers, min(sizes.readers, sizes.beside_float)),
        (corpora.WORDS, sets.words, sizes.words),
    ):
        chosen = corpora.some(held.recordings, count)
        report(f"{name}: {ear.scheme} beside {reference.scheme}, {len(chosen):,} recordings")
        ours, exact = (choose(one, held.texts, chosen, QUIET) for one in (ear, reference))
        rows.append(
            {
                "set": name,
                "scheme": ear.scheme,
                "ours": figures(ours, chosen),
                "float": figures(exact, chosen),
                "only_float_right": sum(
                    b.right and not a.right for a, b in zip(ours, exact, strict=True)
                ),
                "only_ours_right": sum(
                    a.right and not b.right for a, b in zip(ours, exact, strict=True)
                ),
            }
        )
    return rows


# --- wake phrases --------------------------------------------------------------------------------


def wake_phrases(ear: Ear, sets: Sets, sizes: Sizes, report: Report) -> list[dict[str, Any]]:
    """Misses and false accepts of each phrase, in quiet and in noise; see `benchmarks.speech.wake`.

    The background is all other held-out speech, in the same noise. The threshold that would do in
    quiet is looked at in noise, too.
    """
    table, pronouncer = voices.wake_table_of(ear.bundle), Pronouncer.of(ear.bundle)
    rows = []
    in_quiet: dict[str, float] = {}
    for condition in (QUIET, HOUSEHOLD_10):
        called = {
            phrase: [
                ear.hear(item, condition)
                for item in corpora.some(_with(sets.calls, phrase), sizes.calls)
            ]
            for phrase in sets.calls.texts
        }
        background = [
            ear.hear(item, condition)
            for held, most in (
                (sets.prompts, sizes.prompts),
                (sets.readers, sizes.readers),
                (sets.words, sizes.words),
            )
            for item in corpora.some(held.recordings, most)
            if not set(sets.calls.texts) & set(item.text.split())
        ]
        report(f"wake phrases, {condition.name}")
        found = wake.evaluate(called, background, table, pronouncer=pronouncer, thresholds=in_quiet)
        for phrase, result in found.items():
            in_quiet.setdefault(phrase, result.fixed.threshold)
            rows.append({"condition": condition.name, "scheme": ear.scheme, **result.to_dict()})
    return rows


def _with(held: Held, phrase: str) -> list[Recording]:
    return [item for item in held.recordings if item.text == phrase]
