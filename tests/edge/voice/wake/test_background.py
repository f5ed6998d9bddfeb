"""Speech to hold a phrase against: packed small, and listened to all at once."""

from __future__ import annotations

import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import BundleFormatError
from edge.voice.alphabet import collapsed, text_of
from edge.voice.wake.background import MOST_FRAMES, Background, log_rates, pack, unpack
from edge.voice.wake.spotting import Hearing, Pace, PhraseScorer, silent_rows
from tests.edge.voice.letters import Posteriors, mumbled, said, taken_for

WORDS = "open the window and the door for the other people in the garden again".split()


def chatter(count: int, seed: int = 0) -> Posteriors:
    """Sentences one after the other."""
    generator = np.random.default_rng(seed)
    parts = []
    for _ in range(count):
        parts += [mumbled(" ".join(generator.choice(WORDS, 7)), generator), silent_rows(15)]
    return np.concatenate(parts)


# --- the file -------------------------------------------------------------------------------------


def test_what_is_likely_comes_back_nearly_as_it_was_and_small() -> None:
    rows = chatter(40)
    data = pack(rows)
    back = unpack(data)
    likely = rows > -3
    assert np.abs(back - rows)[likely].max() < 0.7
    assert np.all(back[rows < -7] < -4)
    assert len(data) < rows.nbytes / 8


def test_packing_twice_changes_nothing_more() -> None:
    once = unpack(pack(chatter(5)))
    assert np.array_equal(unpack(pack(once)), once)


def test_too_much_is_not_packed() -> None:
    with pytest.raises(ValueError, match="frames"):
        pack(silent_rows(MOST_FRAMES + 1))


GOOD = zlib.decompress(pack(said("hello")))


@pytest.mark.parametrize(
    "plain",
    [
        b"",
        b"\0\0",
        b"\0\0\0\0",
        GOOD[:-1],
        GOOD + b"\0",
        b"\xff\xff\xff\xff" + GOOD[4:],
        b"\1\0\0\0\1\xff",
        bytes(4 + MOST_FRAMES * 31),
    ],
    ids=["empty", "short", "none", "cut", "long", "count", "label", "huge"],
)
def test_a_file_that_lies_is_refused(plain: bytes) -> None:
    with pytest.raises(BundleFormatError, match="background of wake phrases"):
        unpack(zlib.compress(plain))


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_or_read(data: bytes) -> None:
    try:
        rows = unpack(data)
    except BundleFormatError:
        return
    assert rows.ndim == 2


def test_a_small_file_that_unpacks_to_gigabytes_is_refused_at_once() -> None:
    squeezer = zlib.compressobj()
    bomb = b"".join(squeezer.compress(bytes(1 << 20)) for _ in range(64)) + squeezer.flush()
    with pytest.raises(BundleFormatError, match="longer than it may be"):
        unpack(bomb)


# --- listening ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "hearing",
    [
        Hearing(),
        Hearing(blank=1.0),
        Hearing(pause=20),
        Hearing(mistaken=taken_for(a={"e": 0.2, "o": 0.1}, j={"g": 0.3})),
    ],
)
@pytest.mark.parametrize("phrase", ["garden", "hey jarvis", "the other people"])
def test_all_at_once_is_what_the_scorer_says_one_frame_after_the_other(
    phrase: str, hearing: Hearing
) -> None:
    # One sentence a lane: the background's 48 lanes begin where sentences do.
    sentence = mumbled("the other people open the garden", np.random.default_rng(3))
    sentence = np.concatenate([sentence, silent_rows(hearing.pause)])
    length = len(sentence)
    rows = unpack(pack(np.concatenate([sentence] * 48)))
    peaks = Background(pack(rows), hearing, Pace()).peaks(phrase)
    scorer = PhraseScorer([phrase], hearing)
    scores = scorer.push(np.concatenate([rows[:length], silent_rows(10)]))[0][:, 0]
    expected = [scores[i : i + 50].max() for i in range(0, len(scores), 50)]
    assert peaks == pytest.approx(sorted(expected * 48, reverse=True), abs=1e-5)


def test_a_lane_that_begins_within_a_sentence_does_not_begin_after_a_pause() -> None:
    # 48 lanes of 100 frames each, every one of which but the first begins within "jarvis".
    word = said("jarvis")
    cut = 2 * (len(word) // 4)
    lane = np.concatenate([word[cut:], silent_rows(100 - len(word)), word[:cut]])
    rows = np.concatenate([lane] * 48)
    ends = text_of(collapsed(word[cut:].argmax(1).tolist())).strip()
    heard = [
        Background(pack(rows), Hearing(edge=0.0, pause=pause), Pace(quickest=0.0)).peaks(ends)
        for pause in (0, 10)
    ]
    seconds = 3  # of a lane with the silence after it; without edges, what was heard stays heard
    assert heard[0][48 * seconds - 1] > -0.2  # wherever the word is cut off, its end is heard
    assert heard[1][seconds - 1] > -0.2  # only the first lane begins after silence
    assert heard[1][seconds] < -1.0


def test_hours_are_counted() -> None:
    rows = chatter(10)
    background = Background(pack(rows), Hearing(), Pace())
    assert background.hours == pytest.approx(len(rows) * 0.02 / 3600)


def test_a_phrase_that_speech_sounds_like_has_a_higher_level() -> None:
    background = Background(pack(chatter(80)), Hearing(), Pace())
    assert background.level("window", -0.1) > background.level("jarvis", -0.1) + 0.5


def test_that_somebody_says_the_phrase_once_or_twice_changes_little() -> None:
    rows = chatter(80)
    twice = np.concatenate([rows, said("jarvis"), rows[:100], said("jarvis")])
    without, with_it = (
        Background(pack(speech), Hearing(), Pace()).level("jarvis", -0.1)
        for speech in (rows, twice)
    )
    assert with_it == pytest.approx(without, abs=0.1)


def test_ranks_stand_for_rates() -> None:
    """Of many Poisson processes of one place an hour, the mean log-rates up to the k-th place."""
    generator = np.random.default_rng(0)
    arrivals = np.cumsum(generator.exponential(size=(20_000, 4)), axis=1)
    assert log_rates(4, 2.0) == pytest.approx(np.log(arrivals / 2.0).mean(0), abs=0.02)
