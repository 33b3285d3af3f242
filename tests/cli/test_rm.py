"""`wbtyped rm`: what is deleted, and that it asks before."""

import os
import subprocess
import sys

import pytest

from wbtyped import Api
from wbtyped.server import Fault, WandbServer

from .conftest import Command

RUN = "crew/ship/log"


@pytest.fixture
def server(wandb_server: WandbServer) -> WandbServer:
    wandb_server.add_run(RUN, {"a.tmp": b"1", "b.tmp": b"22", "keep.txt": b"3"})
    wandb_server.add_artifact("crew/ship/data", "dataset", {"a": b"1"}, aliases=["best"])
    wandb_server.add_artifact("crew/ship/data", "dataset", {"a": b"2"})
    wandb_server.link_artifact("crew/ship/data:v0", "crew/ship/shelf")
    return wandb_server


def names_in_run() -> list[str]:
    with Api() as api:
        return [file.name for file in api.run(RUN).files()]


@pytest.mark.parametrize(
    ("arguments", "left"),
    [
        (["a.tmp"], ["b.tmp", "keep.txt"]),
        (["a.tmp", "keep.txt"], ["b.tmp"]),
        (["--glob", "*.tmp"], ["keep.txt"]),
        (["--pattern", "%.tmp"], ["keep.txt"]),
    ],
)
def test_rm_deletes_files_of_a_run(
    server: WandbServer, command: Command, arguments: list[str], left: list[str]
) -> None:
    outcome = command("rm", RUN, *arguments, "--yes")
    assert (outcome.code, outcome.err) == (0, "")
    assert names_in_run() == left
    assert outcome.out.count("deleted  file ") == 3 - len(left)


def test_rm_deletes_versions_and_collections(server: WandbServer, command: Command) -> None:
    refused = command("rm", "crew/ship/data:best", "--yes")
    assert (refused.code, refused.out) == (2, "")
    assert "has aliases: best; pass --aliases" in refused.err
    with Api() as api:
        assert command("rm", "crew/ship/shelf:v0", "--yes").code == 0
        assert api.artifact_exists("crew/ship/data:best")
        assert command("rm", "crew/ship/data:best", "--aliases", "--yes").code == 0
        assert not api.artifact_exists("crew/ship/data:best")
        outcome = command("rm", "crew/ship/data", "--yes")
        assert outcome.out == "deleted  collection crew/ship/data (1 version)\n"
        assert not api.artifact_collection_exists("crew/ship/data", "dataset")


def test_rm_without_terminal_needs_yes(server: WandbServer, command: Command) -> None:
    server.requests.clear()
    outcome = command("rm", RUN, "a.tmp")
    assert (outcome.code, outcome.out) == (2, "")
    assert "pass --yes" in outcome.err
    assert len(server.requests) == 0


@pytest.mark.parametrize(
    ("answer", "code", "left"),
    [
        ("y", 0, ["keep.txt"]),
        ("yes", 0, ["keep.txt"]),
        ("n", 1, ["a.tmp", "b.tmp", "keep.txt"]),
        ("", 1, ["a.tmp", "b.tmp", "keep.txt"]),
    ],
)
def test_rm_on_terminal_asks_and_lists(
    server: WandbServer, answer: str, code: int, left: list[str]
) -> None:
    pty = pytest.importorskip("pty")
    reading, writing = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "wbtyped", "rm", RUN, "--glob", "*.tmp"],
        stdin=writing, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    os.write(reading, f"{answer}\n".encode())
    _, err = process.communicate(timeout=60)
    os.close(reading)
    os.close(writing)
    assert err.splitlines()[:3] == [
        "  file a.tmp (1 B)", "  file b.tmp (2 B)", "Delete this for good? [y/N]",
    ]  # fmt: skip
    assert (process.returncode, names_in_run()) == (code, left)


def test_rm_missing_name_deletes_nothing(server: WandbServer, command: Command) -> None:
    outcome = command("rm", RUN, "a.tmp", "absent", "--yes")
    assert (outcome.code, outcome.out) == (1, "")
    assert "'absent' of crew/ship/log does not exist; nothing was deleted" in outcome.err
    assert len(names_in_run()) == 3
    assert command("rm", RUN, "--glob", "*.none", "--yes").code == 1


def test_rm_failure_is_reported(server: WandbServer, command: Command) -> None:
    fault = Fault(kind="graphql", operation="DeleteRunFiles", status=400, times=1)
    with server.fault(fault):
        outcome = command("rm", RUN, "a.tmp", "b.tmp", "--yes")
    assert outcome.code == 1
    assert outcome.err.startswith("failed  file ")
    assert outcome.out.startswith("deleted  file ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["crew/ship"], "is a project, not a run, an artifact version or a collection"),
        (["crew/ship/dataset"], "is an artifact type"),
        (["crew/ship/data:v1", "a"], "only files of a run"),
        ([RUN, "a.tmp", "--glob", "*"], "pass either NAME"),
    ],
)
def test_rm_wrong_usage_exits_2(
    server: WandbServer, command: Command, arguments: list[str], message: str
) -> None:
    outcome = command("rm", *arguments, "--yes")
    assert (outcome.code, outcome.out) == (2, "")
    assert message in " ".join(outcome.err.split())
