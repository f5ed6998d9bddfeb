"""Features of recordings, computed once and kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from edge.errors import UsageError
from export.corpora.speech.noise import Noises
from export.corpora.speech.recording import read_audio
from export.recipes.speech.lessons import features
from export.recipes.speech.lessons.features import build_cache, log_mel, noise_features
from export.recipes.speech.network.frontend import BANDS, MelFrontEnd
from tests.export.recipes.speech import tiny


def test_numpy_computes_what_the_graph_computes() -> None:
    wave = tiny.wave(3, 1.0)
    in_graph = MelFrontEnd()(torch.from_numpy(wave[None] * 32768))[0].numpy()
    assert np.allclose(log_mel(wave), in_graph, atol=2e-3)


@pytest.mark.parametrize("samples", [0, 1, 399])
def test_less_than_a_window_has_no_frames(samples: int) -> None:
    assert log_mel(np.zeros(samples, np.float32)).shape == (0, BANDS)


class TestCache:
    def test_the_first_look_is_the_recording_as_it_is(self, tmp_path: Path) -> None:
        said = tiny.recordings(tmp_path / "data")
        cache = build_cache(said, tmp_path / "cache", looks=2, seed=1, jobs=1)
        assert cache.looks == 2
        for index, recording in enumerate(said):
            expected = log_mel(read_audio(recording.audio)).astype(np.float16)
            assert np.array_equal(cache.of(index, 0), expected)
        assert not np.array_equal(cache.of(0, 0), cache.of(0, 1))

    def test_what_is_there_is_not_computed_again(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        said = tiny.recordings(tmp_path / "data")
        steps: list[int] = []
        first = build_cache(
            said, tmp_path / "cache", looks=2, seed=1, jobs=1, progress=steps.append
        )
        assert sum(steps) == 2 * len(said)
        monkeypatch.setattr(features, "_write", None)
        again = build_cache(said, tmp_path / "cache", looks=2, seed=1, jobs=1)
        assert np.array_equal(first.frames, again.frames)
        assert np.array_equal(first.bounds, again.bounds)
        with pytest.raises(TypeError):  # another seed: other looks
            build_cache(said, tmp_path / "cache", looks=2, seed=2, jobs=1)

    def test_a_cache_that_was_cut_off_is_made_anew(self, tmp_path: Path) -> None:
        said = tiny.recordings(tmp_path / "data")
        first = build_cache(said, tmp_path / "cache", looks=1, seed=1, jobs=1)
        for path in (tmp_path / "cache").glob("*.f16"):
            path.unlink()
        again = build_cache(said, tmp_path / "cache", looks=1, seed=1, jobs=1)
        assert np.array_equal(first.frames, again.frames)

    def test_no_recordings_no_frames(self, tmp_path: Path) -> None:
        cache = build_cache([], tmp_path, looks=1, seed=1, jobs=1)
        assert cache.frames.shape == (0, BANDS)
        assert cache.bounds.shape == (1, 0, 2)

    def test_a_file_that_is_no_sound_is_named(self, tmp_path: Path) -> None:
        said = tiny.recordings(tmp_path / "data")
        said[1].audio.write_bytes(b"no sound")
        with pytest.raises(UsageError, match=r"1\.flac"):
            build_cache(said, tmp_path / "cache", looks=1, seed=1, jobs=1)


def test_noises_are_repeatable_and_differ() -> None:
    found = noise_features(Noises(), 3, 0.5, 4)
    assert found.shape == (3, 48, BANDS)
    assert np.array_equal(found, noise_features(Noises(), 3, 0.5, 4))
    assert not np.array_equal(found[0], found[1])
