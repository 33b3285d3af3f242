"""`wbtyped cat` and `wbtyped get -o`: single files, to stdout and to a path."""

import base64
import subprocess
import sys
from pathlib import Path

import pytest

from wbtyped import Api
from wbtyped.server import Fault, WandbServer

from .conftest import Command

RUN = "crew/ship/log"
VERSION = "crew/ship/data:best"
RAW = bytes(range(256)) * 2


@pytest.fixture
def server(wandb_server: WandbServer) -> WandbServer:
    wandb_server.add_run(RUN, {"raw.bin": RAW, "sub/b.txt": b"beta"})
    files = {"raw.bin": RAW, "sub/b.txt": b"beta"}
    wandb_server.add_artifact("crew/ship/data", "dataset", files, aliases=["best"])
    wandb_server.add_artifact("crew/ship/one", "dataset", {"only.bin": RAW})
    return wandb_server


def raw_output(*arguments: str) -> tuple[int, bytes, bytes]:
    done = subprocess.run(
        [sys.executable, "-m", "wbtyped", *arguments], capture_output=True, check=False, timeout=60
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["cat", RUN, "raw.bin"],
        ["cat", f"{RUN}/raw.bin"],
        ["cat", "crew/ship/runs/log/raw.bin"],
        ["cat", VERSION, "raw.bin"],
        ["cat", f"{VERSION}/raw.bin"],
        ["get", RUN, "raw.bin", "-o", "-"],
        ["get", VERSION, "raw.bin", "--output", "-"],
        ["get", "crew/ship/one:latest", "-o", "-"],
    ],
)
def test_raw_bytes_are_written_to_stdout(server: WandbServer, arguments: list[str]) -> None:
    assert raw_output(*arguments) == (0, RAW, b"")


def test_cat_several_files_writes_one_after_the_other(server: WandbServer) -> None:
    assert raw_output("cat", RUN, "sub/b.txt", "raw.bin") == (0, b"beta" + RAW, b"")


@pytest.mark.parametrize(("path", "operation"), [(RUN, "GetRun"), (VERSION, "ArtifactByPath")])
def test_cat_several_files_looks_the_path_up_once(
    server: WandbServer, path: str, operation: str
) -> None:
    server.requests.clear()
    raw_output("cat", path, "sub/b.txt", "raw.bin", "sub/b.txt")
    assert [r.operation_name for r in server.requests].count(operation) == 1


@pytest.mark.parametrize("path", [RUN, VERSION])
def test_cat_corrupt_file_writes_nothing(server: WandbServer, command: Command, path: str) -> None:
    with server.fault(Fault(kind="storage-get", path="raw.bin", corrupt=True)):
        outcome = command("cat", path, "raw.bin")
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err.startswith("failed  raw.bin: ")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["cat", RUN, "absent"], 1, "does not exist"),
        (["cat", VERSION, "absent"], 1, "has no file 'absent'"),
        (["cat", RUN], 2, f"wbtyped cat {RUN} NAME"),
        (["cat", "crew/ship", "x"], 2, "is a project, not"),
        (["get", RUN, "-o", "x"], 2, "one file"),
        (["get", RUN, "a", "b", "-o", "x"], 2, "one file"),
        (["get", RUN, "raw.bin", "-o", "."], 2, "is a folder"),
        (["get", RUN, "raw.bin", "-o", "x", "--json"], 2, "omit --root, --json"),
        (["get", VERSION, "-o", "x"], 2, "has 2 files"),
    ],
)
def test_cat_failure_writes_nothing_to_stdout(
    server: WandbServer,
    command: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    code: int,
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = command(*arguments)
    assert (outcome.code, outcome.out) == (code, "")
    assert message in " ".join(outcome.err.split())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", [RUN, VERSION])
def test_output_replaces_file_once_it_is_verified(
    server: WandbServer, command: Command, tmp_path: Path, path: str
) -> None:
    target = tmp_path / "new" / "best.bin"
    assert command("get", path, "raw.bin", "-o", target).code == 0
    assert target.read_bytes() == RAW
    target.write_bytes(b"other")
    with server.fault(Fault(kind="storage-get", path="raw.bin", corrupt=True)):
        assert command("get", path, "raw.bin", "-o", target).code == 1
    assert target.read_bytes() == b"other"
    assert command("get", path, "raw.bin", "-o", target).code == 0
    assert target.read_bytes() == RAW
    assert list(target.parent.iterdir()) == [target]


def test_get_version_takes_folders_and_files(
    server: WandbServer, command: Command, tmp_path: Path
) -> None:
    for names, expected in {
        ("sub",): {"sub/b.txt"},
        ("sub/",): {"sub/b.txt"},
        ("raw.bin", "sub"): {"raw.bin", "sub/b.txt"},
        ("--glob", "*.txt"): {"sub/b.txt"},
        ("--pattern", "raw%"): {"raw.bin"},
    }.items():
        root = tmp_path / "-".join(name.strip("-*/%") for name in names)
        outcome = command("get", VERSION, *names, "--root", root)
        assert (outcome.code, outcome.err) == (0, "")
        found = {p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file()}
        assert found == expected


def test_get_version_missing_name_is_reported_and_the_rest_is_done(
    server: WandbServer, command: Command, tmp_path: Path
) -> None:
    outcome = command("get", VERSION, "absent", "sub", "--root", tmp_path)
    assert outcome.code == 1
    assert outcome.err == "failed  absent: artifact crew/ship/data:v0 has no file 'absent'\n"
    assert (tmp_path / "sub" / "b.txt").read_bytes() == b"beta"


def test_cat_into_closed_pipe_prints_no_error(wandb_server: WandbServer) -> None:
    wandb_server.add_run(RUN, {"large.bin": bytes(1_000_000)})
    process = subprocess.Popen(
        [sys.executable, "-m", "wbtyped", "cat", RUN, "large.bin"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.read(1) == b"\0"
    process.stdout.close()
    process.stdout = None
    assert process.communicate(timeout=60)[1] == b""


def test_url_of_a_file_means_that_file(
    server: WandbServer, command: Command, tmp_path: Path
) -> None:
    url = f"{server.url}/crew/ship/runs/log/files/sub/b.txt"
    assert command("cat", url).out == "beta"
    for path in (url, f"{VERSION}/sub/b.txt"):
        root = tmp_path / path.rpartition(":")[2].replace("/", "-")
        assert command("get", path, "--root", root).code == 0
        assert [file.name for file in root.rglob("*") if file.is_file()] == ["b.txt"]
    assert command("get", url, "other").code == 2


def test_url_of_a_version_by_its_id_may_name_a_file(
    server: WandbServer, command: Command, tmp_path: Path
) -> None:
    with Api() as api:
        found = base64.b64decode(api.artifact(VERSION).id).hex()
    url = f"wandb-artifact://{found}/sub/b.txt"
    assert command("cat", url).out == "beta"
    assert command("get", url, "--root", tmp_path).code == 0
    assert [file.name for file in tmp_path.rglob("*") if file.is_file()] == ["b.txt"]
    assert command("ls", url).out.startswith("sub/b.txt\t")
    assert command("rm", url, "--yes").code == 2
    with Api() as api:
        assert api.artifact(VERSION).state == "COMMITTED"


def test_cat_version_with_defaults_may_name_a_file(
    server: WandbServer, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANDB_ENTITY", "crew")
    monkeypatch.setenv("WANDB_PROJECT", "ship")
    for path in ("data:best", "ship/data:best", VERSION):
        assert command("cat", f"{path}/sub/b.txt").out == "beta"
        assert command("cat", path, "sub/b.txt").out == "beta"
    assert command("cat", "log", "sub/b.txt").out == "beta"
    assert command("cat", "data:best").err.endswith("as in wbtyped cat data:best NAME\n")


def test_url_without_a_scheme_means_the_same(server: WandbServer, command: Command) -> None:
    url = f"{server.url.removeprefix('http://')}/crew/ship/runs/log/files/sub/b.txt"
    assert command("cat", url).out == "beta"
    assert command("rm", url, "--yes").out == "deleted  file sub/b.txt (4 B)\n"


def test_rm_url_of_a_file_keeps_the_run(server: WandbServer, command: Command) -> None:
    url = f"{server.url}/crew/ship/runs/log/files/sub/b.txt"
    assert command("rm", url, "--yes").out == "deleted  file sub/b.txt (4 B)\n"
    assert command("ls", RUN).out.startswith("raw.bin\t")
    outcome = command("rm", f"{VERSION}/raw.bin", "--yes")
    assert (outcome.code, outcome.out) == (2, "")
