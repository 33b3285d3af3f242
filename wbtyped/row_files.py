"""Files of rows, such as the metrics of a run: Parquet where pyarrow is installed, else JSON lines.

A Parquet file gives back the rows that it was written from. A column of numbers, strings or
booleans has that type, and null where a row lacks it. Other columns contain JSON, and say so in the
metadata of their field (`encoding: json`).
"""

import io
import json
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any, cast

Row = Mapping[str, object]
PARQUET_SUFFIX = ".parquet"
JSON_LINES_SUFFIX = ".jsonl"
JSON_FIELD = {b"encoding": b"json"}
MISSING = object()
MAX_INT64 = 2**63
MAX_EXACT_FLOAT = 2**53
"""Up to here, every whole number is a float."""


def has_parquet() -> bool:
    """Return True if pyarrow is installed."""
    return find_spec("pyarrow") is not None


def write_rows(rows: Sequence[Row]) -> tuple[bytes, str]:
    """Return the content of a file of rows, and the suffix of its name."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    # A table without a column would have no rows, and Parquet has no names in other encodings.
    if has_parquet() and all(rows) and all(is_text(name) for name in names):
        return write_parquet(rows, names), PARQUET_SUFFIX
    return b"".join(f"{json.dumps(row)}\n".encode() for row in rows), JSON_LINES_SUFFIX


def read_rows(content: bytes, suffix: str) -> list[dict[str, object]]:
    """Return the rows of a file; raises ImportError for Parquet without pyarrow."""
    if suffix != PARQUET_SUFFIX:
        return [cast("dict[str, object]", json.loads(line)) for line in content.splitlines()]
    if not has_parquet():
        raise ImportError("history is stored as Parquet; run: pip install pyarrow", name="pyarrow")
    table = import_module("pyarrow.parquet").read_table(io.BytesIO(content))
    columns = [
        (field.name, column_values(table.column(index), field))
        for index, field in enumerate(table.schema)
    ]
    return [
        {name: values[number] for name, values in columns if values[number] is not MISSING}
        for number in range(table.num_rows)
    ]


def write_parquet(rows: Sequence[Row], names: Sequence[str]) -> bytes:
    """Return the content of a Parquet file."""
    pa, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    columns = [typed_column(pa, [row.get(name, MISSING) for row in rows]) for name in names]
    fields = [
        pa.field(name, column.type, metadata=JSON_FIELD if is_json else None)
        for name, (column, is_json) in zip(names, columns, strict=True)
    ]
    table = pa.table([column for column, _ in columns], schema=pa.schema(fields))
    stream = io.BytesIO()
    parquet.write_table(table, stream)
    return stream.getvalue()


def typed_column(pa: Any, values: Sequence[object]) -> tuple[Any, bool]:
    """Return a column of pyarrow, which has no types, and whether it contains JSON."""
    kinds = {type(value) for value in values if value is not MISSING}
    plain = [None if value is MISSING else value for value in values]
    if kinds == {bool}:
        return pa.array(plain, pa.bool_()), False
    if kinds == {str} and all(is_text(value) for value in plain if value is not None):
        return pa.array(plain, pa.string()), False
    if kinds == {int} and all(-MAX_INT64 <= number < MAX_INT64 for number in numbers(plain)):
        return pa.array(plain, pa.int64()), False
    if kinds == {float}:
        return pa.array(plain, pa.float64()), False
    if kinds == {int, float} and all(
        abs(number) <= MAX_EXACT_FLOAT for number in numbers(plain) if isinstance(number, int)
    ):
        return pa.array(plain, pa.float64()), False
    texts = [None if value is MISSING else json.dumps(value) for value in values]
    return pa.array(texts, pa.string()), True


def numbers(values: Sequence[object]) -> Sequence[float]:
    """Return the numbers among values that are numbers or None."""
    return [value for value in values if isinstance(value, int | float)]


def column_values(column: Any, field: Any) -> list[object]:
    """Return the values of a column, MISSING where a row lacks it."""
    values = cast("list[object]", column.to_pylist())
    metadata: Mapping[bytes, bytes] = field.metadata or {}
    if metadata.get(b"encoding") == b"json":
        return [MISSING if value is None else json.loads(str(value)) for value in values]
    return [MISSING if value is None else value for value in values]


def is_text(value: object) -> bool:
    """Return True for a string that UTF-8 can encode: JSON may contain halves of characters."""
    try:
        str(value).encode()
    except UnicodeEncodeError:
        return False
    return True
