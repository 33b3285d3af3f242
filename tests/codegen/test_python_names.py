"""Names that Python, pydantic or the generator use themselves, and unusual files of queries."""

import json
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from wbtyped.cli import main

SCHEMA = Path(__file__).parent / "schemas" / "names.graphql"
FIELDS = (
    "self cls model_config model_fields json copy dict schema _private class None str int list"
    " Optional Field BaseModel"
)
QUERIES = f"""
# All of them.
query AllFields {{ thing {{ {FIELDS} size }} }}
query class {{ thing {{ id }} }}
query print {{ thing {{ id }} }}
query str {{ thing {{ id }} }}
query list {{ things {{ id list }} }}
query self {{ thing {{ _: id __a: name }} }}
query Arguments(
  $input: Input, $list: [[Int!]!], $n: Int = 5, $day: Day, $self: Int = 3, $class: Int, $str: Int
) {{
  thing(input: $input, list: $list, n: $n, day: $day) {{ id }}
  a: thing(n: $self) {{ color }}
  b: thing(n: $class) {{ id }}
  c: thing(n: $str) {{ id }}
}}
query Chosen($all: Boolean!) {{ thing {{ id size @include(if: $all) }} }}
query Kinds {{ node(id: 1) {{ kind: __typename }} any {{ kind: __typename }} }}
query Deeply {{ node(id: 1) {{ id ... on Deep {{ depth }} ... on Leaf {{ name }} }} }}
query Nested {{ thing {{ ...A }} node(id: 1) {{ ...I }} }}
fragment A on Thing {{ id ...B }}
fragment B on Thing {{ name thing {{ ...C size }} }}
fragment C on Thing {{ color any {{ ...U }} }}
fragment U on Any {{ ... on Thing {{ id }} ... on Leaf {{ depth ...L }} }}
fragment L on Leaf {{ name }}
fragment I on Node {{ id ...J }}
fragment J on Node {{ name ... on Thing {{ size }} }}
# Change it.
#
# Repeatable: no
mutation Change($input: Input!) {{ change(input: $input) {{ id }} }}
"""


def compiled(queries: Path, out: Path) -> int | str | None:
    with pytest.raises(SystemExit) as exited:
        main(["codegen", "--queries", str(queries), "--out", str(out), "--schema", str(SCHEMA)])
    return exited.value.code


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder on the import path with the package `odd_names`."""
    root = tmp_path_factory.mktemp("names")
    (root / "q.graphql").write_text(QUERIES)
    assert compiled(root / "q.graphql", root / "odd_names") == 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [str(root), *sys.path])
        yield root
    for name in [name for name in sys.modules if name.startswith("odd_names")]:
        del sys.modules[name]


def call(folder: Path, function: str, **variables: object) -> Any:
    assert (folder / "odd_names").is_dir()
    return getattr(import_module("odd_names"), function)(**variables)


def parsed(folder: Path, function: str, data: object, **variables: object) -> Any:
    operation = call(folder, function, **variables)
    return operation.envelope.model_validate_json(json.dumps({"data": data})).data


def test_operations_are_functions_in_snake_case(folder: Path) -> None:
    assert (folder / "odd_names").is_dir()
    assert import_module("odd_names").__all__ == [
        "all_fields", "arguments", "change", "chosen", "class_", "deeply", "kinds", "list_",
        "nested", "print", "self", "str_",
    ]  # fmt: skip


def test_fields_named_like_methods_are_read(folder: Path) -> None:
    values: dict[str, object] = {name: None for name in FIELDS.split()}  # noqa: C420 - for types
    values |= {"self": "s", "cls": "c", "copy": 1, "_private": 2, "None": 3, "json": {"a": [1]}}
    thing = parsed(folder, "all_fields", {"thing": {**values, "size": 4}}).thing
    assert (thing.self, thing.cls, thing.copy_, thing.private, thing.none) == ("s", "c", 1, 2, 3)
    assert (thing.json_, thing.model_config_, thing.size) == ({"a": [1]}, None, 4)
    assert thing.model_copy(update={"size": 5}).size == 5


def test_aliases_that_start_with_underscores_are_read(folder: Path) -> None:
    thing = parsed(folder, "self", {"thing": {"_": "1", "__a": "n"}}).thing
    assert (thing.underscore_named_field_, thing.a) == ("1", "n")


def test_lists_of_lists_are_read(folder: Path) -> None:
    listed = parsed(folder, "list_", {"things": [[{"id": "1", "list": [[1, None], None]}], None]})
    assert listed.things[0][0].list_ == [[1, None], None]
    assert listed.things[1] is None


def test_variables_with_defaults_may_be_left_out(folder: Path) -> None:
    assert call(folder, "arguments").sent_variables() == {}
    operation = call(folder, "arguments", n=None, class_=1, str_=2, list_=[[3]], self=4)
    sent = {"n": None, "class": 1, "str": 2, "list": [[3]], "self": 4}
    assert operation.sent_variables() == sent


def test_inputs_have_defaults_and_the_names_of_the_schema(folder: Path) -> None:
    assert (folder / "odd_names").is_dir()
    inputs = import_module("odd_names.input_types").Input
    made = inputs(self="s", class_="c", color="NEW", private=3, nested=inputs(json_=[1]))
    assert call(folder, "change", input=made).sent_variables() == {
        "input": {
            "self": "s", "class": "c", "color": "NEW", "_private": 3, "nested": {"json": [1]},
        }
    }  # fmt: skip
    assert (inputs().a, inputs().b, inputs().color) == (1, [["x"]], "RED")


@pytest.mark.parametrize("value", ["RED", "None", "self", "name", "value", "_x", "mro", "NEW"])
def test_enums_have_every_value_and_take_new_ones(folder: Path, value: str) -> None:
    data = {"thing": None, "a": {"color": value}, "b": None, "c": None}
    assert parsed(folder, "arguments", data).a.color == value


def test_field_that_is_left_out_by_a_directive_is_none(folder: Path) -> None:
    assert parsed(folder, "chosen", {"thing": {"id": "1"}}, all=False).thing.size is None


def test_alias_of_typename_takes_new_types(folder: Path) -> None:
    kinds = {"__typename": "Zebra", "kind": "Zebra"}
    assert parsed(folder, "kinds", {"node": kinds, "any": kinds}).node.kind == "Zebra"


def test_interface_of_an_interface_has_all_fields(folder: Path) -> None:
    node = {"__typename": "Leaf", "id": "1", "depth": 2, "name": "n"}
    found = parsed(folder, "deeply", {"node": node}).node
    assert (found.id, found.depth, found.name) == ("1", 2, "n")


def test_nested_fragments_are_sent_and_read(folder: Path) -> None:
    document = call(folder, "nested").document
    assert all(f"fragment {name} on" in document for name in "ABCUILJ")
    leaf = {"__typename": "Leaf", "depth": 1, "name": "leaf"}
    inner = {"color": "RED", "size": 2, "any": leaf}
    found = parsed(
        folder,
        "nested",
        {
            "thing": {"id": "1", "name": "outer", "thing": inner},
            "node": {"__typename": "Thing", "id": "2", "name": "node", "size": 3},
        },
    )
    assert (found.thing.id, found.thing.name, found.thing.thing.size) == ("1", "outer", 2)
    assert (found.thing.thing.any.depth, found.thing.thing.any.name) == (1, "leaf")
    assert (found.node.id, found.node.name, found.node.size) == ("2", "node", 3)


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        ("mypy", "--strict"),
        ("pyright",),
        ("ty", "check"),
        ("pyrefly", "check", "--preset", "default"),
    ],
    ids=lambda command: command[0],
)
def test_each_type_checker_accepts_the_package(folder: Path, command: tuple[str, ...]) -> None:
    pytest.importorskip(command[0])
    done = subprocess.run(
        [sys.executable, "-m", *command, "odd_names"],
        cwd=folder, text=True, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


# Files.


@pytest.mark.parametrize(
    "content",
    [
        b"# Doc.\r\nquery Q {\r\n  thing { id }\r\n}\r\n",
        b"\xef\xbb\xbf# Doc.\nquery Q { thing { id } }\n",
    ],
    ids=["CRLF", "BOM"],
)
def test_files_of_windows_are_read(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "q.graphql").write_bytes(content)
    assert compiled(tmp_path / "q.graphql", tmp_path / "windows") == 0
    assert '"""Doc."""' in (tmp_path / "windows" / "calls.py").read_text()


def test_columns_count_without_a_byte_order_mark(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "q.graphql").write_bytes(b"\xef\xbb\xbfquery Q { nothing }\r\n")
    assert compiled(tmp_path / "q.graphql", tmp_path / "windows") == 2
    assert "q.graphql:1:11: Cannot query field" in capsys.readouterr().err


def test_queries_in_subfolders_share_their_fragments(tmp_path: Path) -> None:
    texts = {
        "a/b.graphql": "query Q { thing { ...F } }",
        "c/d.gql": "fragment F on Thing { id ...G }",
        "g.graphql": "fragment G on Thing { name }",
        "later.graphql": "# Nothing yet.\n",
        "notes.txt": "{",
    }
    for name, text in texts.items():
        (tmp_path / "queries" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "queries" / name).write_text(text)
    assert compiled(tmp_path / "queries", tmp_path / "out") == 0


@pytest.mark.parametrize("content", [None, b"", b"# Nothing.\n", b"fragment A on Thing { id }"])
def test_folder_without_an_operation_is_refused(
    tmp_path: Path, content: bytes | None, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "queries").mkdir()
    if content is not None:
        (tmp_path / "queries" / "q.graphql").write_bytes(content)
    assert compiled(tmp_path / "queries", tmp_path / "out") == 2
    assert "write one into a file *.graphql there" in capsys.readouterr().err


def test_file_that_is_not_utf_8_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "q.graphql").write_bytes(b"# \xe9\nquery Q { thing { id } }")
    assert compiled(tmp_path / "q.graphql", tmp_path / "out") == 2
    assert "q.graphql: 'utf-8' codec" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["my-package", "1st", "class"])
def test_output_that_cannot_be_imported_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "q.graphql").write_text("query Q { thing { id } }")
    assert compiled(tmp_path / "q.graphql", tmp_path / name) == 2
    assert not (tmp_path / name).exists()
