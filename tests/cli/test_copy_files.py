"""`wbtyped get --to` and `--dask`: copies to object stores, by other processes."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from wbtyped.server import Fault, WandbServer

from .conftest import Command

fsspec = pytest.importorskip("fsspec")
FILES = {"a.csv": b"a", "deep/b.csv": b"b", "deep/c.txt": b"c"}
VERSION = "crew/ship/data:latest"
RUN = "crew/ship/log"


@pytest.fixture
def server(wandb_server: WandbServer) -> WandbServer:
    wandb_server.add_artifact("crew/ship/data", "dataset", FILES)
    wandb_server.add_run(RUN, FILES)
    return wandb_server


@pytest.fixture
def memory() -> Iterator[Any]:
    fs = fsspec.filesystem("memory")
    yield fs
    fs.store.clear()


def names_in(fs: Any, root: str) -> set[str]:
    return {path.removeprefix(root) for path in fs.find(root)}


def test_get_to_store_copies_and_keeps(server: WandbServer, command: Command, memory: Any) -> None:
    outcome = command("get", VERSION, "--to", "memory://copies")
    assert (outcome.code, outcome.out) == (0, "3 files fetched (3 B)\n")
    assert names_in(memory, "/copies/") == set(FILES)
    assert memory.cat_file("/copies/deep/b.csv") == b"b"
    again = json.loads(command("get", VERSION, "--to", "memory://copies", "--json").out)
    assert (again["done"], again["failures"]) == ({"kept": 3}, [])
    assert (again["path"], again["target"]) == ("crew/ship/data:v0", "memory://copies")


@pytest.mark.parametrize("path", [VERSION, RUN])
@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (["deep/"], {"deep/b.csv", "deep/c.txt"}),
        (["a.csv", "deep/"], set(FILES)),
        (["--glob", "*.csv"], {"a.csv", "deep/b.csv"}),
        (["deep/c.txt"], {"deep/c.txt"}),
    ],
)
def test_get_to_store_copies_the_chosen_files(
    server: WandbServer,
    command: Command,
    memory: Any,
    path: str,
    chosen: list[str],
    expected: set[str],
) -> None:
    assert command("get", path, *chosen, "--to", "memory://copies").code == 0
    assert names_in(memory, "/copies/") == expected


@pytest.mark.parametrize("path", [VERSION, RUN])
def test_get_to_store_reports_missing_and_corrupt_files(
    server: WandbServer, command: Command, memory: Any, path: str
) -> None:
    with server.fault(Fault(kind="storage-get", path="a.csv", corrupt=True)):
        outcome = command("get", path, "a.csv", "deep/b.csv", "missing", "--to", "memory://copies")
    assert outcome.code == 1
    assert "2 failed" in outcome.out
    assert "has no file 'missing'" in outcome.out + outcome.err
    assert "MD5" in outcome.out + outcome.err
    assert names_in(memory, "/copies/") == {"deep/b.csv"}


def test_get_to_store_copies_a_project(server: WandbServer, command: Command, memory: Any) -> None:
    assert command("get", "crew/ship", "--to", "memory://copies").code == 0
    assert names_in(memory, "/copies/") == {
        *(f"runs/log/{name}" for name in FILES),
        *(f"artifacts/data/v0/{name}" for name in FILES),
    }


def test_get_to_wrong_options_exit_2(server: WandbServer, command: Command) -> None:
    for options in (["-o", "x"], ["--offline"], ["--root", "x"]):
        assert command("get", VERSION, "--to", "memory://copies", *options).code == 2
    assert command("get", "crew/ship", "a.csv", "--to", "memory://copies").code == 2


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_get_dask_copies_by_its_workers(
    server: WandbServer, command: Command, tmp_path: Path
) -> None:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None
    ) as cluster:
        address = cluster.scheduler_address
        outcome = command("get", VERSION, "--dask", address, "--root", tmp_path / "data")
    assert outcome.code == 0
    assert outcome.out.endswith("3 files fetched (3 B)\n")
    found = {path.relative_to(tmp_path / "data").as_posix() for path in tmp_path.rglob("*.*")}
    assert found == set(FILES)
