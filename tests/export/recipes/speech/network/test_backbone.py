"""The published speech embedding, rebuilt."""

from __future__ import annotations

import sys

import pytest
import torch

from edge.errors import UsageError
from export.recipes.speech.network.backbone import (
    CONTEXT,
    FEATURES,
    STRIDE,
    Backbone,
    read_pretrained,
)
from export.recipes.speech.network.frontend import MELS


@torch.no_grad()
def test_a_step_each_40_ms_from_56_frames() -> None:
    backbone = Backbone().eval()
    for count, steps in [(CONTEXT, 1), (CONTEXT + STRIDE - 1, 1), (CONTEXT + STRIDE, 2)]:
        assert backbone(torch.randn(2, count, MELS)).shape == (2, steps, FEATURES)


@torch.no_grad()
def test_it_streams_as_it_is() -> None:
    backbone = Backbone().eval()
    x = torch.randn(1, CONTEXT + 5 * STRIDE, MELS)
    whole = backbone(x)
    for step in range(6):
        part = backbone(x[:, STRIDE * step : STRIDE * step + CONTEXT])
        assert torch.allclose(part[0, 0], whole[0, step], atol=1e-5)


@torch.no_grad()
def test_published_weights_are_no_random_ones_and_always_the_same() -> None:
    pytest.importorskip("pyopen_wakeword")
    pytest.importorskip("tflite")
    one, other = Backbone().eval(), Backbone().eval()
    x = torch.randn(1, CONTEXT, MELS)
    before = one(x)
    read_pretrained(one)
    read_pretrained(other)
    assert torch.equal(one(x), other(x))
    assert not torch.allclose(one(x), before)
    assert sum(p.numel() for p in one.parameters()) > 300_000


def test_without_the_packages_they_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tflite", None)
    with pytest.raises(UsageError, match="pyopen-wakeword, tflite"):
        read_pretrained(Backbone())
