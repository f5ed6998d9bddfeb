"""The learned model: a sentence → its frame, with calibrated probabilities.

It labels words; what a name or a number stands for is decided by `edge.intent.resolve`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import onnxruntime

from edge.bundle.bundle import Bundle
from edge.errors import BundleFormatError
from edge.intent.encoder import FeatureLayout, WordEncoder, word_spans
from edge.intent.tags import TagTransitions, best_tags, tag_count, tag_spans
from edge.limits import LABELS, SENTENCE_WORDS, VOCABULARY_PIECES
from edge.session import make_session
from edge.text import Tokens

if TYPE_CHECKING:
    from numpy.typing import NDArray  # at run time it costs more than all of this module

TASK: Final = "intent"
_OUTPUTS: Final = ["intent", "tags"]
_CALIBRATION: Final = ("bias", "intent", "tags", "threshold", "lowest_score")
Span = tuple[int, int]
"""A word's first character in the sentence, and the character after it."""


class SlotReading(NamedTuple):
    """A slot the model found."""

    label: str
    text: str
    start: int
    """Offset of its first character in the sentence."""
    end: int
    """Offset after its last character."""

    def overlaps(self, start: int, end: int) -> bool:
        """Whether a character of it is among those from `start` up to, not including, `end`."""
        return self.start < end and start < self.end


class Frame(NamedTuple):
    """What the model makes of a sentence, before anything is rejected or resolved."""

    intent: str
    """The likeliest intent that is a command."""
    slots: tuple[SlotReading, ...]
    intent_probability: float
    """Of `intent`, in [0, 1], out-of-scope counted among the alternatives."""
    out_of_scope: float
    """Probability that the sentence is no command; 0 where the model was not taught any such."""
    tags_probability: float
    """Product of the words' tag probabilities: of the slots, were words independent."""
    score: float
    """Calibrated probability that intent and slots are all right."""


class Calibration(NamedTuple):
    """Logistic regression from the model's log-probabilities to "the whole frame is right".

    Platt scaling (Platt 1999) on two inputs, fitted on the dev set.
    """

    bias: float
    intent: float
    tags: float
    threshold: float
    """Intent probability below which a sentence is rejected as unsure."""
    lowest_score: float
    """Score below which it is, too."""

    def score(self, intent_log: float, tags_log: float) -> float:
        """The calibrated probability."""
        logit = self.bias + self.intent * intent_log + self.tags * tags_log
        if math.isnan(logit):
            return 0.0
        return 1 / (1 + math.exp(-max(-60.0, min(60.0, logit))))


class IntentModel:
    """One student model, loaded and ready.

    Not safe for use by several threads at once: it writes into one buffer.

    Args:
        task: the manifest's `tasks.intent`.
        vocabulary: the asset of that role.
        session: over the student's graph.
        transitions: the asset of that role; None where all legal transitions are alike.

    Raises:
        BundleFormatError: `task` or an asset is not what docs/bundle-format.md says.
    """

    def __init__(
        self,
        task: Mapping[str, Any],
        vocabulary: bytes,
        session: onnxruntime.InferenceSession,
        transitions: bytes | None = None,
    ) -> None:
        keys = _Task(task)
        try:
            pieces = vocabulary.decode("utf-8").split("\n")
        except UnicodeDecodeError:
            raise keys.wrong("assets.vocabulary", "UTF-8 text, one piece a line") from None
        if len(pieces) > VOCABULARY_PIECES:
            raise keys.wrong("assets.vocabulary", f"at most {VOCABULARY_PIECES} pieces")
        layout = FeatureLayout(
            pieces=keys.whole("features", "pieces", 1, 64),
            trigrams=keys.whole("features", "trigrams", 0, 64),
            buckets=keys.whole("features", "buckets", 1, VOCABULARY_PIECES),
        )
        self.encoder = WordEncoder(pieces, layout)
        self.intents = keys.labels("intents")
        self.slot_labels = keys.labels("slot_labels")
        self.calibration = Calibration(*(keys.number("calibration", key) for key in _CALIBRATION))
        self.needs_slots = frozenset(keys.labels("needs_slots"))
        """Intents that mean nothing without a slot."""
        out_of_scope = task.get("out_of_scope")
        self._outside = self.intents.index(out_of_scope) if out_of_scope in self.intents else -1
        if len(self.intents) <= (self._outside >= 0):
            raise keys.wrong("intents", "at least one intent that is a command")
        self.session = session
        self._transitions = _transitions(keys, len(self.slot_labels), transitions)
        # Features of the longest sentence; each call uses a view of its first words.
        self._features = np.zeros((SENTENCE_WORDS, layout.width), np.int32)
        self._warm_up(keys)

    @classmethod
    def of(cls, bundle: Bundle) -> IntentModel:
        """The model of `bundle`'s chosen variant.

        Raises:
            BundleError: the bundle has none, or one that cannot be run.
        """
        task = bundle.tasks[TASK]
        graph = bundle.graph(TASK)
        session = make_session(bundle.graph_bytes(TASK), graph.scheme, graph.session)
        keys = _Task(task)
        transitions = bundle.asset(keys.asset("transitions")) if keys.has("transitions") else None
        return cls(task, bundle.asset(keys.asset("vocabulary")), session, transitions)

    def read(self, text: str, tokens: Tokens | None = None) -> Frame | None:
        """The frame of `text`; None when it has no words or more than `SENTENCE_WORDS`.

        Args:
            text: the sentence.
            tokens: those of `text`, by whom has them: of a plain text they are the model's words.
        """
        if tokens is not None and tokens.plain:
            words = tokens.words
            spans = list(zip(tokens.starts, tokens.ends, strict=True))
        else:
            spans = word_spans(text)
            words = [text[start:end] for start, end in spans]
        if not 0 < len(words) <= SENTENCE_WORDS:
            return None
        features = self._encode(words)
        try:
            intent, tags = self.session.run(_OUTPUTS, {"features": features})
        except Exception as error:  # ONNX Runtime's own exceptions share no public base class
            raise BundleFormatError(
                f"the graph does not run on {len(words)} words: {error}", where="intent"
            ) from error
        return self._decode(text, spans, intent, tags)

    def encode(self, text: str) -> NDArray[np.int32]:
        """The graph's input for `text`: a view, valid until the next call. [1, words, ids]."""
        return self._encode([text[start:end] for start, end in word_spans(text)[:SENTENCE_WORDS]])

    def _encode(self, words: Sequence[str]) -> NDArray[np.int32]:
        features = self._features[: len(words)]
        self.encoder.encode(words, features)
        return features[None]

    def _decode(
        self,
        text: str,
        spans: Sequence[Span],
        intent_logs: NDArray[np.float32],
        tag_logs: NDArray[np.float32],
    ) -> Frame:
        outside = 0.0
        if self._outside >= 0:
            outside = _probability(intent_logs[self._outside])
            intent_logs[self._outside] = -np.inf
        best = int(intent_logs.argmax())
        intent_log = float(intent_logs[best])
        if self.slot_labels:
            path = best_tags(tag_logs, self._transitions)
            # A dozen numbers: Python adds them up before numpy has made sense of the indices.
            tags_log = sum(map(tag_logs.item, range(len(path)), path))
        else:
            path, tags_log = [], 0.0
        slots = []
        for label, first, last in tag_spans(path):
            start, end = spans[first][0], spans[last - 1][1]
            slots.append(SlotReading(self.slot_labels[label], text[start:end], start, end))
        return Frame(
            self.intents[best],
            tuple(slots),
            _probability(intent_log),
            outside,
            _probability(tags_log),
            self.calibration.score(intent_log, tags_log),
        )

    def _warm_up(self, task: _Task) -> None:
        """Runs once, so that the first sentence is as quick as the next, and checks the shapes.

        With the largest feature id: a graph whose table is too small for the vocabulary is found
        out here, not at somebody's first rare word.
        """
        features = np.full((1, 8, self.encoder.layout.width), self.encoder.size - 1, np.int32)
        try:
            intent, tags = self.session.run(_OUTPUTS, {"features": features})
        except Exception as error:  # ONNX Runtime's own exceptions share no public base class
            raise BundleFormatError(
                f"the graph does not run on features of the vocabulary: {error}",
                where="manifest.json: tasks.intent",
                allowed=f"ids below {self.encoder.size}, outputs {', '.join(_OUTPUTS)}",
            ) from error
        if not (np.isfinite(intent).all() and np.isfinite(tags).all()):
            raise BundleFormatError(
                "the graph gives what is no number", where="manifest.json: tasks.intent"
            )
        if intent.shape != (len(self.intents),):
            raise task.wrong("intents", f"{intent.shape} as the graph gives")
        if tags.shape != (8, 1 + 2 * len(self.slot_labels)):
            raise task.wrong("slot_labels", f"{tags.shape[1:]} tags as the graph gives")


def _probability(log: float) -> float:
    """Of its natural logarithm: nothing a graph computes is more than 1, or no number."""
    return 0.0 if math.isnan(log) else math.exp(min(log, 0.0))


def _transitions(task: _Task, slot_labels: int, data: bytes | None) -> TagTransitions:
    """The tags' transitions; those of the asset `data`, where there is one."""
    if data is None:
        return TagTransitions(slot_labels)
    tags = tag_count(slot_labels)
    allowed = f"{1 + tags} × {tags} finite numbers of 16 bits"
    if len(data) != 2 * (1 + tags) * tags:
        raise task.wrong("assets.transitions", allowed)
    learned = np.frombuffer(data, "<f2").reshape(1 + tags, tags)
    if not np.isfinite(learned).all():
        raise task.wrong("assets.transitions", allowed)
    return TagTransitions(slot_labels, learned)


class _Task:
    """The manifest's `tasks.intent`, read with errors that name the key."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data

    def wrong(self, key: str, allowed: str) -> BundleFormatError:
        return BundleFormatError(
            "is not usable", where=f"manifest.json: tasks.intent.{key}", allowed=allowed
        )

    def has(self, role: str) -> bool:
        return role in self._assets

    def asset(self, role: str) -> str:
        path = self._assets.get(role)
        if not isinstance(path, str):
            raise self.wrong(f"assets.{role}", "the path of an asset")
        return path

    @property
    def _assets(self) -> Mapping[str, Any]:
        assets = self.data.get("assets")
        return assets if isinstance(assets, Mapping) else {}

    def labels(self, key: str) -> tuple[str, ...]:
        value = self.data.get(key, ())
        if (
            not isinstance(value, Sequence)
            or isinstance(value, str)
            or len(value) > LABELS
            or not all(isinstance(item, str) for item in value)
            or len(set(value)) != len(value)
        ):
            raise self.wrong(key, f"at most {LABELS} distinct texts")
        return tuple(value)

    def whole(self, group: str, key: str, low: int, high: int) -> int:
        value = self._member(group, key)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise self.wrong(f"{group}.{key}", f"a whole number from {low} to {high}")
        return value

    def number(self, group: str, key: str) -> float:
        value = self._member(group, key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.wrong(f"{group}.{key}", "a number")
        return float(value)

    def _member(self, group: str, key: str) -> Any:
        members = self.data.get(group)
        return members.get(key) if isinstance(members, Mapping) else None
