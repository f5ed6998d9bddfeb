"""Protocol Buffers wire format, as far as a bounded, strict reader of ONNX needs it.

Stricter than a protobuf library on purpose. Such a library skips fields it does not know, lets the
last of two values win and merges repeated messages; two readers then see two different graphs in
the same bytes. Here an unknown field, a wrong wire type and a repeated singular field are errors.

Source: https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

from typing import Any, Final

from edge import limits
from edge.errors import BundleFormatError, ForbiddenGraph

Span = tuple[int, int]
"""Start and end of a length-delimited value in the data."""

VARINT: Final = 0
FIXED64: Final = 1
BYTES: Final = 2
FIXED32: Final = 5

_HIGH_BYTES: Final = bytes(range(128, 256))


class Layout:
    """The fields of one message: which may appear, how they are encoded, which may repeat.

    Args:
        name: the message's name, for errors.
        fields: name → (field number, wire types, may it repeat).
        forbidden: field number → why a graph with it is refused.
    """

    __slots__ = ("by_tag", "forbidden", "name")

    def __init__(
        self,
        name: str,
        fields: dict[str, tuple[int, tuple[int, ...], bool]],
        forbidden: dict[int, str] | None = None,
    ) -> None:
        self.name = name
        self.by_tag: dict[int, tuple[str, bool]] = {
            number << 3 | wire: (field, many)
            for field, (number, wires, many) in fields.items()
            for wire in wires
        }
        self.forbidden = forbidden or {}


class WireReader:
    """Reads messages out of `data`, which is never copied; every field counts against a budget."""

    __slots__ = ("budget", "data", "where")

    def __init__(self, data: bytes, where: str) -> None:
        self.data = data
        self.where = where
        self.budget = limits.GRAPH_FIELDS

    def message(self, span: Span, layout: Layout) -> dict[str, Any]:
        """The fields of the message at `span`, one level deep.

        Whole numbers come as unsigned 64-bit int, length-delimited values as `Span`, fixed-width
        ones as the offset of their first byte. A field that may repeat comes as a list.

        Raises:
            BundleFormatError: not a well-formed message of this layout, or one field too many.
            ForbiddenGraph: it uses a field that the layout forbids.
        """
        data = self.data
        by_tag = layout.by_tag
        fields: dict[str, Any] = {}
        position, end = span
        budget = self.budget
        value: int | Span
        try:
            while position < end:
                tag = data[position]
                position += 1
                if tag > 127:
                    tag, position = self.varint(position - 1)
                known = by_tag.get(tag)
                if known is None:
                    raise self._unexpected(layout, tag)
                budget -= 1
                if budget < 0:
                    raise self.malformed("has too many fields", f"{limits.GRAPH_FIELDS} of them")
                wire = tag & 7
                if wire == BYTES:
                    size = data[position]
                    position += 1
                    if size > 127:
                        size, position = self.varint(position - 1)
                    value = (position, position + size)
                    position += size
                elif wire == VARINT:
                    value = data[position]
                    position += 1
                    if value > 127:
                        value, position = self.varint(position - 1)
                else:
                    value = position
                    position += 4 if wire == FIXED32 else 8
                name, many = known
                if many:
                    if name in fields:
                        fields[name].append(value)
                    else:
                        fields[name] = [value]
                elif name in fields:
                    raise self.malformed(f"{layout.name}.{name} is written twice")
                else:
                    fields[name] = value
        except IndexError:
            position = end + 1
        if position != end:
            raise self.malformed(f"a {layout.name} is cut off or runs past its end")
        self.budget = budget
        return fields

    def varint(self, position: int) -> tuple[int, int]:
        """The unsigned 64-bit number at `position`, and where it ends.

        Raises:
            BundleFormatError: longer than ten bytes or larger than 64 bits.
            IndexError: the data ends inside it.
        """
        result = 0
        for shift in range(0, 70, 7):
            byte = self.data[position]
            position += 1
            result |= (byte & 0x7F) << shift
            if byte < 128:
                if result >> 64:
                    break
                return result, position
        raise self.malformed(f"a number at byte {position} does not fit 64 bits")

    def numbers(self, chunks: list[int | Span], most: int) -> list[int]:
        """A repeated int64 field, packed or not, as signed numbers.

        Raises:
            BundleFormatError: more than `most` of them, or cut off.
        """
        result: list[int] = []
        for chunk in chunks:
            if isinstance(chunk, int):
                result.append(signed(chunk))
            else:
                position, end = chunk
                while position < end and len(result) <= most:
                    number, position = self.varint(position)
                    result.append(signed(number))
                if position > end:
                    raise self.malformed("a list of numbers runs past its end")
            if len(result) > most:
                raise self.malformed("a list of numbers is too long", f"at most {most}")
        return result

    def count_varints(self, chunks: list[int | Span]) -> int:
        """How many numbers a repeated varint field holds, packed or not."""
        count = 0
        for chunk in chunks:
            if isinstance(chunk, int):
                count += 1
            elif chunk[0] < chunk[1]:
                if self.data[chunk[1] - 1] > 127:
                    raise self.malformed("a list of numbers is cut off")
                # The last byte of each number, and only that, has its high bit clear.
                count += len(self.data[chunk[0] : chunk[1]].translate(None, _HIGH_BYTES))
        return count

    def raw(self, span: Span | None) -> bytes:
        """The bytes of a length-delimited value; empty when the field is absent."""
        return b"" if span is None else self.data[span[0] : span[1]]

    def name(self, span: Span | None) -> bytes:
        """A name, of bounded length.

        Raises:
            BundleFormatError: longer than `limits.GRAPH_NAME_BYTES`.
        """
        if span is None:
            return b""
        if span[1] - span[0] > limits.GRAPH_NAME_BYTES:
            raise self.malformed("a name is too long", f"at most {limits.GRAPH_NAME_BYTES} bytes")
        return self.data[span[0] : span[1]]

    def text(self, span: Span | None) -> str:
        """A name as text.

        Raises:
            BundleFormatError: too long, or not UTF-8.
        """
        try:
            return self.name(span).decode("utf-8")
        except UnicodeDecodeError:
            raise self.malformed("a name is not UTF-8") from None

    def malformed(self, what: str, allowed: str = "") -> BundleFormatError:
        """The error for bytes that are no ONNX graph."""
        return BundleFormatError(
            what,
            where=self.where,
            allowed=allowed or "a well-formed ONNX ModelProto",
            hint="the file is damaged or was not written by `edge export`; export it again",
        )

    def forbidden(self, what: str, allowed: str, place: str = "") -> ForbiddenGraph:
        """The error for a graph that is well formed but asks for too much."""
        return ForbiddenGraph(
            what,
            where=f"{self.where}, {place}" if place else self.where,
            allowed=allowed,
            hint="see docs/bundle-format.md, section Graphs",
        )

    def _unexpected(self, layout: Layout, tag: int) -> BundleFormatError | ForbiddenGraph:
        number, wire = tag >> 3, tag & 7
        if number in layout.forbidden:
            return self.forbidden(
                f"a {layout.name} has {layout.forbidden[number]}", "graphs without"
            )
        return self.malformed(
            f"a {layout.name} has field {number} with wire type {wire}",
            "the fields of ONNX IR version 10",
        )


def signed(number: int) -> int:
    """An unsigned 64-bit number read as two's complement."""
    return number - (1 << 64) if number >> 63 else number
