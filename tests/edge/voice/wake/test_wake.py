"""A wake phrase is heard when it is said, and once; whatever else comes, it is not."""

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import UsageError
from edge.voice.alphabet import BLANK, FIRST_LETTER, LABELS, SPACE, spell
from edge.voice.wake.spotting import Hearing, Pace, PhraseScorer
from edge.voice.wake.wake import Heard, WakePhrase, WakeSettings, WakeWord
from tests.edge.voice.letters import Posteriors, frames, mumbled, said, silence, taken_for

COMPUTER = WakePhrase("computer", -0.5)


def heard(detector: WakeWord, rows: Posteriors) -> list[Heard]:
    """Everything a detector says to one stretch of audio."""
    return detector.push(rows) + detector.flush()


def best_score(phrase: str, rows: Posteriors, hearing: Hearing | None = None) -> float:
    """The highest score of a phrase anywhere."""
    return float(PhraseScorer([phrase], hearing).push(rows)[0].max())


# --- the score ------------------------------------------------------------------------------------


def brute_force(phrase: str, rows: Posteriors, hearing: Hearing) -> float:
    """The best score by trying every path of every start and end."""
    labels = spell(phrase)
    logs = np.maximum(rows.astype(np.float64), hearing.floor)
    gains = logs - hearing.best * logs.max(1, keepdims=True)
    if hearing.mistaken:
        letters = np.exp(gains[:, FIRST_LETTER:])
        gains[:, FIRST_LETTER:] = np.log(letters @ np.transpose(hearing.mistaken))
    blanks = np.concatenate([np.zeros(hearing.silence), logs[:, BLANK]])

    def silence(end: int) -> float:
        return float(blanks[end : end + hearing.silence].sum())

    def edge(log: float) -> float:
        return math.exp(hearing.edge * max(log, hearing.edge_floor))

    either = np.minimum(np.logaddexp(logs[:, BLANK], logs[:, SPACE]), 0.0)
    spaces, begun = 0.0, []
    for frame in range(len(rows)):
        paused = either[max(0, frame - hearing.pause) : frame].sum()
        begun.append(edge(max(spaces, silence(frame))) * math.exp(max(paused, hearing.pause_floor)))
        spaces = max(logs[frame, SPACE], spaces + logs[frame, BLANK])
    ended = np.zeros(len(rows) + 1)
    for start, end in itertools.combinations(range(len(rows) + 1), 2):
        for path in itertools.product(sorted({BLANK, *labels}), repeat=end - start):
            spelled = [label for label, _ in itertools.groupby(path)]
            whole = [label for label in spelled if label != BLANK] == labels
            if whole and BLANK not in (path[0], path[-1]):
                score = sum(gains[start + i, label] for i, label in enumerate(path))
                ended[end] += begun[start] * math.exp(score)
    best, waiting = 0.0, 0.0
    for frame in range(len(rows)):
        open_ends = max(ended[frame], waiting)
        best = max(best, open_ends * edge(logs[frame, SPACE]))
        waiting = open_ends * edge(logs[frame, BLANK])
        if frame >= hearing.silence:
            best = max(best, ended[frame + 1 - hearing.silence] * edge(silence(frame + 1)))
    return min(0.0, math.log(best) / len(labels))


@given(
    phrase=st.sampled_from(["ab", "aa", "aba", "b"]),
    seed=st.integers(0, 10_000),
    silence=st.integers(1, 3),
    pause=st.integers(0, 3),
    mistaken=st.sampled_from([(), taken_for(a={"b": 0.3, "c": 0.1}, b={"a": 0.2})]),
)
def test_the_score_is_the_sum_over_all_paths_there_are(
    phrase: str, seed: int, silence: int, pause: int, mistaken: tuple[tuple[float, ...], ...]
) -> None:
    generator = np.random.default_rng(seed)
    # Only the labels that matter get a chance to be likely, so that paths really compete.
    logits = generator.normal(0, 2, (6, len(LABELS)))
    logits[:, [BLANK, SPACE, 3, 4]] += 3
    rows = (logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)).astype(np.float32)
    hearing = Hearing(silence=silence, pause=pause, pause_floor=-2.0, mistaken=mistaken)
    scorer = PhraseScorer([phrase], hearing, Pace(quickest=0.0, slowest=10.0))
    expected = brute_force(phrase, rows, hearing)
    assert scorer.push(rows)[0].max() == pytest.approx(expected, abs=1e-5)


def test_what_the_model_itself_would_write_costs_next_to_nothing() -> None:
    assert best_score("hey jarvis", said("so hey jarvis play")) > -0.01


@given(seed=st.integers(0, 1000))
def test_no_score_is_above_zero(seed: int) -> None:
    rows = mumbled("a computer of some kind", np.random.default_rng(seed))
    assert best_score("computer", rows) <= 0


def test_the_more_letters_are_wrong_the_lower_the_score() -> None:
    texts = ("computer", "compuder", "gombuder", "weather")
    scores = [best_score("computer", said(text)) for text in texts]
    assert scores == sorted(scores, reverse=True)
    assert scores[1] < -0.5


def test_a_letter_not_heard_costs_its_floor_and_no_more() -> None:
    hearing = Hearing(floor=-3.0)
    assert best_score("computer", said("compuer"), hearing) >= -3.0 / 8 - 0.01
    assert best_score("computer", said("compuer")) < -1.0


def test_after_a_pause_a_phrase_scores_higher_than_in_the_middle_of_talk() -> None:
    paused = Hearing(pause=20, pause_floor=-4.0)
    in_talk = said("so computer")
    after_a_pause = np.concatenate([said("so"), silence(20), said("computer")])
    assert best_score("computer", after_a_pause, paused) > -0.01
    assert best_score("computer", in_talk, paused) == pytest.approx(-4.0 / 8, abs=0.01)
    assert best_score("computer", in_talk) > -0.01


def test_a_letter_half_heard_counts_half() -> None:
    rows = said("jarves")
    e, i = LABELS.index("e"), LABELS.index("i")
    doubtful = rows[:, e] > -0.1
    rows[doubtful, e] = math.log(0.6)
    rows[doubtful, i] = math.log(0.4)
    assert best_score("jarvis", said("jarves")) < best_score("jarvis", rows) < -0.05
    assert best_score("jarvis", rows) < best_score("jarves", rows)


def test_a_letter_that_is_often_taken_for_another_counts_for_it_too() -> None:
    hearing = Hearing(mistaken=taken_for(j={"g": 0.3}))
    assert best_score("jarvis", said("garvis")) < -0.3
    forgiven = best_score("jarvis", said("garvis"), hearing)
    assert forgiven == pytest.approx(math.log(0.3) / 6, abs=0.01)
    assert best_score("garvis", said("jarvis"), hearing) == pytest.approx(
        best_score("garvis", said("jarvis")), abs=0.01
    )


def test_silence_sounds_like_nothing() -> None:
    assert best_score("computer", silence(3)) < -5


def test_doubled_letters_need_the_blank_between_them() -> None:
    once = frames([BLANK, *spell("he"), *[LABELS.index("l")] * 4, *spell("o"), *[BLANK] * 12])
    assert best_score("hello", once) < -0.5
    assert best_score("hello", said("hello")) > -0.01


def test_a_phrase_inside_a_word_is_not_the_phrase() -> None:
    assert best_score("art", said("the art of")) > -0.01
    assert best_score("art", said("the party of")) < -5
    assert best_score("art", said("the party of"), Hearing(edge=0.0)) > -0.01


def test_silence_is_as_good_as_a_space_but_not_before_it_has_lasted() -> None:
    scorer = PhraseScorer(["art"], Hearing(silence=8))
    scores, _, since = scorer.push(said("art", pause=2, before=0, after=20))
    end = 6  # the last letter's frame
    assert scores[: end + 8, 0].max() < -0.5
    assert scores[end + 8, 0] > -0.01
    assert since[end + 8, 0] == 8


def test_a_space_ends_a_phrase_at_once_and_the_end_is_where_its_last_letter_was() -> None:
    scores, taken, since = PhraseScorer(["art"]).push(said("art is", pause=2, before=0))
    space = 9
    assert scores[:space, 0].max() < -0.5
    assert scores[space, 0] > -0.01
    assert taken[space, 0] == pytest.approx(7, abs=0.1)
    assert since[space, 0] == 3


def test_what_is_said_too_slowly_or_too_quickly_is_not_the_phrase() -> None:
    assert best_score("computer", said("computer", pause=10)) > -0.01
    assert best_score("computer", said("computer", pause=20)) < -1
    assert best_score("computer", said("computer", pause=0)) < -0.5


def test_a_false_start_does_not_stand_in_the_way() -> None:
    rows = np.concatenate([said("c", after=20), said("c", after=0, before=0), said("omputer")])
    assert len(heard(WakeWord(COMPUTER), rows)) == 1


# --- detection ------------------------------------------------------------------------------------


def test_a_phrase_is_heard_once_where_it_was_said() -> None:
    rows = np.concatenate([silence(1), said("computer", before=0, after=0), silence(1)])
    (found,) = heard(WakeWord(COMPUTER), rows)
    assert found.phrase == "computer"
    assert found.start == pytest.approx(1.0, abs=0.03)
    assert found.end == pytest.approx(1.58)
    assert -0.01 < found.score <= 0


@pytest.mark.parametrize(("after", "delay"), [("", 10), (" on", 4)])
def test_it_is_told_after_a_silence_or_a_space_and_the_patience(after: str, delay: int) -> None:
    rows = said("computer" + after, before=0, after=20)
    last = 4 * len("computer") - 4
    detector = WakeWord(COMPUTER, WakeSettings(patience=5))
    assert detector.push(rows[: last + delay + 5]) == []
    assert len(detector.push(rows[last + delay + 5 : last + delay + 6])) == 1
    assert delay + 5 <= detector.delay


def test_the_end_of_the_audio_ends_the_waiting() -> None:
    detector = WakeWord(COMPUTER)
    assert detector.push(said("computer", pause=2, after=0)) == []
    assert [found.phrase for found in detector.flush()] == ["computer"]
    assert detector.flush() == []


def test_of_a_rising_score_the_top_counts() -> None:
    rows = said("compuder computer")
    detector = WakeWord(WakePhrase("computer", -2.0), WakeSettings(patience=50))
    (found,) = heard(detector, rows)
    assert found.score > -0.01
    assert found.start > 0.02 * len(said("compuder", after=0))


def test_two_calls_in_a_breath_are_one_and_two_apart_are_two() -> None:
    twice = np.concatenate([said("computer", pause=2, after=4)] * 2)
    assert len(heard(WakeWord(COMPUTER), twice)) == 1
    apart = np.concatenate([said("computer"), silence(1.5), said("computer")])
    assert len(heard(WakeWord(COMPUTER), apart)) == 2


def test_one_call_is_not_told_of_twice() -> None:
    """Its last letter once more, a second later, makes it fit again."""
    rows = np.concatenate([said("computer"), silence(1.0), frames(spell("r")), silence(2.0)])
    (found,) = heard(WakeWord(WakePhrase("computer", -1.5)), rows)
    assert found.end < 1.0


def test_a_phrase_said_again_right_after_the_refractory_time_is_heard() -> None:
    apart = np.concatenate([said("computer"), silence(0.5), said("computer")])
    assert len(heard(WakeWord(COMPUTER, WakeSettings(refractory=0.2)), apart)) == 2


def test_other_words_are_not_heard() -> None:
    rows = said("the commuter put a pewter cup on the counter for computers")
    assert heard(WakeWord(COMPUTER), rows) == []


def test_a_lower_threshold_forgives_more() -> None:
    rows = said("compuder")
    assert heard(WakeWord(WakePhrase("computer", -0.5)), rows) == []
    assert len(heard(WakeWord(WakePhrase("computer", -2.0)), rows)) == 1


def test_of_two_phrases_the_one_said_is_heard() -> None:
    detector = WakeWord([COMPUTER, WakePhrase("hey jarvis", -0.8)])
    rows = np.concatenate([said("hey jarvis"), silence(1), said("computer")])
    assert [found.phrase for found in heard(detector, rows)] == ["hey jarvis", "computer"]


def test_a_phrase_inside_another_is_one_detection() -> None:
    detector = WakeWord([COMPUTER, WakePhrase("hey computer", -0.9)])
    assert [found.phrase for found in heard(detector, said("hey computer"))] == ["hey computer"]
    detector.reset()
    assert [found.phrase for found in heard(detector, said("computer"))] == ["computer"]


def test_other_spellings_count_for_the_phrase() -> None:
    siobhan = WakePhrase("Siobhán", -0.4, ("siobhan", "shivawn"))
    for text in siobhan.spellings:
        assert [found.phrase for found in heard(WakeWord(siobhan), said(text))] == ["Siobhán"]


def test_more_phrases_change_nothing_for_each() -> None:
    rows = mumbled("hey computer", np.random.default_rng(1))
    phrases = ["computer", "a", "hey jarvis", "snowboy"]
    together = PhraseScorer(phrases).push(rows)[0]
    for index, phrase in enumerate(phrases):
        assert np.array_equal(together[:, index], PhraseScorer([phrase]).push(rows)[0][:, 0])


# --- chunks and state -----------------------------------------------------------------------------


@given(
    seed=st.integers(0, 50),
    cuts=st.lists(st.integers(0, 400), max_size=12),
    patience=st.integers(0, 8),
)
def test_how_frames_are_cut_into_calls_changes_nothing(
    seed: int, cuts: list[int], patience: int
) -> None:
    generator = np.random.default_rng(seed)
    rows = np.concatenate(
        [mumbled(text, generator) for text in ("hey computer", "computer it is", "jarvis")]
    )
    phrases = [WakePhrase("computer", -4.0), WakePhrase("jarvis", -4.0)]
    detector = WakeWord(phrases, WakeSettings(patience=patience, refractory=0.3))
    whole = heard(detector, rows)
    detector.reset()
    pieces = np.split(rows, sorted(min(cut, len(rows)) for cut in cuts))
    assert [found for piece in pieces for found in detector.push(piece)] + detector.flush() == whole
    assert whole


def test_reset_forgets_everything() -> None:
    detector = WakeWord(COMPUTER)
    first = heard(detector, said("computer"))
    detector.push(said("comput", after=0))
    detector.reset()
    assert heard(detector, said("er")) == []
    detector.reset()
    assert heard(detector, said("computer")) == first


def test_an_hour_of_silence_leaves_no_trace() -> None:
    detector = WakeWord(COMPUTER)
    detector.push(silence(120))
    (late,) = heard(detector, said("computer"))
    assert late.score == pytest.approx(best_score("computer", said("computer")), abs=1e-5)
    assert late.start > 120


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_rows_that_are_no_distribution_count_as_unheard_and_pass(bad: float) -> None:
    rows = said("computer")
    broken = rows.copy()
    broken[8:12] = bad
    detector = WakeWord(COMPUTER)
    assert all(found.score <= 0 for found in heard(detector, broken))
    detector.reset()
    assert len(heard(detector, np.concatenate([broken[:12], rows]))) == 1


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(29,), (3, 28), (1, 3, 29)])
def test_posteriors_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="shape"):
        WakeWord(COMPUTER).push(np.zeros(shape, np.float32))


def test_no_frames_are_no_news() -> None:
    assert WakeWord(COMPUTER).push(np.zeros((0, 29), np.float32)) == []


@pytest.mark.parametrize("text", ["", " ", "straße", "9"])
def test_a_phrase_that_cannot_be_spelled_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"letters|label"):
        WakePhrase(text, -1.0)


@pytest.mark.parametrize("threshold", [math.nan, 5.0, "loud", None])
def test_a_threshold_is_a_number_up_to_0(threshold: Any) -> None:
    with pytest.raises(UsageError, match="a number up to 0"):
        WakePhrase("computer", threshold)


def test_no_phrases_are_refused() -> None:
    with pytest.raises(ValueError, match="no letters"):
        WakeWord([])


@pytest.mark.parametrize(
    "wrong",
    [
        {"patience": -1},
        {"refractory": math.nan},
        {"refractory": -1.0},
    ],
)
def test_settings_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="out of range"):
        WakeSettings(**wrong)


@pytest.mark.parametrize(("quickest", "slowest"), [(0.3, 0.2), (-1.0, 0.2), (0.03, math.inf)])
def test_a_pace_that_nobody_speaks_at_is_refused(quickest: float, slowest: float) -> None:
    with pytest.raises(ValueError, match="not in order"):
        Pace(quickest, slowest)


def test_what_was_taken_off_the_blank_is_given_back() -> None:
    rng = np.random.default_rng(5)
    learned = rng.normal(0, 3, (80, len(LABELS)))
    learned -= np.logaddexp.reduce(learned, axis=1, keepdims=True)
    taken = learned.copy()
    taken[:, BLANK] -= 1.3
    taken -= np.logaddexp.reduce(taken, axis=1, keepdims=True)
    given = taken.copy()
    Hearing(blank=1.3).as_learned(given)
    assert np.allclose(given, learned)
    plain = PhraseScorer(["art"], Hearing(floor=-25.0)).push(learned)[0]
    back = PhraseScorer(["art"], Hearing(floor=-25.0, blank=1.3)).push(taken)[0]
    assert np.allclose(back, plain, atol=1e-6)


@pytest.mark.parametrize(
    "wrong",
    [
        {"floor": 1.0},
        {"floor": math.nan},
        {"best": 1.5},
        {"edge": -1.0},
        {"edge_floor": -math.inf},
        {"silence": 0},
        {"silence": 10_000},
        {"blank": -0.1},
        {"blank": math.nan},
        {"mistaken": ((1.0,),)},
        {"mistaken": taken_for(a={"b": 1.5})},
    ],
)
def test_a_hearing_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"floor|out of range|silence|mistaken"):
        Hearing(**wrong)
