"""Operators that make a large tensor out of a small number: the number must be bounded.

A file of a kilobyte can ask ConstantOfShape for any amount of memory. Where the number is a
constant it is compared with a limit. Where it is a dimension of another tensor, only moved around
on its way (what exporters write for "a zero state for as many steps as there are words"), it is as
bounded as that tensor. Where it would be the result of arithmetic, the graph is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Final, NamedTuple

from edge import limits
from edge.errors import shown
from edge.onnx.operators import BOUNDED_ATTRIBUTES
from edge.onnx.tensor import Constant
from edge.onnx.wire import Span, WireReader

_BOUNDED: Final = frozenset(name.encode() for name in BOUNDED_ATTRIBUTES)
_COPYING: Final = frozenset({"Cast", "Identity", "Reshape", "Slice", "Squeeze", "Unsqueeze"})
FOLLOWED: Final = _COPYING | {"Concat", "Gather", "Shape"}
"""Operators through which dimensions are followed."""


class Copied(NamedTuple):
    """A tensor whose numbers are dimensions of other tensors, and constants."""

    factor: int
    """Product of its constants, each taken as at least 1."""
    shapes: int
    """How many shapes its dimensions come from."""


Known = Constant | Copied | None
"""What is known of a tensor's values: all, where they come from, nothing."""


def follow(operator: str, inputs: Sequence[Known]) -> Copied | None:
    """What is known of the output of a node of an operator in FOLLOWED."""
    if operator == "Shape":
        return Copied(1, 1)
    if operator == "Concat":
        parts = [_as_copied(known) for known in inputs]
        found = [part for part in parts if part is not None]
        if len(found) < len(parts):
            return None
        return Copied(prod(part.factor for part in found), sum(part.shapes for part in found))
    data = inputs[0] if inputs else None
    if not isinstance(data, Copied):
        return None
    if operator == "Gather":
        # With several indices it could name one dimension many times.
        index = inputs[1] if len(inputs) > 1 else None
        if not isinstance(index, Constant) or index.elements != 1:
            return None
    return data


def _as_copied(known: Known) -> Copied | None:
    if isinstance(known, Constant):
        if known.values is None or any(value < 0 for value in known.values):
            return None
        # A zero is counted as 1: another operator may pick its neighbours and leave it behind.
        return Copied(prod(max(1, value) for value in known.values), 0)
    return known


def check_growth(reader: WireReader, operator: str, sizes: Sequence[Known], place: str) -> None:
    """Check one node of an operator in `edge.onnx.operators.SIZED_BY`.

    Args:
        sizes: what is known of the inputs that say how large its output is.

    Raises:
        ForbiddenGraph: a size is neither constant nor copied from a shape, or is too large.
    """
    if operator in ("ConstantOfShape", "Expand") and isinstance(sizes[0], Copied):
        _check_copied(reader, operator, sizes[0], 2, place)
        return
    numbers: list[tuple[int, ...]] = []
    for at, known in enumerate(sizes):
        if operator == "Range" and at == 1 and isinstance(known, Copied):
            _check_copied(reader, operator, known, 1, place)
            numbers.append((0,))  # then its start and step are what is left to check
            continue
        if not isinstance(known, Constant) or known.values is None:
            raise reader.forbidden(
                f"sizes the output of {operator} by a number that is computed",
                "small whole numbers written in the graph; for ConstantOfShape, Expand and Range "
                "also dimensions of other tensors (let constants be folded, or fix the shapes)",
                place,
            )
        numbers.append(known.values)
    if operator == "Pad":
        bound, asked = limits.GRAPH_PADDING, max((abs(pad) for pad in numbers[0]), default=0)
    elif operator == "Range":
        bound, asked = limits.GRAPH_GROWTH_ELEMENTS, _range_length(numbers)
    else:
        bound = limits.GRAPH_REPEATS if operator == "Tile" else limits.GRAPH_GROWTH_ELEMENTS
        asked = prod(numbers[0]) if all(size >= 0 for size in numbers[0]) else -1
    if not 0 <= asked <= bound:
        values = " ".join(str(list(value)) for value in numbers)
        raise reader.forbidden(f"asks {operator} for {values}", f"at most {bound}", place)


def check_attribute(reader: WireReader, name: bytes, chunks: list[int | Span], place: str) -> None:
    """Check an attribute that is a list of whole numbers.

    Raises:
        ForbiddenGraph: it sets sizes of a convolution or pooling and one of them is out of bounds.
    """
    if name not in _BOUNDED:
        return
    for number in reader.numbers(chunks, 2 * limits.GRAPH_TENSOR_RANK):
        if not 0 <= number <= limits.GRAPH_PADDING:
            raise reader.forbidden(
                f"sets {shown(name)} to {number}", f"0 to {limits.GRAPH_PADDING}", place
            )


def _check_copied(reader: WireReader, operator: str, size: Copied, shapes: int, place: str) -> None:
    if size.shapes > shapes or size.factor > limits.GRAPH_GROWTH_FACTOR:
        raise reader.forbidden(
            f"sizes the output of {operator} by {size.factor} times dimensions of "
            f"{size.shapes} shapes",
            f"at most {limits.GRAPH_GROWTH_FACTOR} times dimensions of {shapes}",
            place,
        )


def _range_length(numbers: list[tuple[int, ...]]) -> int:
    """Elements of Range(start, limit, delta); -1 when there is no such range."""
    if any(len(value) != 1 for value in numbers) or numbers[2][0] == 0:
        return -1
    start, limit, delta = (value[0] for value in numbers)
    return max(0, -((start - limit) // delta))
