"""`wbtyped mirror`, `restore` and `serve --from`."""

import base64
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import files_in
from tests.mirror.projects import PROJECT, fill, lines
from wbtyped import Api
from wbtyped.mirror.collect import remove_damaged
from wbtyped.mirror.place import Folder
from wbtyped.server import Fault, WandbServer

from .conftest import Command


@pytest.fixture
def server(wandb_server: WandbServer) -> WandbServer:
    fill(wandb_server)
    return wandb_server


def test_mirror_says_what_it_transferred(
    server: WandbServer, command: Command, tmp_path: Path
) -> None:
    planned = command("mirror", PROJECT, tmp_path / "copy", "--dry-run")
    assert (planned.code, planned.err) == (0, "")
    assert planned.out.endswith(
        "2 runs (2 new), 3 versions (3 new), 7 contents (10.0 KiB) to transfer\n"
    )
    done = command("mirror", PROJECT, tmp_path / "copy")
    assert done.out == planned.out.replace("to transfer", "transferred")
    again = command("mirror", PROJECT, tmp_path / "copy", "--json")
    report = json.loads(again.out)
    assert (report["contents"], report["versions"], report["failed"]) == (0, 3, [])


def test_mirror_reports_failures_and_deletions(
    server: WandbServer, command: Command, tmp_path: Path
) -> None:
    with server.fault(Fault(kind="storage-get", path="/other.txt", status=404)):
        failed = command("mirror", PROJECT, tmp_path)
    assert failed.code == 1
    assert failed.err.startswith("wbtyped: me/p/Reader/other.txt: ")
    server._context.runs.delete([1])  # pyright: ignore[reportPrivateUsage]
    assert (
        "no longer on the server, kept, and marked: me/p/maker"
        in command("mirror", PROJECT, tmp_path).out
    )
    assert "removed: me/p/maker" in command("mirror", PROJECT, tmp_path, "--delete").out


@pytest.mark.slow
def test_mirror_that_is_killed_at_any_moment_is_resumed(
    wandb_server: WandbServer, tmp_path: Path
) -> None:
    moments = random.Random(17)
    for number in range(40):
        contents = {f"{name}.bin": os.urandom(30_000) for name in range(6)}
        wandb_server.add_artifact(f"me/p/set-{number % 5}", "dataset", contents)
        wandb_server.add_run(
            f"me/p/run-{number}", {"a.bin": os.urandom(20_000)}, history=[{"x": 1}]
        )
    arguments = [sys.executable, "-m", "wbtyped.cli", "mirror", "me/p", str(tmp_path)]
    with wandb_server.fault(Fault(kind="storage-get", latency=0.02)):
        for _ in range(5):
            process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            time.sleep(moments.uniform(0.4, 1.4))
            process.send_signal(signal.SIGKILL)
            process.communicate()
            check_what_is_listed_is_there(tmp_path)
    kept = {name for name in files_in(tmp_path) if name.startswith("contents/md5")}
    wandb_server.requests.clear()
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "40 runs" in done.stdout
    fetched = [r for r in wandb_server.requests if r.origin == "storage"]
    # Contents that had arrived are not fetched again; manifests of versions without a line are.
    assert len(fetched) <= 40 * 7 + 40 - len(kept) + 40
    check_what_is_listed_is_there(tmp_path)
    assert len(lines(tmp_path, "versions.jsonl")) == len(lines(tmp_path, "runs.jsonl")) == 40


def check_what_is_listed_is_there(mirror: Path) -> None:
    """Every line of a mirror is whole, and so is all that it refers to."""
    if not (mirror / "versions.jsonl").exists():
        return
    for version in lines(mirror, "versions.jsonl"):
        manifest = json.loads((mirror / str(version["manifest"])).read_text())
        assert len(manifest["contents"]) == version["file_count"]
        for entry in manifest["contents"].values():
            name = base64.b64decode(entry["digest"]).hex()
            assert (mirror / "contents" / "md5" / name[:2] / name).is_file()
    before = files_in(mirror / "contents").keys()
    remove_damaged(Folder(mirror))
    assert files_in(mirror / "contents").keys() == before


def test_serve_from_a_mirror_until_it_is_stopped(
    server: WandbServer, command: Command, tmp_path: Path
) -> None:
    command("mirror", PROJECT, tmp_path)
    before = files_in(tmp_path)
    process = subprocess.Popen(
        [sys.executable, "-m", "wbtyped.cli", "serve", "--from", str(tmp_path), "--port", "0"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        shown = [process.stdout.readline() for _ in range(4)]
        assert shown[0].endswith("read-only; stop it with Ctrl-C\n")
        env = dict(line.split(None, 1)[1].strip().split("=", 1) for line in shown[2:])
        with Api({"base_url": env["WANDB_BASE_URL"]}, api_key=env["WANDB_API_KEY"]) as api:
            assert api.artifact("me/p/data:best").get_entry("x.txt").read() == b"same"
        process.send_signal(signal.SIGTERM)
        assert process.communicate(timeout=60) == ("stopped\n", "")
    finally:
        process.kill()
        process.communicate()
    assert files_in(tmp_path) == before


@pytest.mark.parametrize("given", [[], ["data", "--from", "."], ["--from", ".", "--load", "x"]])
def test_serve_needs_either_a_folder_or_a_mirror(command: Command, given: list[str]) -> None:
    outcome = command("serve", *given)
    assert outcome.code == 2
    assert "--from MIRROR" in outcome.err or "--load changes data" in outcome.err


def test_serve_from_what_is_no_mirror_says_so(command: Command, tmp_path: Path) -> None:
    outcome = command("serve", "--from", tmp_path)
    assert outcome.code == 2
    assert "make one with `wbtyped mirror`" in outcome.err
