"""Posteriors of one utterance → `Command` or `Rejected`.

The home's own sentences are searched first. How sure the best one is comes from its evidence, by a
logistic function that was fitted on the workstation; its command is read by the grammar of text, so
a name or a number means the same whether it was typed or said. Where no sentence is sure enough,
what was heard letter by letter is given to the learned model of text, if the bundle has one. What
neither is sure of is rejected, with what was heard in the reason.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import RLock
from typing import TYPE_CHECKING, Final

from edge.errors import UsageError
from edge.events import Command, Rejected
from edge.grammar.grammar import Grammar
from edge.home.home import Home, Item
from edge.intent.asides import aside, refusal
from edge.intent.slots import SlotSchema
from edge.intent.understanding import Answer, TextUnderstanding
from edge.voice.acoustic import TASK
from edge.voice.answers import Reading, quoted, refused, same, scored
from edge.voice.free_text import Understand, by_model
from edge.voice.greedy import greedy
from edge.voice.pronunciation import Pronouncer
from edge.voice.search.decoder import Decoder, Search
from edge.voice.search.graph import SearchGraph
from edge.voice.search.lexicon import Lexicon
from edge.voice.settings import RecognizerSettings
from edge.voice.transcript import transcripts

if TYPE_CHECKING:
    from edge.bundle.bundle import Bundle
    from edge.grammar.file import GrammarTables
    from edge.voice.posteriors import Posteriors
    from edge.voice.search.hypothesis import Hypothesis

_FEWEST_LETTERS: Final = 2
"""Fewer are no word by themselves, but a noise taken for one."""
_FIXED: Final = 0.8
"""Share of the letters of half a sentence, at least, that its templates and names ask for: whatever
is said begins like "put something on …". On dev, of 120 recordings of other speech 78 were said to
stop in the middle of a sentence, and 6 are; of 80 commands without their last words 38 were, and 30
are."""
_FURTHEST: Final = 20.0
"""Nats at which the margin to another meaning counts as safe, as in `Evidence`."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """The search for one utterance, and the graph as it was when the utterance began."""

    graph: SearchGraph
    search: Search


class Recognizer:
    """Finds commands in posteriors. For one hub; any number of streams share it.

    Args:
        tables: the home's compiled sentences; None where the bundle has none.
        home: gives the household whose names are said, as it is now.
        understand: reads a free transcript; None where the bundle has no model of text.
        settings: how to decode.
        pronouncer: says how sentences are pronounced, where the model hears sounds.
        lexicon: words that are likely where anything may be said.

    Raises:
        UsageError: no sentence of the grammar can be said in this home, or there are more than
            `edge.limits` allows.
    """

    def __init__(
        self,
        tables: GrammarTables | None,
        home: Callable[[], Home],
        understand: Understand | None = None,
        settings: RecognizerSettings | None = None,
        pronouncer: Pronouncer | None = None,
        lexicon: Lexicon | None = None,
    ) -> None:
        self.settings = settings or RecognizerSettings()
        self.problem = ""
        """Why no sentence can be said at the moment; empty where some can."""
        self._tables, self._home, self._understand = tables, home, understand
        self.pronouncer = pronouncer
        """Says how sentences are pronounced; None where the model hears no sounds."""
        self._lexicon = lexicon
        self._turn = RLock()
        self._names: tuple[Item, ...] = ()
        self._decoder: Decoder | None = None
        if tables is not None:
            self._text = TextUnderstanding(None, Grammar(tables), SlotSchema({}), home())
            with home().turn:
                self._compile(tables)

    @classmethod
    def of(
        cls,
        bundle: Bundle,
        tables: GrammarTables | None,
        home: Callable[[], Home],
        understand: Understand | None = None,
        *,
        is_home: bool,
    ) -> Recognizer:
        """One with the settings, pronunciations and words of a bundle.

        Args:
            is_home: whether it is a home's sentences: commands may be joined by "and", where the
                bundle does not say otherwise, and words beside one may make none of it.

        Raises:
            BundleError: what the bundle says of them cannot be used.
            UsageError: see `Recognizer`.
        """
        task = bundle.tasks[TASK]
        settings = RecognizerSettings.of(task, several=is_home, asides=is_home)
        lexicon = Lexicon.of(bundle, task)
        return cls(tables, home, understand, settings, Pronouncer.of(bundle), lexicon)

    @property
    def left_out(self) -> tuple[str, ...]:
        """Words and names that cannot be said, for no letters stand for them."""
        return self._decoder.graph.left_out if self._decoder is not None else ()

    def refresh(self) -> None:
        """Compiles the search graph anew if the home has changed; microseconds if it has not.

        A home whose names leave nothing to say is no error here: every utterance is rejected, with
        the reason, until it has some.
        """
        if self._tables is None or self._unchanged():
            return
        with self._home().turn, self._turn:
            if self._unchanged():  # another stream was here first
                return
            try:
                self._compile(self._tables)
            except UsageError as error:
                self._decoder, self.problem = None, error.what

    def start(self) -> Attempt | None:
        """A search for one utterance; None where the home has no sentences."""
        decoder = self._decoder
        return Attempt(decoder.graph, decoder.start()) if decoder is not None else None

    def read(self, attempt: Attempt, area: str | None = None) -> Reading | None:
        """The best whole sentence of a search, said in an area; None where there is none."""
        found = attempt.search.finish(self.settings.hypotheses)
        if not found or found[0].evidence is None:
            return None
        best, evidence, margin = found[0], found[0].evidence, _FURTHEST
        with self._home().turn, self._turn:
            answer = self._meaning(attempt.graph, best.text, area)
            # "The lamp" and "my lamp" are no alternatives: the next other meaning is.
            for other in found[1:]:
                if other.complete and not same(
                    answer, self._meaning(attempt.graph, other.text, area)
                ):
                    margin = min(best.score - other.score, _FURTHEST)
                    break
        evidence = evidence._replace(margin=margin)
        return Reading(best.text, evidence, answer, self.settings.confidence(evidence))

    def meaning(self, attempt: Attempt, said: str) -> Answer:
        """What a sentence means that may be said in the attempt's graph."""
        with self._home().turn, self._turn:
            return self._meaning(attempt.graph, said)

    def answer(
        self,
        attempt: Attempt | None,
        posteriors: Posteriors,
        threshold: float | None = None,
        *,
        cut: float = 0.0,
        area: str | None = None,
    ) -> Answer:
        """What an utterance commands, or why it is rejected.

        Args:
            attempt: the search, which has seen all of it.
            posteriors: [frames, labels], natural logarithms: the same utterance.
            threshold: probability below which it is rejected; that of the settings when None.
            cut: seconds after which it was cut off because nobody paused; 0 where it was not.
            area: where it was said, as far as known.
        """
        spelled = greedy(posteriors)
        letters = sum(map(str.isalpha, spelled))
        least = self.settings.threshold if threshold is None else threshold
        # Noise fits short sentences well, and has no letters; a short word may have a single one.
        # On dev, 97 of 100 noises had none, and 1 of 100 words; 2 words had one, 6 in noise.
        reading = self.read(attempt, area) if attempt is not None and letters else None
        if reading is not None and reading.probability >= least:
            return scored(reading.answer, reading.probability, reading.text)
        if letters < _FEWEST_LETTERS:
            return Rejected("nothing_heard", "no words were heard", text=spelled)
        if cut:
            reason = (
                f"nobody paused for {cut:g} s: say one command, then pause; heard {quoted(spelled)}"
            )
            return Rejected("too_long", reason, text=spelled)
        texts = self.transcripts(posteriors)
        heard = texts[0].text if texts else spelled
        free: Answer | None = None
        if self._understand is not None:
            threshold = max(least, self.settings.free_threshold)
            free = by_model(texts, self._understand, threshold, area)
            if isinstance(free, Command):
                return free
        return refused(heard, reading, _begun(attempt), free, self.problem)

    def transcripts(self, posteriors: Posteriors) -> list[Hypothesis]:
        """What was said, whatever may be said, the likeliest first: none where nothing was.

        Args:
            posteriors: [frames, labels], natural logarithms.
        """
        count = self.settings.hypotheses if self._understand is not None else 1
        return [one for one in transcripts(posteriors, count, self._lexicon) if one.text]

    def _unchanged(self) -> bool:
        # Entries of a home never change, so comparing tuples of them is comparing addresses.
        home = self._home()
        with home.turn:
            return tuple(home) == self._names

    def _compile(self, tables: GrammarTables) -> None:
        home = self._home()
        self._names = tuple(home)
        self._text.home = home
        settings = self.settings
        graph = SearchGraph.of_grammar(
            tables, home, several=settings.several, asides=settings.asides
        )
        self._decoder = Decoder(
            graph, pronouncer=self.pronouncer, lexicon=self._lexicon, **settings.decoder
        )
        self.problem = ""

    def _meaning(self, graph: SearchGraph, said: str, area: str | None = None) -> Answer:
        """What a sentence of the graph means; for who holds the lock."""
        answers = []
        for written in graph.written(said):
            answer = self._text.answer(written, area)
            if isinstance(answer, Command):
                return answer
            answers.append(answer)
        if beside := aside(said):
            return Rejected("out_of_scope", refusal(beside), text=said)
        return answers[0]


def _begun(attempt: Attempt | None) -> str:
    """The sentence that somebody may have stopped in the middle of; empty where there is none."""
    if attempt is None:
        return ""
    beginning = attempt.search.partial()
    fixed = attempt.graph.fixed(beginning) >= _FIXED and not aside(beginning)
    return beginning if fixed else ""
