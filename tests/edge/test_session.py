"""Sessions are made as the bundle's variant says."""

from __future__ import annotations

import os
import sys

import numpy as np
import onnxruntime
import pytest

from device_profiles import SessionSettings
from device_profiles.profile import OPTIMIZATION_LEVELS
from edge.errors import BundleError
from edge.session import make_session
from tests.edge import tiny_bundle
from tests.edge.attacks import graphs

SETTINGS = SessionSettings(1, False, False, "extended")


def outputs(session: onnxruntime.InferenceSession) -> list[np.ndarray]:
    features = np.arange(3 * tiny_bundle.LAYOUT.width, dtype=np.int32).reshape(1, 3, -1)
    found: list[np.ndarray] = session.run(["intent", "tags"], {"features": features})
    return found


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("spinning", [False, True])
@pytest.mark.parametrize("arena", [False, True])
@pytest.mark.parametrize("level", OPTIMIZATION_LEVELS)
def test_settings_are_passed_on_and_change_no_result(
    threads: int, spinning: bool, arena: bool, level: str
) -> None:
    settings = SessionSettings(threads, spinning, arena, level)
    session = make_session(tiny_bundle.float_graph(), "float", settings)
    options = session.get_session_options()
    assert options.intra_op_num_threads == min(threads, os.cpu_count() or 1)
    assert options.inter_op_num_threads == 1
    assert options.enable_cpu_mem_arena == arena
    spins = options.get_session_config_entry("session.intra_op.allow_spinning")
    assert spins == ("1" if spinning else "0")
    plain = make_session(tiny_bundle.float_graph(), "float", SETTINGS)
    for found, expected in zip(outputs(session), outputs(plain), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


def test_it_runs_on_the_processor_and_nothing_else() -> None:
    session = make_session(tiny_bundle.float_graph(), "float", SETTINGS)
    assert session.get_providers() == ["CPUExecutionProvider"]


def test_the_graphs_bytes_are_not_kept_beside_what_was_made_of_them() -> None:
    graph = bytes(bytearray(tiny_bundle.float_graph()))
    before = sys.getrefcount(graph)
    session = make_session(graph, "float", SETTINGS)
    assert sys.getrefcount(graph) == before
    assert outputs(session)


def test_int8_weights_are_widened_once_and_give_nearly_the_same() -> None:
    small = make_session(tiny_bundle.int8_graph(), "int8-weights", SETTINGS)
    entry = small.get_session_options().get_session_config_entry("session.disable_quant_qdq")
    assert entry == "1"
    exact = make_session(tiny_bundle.float_graph(), "float", SETTINGS)
    for found, expected in zip(outputs(small), outputs(exact), strict=True):
        np.testing.assert_allclose(np.exp(found), np.exp(expected), atol=0.02)


def test_a_graph_that_onnxruntime_refuses_is_a_bundle_error_with_its_words() -> None:
    with pytest.raises(BundleError, match=r"refuses the graph: .*com\.example\.ops") as caught:
        make_session(graphs.foreign_domain(), "float", SETTINGS)
    assert "edge doctor" in caught.value.hint
    assert onnxruntime.__version__ in caught.value.what


def test_bytes_that_are_no_graph_are_a_bundle_error() -> None:
    with pytest.raises(BundleError, match="refuses the graph"):
        make_session(b"not a graph", "float", SETTINGS)


def test_no_more_threads_than_there_are_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    settings = SessionSettings(64, True, False, "extended")
    session = make_session(tiny_bundle.float_graph(), "float", settings)
    assert session.get_session_options().intra_op_num_threads == 3
