"""An ONNX Runtime session made the way the bundle's variant says."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import onnxruntime

from edge.errors import BundleError

if TYPE_CHECKING:
    from device_profiles.profile import SessionSettings

_LEVELS: Final = {
    "disabled": onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL,
    "basic": onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC,
    "extended": onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED,
    "all": onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL,
}
_SILENT: Final = 4
"""What goes wrong is raised; a log of it would be a second one, on standard error."""

if os.environ.get("ORT_DISABLE_TELEMETRY") == "1":
    # For programs that had imported it before `edge` said so: it stops most of what is reported.
    onnxruntime.disable_telemetry_events()


def make_session(
    graph: bytes, scheme: str, settings: SessionSettings
) -> onnxruntime.InferenceSession:
    """A session over `graph`, on the CPU.

    Args:
        graph: the ONNX bytes, already checked by the bundle.
        scheme: the quantisation scheme they were made with.
        settings: threads, spinning, arena and optimisation level.

    Raises:
        BundleError: ONNX Runtime refuses the graph.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = min(settings.threads, os.cpu_count() or 1)
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = settings.memory_arena
    options.graph_optimization_level = _LEVELS[settings.optimization]
    options.log_severity_level = _SILENT
    options.add_session_config_entry(
        "session.intra_op.allow_spinning", "1" if settings.allow_spinning else "0"
    )
    # Bytes that look like ONNX Runtime's own format are not taken for it: only ONNX was checked.
    options.add_session_config_entry("session.load_model_format", "ONNX")
    if scheme == "int8-weights":
        # Weights are widened to float once, at load; otherwise that happens at every call.
        options.add_session_config_entry("session.disable_quant_qdq", "1")
    try:
        session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's own exceptions share no public base class
        raise BundleError(
            f"ONNX Runtime {onnxruntime.__version__} refuses the graph: {error}",
            hint="`edge verify` tells whether the bundle is whole; `edge doctor` whether the "
            "installation works",
        ) from error
    # It keeps the bytes for a change of providers, which never comes: as much again as the model.
    session._model_bytes = None
    return session
