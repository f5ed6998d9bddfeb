"""What a graph is made of, as plain types.

Named tuples, here and in edge.bundle.manifest: making a dataclass takes several times as long, and
these are made at every start of a slow board.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class TensorSpec(NamedTuple):
    """An input or an output of a graph."""

    name: str
    dtype: str
    """As numpy names it: "float32", "int64" …"""
    shape: tuple[int | str, ...]
    """One entry a dimension: its size, or the name of a size known only when it runs."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON, as the manifest has it."""
        return {"name": self.name, "dtype": self.dtype, "shape": list(self.shape)}


class GraphSummary(NamedTuple):
    """What a graph is made of."""

    ir_version: int
    opset: int
    """Version of the default operator set."""
    operators: Mapping[str, int]
    """Operator → how many nodes; those of other domains as "com.microsoft.Gelu"."""
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    parameters: int
    """Elements of all initialisers and constants."""
    parameter_bytes: int

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return sum(self.operators.values())

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "ir_version": self.ir_version,
            "opset": self.opset,
            "nodes": self.nodes,
            "operators": dict(self.operators),
            "inputs": [tensor.to_dict() for tensor in self.inputs],
            "outputs": [tensor.to_dict() for tensor in self.outputs],
            "parameters": self.parameters,
            "parameter_bytes": self.parameter_bytes,
        }
