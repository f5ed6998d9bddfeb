"""What a bundle that hears is given to understand: a grammar of one's own, a home's sentences."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from edge.bundle.bundle import Bundle
from edge.errors import UsageError
from edge.grammar.file import read_tables
from edge.grammar.grammar import Grammar
from edge.home.home import Home
from edge.intent.model import TASK as INTENT
from edge.intent.model import IntentModel
from edge.intent.slots import SlotSchema
from edge.intent.understanding import TextUnderstanding
from edge.loading import understanding
from edge.voice.acoustic import TASK, AcousticModel
from edge.voice.activity import TASK as ACTIVITY
from edge.voice.activity import VoiceActivity
from edge.voice.endpoint import EndpointSettings
from edge.voice.free_text import Understand
from edge.voice.recognizer import Recognizer
from edge.voice.voice import Voice, grammar_of
from edge.voice.wake.table import WakeTable
from export.recipes.speech.lessons.domain import Domain, read_domain

HOME = Path(__file__).resolve().parents[2] / "export" / "samples" / "home"


@cache
def sample_home() -> Domain:
    """The sample home: its sentences, compiled, and its names."""
    return read_domain(HOME)


def home_of(domain: Domain) -> Home:
    """The domain's home; an empty one where its sentences name nothing."""
    return domain.home if domain.home is not None else Home()


def reader_of(bundle: Bundle, home: Home) -> Understand | None:
    """The bundle's model of text, in that home; None where it has none."""
    if INTENT not in bundle.tasks:
        return None
    return understanding(bundle, IntentModel.of(bundle), home).answer


def by_sentences(domain: Domain) -> TextUnderstanding:
    """What reads the domain's sentences when they are typed, and nothing else."""
    grammar = Grammar.from_bytes(domain.grammar.data)
    return TextUnderstanding(None, grammar, SlotSchema({}), home_of(domain))


def recognizer_of(
    bundle: Bundle,
    domain: Domain,
    understand: Understand | None = None,
    *,
    is_home: bool = False,
) -> Recognizer:
    """Recognises the sentences of `domain`, with the bundle's own settings and thresholds.

    Args:
        understand: reads free transcripts; None: sentences only.
        is_home: whether sentences may be joined by "and", and so on: see `Recognizer.of`.
    """
    home = home_of(domain)
    tables = read_tables(domain.grammar.data)
    return Recognizer.of(bundle, tables, lambda: home, understand, is_home=is_home)


def has_sentences(bundle: Bundle) -> bool:
    """Whether the bundle itself brings sentences that may be said."""
    return grammar_of(bundle) is not None


def voice_of(bundle: Bundle, recognizer: Recognizer) -> Voice:
    """All that listening takes, with the sentences of `recognizer`, whatever the bundle brings."""
    task = bundle.tasks[TASK]
    return Voice(
        AcousticModel.of(bundle),
        VoiceActivity.of(bundle),
        recognizer,
        WakeTable.of_task(task, bundle.asset),
        EndpointSettings.of(bundle.tasks[ACTIVITY]),
        recognizer.pronouncer,
    )


def home_voice_of(bundle: Bundle) -> Voice:
    """The same for the sample home, free text included."""
    home = sample_home()
    reader = reader_of(bundle, home_of(home))
    return voice_of(bundle, recognizer_of(bundle, home, reader, is_home=True))


def wake_table_of(bundle: Bundle) -> WakeTable:
    """What the bundle knows of wake phrases.

    Raises:
        UsageError: it knows nothing of them.
    """
    table = WakeTable.of_task(bundle.tasks[TASK], bundle.asset)
    if table is None:
        raise UsageError("the bundle listens for no wake phrases", where=bundle.name)
    return table
