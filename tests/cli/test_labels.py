"""`wbtyped tag`, `alias`, `link` and `du`."""

import json

import pytest

from wbtyped import Api
from wbtyped.server import WandbServer

from .conftest import Command

VERSION = "crew/ship/data:v0"


@pytest.fixture
def server(wandb_server: WandbServer) -> WandbServer:
    files = {"a.txt": b"alpha", "sub/b.bin": b"beta", "sub/deep/c": b"c"}
    wandb_server.add_artifact("crew/ship/data", "dataset", files, aliases=["best"], tags=["t"])
    wandb_server.add_artifact("crew/ship/net", "model", {"w": bytes(2048)})
    wandb_server.add_run("crew/ship/log", files)
    return wandb_server


@pytest.mark.parametrize("path", [VERSION, "crew/ship/data"])
def test_tag_adds_and_removes(server: WandbServer, command: Command, path: str) -> None:
    assert command("tag", path, "new", "clean").code == 0
    outcome = command("tag", path, "new", "other", "--remove", "clean", "-r", "absent")
    assert outcome.code == 0
    assert {"new", "other"} <= set(outcome.out.splitlines())
    assert "clean" not in outcome.out
    shown = command("tag", path, "--json")
    assert json.loads(shown.out) == outcome.out.splitlines()
    with Api() as api:
        version, collection = (
            api.artifact(VERSION),
            api.artifact_collection("dataset", VERSION[:-3]),
        )
        assert (version if ":" in path else collection).tags == json.loads(shown.out)


def test_alias_moves_between_versions(server: WandbServer, command: Command) -> None:
    server.add_artifact("crew/ship/data", "dataset", {"a": b"new"})
    outcome = command("alias", "crew/ship/data:v1", "best", "--remove", "latest")
    assert (outcome.code, outcome.out) == (0, "best\n")
    with Api() as api:
        assert api.artifact("crew/ship/data:best").version == "v1"


def test_reading_labels_sends_no_mutation(server: WandbServer, command: Command) -> None:
    assert command("alias", VERSION).out.splitlines() == ["latest", "best"]
    assert command("tag", VERSION).out == "t\n"
    assert not {"UpdateArtifact", "AddArtifactAliases"} & set(server.requests.operations())


def test_link_prints_path_of_link(server: WandbServer, command: Command) -> None:
    outcome = command("link", VERSION, "crew/shelf/top", "--alias", "reviewed", "--alias", "x")
    assert (outcome.code, outcome.out) == (0, "crew/shelf/top:v0\n")
    again = json.loads(command("link", VERSION, "crew/shelf/more", "--json").out)
    assert again == {
        "name": "crew/shelf/more:v0", "source": "crew/ship/data:v0", "aliases": ["latest"],
    }  # fmt: skip
    with Api() as api:
        assert {"reviewed", "x"} <= set(api.artifact("crew/shelf/top:v0").aliases)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["tag", "crew/ship/log", "x"], "is a run, not"),
        (["alias", "crew/ship/data", "x"], "is an artifact collection, not an artifact version"),
        (["alias", VERSION, "a/b"], "alias"),
        (["link", "crew/ship/data", "crew/shelf/top"], "not an artifact version"),
        (["link", VERSION, "crew/shelf/top:v1"], "pass it as --alias"),
        (["du", ""], "must not be empty"),
    ],
)
def test_wrong_label_or_kind_exits_2(
    server: WandbServer, command: Command, arguments: list[str], message: str
) -> None:
    outcome = command(*arguments)
    assert (outcome.code, outcome.out) == (2, ""), outcome.err
    assert message in outcome.err


# Sizes.


@pytest.mark.parametrize(
    ("arguments", "lines"),
    [
        (["crew/ship/log"], ["a.txt\t5\t1", "sub/\t5\t2", ".\t10\t3"]),
        (["crew/ship/log", "--depth", "2"], ["a.txt\t5\t1", "sub/\t4\t1", "sub/deep/\t1\t1"]),
        ([VERSION], ["a.txt\t5\t1", "sub/\t5\t2", ".\t10\t3"]),
        (["crew/ship/data"], ["data:v0\t10\t3", ".\t10\t3"]),
        (["crew/ship/model"], ["net\t2048\t1", ".\t2048\t1"]),
        (["crew/ship"], ["net\t2048\t1\tmodel", "data\t10\t3\tdataset", ".\t2058\t4\t-"]),
    ],
)
def test_du_adds_up_parts_largest_first(
    server: WandbServer, command: Command, arguments: list[str], lines: list[str]
) -> None:
    outcome = command("du", *arguments)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.splitlines()[: len(lines)] == lines


def test_du_json_has_total_and_entries(server: WandbServer, command: Command) -> None:
    assert json.loads(command("du", "crew/ship", "--json").out) == {
        "path": "crew/ship", "size": 2058, "files": 4,
        "entries": [
            {"name": "net", "size": 2048, "files": 1, "type": "model"},
            {"name": "data", "size": 10, "files": 3, "type": "dataset"},
        ],
    }  # fmt: skip


def test_du_counts_no_links(server: WandbServer, command: Command) -> None:
    server.link_artifact(VERSION, "crew/ship/shelf")
    assert "shelf" not in command("du", "crew/ship").out


def test_hostile_names_are_escaped(wandb_server: WandbServer, command: Command) -> None:
    wandb_server.add_run("crew/ship/log", {"\x1b[31mred\n": b"1"})
    wandb_server.add_artifact("crew/ship/data", "dataset", {"\x1b[2J/x": b"1"})
    outputs = [
        command("du", "crew/ship/log").out,
        command("du", "crew/ship/data:v0").out,
        command("rm", "crew/ship/log", "--glob", "*", "--yes").out,
    ]
    assert not any("\x1b" in output for output in outputs)
    assert all(r"\x1b[" in output for output in outputs)
