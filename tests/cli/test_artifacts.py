"""`wbtyped ls`, `get`, `verify` and `serve --load` with artifacts."""

import json
from pathlib import Path

import pytest

from wbtyped.server import Reference, WandbServer

from .conftest import Command


@pytest.fixture
def server(wandb_server: WandbServer) -> WandbServer:
    files = {"a.txt": b"alpha", "sub/b.bin": b"beta"}
    wandb_server.add_artifact("crew/ship/data", "dataset", files, aliases=["best"], tags=["t"])
    wandb_server.add_artifact("crew/ship/net", "model", {"w": b"w"})
    wandb_server.add_run("crew/ship/log", files={"run.txt": b"x"})
    return wandb_server


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("crew/ship", ["net", "data", "log"]),
        ("crew/ship/dataset", ["data"]),
        ("crew/ship/data", ["data:v0"]),
        ("crew/ship/dataset/data", ["data:v0"]),
        ("crew/ship/data:best", ["a.txt", "sub/b.bin"]),
        ("crew/ship/log", ["run.txt"]),
    ],
)
def test_ls_artifact_path_lists_children(
    server: WandbServer, command: Command, path: str, names: list[str]
) -> None:
    listed = command("ls", path, "--json")
    assert listed.code == 0, listed.err
    assert [entry["name"] for entry in json.loads(listed.out)] == names
    plain = command("ls", path)
    assert all(name in plain.out for name in names)


def test_ls_reference_shows_its_target(server: WandbServer, command: Command) -> None:
    server.add_artifact("crew/ship/far", "dataset", {}, {"x": Reference("s3://b/k")})
    assert "s3://b/k" in command("ls", "crew/ship/far:latest").out


def test_verify_downloaded_folder_reports_differences(
    server: WandbServer, command: Command, tmp_path: Path
) -> None:
    done = command("get", "crew/ship/data:best", "--root", tmp_path)
    assert done.code == 0, done.err
    assert f"2 files of crew/ship/data:v0 in {tmp_path}, all verified" in done.out
    assert (tmp_path / "sub" / "b.bin").read_bytes() == b"beta"
    same = command("verify", "crew/ship/data:best", tmp_path)
    assert (same.code, same.err) == (0, "")
    assert same.out == f"OK: {tmp_path} matches crew/ship/data:v0\n"
    (tmp_path / "a.txt").write_bytes(b"other")
    (tmp_path / "stray").write_bytes(b"x")
    different = command("verify", "crew/ship/data:best", tmp_path)
    assert different.code == 1
    assert "modified: a.txt" in different.err
    assert "unexpected: stray" in different.err
    absent = command("verify", "crew/ship/data:best", tmp_path / "absent")
    assert (absent.code, absent.err) == (1, f"folder {tmp_path / 'absent'} does not exist\n")


def test_json_output_has_stable_keys(server: WandbServer, command: Command, tmp_path: Path) -> None:
    got = json.loads(command("get", "crew/ship/data:best", "--root", tmp_path, "--json").out)
    assert got == {
        "artifact": "crew/ship/data:v0", "folder": str(tmp_path), "size": 9, "files": 2,
        "done": {"fetched": 2}, "failures": [],
    }  # fmt: skip
    same = command("verify", "crew/ship/data:best", tmp_path, "--json")
    assert (same.code, json.loads(same.out)) == (0, {"missing": [], "altered": [], "foreign": []})
    (tmp_path / "a.txt").unlink()
    (tmp_path / "stray").write_bytes(b"x")
    different = command("verify", "crew/ship/data:best", tmp_path, "--json")
    assert different.code == 1
    assert json.loads(different.out) == {"missing": ["a.txt"], "altered": [], "foreign": ["stray"]}
    files = command("get", "crew/ship/log", "run.txt", "absent", "--root", tmp_path, "--json")
    report = json.loads(files.out)
    assert (files.code, report["done"], report["size"]) == (1, {"fetched": 1}, 1)
    assert [failure["name"] for failure in report["failures"]] == ["absent"]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["ls", "crew/ship/nothing"], 1, "neither a run nor an artifact type nor a collection"),
        (["ls", "crew/ship/data:nope"], 1, "crew/ship/data:nope does not exist"),
        (["ls", "crew/nowhere"], 1, "project crew/nowhere does not exist"),
        (["get", "crew/ship/data:best", "absent"], 1, "has no file 'absent'"),
        (["get", "crew/ship/data", "--root", "."], 2, "is an artifact collection, not"),
        (["verify", "crew/ship/log", "."], 2, "is a run, not an artifact version"),
        (["serve", "x", "--load", "nonsense"], 2, "entity/project/type/collection=FOLDER"),
    ],
)
def test_command_failure_sets_exit_code(
    server: WandbServer,
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    arguments: list[str],
    code: int,
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    done = command(*arguments)
    assert done.code == code, done.err
    assert message in " ".join(done.err.replace("│", " ").split())
