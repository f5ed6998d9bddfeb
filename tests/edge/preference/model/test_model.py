"""The model's input and its checks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from device_profiles import SessionSettings
from edge.errors import BundleFormatError
from edge.preference.experts.personal import EVIDENCE, NAMES
from edge.preference.model.model import History, PreferenceModel, Shape, shape_of
from edge.session import make_session
from tests.edge.preference.tiny import EVENTS, SENSES, WIDTH, graph

SHAPE = Shape(3, 2, 4, 6, 5)


def model(data: bytes, shape: Shape) -> PreferenceModel:
    settings = SessionSettings(1, False, False, "extended")
    return PreferenceModel(make_session(data, "float", settings), shape)


RIGHT = Shape(EVENTS, WIDTH, SENSES.width, EVIDENCE * (len(NAMES) - 1), len(NAMES))


class TestHistory:
    def test_the_newest_is_the_last_row(self) -> None:
        history = History(SHAPE)
        for number in range(5):
            row = history.row_of(np.full(4, number, np.float32), float(np.expm1(2)))
            history.push(np.array([number, -number], np.float32), row)
            assert history.filled == min(number + 1, 3)
        expected = [[n, -n, n, n, n, n, 2, 1] for n in (2, 3, 4)]
        np.testing.assert_allclose(history.rows[0], expected)

    def test_an_item_nobody_knows_is_zeros(self) -> None:
        history = History(SHAPE)
        history.push(None, history.row_of(np.ones(4, np.float32), -5.0))
        assert history.rows[0, -1].tolist() == [0, 0, 1, 1, 1, 1, 0, 1]
        assert not history.rows[0, :-1].any()

    def test_what_is_kept_moves_to_the_end(self) -> None:
        history = History(SHAPE)
        for number in range(3):
            history.push(
                np.full(2, number, np.float32), history.row_of(np.zeros(4, np.float32), 0.0)
            )
        history.keep([True, False, True])
        assert history.filled == 2
        assert history.rows[0, :, 0].tolist() == [0, 0, 2]
        assert history.rows[0, :, -1].tolist() == [0, 1, 1]

    def test_what_was_read_survives_sixteen_bits(self) -> None:
        """A file keeps half floats: what the model reads must not differ after loading."""
        history, again = History(SHAPE), History(SHAPE)
        random = np.random.default_rng(0)
        for _ in range(3):
            row = history.row_of(random.normal(size=4).astype(np.float32), 7.7)
            history.push(None, row)
        for features in history.features():
            again.push(None, features)
        np.testing.assert_array_equal(again.rows, history.rows)


class TestGraph:
    def test_it_reads(self) -> None:
        query, gates = model(graph(SENSES.width), RIGHT).read(
            History(RIGHT), np.ones(RIGHT.moment, np.float32), np.ones(RIGHT.evidence, np.float32)
        )
        assert (query.shape, gates.shape) == ((WIDTH,), (len(NAMES),))

    @pytest.mark.parametrize("key", ["events", "item", "moment", "evidence", "gates"])
    def test_sizes_that_are_not_the_graphs_are_refused(self, key: str) -> None:
        wrong = RIGHT._replace(**{key: getattr(RIGHT, key) + 1})
        with pytest.raises(BundleFormatError, match=r"tasks\.preference"):
            model(graph(SENSES.width), wrong)

    def test_a_graph_that_gives_no_numbers_is_refused(self) -> None:
        broken = onnx.load_from_string(graph(SENSES.width))
        for tensor in broken.graph.initializer:
            if tensor.name == "bias":
                nan = np.full(len(NAMES), np.nan, np.float32)
                tensor.CopyFrom(numpy_helper.from_array(nan, "bias"))
        with pytest.raises(BundleFormatError, match="numbers that are none"):
            model(broken.SerializeToString(), RIGHT)

    @pytest.mark.parametrize("events", [0, 513, True, 2.0, "8", None])
    def test_events_that_are_no_number(self, events: Any) -> None:
        with pytest.raises(BundleFormatError, match=r"preference\.events"):
            shape_of({"events": events}, 1, 1, 1, 1)


def test_a_graph_may_be_of_any_size(tmp_path: Path) -> None:
    data = graph(SENSES.width, width=5, events=2)
    assert model(data, RIGHT._replace(item=5, events=2)).shape.item == 5
