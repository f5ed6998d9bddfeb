"""Text → Command: the home's exact sentences first, the learned model otherwise, never a guess."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

from edge.contrary import LANGUAGE, contrary, is_contrary
from edge.errors import UsageError
from edge.events import Command, RejectCode, Rejected
from edge.grammar import Grammar
from edge.grammar_intents import intents_with, required_slots
from edge.home import Home
from edge.intent import Frame, IntentModel
from edge.interpret import interpret
from edge.limits import COMMANDS, SENTENCE_CHARS, SENTENCE_WORDS
from edge.resolve import resolve
from edge.slots import SlotSchema
from edge.text import Tokens, tokenise

Answer = Command | Rejected
Reader = Callable[[Tokens], Answer | None]
"""Reads part of a sentence; None where it has nothing to say about it."""

_AND: Final = frozenset({"and", "then"})
SURE_PART: Final = 0.8
"""Score that each part of a sentence needs to be taken for a command of its own. "An hour and five
minutes" is one time, not two."""
_ASK_BACK: Final = frozenset({"unknown_name", "ambiguous_name", "out_of_range"})
"""Rejections that say the sentence was understood but for one thing."""
_SHOWN: Final = 80
_WORD: Final = re.compile(r"[^\W_]")
"""A letter or a digit, in any script."""


class TextUnderstanding:
    """Answers sentences for one home.

    Args:
        model: the learned model, or None for a bundle that has a grammar only.
        grammar: the home's exact sentences, or None for a bundle that has a model only.
        schema: what each slot of each intent takes.
        home: whose names the sentences use.
    """

    def __init__(
        self, model: IntentModel | None, grammar: Grammar | None, schema: SlotSchema, home: Home
    ) -> None:
        self._model, self._grammar, self._schema = model, grammar, schema
        self.home = home
        self._slots: dict[str, frozenset[str]] | None = None
        """Intent → slots that it always has; None before they are asked for."""
        self._outspoken: frozenset[str] | None = None
        """Intents with sentences that say what is not to be; None before it is asked for."""

    def answer(self, text: str | bytes) -> Answer:
        """What `text` commands, or why it is rejected.

        Raises:
            UsageError: `text` is neither text nor bytes.
        """
        if not isinstance(text, str):
            decoded = _decode(text)
            if isinstance(decoded, Rejected):
                return decoded
            text = decoded
        if len(text) > SENTENCE_CHARS:
            reason = f"{len(text)} characters; at most {SENTENCE_CHARS} are read"
            return Rejected("too_long", reason, text=_printable(text[:_SHOWN]))
        if not text.isascii() and not _is_unicode(text):
            return Rejected("not_text", "the sentence is not Unicode", text=_printable(text))
        if self._grammar is None:
            # A model has an answer to anything; to a row of emoji it must not be asked for one.
            return self._by_model(text) if _WORD.search(text) else _empty(text)
        tokens = tokenise(text)
        if not tokens.words:
            return _empty(text)
        return self._by_grammar_then_model(text, tokens, self._grammar)

    def _by_grammar_then_model(self, text: str, tokens: Tokens, grammar: Grammar) -> Answer:
        search = grammar.search(tokens, self.home)
        if search.match is not None:
            return interpret(search.match, self.home)
        parts = _parts(tokens)
        together: Answer | None = None
        exact: Reader = self._exact
        if len(parts) > 1:
            exact = _Remembering(exact)  # the parts are asked for twice
            together = self._several(parts, exact)
            if together is not None:  # all of them exact, but perhaps for a name or a number
                return together
        guess = self._by_model(text, tokens)
        if len(parts) > 1:

            def either(part: Tokens) -> Answer:
                return exact(part) or self._by_model_alone(part)

            if isinstance(guess, Command):
                return self._several(parts, either, max(SURE_PART, guess.score)) or guess
            together = self._several(parts, either)
            if isinstance(together, Command) and _weakest(together) >= SURE_PART:
                return together
        if isinstance(guess, Rejected):
            begun = search.unfinished()
            if begun is not None:
                return interpret(begun, self.home)
            # A near match knows what is amiss; a command read in part knows which part.
            found = search.miss()
            if found is not None:
                near = interpret(found, self.home)
                # "Close enough": no device is called "enough", nor anything like it.
                far = found.code == "unknown_name" and not getattr(near, "suggestions", ())
                doubted = self._model is not None and guess.code in ("out_of_scope", "unsure")
                return guess if far and doubted else near
            if isinstance(together, Rejected):
                return together
        return guess

    def _exact(self, tokens: Tokens) -> Answer | None:
        found = self._grammar.match(tokens, self.home) if self._grammar is not None else None
        return None if found is None else interpret(found, self.home)

    def _by_model_alone(self, part: Tokens) -> Answer:
        return self._by_model(part.written(0, len(part)))

    def _several(
        self, parts: list[Tokens], read: Reader, least: float | None = None
    ) -> Answer | None:
        """The parts of a sentence as commands of their own.

        A part that is none may be a name only ("turn on the lamp *and the fan*"): it is tried again
        behind the words the command before it began with. None: the parts are no commands; a
        rejection: all are commands but one, which the rejection says what is amiss with. Where
        `least` is said, only commands of that score will do, and no part is read after one that is
        none.
        """
        commands: list[Command] = []
        rejected: Rejected | None = None
        verb: Tokens | None = None
        for part in parts:
            answer = read(part)
            if isinstance(answer, Command):
                verb = _verb(part)
            elif verb is not None:
                # It stays the verb of what follows: "turn on the lamp and the fan and the radio".
                carried = read(_joined(verb, part))
                if isinstance(carried, Command):
                    answer = carried
            if least is not None and not (isinstance(answer, Command) and answer.score >= least):
                return None
            if isinstance(answer, Command):
                commands.append(answer)
            elif answer is not None and answer.code in _ASK_BACK and rejected is None:
                rejected = answer
            else:
                return None
        if rejected is not None or len(commands) != len(parts):
            return rejected if commands else None
        first = commands[0]
        return Command(
            first.intent,
            first.slots,
            first.targets,
            first.score,
            first.source,
            first.text,
            also=tuple(commands[1:]),
        )

    def _by_model(self, text: str, tokens: Tokens | None = None) -> Answer:
        model = self._model
        if model is None:
            return Rejected("unsure", "no sentence of this home is like it", text=text[:_SHOWN])
        frame = model.read(text, tokens)
        if frame is None:
            if len(text.split()) > SENTENCE_WORDS:
                reason = f"more than {SENTENCE_WORDS} words"
                return Rejected("too_long", reason, text=text[:_SHOWN])
            return _empty(text)
        if frame.out_of_scope > frame.intent_probability:
            return Rejected(
                "out_of_scope",
                "this does not sound like a command; it was left alone",
                text=text,
                intent=frame.intent,
                score=frame.intent_probability,
            )
        calibration = model.calibration
        sure = frame.intent_probability >= calibration.threshold
        if not (sure and frame.score >= calibration.lowest_score):  # NaN is not sure either
            return _unsure(text, frame)
        amiss = self._amiss(text, frame, model.needs_slots)
        if amiss is not None:
            code, reason = amiss
            return Rejected(code, reason, text=text, intent=frame.intent, score=frame.score)
        found = resolve(frame.intent, frame.slots, self.home, self._schema, text=text)
        if isinstance(found, Rejected):
            return found
        return Command(frame.intent, found.slots, found.targets, frame.score, "model", text)

    def _amiss(
        self, text: str, frame: Frame, needs_slots: frozenset[str]
    ) -> tuple[RejectCode, str] | None:
        """Why what a model is sure of is no command all the same; None where nothing is amiss."""
        if (word := contrary(text, frame.slots)) and self._turns(frame.intent):
            reason = f"{word!r} may turn it into its contrary; say what is to be done, and no more"
            return "unsure", reason
        understood = f"{frame.intent} was understood, but not"
        if not frame.slots and frame.intent in needs_slots:
            return "incomplete", f"{understood} of what; name it as the home does"
        if lacking := self._required(frame.intent) - {slot.label for slot in frame.slots}:
            return "incomplete", f"{understood} its {_listed(lacking)}; say that too"
        return None

    def _turns(self, intent: str) -> bool:
        """Whether a word that says the contrary does so of an intent.

        Not if its own sentences have such words: "never mind". And where no sentences are written
        down, a corpus has taught the model what they mean: "I don't like it".
        """
        grammar = self._grammar
        if grammar is None or grammar.language != LANGUAGE:
            return False
        if self._outspoken is None:
            self._outspoken = intents_with(grammar.tables, is_contrary)
        return intent not in self._outspoken

    def _required(self, intent: str) -> frozenset[str]:
        """The slots that all of the home's own sentences of an intent have."""
        if self._slots is None:
            self._slots = required_slots(self._grammar.tables) if self._grammar is not None else {}
        return self._slots.get(intent, frozenset())


class _Remembering:
    """A reader that reads no part of a sentence twice."""

    def __init__(self, read: Reader) -> None:
        self._read = read
        self._answers: dict[str, Answer | None] = {}

    def __call__(self, part: Tokens) -> Answer | None:
        said = part.written(0, len(part))
        if said not in self._answers:
            self._answers[said] = self._read(part)
        return self._answers[said]


def _listed(slots: Iterable[str]) -> str:
    return " and ".join(sorted(slot.replace("_", " ") for slot in slots))


def _decode(text: object) -> str | Rejected:
    if not isinstance(text, bytes | bytearray | memoryview):
        raise UsageError(
            f"a sentence is text, not {type(text).__name__}", allowed="str, or bytes in UTF-8"
        )
    raw = bytes(text)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        reason = f"the sentence is not UTF-8: byte 0x{raw[error.start]:02x} at {error.start}"
        return Rejected("not_text", reason, text=raw[:_SHOWN].decode("utf-8", "backslashreplace"))


def _is_unicode(text: str) -> bool:
    """Whether no half of a surrogate pair is in `text`: Python has those for bytes it cannot read
    (PEP 383), and no UTF-8 can hold them."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _printable(text: str) -> str:
    return text[:_SHOWN].encode("utf-8", "backslashreplace").decode("utf-8")


def _empty(text: str) -> Rejected:
    return Rejected("empty", "there are no words in it", text=text[:_SHOWN])


def _unsure(text: str, frame: Frame) -> Rejected:
    likeliest = frame.intent
    reason = f"not sure enough what is wanted ({likeliest} is the likeliest); say it differently"
    return Rejected("unsure", reason, text=text, intent=likeliest, score=frame.intent_probability)


def _parts(tokens: Tokens) -> list[Tokens]:
    """The sentence cut at its "and"s and "then"s; whole when there are none, or too many."""
    words = tokens.words
    if _AND.isdisjoint(words):
        return [tokens]
    parts, first = [], 0
    for at, word in enumerate([*words, "and"]):
        if word in _AND:
            if at > first:
                parts.append(tokens.part(first, at))
            first = at + 1
    return parts if len(parts) <= COMMANDS else [tokens]


def _verb(part: Tokens) -> Tokens:
    """What a following part without a verb of its own borrows: "turn on", "open", "dim"."""
    particle = len(part) > 1 and part.words[1] in ("on", "off", "up", "down")
    return part.part(0, 2 if particle else 1)


def _joined(first: Tokens, second: Tokens) -> Tokens:
    """Two parts of a sentence as a sentence of their own, without what was said between them.

    Cut anew: the model reads text, and between the two stands the command before this one.
    """
    return tokenise(f"{first.written(0, len(first))} {second.written(0, len(second))}")


def _weakest(command: Command) -> float:
    return min(one.score for one in (command, *command.also))
