"""Text → Command: the home's exact sentences first, the learned model otherwise, never a guess."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

from edge.errors import UsageError
from edge.events import Command, RejectCode, Rejected
from edge.grammar.grammar import Grammar
from edge.grammar.match import Match, Miss
from edge.home.home import Home, Item
from edge.home.targets import lacking
from edge.intent.conjunction import (
    completed,
    contradiction,
    has_link,
    links_of,
    listed,
    parts_of,
    pointed,
    points,
    several,
    verb_of,
    with_verb,
)
from edge.intent.frame_check import FrameCheck
from edge.intent.here import is_here
from edge.intent.interpret import NAMED, interpret, none_here, which_area
from edge.intent.model import Frame, IntentModel
from edge.intent.mood import Mood
from edge.intent.resolve import Resolved, resolve
from edge.intent.slots import SlotSchema
from edge.intent.taught_words import TaughtWords
from edge.limits import SENTENCE_CHARS, SENTENCE_WORDS
from edge.text import Tokens, is_unicode, tokenise

Answer = Command | Rejected
Reader = Callable[[Tokens], Answer | None]
"""Reads part of a sentence; None where it has nothing to say about it."""

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
        words: that the model was taught, where no grammar has them.
    """

    def __init__(
        self,
        model: IntentModel | None,
        grammar: Grammar | None,
        schema: SlotSchema,
        home: Home,
        words: TaughtWords | None = None,
    ) -> None:
        self._model, self._grammar, self._schema = model, grammar, schema
        self._links = links_of(grammar.language) if grammar is not None else frozenset[str]()
        self.home = home
        self._area: str | None = None
        """Where the sentence that is being read was said."""
        self._ending = ""
        """Its question mark, if it has one."""
        self._check = FrameCheck(grammar, schema) if grammar is not None else None
        # Where no sentences are written down, a corpus has taught the model what words do to them,
        # and may say which of its words do that.
        self._mood: Mood | None = None
        if self._check is not None:
            self._mood = self._check.mood
        elif words is not None:
            self._mood = Mood(words, words.language)

    def prepare(self) -> None:
        """Makes ready what sentences that a model reads are held against."""
        if self._model is not None and self._check is not None:
            self._check.prepare()
        elif self._model is not None and self._mood is not None:
            self._mood.prepare()

    def unspoken(self) -> tuple[str, ...]:
        """Devices of kinds that no slot of a sentence takes, in sentences for a person."""
        kinds = self._schema.device_kinds()
        unknown: dict[str, list[str]] = {}
        for device in self.home.devices if kinds else ():
            if device.kind not in kinds:
                unknown.setdefault(device.kind, []).append(device.id)
        return tuple(
            f"no sentence speaks of devices of the kind {kind!r} ({_some(ids)}); "
            f"the kinds are {', '.join(sorted(kinds))}"
            for kind, ids in unknown.items()
        )

    def answer(self, text: str | bytes, area: str | None = None) -> Answer:
        """What `text` commands, or why it is rejected.

        Args:
            text: a sentence.
            area: id of the area where it is said, as far as known: see `Grammar.match`.

        Raises:
            UsageError: `text` is neither text nor bytes.
        """
        # Somebody may have gone on listening in a room that the home does not have any more.
        self._area = area if area is not None and self.home.is_a(area, "area") else None
        if not isinstance(text, str):
            decoded = _decode(text)
            if isinstance(decoded, Rejected):
                return decoded
            text = decoded
        if len(text) > SENTENCE_CHARS:
            reason = f"{len(text)} characters; at most {SENTENCE_CHARS} are read"
            return Rejected("too_long", reason, text=_printable(text[:_SHOWN]))
        if not is_unicode(text):
            return Rejected("not_text", "the sentence is not Unicode", text=_printable(text))
        if self._grammar is None:
            # A model has an answer to anything; to a row of emoji it must not be asked for one.
            tokens = tokenise(text)
            if not (_WORD.search(text) and tokens.words):
                return _empty(text)
            return self._by_model(tokens)
        tokens = tokenise(text)
        if not tokens.words:
            return _empty(text)
        self._ending = "?" if text.rstrip().endswith("?") else ""
        return self._by_grammar_then_model(text, tokens, self._grammar)

    def _by_grammar_then_model(self, text: str, tokens: Tokens, grammar: Grammar) -> Answer:
        search = grammar.search(tokens, self.home, area=self._area)
        if search.match is not None:
            return self._apart(tokens, search.match, grammar) or self._meant(search.match)
        if self._mood is not None and (reason := self._mood.taken_back(tokens)):
            return Rejected("unsure", reason, text=text)
        said = grammar.plain(tokens)
        links = self._links
        parts = parts_of(said, links, self.home)
        together: Answer | None = None
        exact: Reader = self._exact
        if len(parts) > 1 or "," in text:
            exact = _Remembering(exact)  # the parts are asked for twice
            together = self._exactly((parts, listed(said, links, self.home)), exact)
            if together is not None:  # all of them exact, but perhaps for a name or a number
                return together
        guess = self._by_model(tokens)
        if len(parts) > 1:

            def either(part: Tokens) -> Answer:
                return exact(part) or self._by_model_alone(part)

            if isinstance(guess, Command):
                return self._several(parts, either, least=max(SURE_PART, guess.score)) or guess
            together = self._several(parts, either)
            if isinstance(together, Command) and _weakest(together) >= SURE_PART:
                return together
        if isinstance(guess, Rejected):
            begun = search.unfinished()
            if begun is not None:
                return interpret(begun, self.home)
            # A near match knows what is amiss; a command read in part knows which part.
            found = search.miss()
            if found is not None and found.code == "unknown_name" and is_here(found.said):
                return self._here(text, found, grammar)
            if found is not None:
                near = self._put_off(found) or interpret(found, self.home)
                # "Close enough": no device is called "enough", nor anything like it.
                far = found.code == "unknown_name" and not getattr(near, "suggestions", ())
                doubted = self._model is not None and guess.code in ("out_of_scope", "unsure")
                return guess if far and doubted else near
            if isinstance(together, Rejected):
                return together
        return guess

    def _here(self, text: str, found: Miss, grammar: Grammar) -> Answer:
        """What a sentence means that says "here" where it could name a room."""
        place = self.home.get(self._area or "")
        if place is None:
            reason, areas = which_area(self.home)
            return Rejected("ambiguous_name", reason, found.text, areas, found.intent)
        named = tokenise(f"{text[: found.start]}{place.name}{text[found.end :]}")
        match = grammar.search(named, self.home, area=self._area).match
        return interpret(found if match is None else match, self.home)

    def _put_off(self, found: Miss) -> Rejected | None:
        """What is amiss with "the front door in five minutes", where there is a front door."""
        changed = self._mood.changed(found.said) if self._mood is not None else None
        if found.code != "unknown_name" or changed is None:
            return None
        words, reason = changed
        if not self.home.find("device", found.said[: found.said.index(words)]):
            return None
        return Rejected("unsure", reason, text=found.text, intent=found.intent)

    def _apart(self, tokens: Tokens, match: Match, grammar: Grammar) -> Answer | None:
        """Commands that a slot of any words has swallowed: "play jazz and open the door".

        Why one of them is none, where it is put off: "play jazz at seven and open the door".
        """
        texts = [slot.value for slot in match.slots if isinstance(slot.value, str)]
        if not any("," in text or has_link(text, self._links) for text in texts):
            return None
        said = grammar.plain(tokens)
        for parts in (
            parts_of(said, self._links, self.home),
            listed(said, self._links, self.home),
        ):
            meant = [self._matched(part) for part in parts]
            if len(parts) > 1 and None not in meant:
                refused = [one for one in meant if isinstance(one, Rejected)]
                return refused[0] if refused else self._several(parts, self._matched, sharing=True)
        return None

    def _exactly(self, cuts: Iterable[list[Tokens]], exact: Reader) -> Answer | None:
        """The first of some cuts all of whose parts are commands, or the last that nearly are."""
        near: Answer | None = None
        for parts in cuts:
            together = self._several(parts, exact, sharing=True) if len(parts) > 1 else None
            if isinstance(together, Command):
                return together
            near = together or near
        return near

    def _exact(self, tokens: Tokens) -> Answer | None:
        if self._grammar is None:
            return None
        found = self._grammar.match(tokens, self.home, area=self._area)
        return None if found is None else self._meant(found)

    def _meant(self, found: Match | Miss) -> Answer:
        """What the grammar found, unless something spoils it."""
        if isinstance(found, Match) and self._mood is not None:
            reason = self._mood.spoiled(found, found.text + self._ending)
            if reason is not None:
                return Rejected("unsure", reason, text=found.text, intent=found.intent)
        return interpret(found, self.home)

    def _fitting(self, tokens: Tokens) -> Command | None:
        """The command that a sentence is; None of one that only nearly is."""
        found = self._matched(tokens)
        return found if isinstance(found, Command) else None

    def _matched(self, tokens: Tokens) -> Answer | None:
        """What a sentence says that fits the grammar; None of one that only nearly does."""
        if self._grammar is None:
            return None
        match = self._grammar.search(tokens, self.home, area=self._area).match
        return self._meant(match) if match is not None else None

    def _by_model_alone(self, part: Tokens) -> Answer:
        return self._by_model(tokenise(part.written(0, len(part))))

    def _several(
        self,
        parts: list[Tokens],
        read: Reader,
        *,
        sharing: bool = False,
        least: float | None = None,
    ) -> Answer | None:
        """The parts of a sentence as commands of their own.

        A part that is none may lack what another one has: see `edge.intent.conjunction`. None: the
        parts are no commands; a rejection: all are commands but one, which the rejection says what
        is amiss with.

        Args:
            sharing: whether a part may lack more than its verb.
            least: only commands of that score will do, and no part is read after one that is none.
        """
        commands: list[Command] = []
        rejected: Rejected | None = None
        verb: Tokens | None = None
        before: tuple[Tokens, Command] | None = None  # the last part that was one by itself
        for number, part in enumerate(parts, 1):
            answer = read(part)
            if isinstance(answer, Command):
                if before is not None and points(part):
                    if (pointing := self._pointing(part, answer, *before)) is None:
                        return None
                    answer = pointing
                verb, before = verb_of(part), (part, answer)
            elif verb is not None and isinstance(carried := read(with_verb(part, verb)), Command):
                answer = carried
            elif sharing:
                verb = verb or verb_of(part)
                answer = completed(part, verb, before, parts[number:], self._fitting) or answer
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
        reason = contradiction(commands)
        if reason is not None:
            return Rejected("unsure", reason, text=commands[0].text, intent=commands[0].intent)
        return several(commands)

    def _pointing(
        self, part: Tokens, meant: Command, whole: Tokens, before: Command
    ) -> Command | None:
        """What "dim them" means behind a command: not all of them, where that one was of a room."""
        placed = not before.slots.keys().isdisjoint(("area", "floor"))
        return pointed(part, whole, before, self._fitting) or (None if placed else meant)

    def _by_model(self, said: Tokens) -> Answer:
        """What the model makes of a sentence, held against the home's own."""
        model, check, text = self._model, self._check, said.text
        if model is None:
            return Rejected("unsure", "no sentence of this home is like it", text=text[:_SHOWN])
        frame = model.read(text, said)
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
        amiss = None
        if check is not None:
            frame, amiss = check.checked(said, frame, self.home)
        elif self._mood is not None:
            amiss = self._mood.amiss(said, frame, frame.slots)
        calibration = model.calibration
        # NaN is not sure either.
        sure = (
            frame.intent_probability >= calibration.threshold
            and frame.score >= calibration.lowest_score
        )
        if not sure and (amiss is None or amiss[0] == "incomplete"):
            return _unsure(text, frame, calibration.threshold)
        if not frame.slots and frame.intent in model.needs_slots:
            reason = f"{frame.intent} was understood, but not of what; name it as the home does"
            amiss = amiss or ("incomplete", reason)
        if amiss is not None:
            code, reason = amiss
            return Rejected(code, reason, text=text, intent=frame.intent, score=frame.score)
        found = resolve(
            frame.intent, frame.slots, self.home, self._schema, text=text, area=self._area
        )
        if isinstance(found, Rejected):
            return found
        place = self._place(said, frame, found)
        if isinstance(place, Rejected):
            return place
        here = place is not None
        fixed = {} if check is None else check.fixed(said, frame, here=here)
        if fixed is None:
            reason = f"{frame.intent} was understood, but not of what; say it as the home does"
            return Rejected("incomplete", reason, text=text, intent=frame.intent, score=frame.score)
        slots = {**found.slots, **fixed}
        targets = found.targets
        if place is not None:
            slots["area"] = place.name
            targets = (*targets, place.id)
        return Command(frame.intent, slots, targets, frame.score, "model", text)

    def _place(self, said: Tokens, frame: Frame, found: Resolved) -> Item | Rejected | None:
        """The room that a frame is of because it is said there; None where it is of no such room,
        or nobody has to know."""
        how = self._check.place(said, frame) if self._check is not None else None
        if how is None:
            return None
        code: RejectCode = "ambiguous_name"
        if self._area is None:
            reason, names = which_area(self.home)
        elif kind := lacking(found.slots.values(), self.home, self._area):
            code = "unknown_name"
            reason, names = none_here(self.home, kind, self._area)
        else:
            return self.home.get(self._area)
        if how == "meant":
            return None
        return Rejected(code, reason, said.text, names, frame.intent, frame.score)


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


def _printable(text: str) -> str:
    return text[:_SHOWN].encode("utf-8", "backslashreplace").decode("utf-8")


def _empty(text: str) -> Rejected:
    return Rejected("empty", "there are no words in it", text=text[:_SHOWN])


def _unsure(text: str, frame: Frame, threshold: float) -> Rejected:
    likeliest = frame.intent
    reason = f"not sure enough what is wanted ({likeliest} is the likeliest)"
    if frame.intent_probability >= threshold and frame.slots:
        said = ", ".join(f"{slot.label.replace('_', ' ')} {slot.text!r}" for slot in frame.slots)
        reason = f"{likeliest} was understood, but not surely its {said}"
    reason = f"{reason}; say it differently"
    # What it was refused for, so that it is not compared with another command's on another scale.
    score = min(frame.intent_probability, frame.score)
    return Rejected("unsure", reason, text=text, intent=likeliest, score=score)


def _weakest(command: Command) -> float:
    return min(one.score for one in (command, *command.also))


def _some(ids: list[str]) -> str:
    """Ids in a reason, the first of them."""
    return ", ".join(ids[:NAMED]) + (f" and {len(ids) - NAMED} more" if len(ids) > NAMED else "")
