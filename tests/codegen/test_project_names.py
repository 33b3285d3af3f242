"""Names of a project as Python: used against the embedded server, and refused by type checkers."""

import ast
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.editor.language_server import LanguageServer
from tests.example_server import fill
from wbtyped import Api, NamedProject
from wbtyped.cli import main
from wbtyped.codegen import ProjectNames, find_names
from wbtyped.codegen.names_module import compare_names, quoted, write_module
from wbtyped.errors import NotFoundError, UsageError
from wbtyped.server import WandbServer

Codegen = Callable[..., tuple[object, str, str]]
HOSTILE = ["it's", 'say "hi"', "both ' and \"", "back\\slash", "a\nb", "日本", "‮evil", "{x}", "🦊"]
SCRIPT = """
from dataclasses import dataclass
from typing import assert_type

from mnist_names import CollectionName, Names

from wbtyped import Api, Artifact, ArtifactCollection, Artifacts, ArtifactType, Registry


@dataclass
class Digits:
    rows: int


names = Names(Api())
assert_type(names.artifact("digits:latest"), Artifact)
assert_type(names.artifact("digits"), Artifact)
assert_type(names.artifact("digits", version=0), Artifact)
assert_type(names.artifacts("net"), Artifacts)
assert_type(names.artifacts("net", metadata=Digits)[0].typed_metadata, Digits)
assert_type(names.artifact_collection("net"), ArtifactCollection)
assert_type(names.artifact_type("model"), ArtifactType)
assert_type(names.registry("model"), Registry)
chosen: CollectionName = "digits"
names.artifacts(chosen)
"""
REFUSED = """
from mnist_names import Names

from wbtyped import Api

names = Names(Api())
names.artifact("absent:latest")
names.artifact("digits:absent")
names.artifact("digits:latest", version=0)
names.artifacts("absent")
names.artifact_collection("absent")
names.artifact_type("absent")
names.registry("absent")
"""
REFUSED_LINES = [number for number, line in enumerate(REFUSED.splitlines(), 1) if "names.a" in line]
CHECKERS = [
    ("mypy", "--strict"),
    ("pyright",),
    ("ty", "check"),
    ("pyrefly", "check", "--preset", "default"),
]


@pytest.fixture
def codegen(
    wandb_server: WandbServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Codegen:
    """Name what `my-team/mnist` of the example server contains, in `mnist_names.py`."""
    fill(wandb_server)

    def run(*options: str, project: str = "my-team/mnist") -> tuple[object, str, str]:
        capsys.readouterr()
        out = str(tmp_path / "mnist_names.py")
        with pytest.raises(SystemExit) as exited:
            main(["codegen", "--project", project, "--out", out, *options])
        out, err = capsys.readouterr()
        return exited.value.code, out, err

    return run


@pytest.fixture
def module(codegen: Codegen, tmp_path: Path) -> Iterator[Any]:
    """The module that was written, imported."""
    assert codegen()[0] == 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [str(tmp_path), *sys.path])
        yield import_module("mnist_names")
    del sys.modules["mnist_names"]


def test_names_of_a_project_are_found(wandb_server: WandbServer, api: Api) -> None:
    fill(wandb_server)
    for number in range(150):
        wandb_server.add_artifact(
            "my-team/mnist/net", "model", {"a": str(number)}, aliases=[f"a{number}", "latest"]
        )
    names = find_names(api, "my-team/mnist")
    assert names.types == ("dataset", "model")
    assert names.collections == {"digits": "dataset", "net": "model"}
    assert set(names.aliases) == {
        "digits:latest", "net:latest", *(f"net:a{number}" for number in range(150)),
    }  # fmt: skip
    assert (names.organization, names.registries) == ("acme", ("model",))


def test_names_take_one_request_for_each_hundred_collections(
    wandb_server: WandbServer, api: Api
) -> None:
    for number in range(150):
        wandb_server.add_artifact(f"crew/ship/c{number}", "dataset", {"a": b"1"})
    wandb_server.requests.clear()
    names = find_names(api, "crew/ship")
    assert (len(names.collections), len(names.aliases), names.registries) == (150, 150, ())
    assert len(wandb_server.requests) == 5  # project, types, collections twice, organization


def test_type_limits_the_names(codegen: Codegen, tmp_path: Path) -> None:
    assert codegen("--type", "model")[0] == 0
    written = (tmp_path / "mnist_names.py").read_text()
    assert '"net"' in written
    assert "digits" not in written
    code, _, err = codegen("--type", "absent")
    assert code == 2
    assert "absent" in err


def test_accessors_load_what_they_name(module: Any, wandb_server: WandbServer, api: Api) -> None:
    names = module.Names(api)
    assert names.artifact("digits:latest").name == "digits:v1"
    assert names.artifact("digits").name == "digits:v1"
    assert names.artifact("digits", version=0).name == "digits:v0"
    assert [version.metadata for version in names.artifacts("digits")] == [{"rows": 2}, {"rows": 1}]
    assert names.artifact_collection("net").type == "model"
    assert [each.name for each in names.artifact_collections("dataset")] == ["digits"]
    assert names.artifact_type("dataset").name == "dataset"
    assert [each.name for each in names.registry("model").collections()] == ["net"]
    assert repr(pickle.loads(pickle.dumps(names))) == "<Names my-team/mnist>"


async def test_accessors_have_asynchronous_forms(module: Any, api: Api) -> None:
    names = module.Names(api)
    assert (await names.aartifact("digits", version=0)).name == "digits:v0"
    assert (await names.aartifact_collection("net")).type == "model"
    assert (await names.aartifact_type("model")).name == "model"
    assert (await names.aregistry("model")).name == "model"
    await api.aclose()


def test_accessors_refuse_names_that_do_not_exist(module: Any, api: Api) -> None:
    names = module.Names(api)
    with pytest.raises(NotFoundError, match="my-team/mnist/absent is not among the names of Names"):
        names.artifacts("absent")
    with pytest.raises(UsageError, match="names a version; pass version with a collection"):
        names.artifact("digits:latest", version=1)
    with pytest.raises(UsageError, match="NamedProject has no names"):
        NamedProject[Literal["a"], Literal["b"], Literal["b:c"], Literal["d"]](api)


def test_organization_of_the_settings_must_exist(
    codegen: Codegen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANDB_ORGANIZATION", "absent")
    code, _, err = codegen()
    assert code == 2
    assert "'absent'" in err


def test_module_holds_neither_key_nor_host(
    codegen: Codegen, wandb_server: WandbServer, tmp_path: Path
) -> None:
    codegen()
    written = (tmp_path / "mnist_names.py").read_text()
    assert wandb_server.api_key not in written
    assert "127.0.0.1" not in written


def test_check_says_what_is_gone_and_new(
    codegen: Codegen, wandb_server: WandbServer, api: Api, tmp_path: Path
) -> None:
    assert codegen("--check")[0] == 1  # nothing was written yet
    assert codegen()[0] == 0
    assert codegen("--check")[:2] == (0, "")
    assert codegen()[1].strip().endswith("is up to date")
    written = (tmp_path / "mnist_names.py").read_text()
    api.artifact("my-team/mnist/digits:v0").delete()
    api.artifact("my-team/mnist/digits:v1").delete(delete_aliases=True)
    api.artifact_collection("dataset", "my-team/mnist/digits").delete()
    wandb_server.add_artifact("my-team/mnist/net", "model", {"a": b"2"}, aliases=["best"])
    code, out, _ = codegen("--check")
    assert code == 1
    assert out.splitlines()[:3] == [
        "collection 'digits' is gone",
        "alias 'digits:latest' is gone",
        "alias 'net:best' is new",
    ]
    assert (tmp_path / "mnist_names.py").read_text() == written
    assert codegen()[0] == 0
    assert codegen("--check")[0] == 0


def test_check_accepts_a_module_that_a_project_formatted(codegen: Codegen, tmp_path: Path) -> None:
    codegen()
    file = tmp_path / "mnist_names.py"
    file.write_text(file.read_text().replace(",\n]", "]"))
    assert codegen("--check")[:2] == (0, "")


@pytest.mark.parametrize("options", [(), ("--check",)])
def test_project_that_cannot_be_read_exits_with_2(
    codegen: Codegen, tmp_path: Path, options: tuple[str, ...]
) -> None:
    code, _, err = codegen(*options, project="my-team/absent")
    assert code == 2
    assert "project my-team/absent does not exist" in err
    assert not (tmp_path / "mnist_names.py").exists()


def test_file_that_was_not_written_by_the_command_is_kept(codegen: Codegen, tmp_path: Path) -> None:
    (tmp_path / "mnist_names.py").write_text("x = 1\n")
    code, _, err = codegen()
    assert (code, (tmp_path / "mnist_names.py").read_text()) == (2, "x = 1\n")
    assert "choose another file" in err


@pytest.mark.parametrize(
    "options",
    [
        ["--out", "a.py"],
        ["--project", "e/p", "--out", "not-a-module.py"],
        ["--project", "e/p", "--out", "folder"],
        ["--project", "e/p", "--out", "a.py", "--queries", "."],
        ["--project", "e/p", "--out", "a.py", "--watch"],
        ["--queries", ".", "--out", "a", "--type", "model"],
    ],
)
def test_options_that_do_not_go_together_are_refused(options: list[str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as exited:
        main(["codegen", *options])
    assert exited.value.code == 2


def imported(source: str) -> dict[str, Any]:
    """Run a module and return its names."""
    module = ModuleType("written")
    exec(compile(source, "written.py", "exec"), module.__dict__)
    return module.__dict__


@given(st.lists(st.text(max_size=8) | st.sampled_from(HOSTILE), unique=True, max_size=5), st.text())
def test_any_name_gives_valid_python(listed: list[str], owner: str) -> None:
    collections = dict(zip(listed, reversed(listed), strict=True))
    aliases = tuple(f"{name}:latest" for name in listed)
    names = ProjectNames(
        owner, owner, tuple(listed), collections, aliases, owner or None, tuple(listed)
    )
    source = write_module(names)
    source.encode()
    values = imported(source)
    assert values["Names"].types == collections
    assert values["Names"].entity == owner
    assert getattr(values["CollectionName"], "__args__", ()) == tuple(collections)
    assert compare_names(names, source) == []


@pytest.mark.parametrize("name", HOSTILE)
def test_quoted_name_is_one_printable_line(name: str) -> None:
    assert ast.literal_eval(quoted(name)) == name
    assert quoted(name).isprintable()


def test_collection_of_another_type_is_a_change() -> None:
    before = write_module(ProjectNames("e", "p", ("a", "b"), {"c": "a"}))
    [change] = compare_names(ProjectNames("e", "p", ("a", "b"), {"c": "b"}), before)
    assert str(change) == "collection 'c' is of type 'b' now, not 'a'"


def check(command: tuple[str, ...], folder: Path, script: str) -> str:
    pytest.importorskip(command[0])
    (folder / "script.py").write_text(script)
    done = subprocess.run(
        [sys.executable, "-m", *command, "script.py"],
        cwd=folder, text=True, capture_output=True, check=False,
    )  # fmt: skip
    return "" if done.returncode == 0 else done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("command", CHECKERS, ids=lambda command: command[0])
def test_each_type_checker_knows_the_names(
    codegen: Codegen, tmp_path: Path, command: tuple[str, ...]
) -> None:
    codegen()
    assert check(command, tmp_path, SCRIPT) == ""
    refused = check(command, tmp_path, REFUSED)
    for line in REFUSED_LINES:
        assert f"script.py:{line}:" in refused, f"line {line} is accepted: {refused}"


@pytest.mark.slow
@pytest.mark.parametrize("command", CHECKERS, ids=lambda command: command[0])
def test_each_type_checker_reads_thousands_of_hostile_names(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    listed = [f"{HOSTILE[number % len(HOSTILE)]}-{number}" for number in range(2000)]
    names = ProjectNames("e", "p", ("t",), dict.fromkeys(listed, "t"), (f"{listed[0]}:x",))
    (tmp_path / "many_names.py").write_text(write_module(names), encoding="utf-8")
    script = "from many_names import Names\n\nfrom wbtyped import Api\n\n"
    script += "".join(f"Names(Api()).artifacts({quoted(name)})\n" for name in listed[:9])
    assert check(command, tmp_path, script) == ""


@pytest.mark.slow
def test_editor_completes_the_names(codegen: Codegen, tmp_path: Path) -> None:
    codegen()
    script = 'from mnist_names import Names\nfrom wbtyped import Api\nNames(Api()).artifact("")\n'
    with LanguageServer(tmp_path, script) as editor:
        offered = editor.complete('artifact("')
    assert {'"digits:latest"', '"digits"', '"net"'} <= set(offered)
