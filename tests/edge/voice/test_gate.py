"""The gate: closed while the room sounds as it did, open at the first frame that adds to it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from edge.voice.gate import FRAME, Gate

Wave = NDArray[np.float64]
RATE = 16_000


def frames(wave: Wave) -> NDArray[np.int16]:
    whole = np.clip(np.rint(wave), -32768, 32767).astype(np.int16)
    return whole[: len(whole) // FRAME * FRAME].reshape(-1, FRAME)


def hiss(seconds: float, rms: float, seed: int = 0) -> Wave:
    wave: Wave = np.random.default_rng(seed).normal(0, rms, int(seconds * RATE))
    return wave


def tone(seconds: float, hertz: float, rms: float) -> Wave:
    wave: Wave = (
        rms * np.sqrt(2) * np.sin(2 * np.pi * hertz * np.arange(int(seconds * RATE)) / RATE)
    )
    return wave


def hum(seconds: float, rms: float) -> Wave:
    """Of the mains: 50 Hz and some overtones."""
    return sum(tone(seconds, 50 * n, rms / n) for n in (1, 2, 3)) / 1.17  # type: ignore[return-value]


def settle(gate: Gate, wave: Wave) -> list[bool]:
    """Plays a background in which no speech is found; whether the gate was open, frame by frame."""
    return [played(gate, frame, 0.01) for frame in frames(wave)]


def played(gate: Gate, frame: NDArray[np.int16], probability: float) -> bool:
    is_open = gate.push(frame)
    if is_open:
        gate.heard(probability)
    return is_open


BACKGROUNDS = {
    "digital silence": np.zeros(3 * RATE),
    "last bit": hiss(3, 0.4),
    "hiss": hiss(3, 20),
    "loud hiss": hiss(3, 3000),
    "hum": hum(3, 400),
    "tone": tone(3, 1000, 2000),
    "offset": np.full(3 * RATE, 9000.0),
    "offset and hiss": 9000 + hiss(3, 20),
    "clipped": 1e6 * np.sign(tone(3, 440, 1)),
}


class TestSteadySound:
    @pytest.mark.parametrize("name", BACKGROUNDS)
    def test_the_gate_closes_within_a_second_and_a_half_and_stays_so(self, name: str) -> None:
        was_open = settle(Gate(), BACKGROUNDS[name])
        assert was_open[0]
        assert not any(was_open[47:])

    @pytest.mark.parametrize("name", BACKGROUNDS)
    def test_it_does_not_close_while_speech_is_heard_in_it(self, name: str) -> None:
        gate = Gate()
        assert all(played(gate, frame, 0.6) for frame in frames(BACKGROUNDS[name]))

    @pytest.mark.parametrize("name", sorted(BACKGROUNDS.keys() - {"clipped"}))
    def test_it_opens_at_the_first_frame_with_something_more(self, name: str) -> None:
        gate = Gate()
        wave = BACKGROUNDS[name]
        settle(gate, wave)
        assert not gate.open
        more = max(2.0, 0.9 * float((wave - wave.mean()).std()))
        assert gate.push(frames(wave[:FRAME] + hiss(0.032, more, seed=1))[0])


class TestQuietVoices:
    def test_one_20_db_below_a_hum_opens_it(self) -> None:
        gate = Gate()
        settle(gate, hum(3, 1000) + hiss(3, 2))
        assert gate.push(frames(hum(0.032, 1000) + tone(0.032, 1500, 100) + hiss(0.032, 2))[0])

    def test_a_deep_one_as_loud_as_the_hiss_opens_it(self) -> None:
        gate = Gate()
        settle(gate, hiss(3, 300))
        assert gate.push(frames(hiss(0.032, 300, seed=1) + tone(0.032, 200, 300))[0])

    def test_one_of_some_steps_of_the_converter_opens_it_in_digital_silence(self) -> None:
        gate = Gate()
        settle(gate, np.zeros(2 * RATE))
        assert gate.push(frames(tone(0.032, 300, 2))[0])

    def test_when_a_noise_stops_what_it_hid_is_heard_soon(self) -> None:
        gate = Gate()
        settle(gate, hiss(3, 1000))
        settle(gate, hiss(0.4, 5, seed=1))
        assert not gate.open
        assert gate.push(frames(hiss(0.032, 5, seed=2) + tone(0.032, 300, 10))[0])


class TestChanges:
    def test_a_noise_that_sets_in_is_looked_at_and_then_no_more(self) -> None:
        gate = Gate()
        settle(gate, hiss(3, 20))
        was_open = settle(gate, hiss(6, 400, seed=1))
        assert was_open[0]
        assert not any(was_open[-60:])

    def test_noise_that_comes_and_goes_is_always_looked_at(self) -> None:
        bursts = hiss(10, 300) * (np.arange(10 * RATE) // 4000 % 3 == 0)
        assert all(settle(Gate(), bursts + hiss(10, 5, seed=1)))

    def test_after_a_click_it_closes_sooner_than_after_speech(self) -> None:
        def open_for(probability: float) -> int:
            gate = Gate()
            settle(gate, hiss(3, 20))
            played(gate, frames(hiss(0.032, 2000))[0], probability)
            return sum(settle(gate, hiss(3, 20, seed=1)))

        assert 3 < open_for(0.05) < open_for(0.9) < 40

    def test_reset_forgets_the_background(self) -> None:
        gate = Gate()
        settle(gate, hiss(3, 20))
        gate.reset()
        assert gate.open
        assert settle(gate, hiss(3, 20)) == settle(Gate(), hiss(3, 20))

    def test_slow_changes_keep_it_closed_nearly_always(self) -> None:
        gate = Gate()
        settle(gate, hiss(3, 20))
        minutes = np.arange(5 * 60 * RATE) / RATE / 60
        was_open = settle(gate, hiss(5 * 60, 20) * 10 ** (np.sin(6 * minutes) / 2))  # ±10 dB
        assert np.mean(was_open) < 0.02


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([0, 1, 300, 32767]),
            st.integers(-32768, 32767),
            st.sampled_from([0.0, 0.2, 1.0, float("nan")]),
        ),
        max_size=120,
    )
)
def test_whatever_comes_the_answer_is_the_same_each_time(
    moments: list[tuple[int, int, float]],
) -> None:
    def answers() -> list[bool]:
        gate = Gate()
        rng = np.random.default_rng(0)
        return [
            played(gate, frames(offset + rng.normal(0, rms, FRAME))[0], probability)
            for rms, offset, probability in moments
        ]

    assert answers() == answers()
