"""Beginnings and ends: they take turns, and no utterance is longer than was said."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.errors import BundleFormatError, UsageError
from edge.voice.endpoint import Boundary, Endpointer, EndpointSettings
from edge.voice.gate import FRAME

QUIET, SPEECH, BETWEEN = 0.05, 0.9, 0.4

probabilities = st.lists(
    st.one_of(st.floats(0, 1), st.sampled_from([0.0, QUIET, BETWEEN, SPEECH, float("nan")])),
    max_size=400,
)
stretches = st.lists(
    st.tuples(st.sampled_from([QUIET, BETWEEN, SPEECH]), st.integers(1, 120)), max_size=12
).map(lambda runs: [value for value, count in runs for _ in range(count)])
any_settings = st.builds(
    EndpointSettings,
    start_threshold=st.sampled_from([0.5, 0.7]),
    end_threshold=st.sampled_from([0.2, 0.35, 0.5]),
    shortest_ms=st.integers(32, 400),
    hang_over_ms=st.integers(96, 1500),
    longest_ms=st.integers(2000, 4000),
)


def events(
    endpointer: Endpointer, heard: list[float], *, finish: bool = True
) -> list[tuple[Boundary, int, int]]:
    """What is reported → (what, the sample it is about, the position it was reported at)."""
    found = []
    for probability in heard:
        boundary = endpointer.push(probability)
        if boundary is not None:
            at = endpointer.start if boundary == "start" else endpointer.end
            found.append((boundary, at, endpointer.position))
    if finish:
        boundary = endpointer.finish()
        if boundary is not None:
            found.append((boundary, endpointer.end, endpointer.position))
    return found


class TestOneUtterance:
    def test_it_is_reported_with_its_samples(self) -> None:
        heard = [QUIET] * 10 + [SPEECH] * 20 + [QUIET] * 30
        assert events(Endpointer(), heard) == [
            ("start", 10 * FRAME, 13 * FRAME),  # sure after 96 ms
            ("end", 30 * FRAME, 50 * FRAME),  # sure after 640 ms
        ]

    def test_a_pause_shorter_than_the_hang_over_does_not_end_it(self) -> None:
        heard = [SPEECH] * 20 + [QUIET] * 19 + [SPEECH] * 10 + [QUIET] * 40
        assert [(what, at) for what, at, _ in events(Endpointer(), heard)] == [
            ("start", 0),
            ("end", 49 * FRAME),
        ]

    def test_a_pause_as_long_as_the_hang_over_makes_it_two(self) -> None:
        heard = [SPEECH] * 20 + [QUIET] * 20 + [SPEECH] * 10 + [QUIET] * 40
        assert [(what, at) for what, at, _ in events(Endpointer(), heard)] == [
            ("start", 0),
            ("end", 20 * FRAME),
            ("start", 40 * FRAME),
            ("end", 50 * FRAME),
        ]

    def test_a_click_is_none(self) -> None:
        assert events(Endpointer(), [QUIET, SPEECH, SPEECH, QUIET] * 50) == []

    def test_between_the_thresholds_speech_goes_on_but_does_not_begin(self) -> None:
        assert events(Endpointer(), [BETWEEN] * 100) == []
        heard = [SPEECH] + [BETWEEN] * 50 + [QUIET] * 30
        assert [(what, at) for what, at, _ in events(Endpointer(), heard)] == [
            ("start", 0),
            ("end", 51 * FRAME),
        ]

    def test_the_end_of_the_audio_ends_it(self) -> None:
        endpointer = Endpointer()
        assert events(endpointer, [SPEECH] * 10) == [
            ("start", 0, 3 * FRAME),
            ("end", 10 * FRAME, 10 * FRAME),
        ]
        assert endpointer.finish() is None

    def test_the_end_of_the_audio_drops_what_was_not_long_enough(self) -> None:
        endpointer = Endpointer()
        assert events(endpointer, [SPEECH] * 2) == []
        assert events(endpointer, [SPEECH] * 2) == []


class TestTheLongest:
    def test_an_hour_without_a_pause_is_cut_into_utterances(self) -> None:
        endpointer = Endpointer(EndpointSettings(longest_ms=15_000))
        frames = 3600 * 1000 // 32
        found = events(endpointer, [SPEECH] * frames)
        starts = [at for what, at, _ in found if what == "start"]
        ends = [at for what, at, _ in found if what == "end"]
        assert starts[0] == 0
        assert starts[1:] == ends[:-1]  # nothing is lost between them
        lengths = {(end - start) / 16 for start, end in zip(starts, ends, strict=True)}
        assert max(lengths) == 468 * 32  # the most whole frames that 15 s have
        assert len(starts) == -(-frames // 468)

    def test_a_cut_is_told_from_an_end(self) -> None:
        endpointer = Endpointer(EndpointSettings(longest_ms=2000))
        events(endpointer, [SPEECH] * 62, finish=False)
        assert (endpointer.speaking, endpointer.cut, endpointer.end) == (False, True, 62 * FRAME)
        events(endpointer, [SPEECH] * 10 + [QUIET] * 30)
        assert (endpointer.speaking, endpointer.cut, endpointer.end) == (False, False, 72 * FRAME)

    def test_within_a_pause_the_cut_is_at_its_beginning(self) -> None:
        endpointer = Endpointer(EndpointSettings(longest_ms=2000))
        found = events(endpointer, [SPEECH] * 50 + [QUIET] * 15 + [SPEECH] * 40 + [QUIET] * 40)
        assert [(what, at) for what, at, _ in found] == [
            ("start", 0),
            ("end", 50 * FRAME),
            ("start", 65 * FRAME),
            ("end", 105 * FRAME),
        ]


class TestAlways:
    @settings(max_examples=300, deadline=None)
    @given(st.one_of(probabilities, stretches), any_settings)
    def test_starts_and_ends_take_turns_in_bounds(
        self, heard: list[float], chosen: EndpointSettings
    ) -> None:
        endpointer = Endpointer(chosen)
        found = events(endpointer, heard)
        assert [what for what, _, _ in found] == ["start", "end"] * (len(found) // 2)
        places = [at for _, at, _ in found]
        assert places == sorted(places)
        for (_, start, sure), (_, end, told) in zip(found[::2], found[1::2], strict=True):
            length = (end - start) / 16
            assert chosen.shortest_ms <= length + 31.99  # whole frames
            assert length <= chosen.longest_ms
            assert start < sure <= told
            assert told - end <= 16 * chosen.hang_over_ms + FRAME - 1
            assert heard[start // FRAME] >= chosen.start_threshold
            assert heard[end // FRAME - 1] >= chosen.end_threshold
        assert endpointer.position == len(heard) * FRAME

    @given(probabilities, st.integers(0, 400))
    @settings(deadline=None)
    def test_a_reset_makes_it_new(self, heard: list[float], before: int) -> None:
        used = Endpointer()
        events(used, [SPEECH] * before, finish=False)
        used.reset()
        assert events(used, heard) == events(Endpointer(), heard)

    def test_a_reset_may_go_on_counting(self) -> None:
        endpointer = Endpointer()
        events(endpointer, [SPEECH] * 10, finish=False)
        endpointer.reset(1000)
        assert not endpointer.speaking
        assert events(endpointer, [SPEECH] * 5) == [
            ("start", 1000, 1000 + 3 * FRAME),
            ("end", 1000 + 5 * FRAME, 1000 + 5 * FRAME),
        ]


class TestSettings:
    @pytest.mark.parametrize(
        ("wrong", "says"),
        [
            ({"start_threshold": 1.5}, "endpoint.start_threshold: is 1.5"),
            ({"start_threshold": float("nan")}, "endpoint.start_threshold: is nan"),
            ({"end_threshold": 0}, "a probability from 0.01 to 0.99"),
            ({"end_threshold": 0.6}, "above start_threshold, 0.5"),
            ({"start_threshold": True}, "endpoint.start_threshold: is True"),
            ({"shortest_ms": 0}, "a whole number of ms from 32 to 1,000"),
            ({"shortest_ms": 96.0}, "endpoint.shortest_ms: is 96.0"),
            ({"hang_over_ms": -640}, "endpoint.hang_over_ms: is -640"),
            ({"hang_over_ms": "640"}, "endpoint.hang_over_ms: is '640'"),
            ({"longest_ms": 10**9}, "a whole number of ms from 2,000 to 60,000"),
        ],
    )
    def test_what_cannot_be_is_refused_in_words(self, wrong: dict[str, Any], says: str) -> None:
        with pytest.raises(UsageError) as caught:
            EndpointSettings(**wrong)
        assert says in str(caught.value)

    def test_a_bundle_may_say_some_of_them(self) -> None:
        assert EndpointSettings.of({}) == EndpointSettings()
        task = {"endpoint": {"hang_over_ms": 800, "start_threshold": 0.6}}
        assert EndpointSettings.of(task) == EndpointSettings(0.6, hang_over_ms=800)

    @pytest.mark.parametrize(
        "data", [[], None, {"hang_over": 640}, {"hang_over_ms": 1}, {"end_threshold": "low"}]
    )
    def test_a_bundle_that_says_something_else_is_refused(self, data: object) -> None:
        with pytest.raises(BundleFormatError, match=r"manifest\.json: tasks\.activity\.endpoint"):
            EndpointSettings.of({"endpoint": data})

    def test_times_are_rounded_up_to_frames(self) -> None:
        heard = [SPEECH] * 10 + [QUIET] * 10
        chosen = EndpointSettings(shortest_ms=33, hang_over_ms=97)
        assert events(Endpointer(chosen), heard) == [
            ("start", 0, 2 * FRAME),
            ("end", 10 * FRAME, 14 * FRAME),
        ]
