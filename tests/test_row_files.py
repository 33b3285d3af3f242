"""Rows come back from Parquet and JSON lines as they were written."""

import io
import json
from importlib import import_module
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wbtyped import row_files
from wbtyped.row_files import read_rows, write_rows

texts = st.text(st.characters(exclude_categories=()), max_size=5)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=4,
)
rows = st.lists(st.dictionaries(st.sampled_from(["_step", "loss", ""]) | texts, values), max_size=6)


def same(left: object, right: object) -> bool:
    """Compare as JSON, in which NaN is equal to itself, and 1 to 1.0 as everywhere."""
    return left == right or json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)


def numbers_as_floats(value: object) -> object:
    if isinstance(value, dict):
        named = cast("dict[str, object]", value)
        return {key: numbers_as_floats(each) for key, each in named.items()}
    if isinstance(value, list):
        return [numbers_as_floats(each) for each in cast("list[object]", value)]
    is_small = isinstance(value, int) and not isinstance(value, bool) and abs(value) <= 2**53
    return float(cast("int", value)) if is_small else value


@given(rows)
def test_rows_come_back_as_they_were_written(written: list[dict[str, object]]) -> None:
    content, suffix = write_rows(written)
    found = read_rows(content, suffix)
    assert same(numbers_as_floats(found), numbers_as_floats(written))


@given(rows)
def test_rows_without_pyarrow_are_json_lines(written: list[dict[str, object]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(row_files, "has_parquet", lambda: False)
        content, suffix = write_rows(written)
        assert suffix == ".jsonl"
        assert same(read_rows(content, suffix), written)


def test_columns_of_numbers_and_strings_keep_their_types() -> None:
    content, _ = write_rows([
        {"_step": 0, "loss": 1, "name": "a", "picture": {"path": "a.png"}},
        {"_step": 1, "loss": 0.5, "ok": True},
    ])  # fmt: skip
    table = import_module("pyarrow.parquet").read_table(io.BytesIO(content))
    types = {field.name: str(field.type) for field in table.schema}
    assert types == {
        "_step": "int64", "loss": "double", "name": "string", "picture": "string", "ok": "bool",
    }  # fmt: skip
    assert table.column("picture").to_pylist() == ['{"path": "a.png"}', None]


def test_parquet_without_pyarrow_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_files, "has_parquet", lambda: False)
    with pytest.raises(ImportError, match="pip install pyarrow"):
        read_rows(b"", ".parquet")
