"""The search for what was said."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.errors import UsageError
from edge.limits import SPEECH_BEAM, SPEECH_FRAMES, SPEECH_PREFIXES
from edge.voice.alphabet import BLANK, LABELS, spell
from edge.voice.search.automaton import ANY_START, WordAutomaton, of_sentences
from edge.voice.search.decoder import Decoder
from edge.voice.search.graph import SearchGraph
from edge.voice.search.hypothesis import Confidence, Evidence, Hypothesis, edit_distance
from edge.voice.search.lexicon import Lexicon
from tests.edge.voice.frames import babble, spoken
from tests.edge.voice.test_alignment import collapsed

SENTENCES = [
    f"{verb} the {colour} {thing}{where}"
    for verb in ("turn on", "turn off", "open", "close", "dim")
    for colour in ("red", "blue", "little", "old")
    for thing in ("lamp", "light", "blind", "door", "fan")
    for where in ("", " please", " in the kitchen", " in the hall")
]


@pytest.fixture(scope="module")
def graph() -> SearchGraph:
    return SearchGraph.of_sentences(SENTENCES)


def heard(decoder: Decoder, frames: np.ndarray, n: int = 5) -> list[Hypothesis]:
    search = decoder.start()
    search.push(frames)
    return search.finish(n)


# --- exact -------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_probabilities_are_those_of_all_alignments(seed: int) -> None:
    """Against the sum over every path there is, of which none is pruned."""
    sentences = ["a", "ab", "aab", "abb", "a b", "b a", "bab"]
    frames = babble(6, seed=seed, sharp=2.0).astype(np.float64)
    used = sorted({BLANK, *spell("a b")})
    wanted: dict[tuple[int, ...], float] = {}
    for path in product(used, repeat=len(frames)):
        total = math.exp(sum(frames[at, label] for at, label in enumerate(path)))
        key = tuple(collapsed(path))
        wanted[key] = wanted.get(key, 0.0) + total
    decoder = Decoder(
        SearchGraph.of_sentences(sentences), beam=SPEECH_BEAM, distance=1e6, sure_blank=2.0
    )
    found = heard(decoder, frames, 100)
    assert {one.text for one in found} == set(sentences)
    for one in found:
        expected = math.log(wanted[tuple(spell(one.text))])
        assert one.log_probability == pytest.approx(expected, abs=1e-9)
        assert one.score == one.log_probability
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def forward(frames: np.ndarray, labels: Sequence[int]) -> float:
    """The forward algorithm of connectionist temporal classification, label by label."""
    states = [BLANK]
    for label in labels:
        states += [label, BLANK]
    alpha = np.full(len(states), -np.inf)
    alpha[0], alpha[1] = frames[0, states[0]], frames[0, states[1]]
    for frame in frames[1:]:
        before = alpha.copy()
        for at, label in enumerate(states):
            ways = [before[at]]
            if at:
                ways.append(before[at - 1])
            if at > 1 and label not in (BLANK, states[at - 2]):
                ways.append(before[at - 2])
            alpha[at] = np.logaddexp.reduce(ways) + frame[label]
    return float(np.logaddexp(alpha[-1], alpha[-2]))


def test_the_usual_beam_loses_next_to_nothing(graph: SearchGraph) -> None:
    frames = spoken("turn off the little door in the hall", seed=4, noise=1.5, wrong=0.1)
    best = heard(Decoder(graph, sure_blank=2.0), frames)[0]
    exact = forward(frames.astype(np.float64), spell(best.text))
    assert exact - 0.01 < best.log_probability <= exact + 1e-6
    quicker = heard(Decoder(graph), frames)[0]
    assert quicker.text == best.text
    assert exact - 0.02 < quicker.log_probability <= exact + 1e-6


def test_bonuses_rank_and_leave_probabilities_alone() -> None:
    graph = SearchGraph.of_sentences(["on", "on on on"])
    frames = babble(40, seed=2, sharp=1.0)
    plain = {one.text: one for one in heard(Decoder(graph, distance=1e6), frames)}
    bonus = {one.text: one for one in heard(Decoder(graph, distance=1e6, letter_bonus=3), frames)}
    for text, one in bonus.items():
        assert one.log_probability == pytest.approx(plain[text].log_probability, abs=1e-6)
        assert one.score == pytest.approx(one.log_probability + 3 * len(text))


@pytest.fixture(scope="module")
def player() -> SearchGraph:
    """ "Play", and "play" with whatever is to be played."""
    base = of_sentences(["play", "play the red lamp"])
    root = base.tries.roots[0]
    return SearchGraph(
        WordAutomaton(
            base.tries,
            [((root, 1), (root, 2)), (), ((ANY_START, 3),), ((ANY_START, 3),)],
            [(), (), (), ()],
            bytes([0, 1, 0, 1]),
            frozenset({3}),
            (),
            {},
        )
    )


def test_letters_in_wildcards_cost(player: SearchGraph) -> None:
    found = heard(Decoder(player, wildcard_penalty=0.25), spoken("play a game", seed=1))[0]
    assert found.text == "play a game"
    assert found.score == pytest.approx(found.log_probability - 0.25 * len("agame"))
    known = heard(Decoder(player), spoken("play the red lamp", seed=1))
    assert known[0].text == "play the red lamp"


@pytest.mark.parametrize("letter_bonus", [0.0, 0.5])
def test_what_the_words_of_wildcards_cost_is_evidence(
    player: SearchGraph, letter_bonus: float
) -> None:
    decoder = Decoder(
        player,
        lexicon=Lexicon({"blues": 6.0}),
        wildcard_penalty=0.25,
        letter_bonus=letter_bonus,
    )

    def wild(decoder: Decoder, text: str) -> float:
        found = heard(decoder, spoken(text, seed=1))[0]
        assert found.text == text
        assert found.evidence is not None
        return found.evidence.wild

    assert wild(decoder, "play blues") == pytest.approx(6 / 10)
    assert wild(decoder, "play jazz") == pytest.approx((10 + 4 * 0.25) / 9)
    assert wild(Decoder(SearchGraph.of_sentences(["play blues"])), "play blues") == 0


# --- what was said is found --------------------------------------------------------------------


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(SENTENCES), st.integers(0, 1000))
def test_the_sentence_that_was_said_is_found(text: str, seed: int) -> None:
    decoder = Decoder(SearchGraph.of_sentences(SENTENCES))
    best = heard(decoder, spoken(text, seed=seed, noise=1.2))[0]
    assert best.text == text
    assert best.complete


def test_wrong_letters_are_made_up_for(graph: SearchGraph) -> None:
    right = 0
    for seed, text in enumerate(SENTENCES[::9]):
        found = heard(Decoder(graph), spoken(text, seed=seed, noise=1.5, wrong=0.15))
        right += bool(found) and found[0].text == text
    assert right >= 0.9 * len(SENTENCES[::9])


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10**6), st.lists(st.integers(0, 7), max_size=80))
def test_any_chunking_gives_the_same(seed: int, sizes: list[int]) -> None:
    decoder = Decoder(SearchGraph.of_sentences(SENTENCES), beam=30)
    frames = spoken(SENTENCES[seed % len(SENTENCES)], seed=seed, noise=2.0, wrong=0.2)
    whole = decoder.start()
    whole.push(frames)
    parts = decoder.start()
    at = 0
    for size in sizes:
        parts.push(frames[at : at + size])
        at = min(at + size, len(frames))
    parts.push(frames[at:])
    assert parts.partial() == whole.partial()
    assert parts.finish(10) == whole.finish(10)


def test_partial_results_grow(graph: SearchGraph) -> None:
    frames = spoken("open the blue door", seed=5)
    search = Decoder(graph).start()
    seen = [search.partial()]
    for frame in frames:
        search.push(frame[None])
        seen.append(search.partial())
    assert seen[0] == ""
    assert seen[-1] == "open the blue door"
    assert all("open the blue door".startswith(text) for text in seen)
    assert len(set(seen)) > 10


def test_what_is_lacking_of_a_whole_sentence(graph: SearchGraph) -> None:
    def lacking(text: str) -> float:
        search = Decoder(graph).start()
        search.push(spoken(text, seed=5))
        return search.lacking()

    assert lacking("turn on") == math.inf
    assert math.inf > lacking("turn on the blue la") > lacking("turn on the blue lam") > 0
    assert lacking("turn on the blue lamp") == 0
    assert lacking("turn on the blue lamp in the") == math.inf
    assert lacking("turn on the blue lamp in the hall") == 0
    assert Decoder(graph).start().lacking() == 0  # nothing was begun


def test_half_a_sentence_is_no_whole_one(graph: SearchGraph) -> None:
    found = heard(Decoder(graph), spoken("open the blue", seed=5))
    assert found[0].text.startswith("open the blue")
    assert not found[0].complete
    assert found[0].evidence is None


def test_stopping_in_the_middle_shows(graph: SearchGraph) -> None:
    whole = heard(Decoder(graph), spoken("open the blue door in the hall", seed=5))[0]
    half = heard(Decoder(graph), spoken("open the blue door in the", seed=5))[0]
    assert whole.evidence is not None
    assert whole.evidence.completeness == 0
    assert not half.complete or (half.evidence and half.evidence.completeness < -5)


# --- evidence ----------------------------------------------------------------------------------


def test_what_is_in_the_grammar_has_more_evidence(graph: SearchGraph) -> None:
    decoder = Decoder(graph, distance=60.0)
    said = heard(decoder, spoken("turn off the red lamp", seed=1, noise=1.5))[0].evidence
    other = heard(decoder, spoken("turnip the wet ramp is", seed=1, noise=1.5))[0].evidence
    assert said is not None
    assert other is not None
    assert said.ratio > -0.1 > -0.5 > other.ratio
    assert said.worst_word > -0.2 > -1 > other.worst_word
    assert said.mismatch < 0.1 < other.mismatch
    assert said.clarity == pytest.approx(other.clarity, abs=0.2)
    assert said.length == pytest.approx(math.log(len("turn off the red lamp")))
    assert 0 < said.margin <= 20


def test_a_close_second_is_a_small_margin() -> None:
    decoder = Decoder(SearchGraph.of_sentences(["lamp", "ramp"]))
    frames = spoken("lamp", seed=1)
    both = frames.copy()
    alike = spell("lr")
    both[:, alike] = np.logaddexp.reduce(frames[:, alike], axis=1, keepdims=True) - math.log(2)
    clear, doubtful = heard(decoder, frames)[0].evidence, heard(decoder, both)[0].evidence
    assert clear is not None
    assert doubtful is not None
    assert doubtful.margin < 0.01
    assert clear.margin > 2


def test_confidence_is_a_logistic_function() -> None:
    evidence = Evidence(-0.5, -1.0, 4.0, 0.0, 0.2, 3.0, -0.3, -0.7)
    weights = [1.0, 0.5, 0.25, 0.0, -2.0, 0.0, 0.0, 3.0]
    total = 0.3 - 0.5 - 0.5 + 1.0 - 0.4 - 2.1
    assert Confidence(weights, 0.3)(evidence) == pytest.approx(1 / (1 + math.exp(-total)))
    assert Confidence([1e6] * 7, 0.0)(evidence._replace(margin=1e6)) == 1.0
    assert Confidence([-1e6] * 7, 0.0)(evidence._replace(margin=1e6)) == 0.0


def test_weights_do_not_look_at_what_was_not_known_when_they_were_fitted() -> None:
    evidence = Evidence(-0.5, -1.0, 4.0, 0.0, 0.2, 3.0, -0.3, -0.7, 0.4)
    weights = [1.0, 0.5, 0.25, 0.0, -2.0, 0.0, 0.0]
    sure = Confidence(weights, 0.3)(evidence)
    assert sure == Confidence([*weights, 0.0], 0.3)(evidence)
    assert sure == Confidence([*weights, 0.0, 0.0], 0.3)(evidence)


@pytest.mark.parametrize("weights", [[], [0.0] * 6, [0.0] * 10, [0.0] * 6 + [math.nan]])
def test_confidence_needs_a_weight_for_each_feature(weights: list[float]) -> None:
    with pytest.raises(UsageError, match="confidence weights"):
        Confidence(weights, 0.0)


@given(st.text(alphabet="ab c", max_size=8), st.text(alphabet="ab c", max_size=8))
def test_edit_distance(first: str, second: str) -> None:
    rows = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        before, rows[0] = rows[0], i
        for j, b in enumerate(second, 1):
            before, rows[j] = rows[j], min(rows[j] + 1, rows[j - 1] + 1, before + (a != b))
    assert edit_distance(first, second) == rows[-1]


# --- bounds ------------------------------------------------------------------------------------


def limited(monkeypatch: pytest.MonkeyPatch, prefixes: int = 300, states: int = 100) -> None:
    monkeypatch.setattr("edge.voice.search.prefix_tree._ROOM", prefixes)
    monkeypatch.setattr("edge.voice.search.states.SPEECH_STATES", states)


@pytest.mark.parametrize("sharp", [0.0, 1.0, 5.0])
def test_memory_is_bounded_whatever_is_said(monkeypatch: pytest.MonkeyPatch, sharp: float) -> None:
    limited(monkeypatch)
    decoder = Decoder(SearchGraph.of_anything(), beam=50)
    search = decoder.start()
    for frame in babble(300, sharp=sharp):
        search.push(frame[None])
        assert len(search._tree) <= 300 + 50
        assert search._beam.node.size <= 50
        assert len(np.unique(search._beam.node)) == search._beam.node.size
        assert len(decoder.graph.states()) <= 2 * 100 + 300
    texts = [one.text for one in search.finish(50)]
    assert len(texts) == len(set(texts)) > 0


def test_forgetting_changes_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    frames = spoken("turn off the little door in the hall", seed=4, noise=1.5, wrong=0.1)
    before = heard(Decoder(SearchGraph.of_sentences(SENTENCES), beam=40), frames)
    limited(monkeypatch, prefixes=160, states=20)
    decoder = Decoder(SearchGraph.of_sentences(SENTENCES), beam=40)
    search = decoder.start()
    first = search._tree.states
    search.push(frames)
    assert search._tree.states is not first  # there were too many
    assert search.finish(5) == before


def test_a_search_of_an_hour_stops_looking(graph: SearchGraph) -> None:
    search = Decoder(graph, beam=5).start()
    quiet = np.full((1000, len(LABELS)), -12.0, dtype=np.float32)
    quiet[:, BLANK] = -1e-4
    for _ in range(5):
        search.push(quiet)
    assert search.truncated
    assert search.frames == SPEECH_FRAMES == len(search.posteriors())
    assert search.finish() == [] or not search.finish()[0].complete
    assert len(search._tree) < SPEECH_PREFIXES


def test_nothing_said_is_nothing_found(graph: SearchGraph) -> None:
    search = Decoder(graph).start()
    assert search.partial() == ""
    assert search.finish() == []
    assert search.posteriors().shape == (0, len(LABELS))


def test_many_threads_share_one_graph() -> None:
    frames = [spoken(text, seed=i, noise=2.0) for i, text in enumerate(SENTENCES[::40])]
    alone = [heard(Decoder(SearchGraph.of_sentences(SENTENCES)), one) for one in frames]
    decoder = Decoder(SearchGraph.of_sentences(SENTENCES))
    found: list[list[Hypothesis]] = [[] for _ in frames]

    def work(at: int) -> None:
        found[at] = heard(decoder, frames[at])

    threads = [threading.Thread(target=work, args=(at,)) for at in range(len(frames))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == alone


# --- bad input ---------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, 0.5])
def test_what_is_no_log_probability_is_refused(graph: SearchGraph, bad: float) -> None:
    frames = spoken("dim the old fan")
    frames[7, 3] = bad
    search = Decoder(graph).start()
    with pytest.raises(UsageError, match="log posteriors from"):
        search.push(frames)
    assert search.frames == 0


@pytest.mark.parametrize(
    "bad",
    [
        np.zeros(29, dtype=np.float32),
        np.zeros((4, 28), dtype=np.float32),
        np.zeros((4, 29), dtype=np.int16),
        [[0.0] * 29],
    ],
)
def test_what_is_no_array_of_frames_is_refused(graph: SearchGraph, bad: object) -> None:
    with pytest.raises(UsageError, match="log posteriors of"):
        Decoder(graph).start().push(bad)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "settings",
    [
        {"beam": 0},
        {"beam": SPEECH_BEAM + 1},
        {"distance": 0.0},
        {"distance": math.nan},
        {"sure_blank": 0.0},
        {"letter_bonus": math.inf},
        {"wildcard_penalty": -1.0},
        {"lexicon_weight": -0.1},
        {"lexicon_weight": float("nan")},
    ],
)
def test_settings_out_of_range_are_refused(graph: SearchGraph, settings: dict[str, float]) -> None:
    with pytest.raises(UsageError, match=next(iter(settings))):
        Decoder(graph, **settings)  # type: ignore[arg-type]


def test_a_frame_takes_a_small_part_of_its_time(graph: SearchGraph) -> None:
    """0.1 ms of 20 on a desktop; here only that nothing is grossly wrong."""
    frames = babble(500, sharp=3.0)
    search = Decoder(graph).start()
    began = time.process_time()
    search.push(frames)
    assert (time.process_time() - began) / len(frames) < 0.004


def test_a_crowd_in_one_state_may_be_thinned_out() -> None:
    """Where anything may be said nearly all hypotheses are in a few states of the graph."""
    heard = np.log(np.full((4, len(LABELS)), 1 / len(LABELS), dtype=np.float32))
    left = []
    for thinned in (True, False):
        search = Decoder(SearchGraph.of_anything(), beam=64, thinned=thinned).start()
        search.push(heard)
        left.append(search._beam.node.size)
    assert left[0] < left[1] == 64
