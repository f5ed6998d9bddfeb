"""The search for what was said: prefix beam search through a graph of what may be said.

Hypotheses are beginnings of sentences. Each has the probability that the frames so far are its
letters and a blank, or its letters and no blank; a frame adds to both, and gives the hypothesis's
children what is gained by one letter more (Graves, "Supervised sequence labelling with recurrent
neural networks", 2008, section 7.5; Hannun et al., arXiv 1408.2873). All hypotheses take a frame
together in a few array operations: a child has one parent only, so no two write to one place.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from edge.errors import UsageError
from edge.limits import SPEECH_BEAM, SPEECH_FRAMES
from edge.voice.alphabet import BLANK, LABELS
from edge.voice.posteriors import checked, letters, phones
from edge.voice.search.beam import Beam, best, either, extensions, root
from edge.voice.search.hypothesis import Hypothesis, weigh
from edge.voice.search.lexicon import Lexicon
from edge.voice.search.prefix_tree import ROOT, PrefixTree
from edge.voice.search.rescoring import RESCORED, by_sounds

if TYPE_CHECKING:
    import numpy.typing as npt

    from edge.voice.posteriors import Posteriors
    from edge.voice.pronunciation import Pronouncer
    from edge.voice.search.graph import SearchGraph

    Floats = npt.NDArray[np.float64]

__all__ = ["Decoder", "Search"]


class _Width(NamedTuple):
    beam: int
    distance: float


# Of unlike sentences the right one may be far behind for a while. On dev, orders in which words had
# three others each went from 73 to 89 % right between the two (from 53 to 67 where the others
# sounded alike), for 7 ms more a second of sound. Sounds rank what is left: twice as many leave one
# in a hundred more that is right, for 3 ms. Where a wildcard takes any letters, as many hypotheses
# cost five times as much and find no more. Of 160 commands 125 are right in quiet and 113 at 10 dB
# with those up to 11 nats behind, 126 and 116 with 14, for half more time.
_CLOSED: Final = _Width(4000, 25.0)
_OPEN: Final = _Width(600, 14.0)


class Decoder:
    """A graph and how to search it.

    Args:
        graph: what may be said.
        beam: hypotheses kept from frame to frame, at most; None: as many as suit the graph.
        distance: nats below the best at which a hypothesis is given up; None likewise.
        letter_bonus: nats added to a hypothesis for each of its letters; makes up for a model that
            leaves letters out.
        wildcard_penalty: nats taken off for each letter inside a wildcard, which fits any sound:
            with none it explains what was heard badly better than a template does. English has
            about two for a letter. Words of the lexicon have their own price.
        sure_blank: a blank of this probability or more counts as certain: no letter is begun there.
            Above 1: never. On dev the search takes a quarter less time with 0.95 than with 0.994,
            and of 300 words, 148 orders and 120 prompts, in quiet and twice in noise, one each is
            found less or more; with 0.8 it is a hundredth of them less.
        pronouncer: says how sentences are pronounced, where the model hears sounds.
        lexicon: words that a wildcard takes before others.
        lexicon_weight: what their prices count, and those of other words.
        thinned: whether a crowd of hypotheses is thinned out to a few in each state of the graph,
            since what may follow is the same for them. Where anything may be said nearly all are in
            one state: read aloud, 44.6 % of words are wrong with it, 42.5 without.

    Raises:
        UsageError: one of them is out of range.
    """

    def __init__(
        self,
        graph: SearchGraph,
        *,
        beam: int | None = None,
        distance: float | None = None,
        letter_bonus: float = 0.0,
        wildcard_penalty: float = 2.0,
        sure_blank: float = 0.95,
        pronouncer: Pronouncer | None = None,
        lexicon: Lexicon | None = None,
        lexicon_weight: float = 1.0,
        thinned: bool = True,
    ) -> None:
        usual = _OPEN if graph.open else _CLOSED
        beam = usual.beam if beam is None else beam
        distance = usual.distance if distance is None else distance
        if not 1 <= beam <= SPEECH_BEAM:
            raise _bad("beam", beam, f"1 to {SPEECH_BEAM}")
        for name, value in (("distance", distance), ("sure_blank", sure_blank)):
            if not value > 0:
                raise _bad(name, value, "above 0")
        if not math.isfinite(letter_bonus):
            raise _bad("letter_bonus", letter_bonus, "a finite number")
        prices = (("wildcard_penalty", wildcard_penalty), ("lexicon_weight", lexicon_weight))
        for name, value in prices:
            if not 0 <= value < math.inf:
                raise _bad(name, value, "0 or more")
        self.graph = graph
        self.beam = beam
        self.distance = distance
        self.letter_bonus = letter_bonus
        self.prices = (lexicon or Lexicon()).prices(wildcard_penalty, lexicon_weight)
        self.sure_blank = math.log(sure_blank)
        self.pronouncer = pronouncer
        self.thinned = thinned

    def start(self) -> Search:
        """A search for one utterance."""
        return Search(self)


class Search:
    """The search for what was said in one utterance, frame by frame.

    Pushing frames one by one or all at once gives the same. Time for a frame and memory are bounded
    whatever the frames are.
    """

    def __init__(self, decoder: Decoder) -> None:
        self._decoder = decoder
        self._tree = PrefixTree(decoder.graph.states())
        self._beam = root(self._tree.states.start)
        self._tree.slot[ROOT] = 0
        self._pushed: list[Posteriors] = []
        self.frames = 0
        """Frames searched so far."""
        self.truncated = False
        """Whether there were more than `edge.limits.SPEECH_FRAMES`; the rest was not looked at."""

    def push(self, log_posteriors: Posteriors) -> None:
        """Go on with more frames.

        Args:
            log_posteriors: [frames, labels], natural logarithms, float32 or float64; with sounds
                or without, but always the same.

        Raises:
            UsageError: another shape or type, or a value that is not finite or is above 0.
        """
        frames = checked(log_posteriors)
        if self.frames + len(frames) > SPEECH_FRAMES:
            self.truncated = True
            frames = frames[: SPEECH_FRAMES - self.frames]
        if len(frames):
            self._pushed.append(frames.astype(np.float32))
            self.frames += len(frames)
            for frame in letters(frames).astype(np.float64):
                self._take(frame)

    def partial(self) -> str:
        """The letters of the best hypothesis so far."""
        best = int(self._beam.score.argmax())
        return self._tree.text(int(self._beam.node[best])).rstrip()

    def lacking(self) -> float:
        """Nats by which the likeliest beginning of a sentence is ahead of all whole sentences.

        By their letters alone; infinite where there is no whole one, 0 where nothing was said.
        """
        beam, scores = self._beam, self._beam.score
        best = int(scores.argmax())
        if beam.node[best] == ROOT:
            return 0.0
        complete = self._tree.states.accepts[beam.state]
        return float(scores[best] - scores[complete].max(initial=-math.inf))

    def posteriors(self) -> Posteriors:
        """All frames so far, as they were pushed: [frames, labels], float32."""
        if len(self._pushed) > 1:
            self._pushed = [np.concatenate(self._pushed)]
        return self._pushed[0] if self._pushed else np.zeros((0, len(LABELS)), dtype=np.float32)

    def finish(self, n: int = 5) -> list[Hypothesis]:
        """`hypotheses`, ranked by their sounds, too; the best with its evidence if it is complete.

        The search can go on after it.
        """
        found = self.hypotheses(max(n, 2, RESCORED))
        if found and found[0].complete:
            heard = self.posteriors()
            sounds, pronouncer = phones(heard), self._decoder.pronouncer
            if sounds is not None and pronouncer is not None:
                found = by_sounds(found, sounds, pronouncer)
            first, second = found[0], found[1] if len(found) > 1 else None
            leading = float(self._ended(self._beam).max())
            # What the score lacks of its letters' bonuses is what its wildcards' words cost.
            bonus = first.score - first.sounds - first.log_probability
            wild = max(0.0, self._decoder.letter_bonus * len(first.text) - bonus)
            evidence = weigh(letters(heard), first, second, leading, wild)
            found[0] = replace(first, evidence=evidence)
        return found[:n]

    def hypotheses(self, n: int) -> list[Hypothesis]:
        """Whole sentences, the best first, at most `n`; beginnings of some where there is none.

        Ranked by their letters alone.
        """
        beam, scores = self._beam, self._ended(self._beam)
        complete = self._tree.states.accepts[beam.state]
        usable = complete if complete.any() else beam.node != ROOT
        ranked = [at for at in np.argsort(-scores, kind="stable").tolist() if usable[at]]
        return [
            Hypothesis(
                self._tree.text(int(beam.node[at])),
                float(beam.total[at]),
                float(scores[at]),
                bool(complete[at]),
            )
            for at in ranked[:n]
        ]

    def _ended(self, beam: Beam) -> Floats:
        """What hypotheses are ranked by if no more is said: their last words have ended."""
        states = self._tree.states
        if not states.wild:
            return beam.score
        return beam.score - states.loose[beam.state] * self._decoder.prices.ending[beam.word]

    def _take(self, frame: Floats) -> None:
        decoder = self._decoder
        if self._tree.crowded:
            self._make_room()
        beam, tree = self._beam, self._tree
        blank = beam.total + frame[BLANK]
        other = beam.other + frame[beam.letter]
        if frame[BLANK] >= decoder.sure_blank:
            self._beam = beam._replace(blank=blank, other=other, total=either(blank, other))
            return
        # A bound from below on the best score after this frame.
        cut = float((np.maximum(blank, other) + beam.bonus).max()) - decoder.distance
        owner, more = extensions(beam, tree.states, frame, cut, decoder)
        more.node[:] = tree.find(beam.node.take(owner), more.letter)
        slot = np.where(more.node >= 0, tree.slot.take(more.node), -1)
        known, fresh = (slot >= 0).nonzero()[0], (slot < 0).nonzero()[0]
        if known.size:
            own = slot.take(known)
            other[own] = either(other.take(own), more.other.take(known))
        kept = beam._replace(blank=blank, other=other, total=either(blank, other))
        scores = np.concatenate((kept.score, more.score.take(fresh)))
        state = np.concatenate((kept.state, more.state.take(fresh))) if decoder.thinned else None
        chosen = best(scores, decoder.beam, decoder.distance, state)
        old = chosen[: np.searchsorted(chosen, beam.node.size)]
        new = fresh.take(chosen[old.size :] - beam.node.size)
        more, owner = more.part(new), owner.take(new)
        unseen = (more.node < 0).nonzero()[0]
        more.node[unseen] = tree.add(
            beam.node.take(owner.take(unseen)), more.letter.take(unseen), more.state.take(unseen)
        )
        self._go_on(kept.part(old).joined(more))

    def _go_on(self, beam: Beam) -> None:
        slot = self._tree.slot
        slot[self._beam.node] = -1
        slot[beam.node] = np.arange(beam.node.size)
        self._beam = beam

    def _make_room(self) -> None:
        states = self._decoder.graph.states()
        while (nodes := self._tree.shrink(self._beam.node, states)) is None:
            beam = self._beam
            half = best(beam.score, max(1, beam.node.size // 2), math.inf)
            self._go_on(beam.part(half))
        self._beam = self._beam._replace(node=nodes, state=self._tree.state[nodes])


def _bad(name: str, value: float, allowed: str) -> UsageError:
    return UsageError(f"{name} = {value!r}", where="speech decoder", allowed=allowed)
