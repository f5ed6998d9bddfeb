"""Speech that is not for the device: how often it is taken for a command all the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.speech import corpora, voices
from benchmarks.speech.corpora import Sets, Sizes
from benchmarks.speech.posteriors import Ear
from benchmarks.speech.rates import share
from edge.bundle.bundle import Bundle
from edge.events import Command
from edge.voice.free_text import Understand

Report = Callable[[str], None]


def no_commands(
    ear: Ear, reading: Path | None, sets: Sets, sizes: Sizes, report: Report
) -> dict[str, Any]:
    """How often speech that is not for the sample home is taken for one of its commands.

    What the home's sentences would take for a command if it were typed is left out: "stop" is one.
    """
    domain = voices.sample_home()
    understand = _reader(ear, reading)
    recognizer = voices.recognizer_of(ear.bundle, domain, understand, is_home=True)
    typed = voices.by_sentences(domain)
    rows: list[dict[str, Any]] = []
    taken: list[bool] = []
    people: list[str] = []
    for name, held, count in (
        (corpora.PROMPTS, sets.prompts, min(sizes.no_commands, sizes.prompts)),
        (corpora.READERS, sets.readers, sizes.readers),
        (corpora.WORDS, sets.words, sizes.words),
    ):
        chosen = [
            item
            for item in corpora.some(held.recordings, count)
            if not isinstance(typed.answer(item.text), Command)
        ]
        report(f"{name}: {len(chosen):,} recordings that are no command of the sample home")
        sources = []
        for item in chosen:
            posteriors = ear.hear(item)
            attempt = recognizer.start()
            if attempt is not None:
                attempt.search.push(posteriors)
            answer = recognizer.answer(attempt, posteriors)
            sources.append(answer.source if isinstance(answer, Command) else "")
        taken += map(bool, sources)
        speakers = [item.speaker for item in chosen]
        people += [f"{name} {speaker}" if speaker else "" for speaker in speakers]
        rows.append(
            {
                "set": name,
                "recordings": len(chosen),
                "accepted": share(map(bool, sources), speakers),
                "by": {each: sources.count(each) for each in sorted(set(sources) - {""})},
            }
        )
    return {
        "scheme": ear.scheme,
        "reads_text": understand is not None,
        "rows": rows,
        "all": share(taken, people),
    }


def _reader(ear: Ear, reading: Path | None) -> Understand | None:
    """The model of text of the bundle that hears, or of one that only reads."""
    home = voices.home_of(voices.sample_home())
    own = voices.reader_of(ear.bundle, home)
    if own is not None or reading is None:
        return own
    return voices.reader_of(Bundle.open(reading), home)
