"""What `wbtyped codegen` says about queries that it cannot compile, and its exit codes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from wbtyped.cli import main

SCHEMA = Path(__file__).parent / "schemas" / "sweeps.graphql"
GOOD = "# A sweep.\nquery GetSweep($id: ID!) {\n  sweep(id: $id) {\n    id\n  }\n}\n"

Codegen = Callable[..., tuple[object, str, str]]


@pytest.fixture
def codegen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Codegen:
    """Compile a query; return the exit code and the output."""

    def run(query: str, *options: str) -> tuple[object, str, str]:
        (tmp_path / "q.graphql").write_text(query)
        command = ["codegen", "--queries", str(tmp_path / "q.graphql"), "--schema", str(SCHEMA)]
        with pytest.raises(SystemExit) as exited:
            main([*command, "--out", str(tmp_path / "compiled"), *options])
        out, err = capsys.readouterr()
        return exited.value.code, out, err

    return run


@pytest.mark.parametrize(
    ("query", "line", "message"),
    [
        (GOOD.replace("id\n", "nme\n"), "4:5", "Cannot query field 'nme' on type 'Sweep'"),
        (GOOD.replace("id\n", "id)\n"), "4:7", "Syntax Error"),
        ("subscription S($id: ID!) { sweep(id: $id) { id } }", "1:1", "are not supported"),
        (GOOD + GOOD, "8:7", "only one operation named 'GetSweep'"),
        (GOOD + GOOD.replace("GetSweep", "getSweep"), "8:1", "both named get_sweep"),
        (GOOD + "fragment F on Sweep { id }", "7:1", "Fragment 'F' is never used"),
        (GOOD.replace("ID!)", "ID!, $x: Int)"), "2:26", "Variable '$x' is never used"),
        (GOOD.replace("id\n", "id copy class: copy a_b: id aB: id\n"), "4:33", "named a_b"),
        ("query { sweep(id: 1) { id } }", "1:1", "needs a name"),
        (GOOD.replace("GetSweep", "Enums"), "2:1", "rename the operation"),
        ("mutation M($id: ID!) { stop(id: $id) }", "1:1", "Repeatable"),
        (
            GOOD.replace("id\n", "best { id } best { type }\n"),
            "4:17",
            "best is selected here and in line 4",
        ),
        (
            GOOD.replace("id\n", "bestRun { id } best { run: best { type } }\n"),
            "4:27",
            "lead to the same class",
        ),
        (
            GOOD.replace("id\n", "...GetSweep\n") + "fragment GetSweep on Sweep { id }",
            "2:1",
            "rename GetSweep",
        ),
        (GOOD.replace("id\n", "_1: id\n"), "4:5", "_1 is no name in Python; choose another alias"),
        (GOOD.replace("$id", "$_1"), "2:16", "$_1 is no name in Python; rename it"),
        (
            GOOD.replace("ID!)", "ID!, $aB: ID!, $a_b: ID!)")
            .replace("id\n", "id best { id }\n")
            .replace("(id: $id)", "(id: $id) { id } x: sweep(id: $aB) { id } y: sweep(id: $a_b)"),
            "2:36",
            "$aB and $a_b are both named a_b in Python",
        ),
        (GOOD.replace("GetSweep", "None"), "2:1", "rename None"),
        (GOOD.replace("GetSweep", "Envelope"), "2:1", "rename the operation"),
        (GOOD.replace("GetSweep", "annotations"), "2:1", "rename the operation"),
        (GOOD.replace("GetSweep", "Optional").replace("id\n", "best { id }\n"), "2:1", "rename"),
        (GOOD.replace("id\n", "... { id }\n"), "4:5", "write its fields without it"),
        (GOOD.replace("id\n", "... @include(if: true) { id }\n"), "4:9", "at each field"),
        (
            GOOD.replace("id\n", "...F @skip(if: true)\n") + "fragment F on Sweep { id }",
            "4:10",
            "@skip on the fragment F, whose class has all its fields",
        ),
        (GOOD.replace("id\n", "...F\n") + "fragment F on Sweep { ...F }", "7:23", "within itself"),
        ("query Q { __schema { queryType { name } } }", "1:11", "introspection cannot be compiled"),
        (GOOD.replace("GetSweep", "A" * 201), "2:1", "the name has 201 characters"),
        ("type T { a: Int }", "1:1", "expected a query or a fragment"),
    ],
    ids=lambda value: value if len(value) < 40 else "query",
)
def test_error_in_a_query_names_file_line_and_column(
    codegen: Codegen, tmp_path: Path, query: str, line: str, message: str
) -> None:
    code, _, err = codegen(query)
    assert code == 2
    found = [text for text in err.splitlines() if message in text]
    assert found, err
    assert found[0].startswith(f"{(tmp_path / 'q.graphql').as_posix()}:{line}: ")
    assert not (tmp_path / "compiled").exists()


def test_all_problems_are_listed_at_once(codegen: Codegen) -> None:
    _, _, err = codegen(GOOD.replace("id\n", "a b\n"))
    assert len(err.splitlines()) == 2


def test_deprecated_field_is_a_warning_with_its_place(codegen: Codegen, tmp_path: Path) -> None:
    code, _, err = codegen(GOOD.replace("id\n", "method\n"))
    place = f"{(tmp_path / 'q.graphql').as_posix()}:4:5"
    assert code == 0
    assert err == f"{place}: warning: The field Sweep.method is deprecated. use strategy\n"


def test_variable_named_as_a_local_is_renamed(codegen: Codegen, tmp_path: Path) -> None:
    assert codegen(GOOD.replace("$id", "$variables"))[0] == 0
    calls = (tmp_path / "compiled" / "calls.py").read_text()
    assert '"variables": variables_' in calls.replace("'", '"')


def test_check_tells_fresh_from_stale(codegen: Codegen, tmp_path: Path) -> None:
    assert codegen(GOOD, "--check")[0] == 1
    assert codegen(GOOD)[0] == 0
    assert codegen(GOOD, "--check")[:2] == (0, "")
    changed = GOOD.replace("id\n", "id type\n")
    code, out, _ = codegen(changed, "--check")
    assert code == 1
    assert "get_sweep_result.py is out of date" in out
    assert codegen(changed)[0] == 0
    assert codegen(changed, "--check")[0] == 0


def test_check_accepts_a_package_that_a_project_formatted(codegen: Codegen, tmp_path: Path) -> None:
    assert codegen(GOOD)[0] == 0
    calls = tmp_path / "compiled" / "calls.py"
    calls.write_text(calls.read_text().replace('"', "'").replace("'''", '"""'))
    assert codegen(GOOD, "--check")[0] == 0


def test_folder_with_other_files_is_not_overwritten(codegen: Codegen, tmp_path: Path) -> None:
    (tmp_path / "compiled").mkdir()
    (tmp_path / "compiled" / "mine.py").write_text("x = 1\n")
    code, _, err = codegen(GOOD)
    assert code == 2
    assert "choose an empty folder" in err
    assert (tmp_path / "compiled" / "mine.py").read_text() == "x = 1\n"


def test_files_of_others_in_a_compiled_package_are_kept(codegen: Codegen, tmp_path: Path) -> None:
    assert codegen(GOOD)[0] == 0
    mine = {"mine.py": b"x = 1\n", "photo.png": b"\xff\xd8", "notes/a.txt": b"a"}
    for name, content in mine.items():
        (tmp_path / "compiled" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "compiled" / name).write_bytes(content)
    assert codegen(GOOD, "--check")[0] == 0
    assert codegen(GOOD.replace("GetSweep", "Other"))[0] == 0
    assert not (tmp_path / "compiled" / "get_sweep_result.py").exists()
    for name, content in mine.items():
        assert (tmp_path / "compiled" / name).read_bytes() == content


def test_fragment_with_the_name_of_ours_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    query = "query Q { viewer { ...User } }\nfragment User on User { id }"
    (tmp_path / "q.graphql").write_text(query)
    with pytest.raises(SystemExit) as exited:
        main(["codegen", "--queries", str(tmp_path), "--out", str(tmp_path / "compiled")])
    assert exited.value.code == 2
    assert "q.graphql:2:1: wbtyped has a fragment User" in capsys.readouterr().err
