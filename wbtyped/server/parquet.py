"""Write the steps of a run as a Parquet file, if pyarrow (extra `parquet`) is installed."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from io import BytesIO
from typing import Any

from pydantic import JsonValue

SPECIAL_NUMBERS = {"NaN", "Infinity", "-Infinity"}
"""How clients log numbers that JSON does not have."""


def is_parquet_available() -> bool:
    """Return True if pyarrow is installed, and fits what it needs itself."""
    try:
        import_module("pyarrow.parquet")
    except ImportError:
        return False
    return True


def write_parquet(steps: Sequence[Mapping[str, JsonValue]]) -> bytes | None:
    """Return a Parquet file with a column per metric; a step without a metric has null there.

    Return None if a metric has values of several kinds, such as numbers and strings, which one
    column cannot have.
    """
    pyarrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    try:
        columns = {
            name: column(pyarrow, [step.get(name) for step in steps])
            for name in dict.fromkeys(name for step in steps for name in step)
        }
        # The official client counts columns, but reads leaves: those with parts come last.
        ordered = sorted(columns, key=lambda name: columns[name].type.num_fields > 0)
        file = BytesIO()
        parquet.write_table(pyarrow.table({name: columns[name] for name in ordered}), file)
    except (pyarrow.ArrowException, OverflowError, UnicodeEncodeError):
        return None
    return file.getvalue()


def column(pyarrow: Any, values: list[JsonValue]) -> Any:
    """Return the column of the values of a metric; raises an error of pyarrow if there is none."""
    if any(isinstance(value, int | float) for value in values):
        values = [
            float(value) if isinstance(value, str) and value in SPECIAL_NUMBERS else value
            for value in values
        ]
    if all(value is None for value in values):
        return pyarrow.array(values, pyarrow.float64())
    return pyarrow.array(values)
