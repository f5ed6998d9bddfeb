"""A pretrained recogniser as a graph."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from edge.errors import UsageError
from edge.voice.alphabet import LABELS
from edge.voice.posteriors import BLANK_TAKEN, give_to_blank
from export.graph import TOLERANCE
from export.recipes.speech.ctc_export import export_ctc, main
from export.recipes.speech.school.teachers import open_ctc
from tests.export.recipes.speech import tiny


@pytest.mark.parametrize("normalised", [True, False])
def test_the_graph_says_what_torch_says(tmp_path: Path, normalised: bool) -> None:
    folder = tiny.write_recogniser(tmp_path / "model", normalised=normalised)
    assert export_ctc(str(folder), tmp_path / "new" / "model.onnx", 0.5) <= TOLERANCE
    session = onnxruntime.InferenceSession(tmp_path / "new" / "model.onnx")
    pcm = (tiny.wave(5) * 32768)[None]
    assert session.get_inputs()[0].shape == [1, 8_000]
    (found,) = session.run(None, {"pcm": pcm})
    with torch.no_grad():
        expected = open_ctc(str(folder))(torch.from_numpy(pcm)).numpy()
    give_to_blank(expected, -BLANK_TAKEN)
    assert found.shape == (1, 24, len(LABELS))
    assert np.allclose(found, expected, atol=TOLERANCE)


def test_what_cannot_be_exported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError, match="a chunk of 0"):
        export_ctc(str(tmp_path), tmp_path / "x.onnx", 0.0)
    with pytest.raises(SystemExit) as stop:
        main(["--model", str(tmp_path), "--out", str(tmp_path / "x.onnx")])
    assert stop.value.code == 2
    assert "no teacher of speech" in capsys.readouterr().err
