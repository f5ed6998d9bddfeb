"""torch → ONNX: a traced graph, cleaned, and checked against the module it came from."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import onnx
import torch
from torch import nn

from edge.errors import EdgeError

OPSET = 17
"""Every operator of it is known to ONNX Runtime 1.21 and newer; so is the IR version below."""
IR_VERSION = 8
TOLERANCE = 2e-4
"""Largest difference from torch, in the graph's own outputs, that float arithmetic explains."""


class GraphMismatch(EdgeError):
    """An exported graph does not compute what its module computes."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Names and changing axes of a graph's inputs and outputs."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    axes: Mapping[str, Mapping[int, str]]
    """Tensor name → axis → name of the size that changes from call to call."""


def to_onnx(
    module: nn.Module, example: tuple[torch.Tensor, ...], signature: Signature
) -> onnx.ModelProto:
    """Traces `module` (in evaluation mode) on `example`.

    The tracing exporter is used: the newer one unrolls an LSTM's weights into dozens of slices that
    no optimiser puts together again (docs/adr).
    """
    buffer = io.BytesIO()
    module.eval()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module,
            example,
            buffer,
            dynamo=False,
            opset_version=OPSET,
            input_names=list(signature.inputs),
            output_names=list(signature.outputs),
            dynamic_axes={name: dict(axes) for name, axes in signature.axes.items()},
        )
    return clean(drop_zero_states(onnx.load_model_from_string(buffer.getvalue())))


def drop_zero_states(model: onnx.ModelProto) -> onnx.ModelProto:
    """LSTMs that begin with zeros are left to begin so by themselves.

    The exporter works the zeros' shape out while running: half a dozen nodes an LSTM that compute
    what is the operator's default.
    """
    graph = model.graph
    maker = {name: node for node in graph.node for name in node.output}
    for node in graph.node:
        if node.op_type == "LSTM":
            for position in range(5, min(7, len(node.input))):
                made_by = maker.get(node.input[position])
                if made_by is not None and made_by.op_type == "ConstantOfShape":
                    node.input[position] = ""
    while True:
        used = {name for node in graph.node for name in node.input}
        used.update(output.name for output in graph.output)
        idle = [node for node in graph.node if used.isdisjoint(node.output)]
        if not idle:
            return model
        for node in idle:
            graph.node.remove(node)


def clean(model: onnx.ModelProto) -> onnx.ModelProto:
    """Removes what only describes: the same module gives the same bytes on every machine."""
    model.ir_version = IR_VERSION
    model.producer_name = "hearth-edge"
    model.producer_version = ""
    model.doc_string = ""
    model.graph.doc_string = ""
    model.graph.name = "graph"
    del model.metadata_props[:]
    for node in model.graph.node:
        node.doc_string = ""
    del model.graph.value_info[:]
    onnx.checker.check_model(model, full_check=True)
    return model


def check_against_torch(
    model: onnx.ModelProto,
    module: nn.Module,
    inputs: Sequence[tuple[np.ndarray, ...]],
    signature: Signature,
) -> float:
    """The largest absolute difference between graph and module over real `inputs`.

    Raises:
        GraphMismatch: it is larger than float arithmetic explains.
    """
    import onnxruntime

    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    module.eval()
    largest = 0.0
    for arrays in inputs:
        found = session.run(None, dict(zip(signature.inputs, arrays, strict=True)))
        with torch.no_grad():
            expected = module(*(torch.from_numpy(array) for array in arrays))
        for mine, theirs in zip(found, expected, strict=True):
            apart = float(np.abs(mine - theirs.numpy()).max(initial=0.0))
            largest = largest if apart <= largest else apart  # what is no number stays
    if not largest <= TOLERANCE:
        raise GraphMismatch(
            f"the graph differs from torch by {largest:.2e}",
            allowed=f"at most {TOLERANCE}",
            hint="a network differs so whose training went astray: look at its figures (run.json), "
            "and train with a lower learning_rate",
        )
    return largest
