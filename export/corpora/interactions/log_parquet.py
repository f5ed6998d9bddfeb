"""Rows of a Parquet file as the objects that a line of JSON would have been."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from edge.errors import MissingExtra, UsageError
from export.corpora.lines import read_bytes

PREFIX = "context."
_BATCH = 8_192


def parquet_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yields (row number from 1, object).

    The context is a column `context` (JSON text, a struct or a map) or a column `context.<sensor>`
    a sensor. A null is no reading. Times are those of the column's own zone.

    Raises:
        UsageError: the file is missing, cannot be read, or is not Parquet.
        MissingExtra: pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise MissingExtra(
            "reading Parquet needs pyarrow",
            where=str(path),
            hint="pip install 'hearth-edge[export]', or write the log as JSON lines",
        ) from None
    data = read_bytes(path)
    number = 0
    try:
        for batch in pq.ParquetFile(pa.BufferReader(data)).iter_batches(_BATCH):
            for row in _microseconds(batch, pa).to_pylist():
                number += 1
                yield number, _nested(row)
    except (pa.ArrowException, ValueError, OSError) as error:
        what = str(error).splitlines()[0][:200]
        raise UsageError(
            f"cannot be read as Parquet from row {number + 1} on: {what}",
            where=str(path),
            allowed="a Parquet file",
        ) from None


def _microseconds(batch: Any, pa: Any) -> Any:
    """Python's datetime has no nanoseconds."""
    columns = [
        column.cast(pa.timestamp("us", column.type.tz), safe=False)
        if pa.types.is_timestamp(column.type)
        else column
        for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _nested(row: dict[str, Any]) -> dict[str, Any]:
    result = {
        key: value for key, value in row.items() if value is not None and not key.startswith(PREFIX)
    }
    context = result.get("context")
    if isinstance(context, str):
        # What is no JSON stays text, which the reader of lines reports.
        with contextlib.suppress(ValueError, RecursionError):
            context = json.loads(context)
    elif isinstance(context, list):  # what a map becomes
        context = dict(context)
    if isinstance(context, dict) and not isinstance(result.get("context"), str):
        context = {key: value for key, value in context.items() if value is not None}
    columns = {
        key.removeprefix(PREFIX): value
        for key, value in row.items()
        if key.startswith(PREFIX) and value is not None
    }
    if columns and (context is None or isinstance(context, dict)):
        context = {**(context or {}), **columns}
    if context is not None:
        result["context"] = context
    return result
