"""All that listening takes, loaded once from a bundle: streams are made of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from edge.errors import BundleFormatError, UsageError
from edge.grammar.file import read_tables
from edge.home.home import Home
from edge.voice.acoustic import TASK, AcousticModel
from edge.voice.activity import TASK as ACTIVITY
from edge.voice.activity import VoiceActivity
from edge.voice.endpoint import EndpointSettings
from edge.voice.free_text import Understand
from edge.voice.pronunciation import Pronouncer
from edge.voice.recognizer import Recognizer
from edge.voice.settings import StreamSettings
from edge.voice.stream import VoiceStream
from edge.voice.wake.phrase import PER_HOUR, PhraseQuality, assess, wake_phrase
from edge.voice.wake.table import WakeTable
from edge.voice.wake.wake import WakePhrase

if TYPE_CHECKING:
    from edge.bundle.bundle import Bundle

_MOST_PHRASES: Final = 16
WakeChoice = str | WakePhrase | Sequence[str | WakePhrase] | None
"""Phrases as they are written, or made with a threshold of one's own."""


class Voice:
    """The models of one bundle that hears. Any number of streams share them.

    Args:
        acoustic: gives posteriors.
        activity: tells whether somebody speaks.
        recognizer: finds commands.
        wake: what the bundle knows of wake phrases; None where it listens for none.
        endpoint: what counts as a beginning and an end of speech.
        pronouncer: says how wake phrases are said; None where the bundle cannot tell.
    """

    def __init__(
        self,
        acoustic: AcousticModel,
        activity: VoiceActivity,
        recognizer: Recognizer,
        wake: WakeTable | None = None,
        endpoint: EndpointSettings | None = None,
        pronouncer: Pronouncer | None = None,
    ) -> None:
        self.acoustic = acoustic
        self.activity = activity
        self.recognizer = recognizer
        self.endpoint = endpoint or EndpointSettings()
        # Without a pronouncer letters alone have to do, with the thresholds for that.
        self._wake = replace(wake, sounds=None) if wake is not None and pronouncer is None else wake
        self._pronouncer = pronouncer
        self._closed = False

    @classmethod
    def of(
        cls, bundle: Bundle, home: Callable[[], Home], understand: Understand | None = None
    ) -> Voice:
        """That of `bundle`'s chosen variant.

        Args:
            home: gives the household whose names are said, as it is now.
            understand: reads free transcripts; None where the bundle has no model of text.

        Raises:
            BundleError: the bundle does not hear, or holds what cannot be run.
            UsageError: no sentence of its grammar can be said in this home.
        """
        task = bundle.tasks[TASK]
        tables = None
        path = grammar_of(bundle)
        if path is not None:
            tables = read_tables(bundle.asset(path))
        elif understand is None:
            raise BundleFormatError(
                "there are no sentences to listen for",
                where=f"manifest.json: tasks.{TASK}.assets.grammar",
                allowed="a compiled grammar there, or a task that reads text",
            )
        # A maker's own few sentences are said one at a time, and among nothing else.
        own = "grammar" in task.get("assets", {})
        recognizer = Recognizer.of(bundle, tables, home, understand, is_home=not own)
        return cls(
            AcousticModel.of(bundle),
            VoiceActivity.of(bundle),
            recognizer,
            WakeTable.of_task(task, bundle.asset),
            EndpointSettings.of(bundle.tasks[ACTIVITY]),
            recognizer.pronouncer,
        )

    def stream(
        self, wake: WakeChoice = None, settings: StreamSettings | None = None
    ) -> VoiceStream:
        """A new stream; see `edge.runtime.Runtime.stream`.

        Raises:
            UsageError: a phrase cannot be spelled, there are too many, or the bundle knows nothing
                of wake phrases; or the runtime is closed.
        """
        self._usable()
        settings = StreamSettings() if settings is None else settings
        listening: object = settings
        if not isinstance(listening, StreamSettings):
            what = f"stream settings are a {type(listening).__name__}"
            raise UsageError(what, allowed="edge.StreamSettings")
        return VoiceStream(
            self.acoustic.stream(),
            self.acoustic.lag,
            self.activity.stream(),
            self.recognizer,
            self._phrases(wake, settings.per_hour),
            settings,
            settings.endpoint or self.endpoint,
            self._wake,
            self._usable,
            self._pronouncer,
        )

    def assess(self, phrase: str, per_hour: float | None = None) -> PhraseQuality:
        """How well a wake phrase will do here; see `edge.voice.wake.phrase.assess`."""
        return assess(phrase, self._wake, PER_HOUR if per_hour is None else per_hour)

    def close(self) -> None:
        """Streams that are open take no more audio."""
        self._closed = True

    def _usable(self) -> None:
        if self._closed:
            raise UsageError("the runtime is closed", hint="load the bundle again")

    def _phrases(self, wake: WakeChoice, per_hour: float) -> tuple[WakePhrase, ...]:
        if wake is None:
            return ()
        given: object = wake
        if isinstance(given, bytes) or not isinstance(given, str | WakePhrase | Sequence):
            raise UsageError(f"a wake phrase is text, not {type(given).__name__}")
        chosen = (wake,) if isinstance(wake, str | WakePhrase) else tuple(wake)
        if not 0 < len(chosen) <= _MOST_PHRASES:
            raise UsageError(
                f"{len(chosen)} wake phrases",
                allowed=f"1 to {_MOST_PHRASES}, or None: everything said is a command",
            )
        return tuple(
            phrase if isinstance(phrase, WakePhrase) else self._phrase(phrase, per_hour)
            for phrase in chosen
        )

    def _phrase(self, text: str, per_hour: float) -> WakePhrase:
        if not isinstance(text, str):
            raise UsageError(f"a wake phrase is text, not {type(text).__name__}")
        if self._wake is None:
            raise UsageError(
                "the bundle knows nothing of wake phrases",
                where=f"wake phrase {text!r}",
                hint="give edge.voice.wake.wake.WakePhrase with a threshold, or another bundle",
            )
        return wake_phrase(text, self._wake, per_hour)


def grammar_of(bundle: Bundle) -> str | None:
    """The asset with the sentences that may be said: the maker's own, or those of text."""
    for task in (TASK, "intent"):
        path = bundle.tasks.get(task, {}).get("assets", {}).get("grammar")
        if isinstance(path, str):
            return path
    return None
