"""`wbtyped mirror`, `restore` and `serve --from`."""

import base64
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import files_in
from tests.mirror.projects import PROJECT, fill, lines, state_of
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


# To another server.


@pytest.fixture
def other() -> Iterator[WandbServer]:
    with WandbServer() as server:
        yield server


def test_mirror_to_another_server_uses_a_key_of_its_own(
    server: WandbServer,
    other: WandbServer,
    command: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = f"{other.url}/crew/moved"
    refused = command("mirror", PROJECT, url)
    assert refused.code == 1
    assert "set WBTYPED_TARGET_API_KEY" in refused.err
    assert len(other.requests) == 0
    monkeypatch.setenv("WBTYPED_TARGET_API_KEY", other.api_key)
    done = command("mirror", PROJECT, url, "--via", tmp_path)
    # One version has a name that no client may publish.
    assert done.code == 1
    assert done.err.startswith("wbtyped: crew/moved/net:v0: name ")
    assert "not kept: ids, creation times and users: the server assigns its own" in done.out
    assert all(r.authorized for r in (*server.requests, *other.requests) if r.origin == "api")
    again = json.loads(command("mirror", PROJECT, url, "--via", tmp_path, "--json").out)
    assert (again["mirror"]["contents"], again["restore"]["contents"]) == (0, 0)
    assert again["restore"]["left_out"][0].startswith("ids, creation times")


def test_key_of_another_server_is_found_in_netrc(
    server: WandbServer, other: WandbServer, command: Command, tmp_path: Path
) -> None:
    url = other.url.replace("127.0.0.1", "localhost")
    netrc = Path(os.environ["HOME"], ".netrc")
    netrc.write_text(f"machine localhost login user password {other.api_key}\n")
    netrc.chmod(0o600)
    command("mirror", PROJECT, f"{url}/crew/moved")
    with Api({"base_url": other.url}, api_key=other.api_key) as api:
        assert api.artifact("crew/moved/data:best").version == "v1"
    assert list(Path(os.environ["HOME"]).glob(".cache/wandb/wbtyped/mirrors/*/mirror.json"))


def test_restore_publishes_a_mirror(
    server: WandbServer, command: Command, tmp_path: Path, api: Api
) -> None:
    command("mirror", PROJECT, tmp_path, "--no-artifacts")
    outcome = command("restore", tmp_path, "me/back")
    assert (outcome.code, outcome.err) == (0, "")
    assert f"{tmp_path} to me/back: 2 runs (2 new), 0 versions (0 new), 3 contents" in outcome.out
    assert api.run("me/back/maker").summary["loss"] == 0.25


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["mirror", "me/p", "https://host.example/p"], "does not end with entity/project"),
        (["mirror", "me/p", "https://host.example/e/p", "--dry-run"], "--dry-run is for folders"),
        (["mirror", "me/p", "folder", "--via", "x"], "--via is for the URL"),
        (["restore", "nothing", "me/p"], "is not a mirror"),
    ],
)
def test_wrong_targets_are_refused(
    server: WandbServer, command: Command, arguments: list[str], message: str
) -> None:
    outcome = command(*arguments)
    assert outcome.code == 2
    assert message in " ".join(outcome.err.split())


@pytest.mark.slow
def test_restoring_that_is_killed_at_any_moment_is_resumed(
    wandb_server: WandbServer, other: WandbServer, api: Api, tmp_path: Path
) -> None:
    moments = random.Random(71)
    for number in range(12):
        contents = {f"{name}.bin": os.urandom(20_000) for name in range(4)}
        wandb_server.add_artifact(f"me/p/set-{number % 3}", "dataset", contents)
        wandb_server.add_run(f"me/p/run-{number}", {"a.bin": os.urandom(9_000)}, history=[{"x": 1}])
    api.mirror("me/p", tmp_path)
    arguments = [sys.executable, "-m", "wbtyped.cli", "restore", str(tmp_path), "me/p"]
    environment = {**os.environ, **other.env}
    with other.fault(Fault(kind="graphql", latency=0.01)):
        for _ in range(4):
            process = subprocess.Popen(arguments, env=environment, stdout=subprocess.PIPE)
            time.sleep(moments.uniform(0.6, 2.0))
            process.send_signal(signal.SIGKILL)
            process.communicate()
    done = subprocess.run(arguments, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    with Api({"base_url": other.url}, api_key=other.api_key) as other_api:
        assert state_of(other_api, "me/p") == state_of(api, "me/p")
