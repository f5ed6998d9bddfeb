"""What the runtime tells its caller: commands, refusals that give a reason, and what it hears.

The `at` of an event is in seconds of audio since its stream began: a recording that is played again
gives the same events.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

SlotValue = str | int | float
"""A slot's value: a number where the slot is one ("twenty one" → 21), text otherwise."""

Source = Literal["grammar", "model"]
"""Which part of the runtime answered: the home's exact sentences, or the learned model."""

RejectCode = Literal[
    "empty",  # nothing in it that could be said
    "too_long",  # beyond edge.limits
    "not_text",  # bytes that are no UTF-8
    "unsure",  # the model's confidence is below the calibrated threshold
    "out_of_scope",  # the model is confident that this is no command
    "unknown_name",  # a device or area that the home does not have
    "ambiguous_name",  # a name that several devices or areas have
    "incomplete",  # a command that names nothing to do it to, a sentence that stops in the middle
    "out_of_range",  # a number beyond what the slot takes
    "not_in_grammar",  # words were heard, but no sentence of this home
    "nothing_heard",  # speech, or a noise taken for it, without words
    "interrupted",  # cut short by the wake phrase or by the application
]


@dataclass(frozen=True, slots=True)
class Command:
    """One understood command."""

    intent: str
    slots: Mapping[str, SlotValue] = field(default_factory=dict)
    """Slot label → value."""
    targets: tuple[str, ...] = ()
    """Ids of the home's devices and areas that the sentence names, in the order of its slots."""
    score: float = 1.0
    """Calibrated probability that the whole command is right; 1.0 for an exact sentence."""
    source: Source = "grammar"
    text: str = ""
    """The part of the input this command was read from."""
    also: tuple[Command, ...] = ()
    """Further commands of the same sentence ("… and …"), in order."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        result: dict[str, Any] = {
            "type": "command",
            "intent": self.intent,
            "slots": dict(self.slots),
            "targets": list(self.targets),
            "score": round(self.score, 4),
            "source": self.source,
            "text": self.text,
        }
        if self.also:
            result["also"] = [command.to_dict() for command in self.also]
        return result


@dataclass(frozen=True, slots=True)
class Rejected:
    """A sentence that was not understood, and why: never a guess."""

    code: RejectCode
    reason: str
    """A sentence a person can act on."""
    text: str = ""
    suggestions: tuple[str, ...] = ()
    """Names the home does have that are close to the one said."""
    intent: str = ""
    """The best guess, for hand-off to something bigger; empty when there is none."""
    score: float = 0.0
    """The probability of that guess."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "type": "rejected",
            "code": self.code,
            "reason": self.reason,
            "text": self.text,
            "suggestions": list(self.suggestions),
            "intent": self.intent,
            "score": round(self.score, 4),
        }


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something the household may want next. It is offered, never done."""

    action: str
    """The action or item, as it was observed or as the catalogue has it."""
    score: float
    """Calibrated probability that it is what comes next."""
    because: str
    """Why, in words for a person."""
    source: str = ""
    """The expert that counted most: one of `edge.preference.experts.personal.NAMES`."""
    shown: bool = True
    """Whether it is likely enough to be shown to anybody now."""
    soon: float | None = None
    """Probability that it is done within half an hour; None where no time is known, and of items
    that are chosen once."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "type": "suggestion",
            "action": self.action,
            "score": round(self.score, 4),
            "because": self.because,
            "source": self.source,
            "shown": self.shown,
            "soon": None if self.soon is None else round(self.soon, 4),
        }


@dataclass(frozen=True, slots=True)
class Wake:
    """The wake phrase was said."""

    phrase: str
    at: float
    """Where the phrase ended, seconds of audio."""
    score: float
    """How sure that is, as the spotter of wake phrases gives it."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "type": "wake",
            "phrase": self.phrase,
            "at": round(self.at, 3),
            "score": round(self.score, 4),
        }


@dataclass(frozen=True, slots=True)
class SpeechStart:
    """Somebody began to speak."""

    at: float
    """Seconds of audio."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"type": "speech_start", "at": round(self.at, 3)}


@dataclass(frozen=True, slots=True)
class Partial:
    """What has been understood of an utterance that is still going on; it may yet change."""

    text: str
    at: float
    """Up to where, seconds of audio."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"type": "partial", "text": self.text, "at": round(self.at, 3)}


@dataclass(frozen=True, slots=True)
class SpeechEnd:
    """The utterance is over: a `Command` or a `Rejected` follows."""

    at: float
    """Seconds of audio."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"type": "speech_end", "at": round(self.at, 3)}


@dataclass(frozen=True, slots=True)
class AudioLost:
    """The microphone is gone: nothing is heard until `AudioBack`."""

    reason: str
    """A sentence a person can act on."""
    at: float
    """Seconds of audio that came before; time without audio does not count."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"type": "audio_lost", "reason": self.reason, "at": round(self.at, 3)}


@dataclass(frozen=True, slots=True)
class AudioBack:
    """The microphone is heard again."""

    at: float
    """Seconds of audio, as in the `AudioLost` before it."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"type": "audio_back", "at": round(self.at, 3)}


VoiceEvent = Wake | SpeechStart | Partial | SpeechEnd | Command | Rejected | AudioLost | AudioBack
"""What a stream of audio may give."""
