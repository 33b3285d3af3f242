"""`wbtyped publish`: what is published, and what is printed."""

import json
from pathlib import Path

import pytest

from wbtyped import Api
from wbtyped.server import Fault, WandbServer

from .conftest import Command

TARGET = "crew/ship/points"


@pytest.fixture
def server(
    wandb_server: WandbServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> WandbServer:
    for name in ("data/a.txt", "data/deep/b.txt", "data/c.tmp", "other.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    monkeypatch.chdir(tmp_path)
    return wandb_server


def test_publish_folder_prints_the_version_and_its_url(
    server: WandbServer, command: Command
) -> None:
    server.add_run("crew/ship/log")
    outcome = command(
        "publish", "data", TARGET, "--type", "dataset", "--alias", "best", "--tag", "clean",
        "--description", "first", "--metadata", "rows=2", "--metadata", "by=me", "--ttl", "2d",
        "--ignore", "*.tmp", "--run", "crew/ship/log",
    )  # fmt: skip
    assert (outcome.code, outcome.err) == (0, "")
    with Api() as api:
        artifact = api.artifact(f"{TARGET}:best")
        assert outcome.out.splitlines() == [f"{TARGET}:v0 (2 files, 25 B)", artifact.url]
        assert sorted(artifact.manifest.entries) == ["a.txt", "deep/b.txt"]
        assert (artifact.tags, artifact.description) == (["clean"], "first")
        assert artifact.metadata == {"rows": 2, "by": "me"}
        assert artifact.ttl is not None
        creator = artifact.logged_by()
        assert creator is not None
        assert creator.id == "log"


@pytest.mark.parametrize("engine", ["httpx", "curl"])
def test_publish_several_paths_as_json(server: WandbServer, command: Command, engine: str) -> None:
    arguments = ["publish", "data", "other.txt", TARGET, "--type", "dataset", "--json"]
    outcome = command(*arguments, "--engine", engine, "--jobs", "2")
    printed = json.loads(outcome.out)
    assert (printed["name"], printed["files"], printed["size"]) == (f"{TARGET}:v0", 4, 44)
    assert json.loads(command(*arguments).out)["name"] == f"{TARGET}:v0", "the same content"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["data", TARGET], "--type"),
        (["absent", TARGET, "--type", "dataset"], "does not exist"),
        (["data", TARGET, "--type", "dataset", "--metadata", "x"], "key=value"),
        (["data", TARGET, "--type", "dataset", "--ttl", "long"], "--ttl"),
        (["data", f"{TARGET}:v1", "--type", "dataset"], ":v1"),
    ],
)
def test_publish_wrong_usage_exits_2_without_requests(
    server: WandbServer, command: Command, arguments: list[str], message: str
) -> None:
    server.requests.clear()
    outcome = command("publish", *arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert message in outcome.err
    assert len(server.requests) == 0


def test_publish_failure_makes_no_version(server: WandbServer, command: Command) -> None:
    with server.fault(Fault(kind="storage-put", path="artifact-files", status=400)):
        outcome = command("publish", "data", TARGET, "--type", "dataset")
    assert (outcome.code, outcome.out) == (1, "")
    assert "HTTP 400" in outcome.err
    with Api() as api:
        assert not api.artifact_exists(TARGET)
