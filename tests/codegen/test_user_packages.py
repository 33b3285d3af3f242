"""Packages compiled from a user's queries: used against the embedded server, and type-checked."""

import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from wbtyped_graphql.unions import OtherType

from wbtyped import Api, Artifact, Paginator
from wbtyped.artifacts.location import ArtifactLocation
from wbtyped.cli import main
from wbtyped.errors import NotFoundError, UsageError
from wbtyped.server import WandbServer

HERE = Path(__file__).parent
SCHEMA = HERE / "schemas" / "sweeps.graphql"
SCRIPT = """
from typing import assert_type

from my_fragments import my_versions
from my_fragments.my_versions_result import MyVersions
from my_fragments.my_versions_result import (
    MyVersionsProjectArtifactTypeArtifactCollectionArtifacts as Page,
)
from my_run_fields import one_run
from my_run_fields.fragments import RunLine
from my_sweeps import get_sweep, sweep_reports
from wbtyped_graphql.fragments import Artifact as ArtifactNode

from wbtyped import Api, Paginator

api = Api()


def page(result: MyVersions) -> Page | None:
    kind = result.project.artifact_type if result.project else None
    collection = kind.artifact_collection if kind else None
    return collection.artifacts if collection else None


versions = Paginator.of(
    my_versions(entity="e", project="p", type_="t", collection="c"),
    client=api.client,
    connection=page,
)
assert_type(versions[0], ArtifactNode)
project = api.client.send(one_run(entity="e", project="p", run="r")).project
if project is not None and project.run is not None:
    assert_type(project.run, RunLine)
    assert_type(project.run.title, str | None)
sweep = api.client.send(get_sweep(id="1")).sweep
if sweep is not None and sweep.owner is not None and sweep.owner.typename__ == "Person":
    assert_type(sweep.owner.name, str)
api.client.send(sweep_reports(first=1)).reports.page_info
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder on the import path with the packages `my_...` of each folder of queries."""
    root = tmp_path_factory.mktemp("user")
    for queries in (HERE / "queries").iterdir():
        schema = ["--schema", str(SCHEMA)] if queries.name == "sweeps" else []
        options = ["--queries", str(queries), "--out", str(root / f"my_{queries.name}"), *schema]
        with pytest.raises(SystemExit) as exited:
            main(["codegen", *options])
        assert exited.value.code == 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [str(root), *sys.path])
        yield root
    for name in [name for name in sys.modules if name.startswith("my_")]:
        del sys.modules[name]


def package(folder: Path, name: str) -> ModuleType:
    assert (folder / name).is_dir()
    return import_module(name)


def versions(api: Api, folder: Path, collection: str = "data") -> Paginator[Any, Any, Any]:
    operation = package(folder, "my_fragments").my_versions(
        entity="crew", project="ship", type_="dataset", collection=collection, per_page=1
    )
    found: Paginator[Any, Any, Any] = Paginator.of(
        operation,
        client=api.client,
        connection=lambda result: (
            (kind := result.project and result.project.artifact_type)
            and kind.artifact_collection
            and kind.artifact_collection.artifacts
        ),
    )
    return found


def test_our_fragment_gives_nodes_that_our_classes_take(
    wandb_server: WandbServer, api: Api, folder: Path
) -> None:
    for content in (b"1", b"2"):
        wandb_server.add_artifact("crew/ship/data", "dataset", {"a": content})
    listed = versions(api, folder)
    assert [len(page) for page in listed.pages()] == [1, 1]
    location = ArtifactLocation("crew", "ship", "data", "v1")
    newest = Artifact(api.client, location, listed[0])
    assert newest.qualified_name == "crew/ship/data:v1"
    assert [file.name for file in newest.files()] == ["a"]


async def test_operation_nodes_are_read_asynchronously(
    wandb_server: WandbServer, api: Api, folder: Path
) -> None:
    for content in (b"1", b"2"):
        wandb_server.add_artifact("crew/ship/data", "dataset", {"a": content})
    assert len([node async for node in versions(api, folder)]) == 2
    await api.aclose()


def test_operation_nodes_of_what_is_missing_raise_not_found(
    wandb_server: WandbServer, api: Api, folder: Path
) -> None:
    wandb_server.add_artifact("crew/ship/data", "dataset", {"a": b"1"})
    with pytest.raises(NotFoundError, match="MyVersions"):
        versions(api, folder, "absent")[0]


def test_paginator_of_an_operation_without_pages_is_refused(api: Api, folder: Path) -> None:
    operation = package(folder, "my_run_fields").one_run(entity="e", project="p", run="r")
    with pytest.raises(UsageError, match="OneRun must pass one variable as `after`"):
        Paginator.of(operation, client=api.client, connection=lambda result: None)


async def test_own_fields_are_sent_and_parsed(
    wandb_server: WandbServer, api: Api, folder: Path
) -> None:
    wandb_server.add_run("crew/ship/log")
    operation = package(folder, "my_run_fields").one_run(entity="crew", project="ship", run="log")
    run = api.client.send(operation).project.run
    assert (run.name, run.state) == ("log", "finished")
    assert (await api.client.asend(operation)).project.run == run
    await api.aclose()


def test_names_of_python_and_new_values_are_parsed(folder: Path) -> None:
    operation = package(folder, "my_sweeps").get_sweep(id="1")
    sweep = operation.envelope.model_validate_json(
        '{"data": {"sweep": {"class": "a", "type": "b", "copy": 1, "lasted": {"s": 1},'
        ' "state": "PAUSED", "method": "grid", "owner": {"__typename": "Robot", "legs": 2}}}}'
    ).data.sweep
    assert (sweep.class_, sweep.type_, sweep.copy_, sweep.method) == ("a", "b", 1, "grid")
    assert sweep.lasted == {"s": 1}
    assert sweep.state == "PAUSED"
    assert isinstance(sweep.owner, OtherType)
    assert sweep.owner.other_typename == "Robot"


def test_union_member_that_misses_a_field_is_refused(folder: Path) -> None:
    operation = package(folder, "my_sweeps").get_sweep(id="1")
    values = '"class": "a", "type": "b", "copy": 1, "lasted": 1, "state": "None", "method": null'
    with pytest.raises(ValueError, match=r"owner\.Person\.name"):
        operation.envelope.model_validate_json(
            f'{{"data": {{"sweep": {{{values}, "owner": {{"__typename": "Person"}}}}}}}}'
        )


def test_interface_gives_its_fields_for_new_types(folder: Path) -> None:
    operation = package(folder, "my_sweeps").sweep_reports()
    reports = operation.envelope.model_validate_json(
        '{"data": {"reports": {"pageInfo": {"hasNextPage": false, "endCursor": null}, "edges": ['
        '{"node": {"__typename": "Chart", "author": "a", "points": 3}},'
        '{"node": {"__typename": "Video", "author": "b"}}]}}}'
    ).data.reports
    assert [edge.node.author for edge in reports.edges] == ["a", "b"]
    assert reports.edges[0].node.points == 3


def compile_against(source: str, out: Path) -> int | str | None:
    queries = str(HERE / "queries" / "run_fields")
    with pytest.raises(SystemExit) as exited:
        main(["codegen", "--queries", queries, "--out", str(out), "--schema", source])
    return exited.value.code


def test_schema_is_read_from_a_server(wandb_server: WandbServer, tmp_path: Path) -> None:
    assert compile_against(wandb_server.url, tmp_path / "mine") == 0
    assert "def one_run(" in (tmp_path / "mine" / "calls.py").read_text()
    [request] = wandb_server.requests
    assert wandb_server.api_key not in (tmp_path / "mine" / "calls.py").read_text()
    assert request.operation_name == "IntrospectionQuery"


@pytest.mark.parametrize("key", ["", "0" * 40], ids=["none", "unknown"])
def test_server_that_refuses_the_key_exits_with_3(
    wandb_server: WandbServer,
    tmp_path: Path,
    key: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("WANDB_API_KEY", key)
    assert compile_against(wandb_server.url, tmp_path / "mine") == 3
    assert "API key" in capsys.readouterr().err
    assert not (tmp_path / "mine").exists()


def test_server_that_hides_its_schema_exits_with_3(
    wandb_server: WandbServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wandb_server.introspection = False
    assert compile_against(wandb_server.url, tmp_path / "mine") == 3
    assert "introspection" in capsys.readouterr().err


def check(*command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    (folder / "script.py").write_text(SCRIPT)
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, text=True, capture_output=True, check=False
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        ("mypy", "--strict", "script.py"),
        ("pyright", "script.py"),
        ("ty", "check", "script.py"),
        ("pyrefly", "check", "--preset", "default", "script.py"),
    ],
    ids=lambda command: command[0],
)
def test_package_passes_each_type_checker(folder: Path, command: tuple[str, ...]) -> None:
    pytest.importorskip(command[0])
    done = check(*command, folder=folder)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_deprecated_field_is_reported_by_a_type_checker(folder: Path) -> None:
    (folder / "old.py").write_text(
        "from my_sweeps.get_sweep_result import GetSweepSweep\n\n\n"
        "def read(sweep: GetSweepSweep) -> object:\n    return sweep.method\n"
    )
    done = check("mypy", "--strict", "--enable-error-code=deprecated", "old.py", folder=folder)
    assert "use strategy" in done.stdout
