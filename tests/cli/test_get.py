"""`wbtyped get` for runs: which files are downloaded, kept or refused, and what is reported."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from wbtyped.server import Fault, WandbServer

from .conftest import Command, on_terminal

PATH = "crew/ship/log"
FILES = {
    "model.bin": bytes(range(256)) * 1024,
    "notes/a b.txt": b"hello",
    "notes/ü.txt": b"world",
    "empty": b"",
}

# The list of a server that returns no node for a name it does not know.
EMPTY_LIST = b"""
{"data": {"project": {"internalId": "1", "run": {"fileCount": 0, "files": {
  "edges": [], "pageInfo": {"endCursor": null, "hasNextPage": false}}}}}}
"""


@pytest.fixture
def server(wandb_server: WandbServer) -> WandbServer:
    wandb_server.add_run(PATH, FILES)
    return wandb_server


def read_folder(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_get_run_downloads_all_files(server: WandbServer, command: Command, tmp_path: Path) -> None:
    outcome = command("get", PATH, "--root", tmp_path / "made")
    assert (outcome.code, outcome.err) == (0, "")
    assert read_folder(tmp_path / "made") == FILES
    *lines, summary = outcome.out.splitlines()
    assert sorted(lines) == [
        "fetched  empty (0 B)",
        "fetched  model.bin (256.0 KiB)",
        "fetched  notes/a b.txt (5 B)",
        "fetched  notes/ü.txt (5 B)",
    ]
    assert summary == "4 files fetched (256.0 KiB)"


def test_get_without_root_uses_current_folder(
    server: WandbServer, command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert command("get", PATH).code == 0
    assert read_folder(tmp_path) == FILES


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (["notes/a b.txt"], {"notes/a b.txt"}),
        (["empty", "model.bin", "empty"], {"empty", "model.bin"}),
        (["--pattern", "notes/%"], {"notes/a b.txt", "notes/ü.txt"}),
        (["--glob", "*.txt"], {"notes/a b.txt", "notes/ü.txt"}),
        (["--glob", "*.txt", "--pattern", "%ü%"], {"notes/ü.txt"}),
        (["--glob", "*.none"], set[str]()),
        (["notes/"], {"notes/a b.txt", "notes/ü.txt"}),
        (["notes/", "empty"], {"notes/a b.txt", "notes/ü.txt", "empty"}),
        (["--pattern", "nothing"], set[str]()),
    ],
)
def test_get_names_or_pattern_selects_files(
    server: WandbServer, command: Command, tmp_path: Path, selection: list[str], expected: set[str]
) -> None:
    outcome = command("get", PATH, "--root", tmp_path, *selection)
    assert (outcome.code, outcome.err) == (0, "")
    assert read_folder(tmp_path).keys() == expected


@pytest.mark.parametrize("path", [PATH, "crew/ship/notes:v0"])
def test_get_like_pattern_that_was_meant_as_a_glob_says_so(
    server: WandbServer, command: Command, tmp_path: Path, path: str
) -> None:
    server.add_artifact("crew/ship/notes", "dataset", FILES)
    outcome = command("get", path, "--pattern", "*.txt", "--root", tmp_path)
    assert (outcome.code, outcome.out) == (0, "no files (0 B)\n")
    assert outcome.err.startswith("wbtyped: pattern '*.txt' is SQL LIKE")
    assert outcome.err.count("pass glob='*.txt' (--glob)\n") == 1
    assert command("get", path, "--pattern", "%.none", "--root", tmp_path).err == ""
    assert command("get", path, "--pattern", "%.txt", "--root", tmp_path).err == ""


@pytest.mark.parametrize("scheme", ["http://", ""])
def test_get_page_of_a_folder_downloads_that_folder(
    server: WandbServer, command: Command, tmp_path: Path, scheme: str
) -> None:
    page = f"{scheme}{server.url.removeprefix('http://')}/crew/ship/runs/log/files"
    assert command("get", f"{page}/notes", "--root", tmp_path).code == 0
    assert read_folder(tmp_path).keys() == {"notes/a b.txt", "notes/ü.txt"}
    assert command("get", f"{page}/empty", "--root", tmp_path / "one").code == 0
    assert read_folder(tmp_path / "one").keys() == {"empty"}
    absent = command("get", f"{page}/absent", "--root", tmp_path)
    assert absent.code == 1
    assert absent.err == f"failed  absent/: run {PATH} has no files in this folder\n"


def test_get_missing_folder_is_reported(
    server: WandbServer, command: Command, tmp_path: Path
) -> None:
    server.add_run(PATH, {"odd[1]/x": b"1", "odd1/x": b"2"})
    outcome = command("get", PATH, "absent/", "odd[1]/", "--root", tmp_path)
    assert outcome.code == 1
    assert outcome.err == "failed  absent/: run crew/ship/log has no files in this folder\n"
    assert read_folder(tmp_path) == {"odd[1]/x": b"1"}


def test_get_missing_name_is_reported(
    server: WandbServer, command: Command, tmp_path: Path
) -> None:
    outcome = command("get", PATH, "absent", "notes/a b.txt", "--root", tmp_path)
    assert outcome.code == 1
    assert outcome.err == ("failed  absent: file 'absent' of crew/ship/log does not exist\n")
    assert read_folder(tmp_path) == {"notes/a b.txt": b"hello"}
    assert outcome.out.splitlines()[-1] == "1 file fetched, 1 failed (5 B)"


def test_get_missing_name_with_local_file_is_reported(
    server: WandbServer, command: Command, tmp_path: Path
) -> None:
    (tmp_path / "absent").write_bytes(b"")
    outcome = command("get", PATH, "absent", "--root", tmp_path)
    assert outcome.code == 1
    assert "does not exist" in outcome.err


def test_get_name_without_node_is_reported(
    server: WandbServer, command: Command, tmp_path: Path
) -> None:
    empty_list = Fault(
        kind="graphql",
        operation="RunFileAddresses",
        status=200,
        body=EMPTY_LIST,
        content_type="application/json",
    )
    with server.fault(empty_list):
        outcome = command("get", PATH, "model.bin", "--root", tmp_path)
    assert outcome.code == 1
    assert outcome.err.startswith("failed  model.bin: ")


def test_get_matching_files_are_kept(server: WandbServer, command: Command, tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(FILES["model.bin"])
    before = (tmp_path / "model.bin").stat()
    server.requests.clear()
    outcome = command("get", PATH, "--root", tmp_path, "--replace")
    assert (outcome.code, outcome.err) == (0, "")
    assert "kept  model.bin (256.0 KiB)" in outcome.out.splitlines()
    assert outcome.out.splitlines()[-1] == "3 files fetched, 1 file kept (256.0 KiB)"
    after = (tmp_path / "model.bin").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert not any("model.bin" in request.path for request in server.requests)
    assert read_folder(tmp_path) == FILES


@pytest.mark.parametrize(
    "wrong", [b"short", bytes(len(FILES["model.bin"]))], ids=["size", "content"]
)
def test_get_differing_file_needs_replace(
    server: WandbServer, command: Command, tmp_path: Path, wrong: bytes
) -> None:
    (tmp_path / "model.bin").write_bytes(wrong)
    outcome = command("get", PATH, "--root", tmp_path)
    assert outcome.code == 1
    assert outcome.err == (
        f"failed  model.bin: {tmp_path / 'model.bin'} already exists with different"
        " content; pass replace=True (--replace) to overwrite it\n"
    )
    assert read_folder(tmp_path) == {**FILES, "model.bin": wrong}
    assert command("get", PATH, "--root", tmp_path, "--replace").code == 0
    assert read_folder(tmp_path) == FILES


def test_get_symlink_is_not_a_matching_file(
    server: WandbServer, command: Command, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(FILES["model.bin"])
    root = tmp_path / "root"
    root.mkdir()
    (root / "model.bin").symlink_to(elsewhere)
    assert command("get", PATH, "model.bin", "--root", root).code == 1
    assert command("get", PATH, "model.bin", "--root", root, "--replace").code == 0
    assert not (root / "model.bin").is_symlink()


def test_get_failures_do_not_stop_the_rest(
    server: WandbServer, command: Command, tmp_path: Path
) -> None:
    with server.fault(Fault(kind="storage-get", path="model.bin", corrupt=True)):
        with server.fault(Fault(kind="storage-get", path="a b.txt", status=403)):
            outcome = command("get", PATH, "--root", tmp_path)
    assert outcome.code == 1
    failed = sorted(outcome.err.splitlines())
    assert len(failed) == 2
    assert failed[0].startswith("failed  model.bin: ")
    assert "MD5" in failed[0]
    assert failed[1].startswith("failed  notes/a b.txt: ")
    assert read_folder(tmp_path) == {"notes/ü.txt": b"world", "empty": b""}
    assert outcome.out.splitlines()[-1] == "2 files fetched, 2 failed (5 B)"
    assert server.api_key not in outcome.out + outcome.err


def test_get_interrupted_list_is_reported(
    wandb_server: WandbServer, command: Command, tmp_path: Path
) -> None:
    wandb_server.add_run(PATH, {f"{number:04}": b"" for number in range(1001)})
    for number in range(5, 1001):
        (tmp_path / f"{number:04}").touch()
    with wandb_server.fault(
        Fault(kind="graphql", operation="RunFileAddresses", skip=1, status=400)
    ):
        outcome = command("get", PATH, "--root", tmp_path)
    assert outcome.code == 1
    assert outcome.err.startswith("failed  the list of crew/ship/log: ")
    assert outcome.out.splitlines()[-1] == "5 files fetched, 995 files kept, 1 failed (0 B)"


def test_get_hostile_names_stay_below_root(
    wandb_server: WandbServer, command: Command, tmp_path: Path
) -> None:
    names = ["../evil", "/evil", "a/../../evil", "\x1b[2Jevil", "[red]fine[/red]"]
    wandb_server.add_run(PATH, dict.fromkeys(names, b"evil"))
    outcome = command("get", PATH, "--root", tmp_path / "root")
    assert outcome.code == 1, "the names come from the server: not wrong usage"
    assert sorted(line.split(":")[0] for line in outcome.err.splitlines()) == [
        "failed  ../evil",
        "failed  /evil",
        r"failed  \x1b[2Jevil",
        "failed  a/../../evil",
    ]
    assert "fetched  [red]fine[/red] (4 B)" in outcome.out
    assert read_folder(tmp_path) == {"root/[red]fine[/red]": b"evil"}


def test_get_disk_error_is_reported(server: WandbServer, command: Command, tmp_path: Path) -> None:
    (tmp_path / "model.bin").mkdir()
    outcome = command("get", PATH, "--root", tmp_path, "--replace")
    assert outcome.code == 1
    assert outcome.err.startswith("failed  model.bin: ")
    assert outcome.err.count("\n") == 1
    assert read_folder(tmp_path).keys() == FILES.keys() - {"model.bin"}


def test_get_many_files_sends_no_key_to_storage(
    wandb_server: WandbServer, command: Command, tmp_path: Path
) -> None:
    wandb_server.add_run(PATH, {str(number): bytes([number]) for number in range(60)})
    assert command("get", PATH, "--root", tmp_path).code == 0
    assert read_folder(tmp_path) == {str(number): bytes([number]) for number in range(60)}
    # The key goes to the API, never to storage.
    assert {(r.origin, r.authorized) for r in wandb_server.requests} == {
        ("api", True),
        ("storage", False),
    }


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_get_interrupted_leaves_no_partial_file(server: WandbServer, tmp_path: Path) -> None:
    with server.fault(Fault(kind="storage-get", path="model.bin", latency=1)):
        process = subprocess.Popen(
            [sys.executable, "-m", "wbtyped.cli", "get", PATH, "--root", str(tmp_path)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        assert process.stdout.readline().startswith("fetched")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.startswith("wbtyped: interrupted: ")
    assert err.count("\n") == 1
    assert "model.bin" not in read_folder(tmp_path)
    assert not list(tmp_path.rglob("*.part"))


def test_get_on_terminal_draws_bar(server: WandbServer, tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"other")
    outcome = on_terminal("get", PATH, "--root", tmp_path)
    assert outcome.code == 1
    assert "get 3 of 4, 1 failed" in outcome.out
    assert "━" in outcome.out
    assert re.search(r"3 files fetched, 1 failed \(256\.0 KiB\)\s*$", outcome.out)
    assert outcome.err == (
        f"failed  empty: {tmp_path / 'empty'} already exists with different"
        " content; pass replace=True (--replace) to overwrite it\n"
    )


def test_get_at_once_is_deprecated_for_jobs(
    server: WandbServer, command: Command, tmp_path: Path
) -> None:
    outcome = command("get", PATH, "--root", tmp_path, "--at-once", "2")
    assert (outcome.code, outcome.err) == (0, "wbtyped: --at-once is deprecated; use --jobs\n")
    assert read_folder(tmp_path) == FILES
    assert "--at-once" not in command("get", "--help").out


@pytest.mark.parametrize("option", ["--jobs", "--at-once"])
def test_get_jobs_out_of_range_exits_2(command: Command, option: str) -> None:
    assert command("get", PATH, option, "129").code == 2
