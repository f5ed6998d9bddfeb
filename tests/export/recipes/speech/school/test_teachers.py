"""Pretrained recognisers that teach."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from edge.errors import UsageError
from edge.voice.alphabet import BLANK, LABELS, SPACE
from export.recipes.speech.school import teachers
from export.recipes.speech.school.teachers import FRAME, CtcTeacher, open_ctc, told_by
from tests.export.recipes.speech import tiny


@pytest.fixture(scope="module")
def recogniser(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.write_recogniser(tmp_path_factory.mktemp("hub") / "wav2vec2")


class Fixed(nn.Module):
    """Hears nothing; a frame every `stride` samples says its own number."""

    def __init__(self, stride: int, labels: int = len(LABELS)) -> None:
        super().__init__()
        self.stride, self.labels = stride, labels

    def forward(self, waves: Tensor) -> SimpleNamespace:
        count = (waves.shape[1] - 80) // self.stride
        logits = 20.0 * nn.functional.one_hot(torch.arange(count) % self.labels, self.labels)
        return SimpleNamespace(logits=logits[None])


class TestReading:
    def test_a_frame_each_20_ms(self, recogniser: Path) -> None:
        teacher = open_ctc(str(recogniser))
        for count in (800, 8_000, 8_079, 8_080, 8_319):
            found = teacher.read(tiny.wave(0, 1.0)[:count])
            assert found.shape == (count // FRAME, len(LABELS))
            assert np.allclose(np.exp(found).sum(1), 1, atol=1e-3)

    def test_too_little_sound_says_nothing(self, recogniser: Path) -> None:
        teacher = open_ctc(str(recogniser))
        for count in (0, 1, 500):
            assert teacher.read(tiny.wave(0)[:count]).shape == (0, len(LABELS))

    def test_a_frame_is_at_its_own_time(self) -> None:
        folds = torch.eye(len(LABELS))
        same = CtcTeacher(Fixed(320), False, folds).read(tiny.wave(0, 0.2)).argmax(1)
        assert same.tolist() == [*range(9), 8]  # the last is missing and taken twice
        slow = CtcTeacher(Fixed(640), False, folds).read(tiny.wave(0, 0.205)).argmax(1)
        assert slow.tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4][: len(slow)]

    def test_loudness_does_not_matter_to_one_that_normalises(self, recogniser: Path) -> None:
        teacher = open_ctc(str(recogniser))
        wave = tiny.wave(0)
        assert np.allclose(teacher.read(wave), teacher.read(wave / 4), atol=1e-3)

    def test_letters_of_either_case_word_edges_and_blank(self) -> None:
        vocabulary = {"<pad>": 0, "|": 1, "A": 2, "a": 3, "'": 4, "<unk>": 5, "É": 6, "_": 7}
        folds = teachers._folds(vocabulary, 9, "|")
        a = LABELS.index("a")
        assert folds.argmax(1).tolist() == [
            BLANK, SPACE, a, a, LABELS.index("'"), BLANK, BLANK, BLANK, BLANK
        ]  # fmt: skip
        assert (folds.sum(1) == 1).all()


class TestOpening:
    def test_letters_that_it_does_not_write(self, tmp_path: Path) -> None:
        folder = tiny.write_recogniser(tmp_path / "few", "'abc")
        with pytest.raises(UsageError, match="it does not write 'd'"):
            open_ctc(str(folder))

    def test_an_apostrophe_may_be_missing(self, tmp_path: Path) -> None:
        folder = tiny.write_recogniser(tmp_path / "plain", LABELS[3:])
        assert not open_ctc(str(folder)).folds[:, LABELS.index("'")].any()

    def test_what_is_no_model(self, tmp_path: Path) -> None:
        for source in (tmp_path, tmp_path / "nowhere"):
            with pytest.raises(UsageError, match="no teacher of speech"):
                open_ctc(str(source))

    def test_a_pickle_is_not_opened(self, recogniser: Path, tmp_path: Path) -> None:
        for path in recogniser.iterdir():
            if path.suffix != ".safetensors":
                (tmp_path / path.name).write_bytes(path.read_bytes())
        torch.save({}, tmp_path / "pytorch_model.bin")
        with pytest.raises(UsageError, match="no teacher of speech"):
            open_ctc(str(tmp_path))


def test_each_recording_is_read_once(
    recogniser: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = tiny.recordings(tmp_path / "data")
    teacher = open_ctc(str(recogniser))
    steps: list[int] = []
    told = told_by(teacher, said, tmp_path / "cache", steps.append)
    assert sum(steps) == len(said)
    assert told.frames.dtype == np.float16
    assert told.bounds.shape == (1, len(said), 2)
    monkeypatch.setattr(CtcTeacher, "read", None)
    again = told_by(open_ctc(str(recogniser)), said, tmp_path / "cache")
    assert np.array_equal(told.frames, again.frames)
    with torch.no_grad():
        next(teacher.parameters()).add_(1.0)
    with pytest.raises(TypeError):  # another teacher says something else
        told_by(teacher, said, tmp_path / "cache")
