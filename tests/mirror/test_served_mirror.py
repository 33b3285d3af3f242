"""A mirror is served offline and read-only, to both clients."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.conftest import files_in
from tests.mirror.projects import HOSTILE, PROJECT, fill, state_of
from wbtyped import Api
from wbtyped.errors import ChecksumError, GraphQLError, UsageError
from wbtyped.server import WandbServer

OFFICIAL = """
import json, sys
import wandb

api = wandb.Api()
runs = {
    run.id: {
        "name": run.name, "state": run.state, "config": run.config, "loss": run.summary.get("loss"),
        "history": [row.get("loss") for row in run.scan_history()],
        "files": sorted((file.name, file.size, file.md5) for file in run.files()),
    }
    for run in api.runs("me/p", order="+created_at")
}
version = api.artifact("me/p/data:best")
folder = version.download(root=sys.argv[1])
version.verify(folder)
first = api.artifact("me/p/shelf:chosen")
print(json.dumps({
    "runs": runs, "version": version.version, "digest": version.digest,
    "maker": first.logged_by().name, "users": [run.id for run in first.used_by()],
    "net": [entry for entry in api.artifact("me/p/net:latest").manifest.entries],
    "types": sorted(kind.name for kind in api.artifact_types("me/p")),
    "metadata": first.metadata, "source": first.source_name,
}, default=str))
"""


@pytest.fixture
def mirror(wandb_server: WandbServer, api: Api, tmp_path: Path) -> Path:
    fill(wandb_server)
    assert api.mirror(PROJECT, tmp_path / "mirror").ok
    return tmp_path / "mirror"


@pytest.fixture
def offline(mirror: Path) -> Iterator[WandbServer]:
    with WandbServer(mirrors=[mirror]) as server:
        yield server


def api_of(server: WandbServer) -> Api:
    return Api({"base_url": server.url}, api_key=server.api_key)


def test_served_mirror_shows_what_the_server_had(
    wandb_server: WandbServer, api: Api, offline: WandbServer, mirror: Path
) -> None:
    before = files_in(mirror)
    with api_of(offline) as read:
        assert state_of(read) == state_of(api)
        assert read.artifact("me/p/shelf:v0").source_name == "data:v0"
    assert offline.collect_garbage() == 0
    assert files_in(mirror) == before


def official(server: WandbServer, folder: Path, script: str = OFFICIAL) -> dict[str, object]:
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("WANDB")}
    home = folder / "home"
    home.mkdir(parents=True)
    done = subprocess.run(
        [sys.executable, "-c", script, str(folder / "files")],
        cwd=home, capture_output=True, text=True, check=False, timeout=120,
        env={**inherited, **server.env, "HOME": str(home), "WANDB_SILENT": "true",
             "WANDB_CACHE_DIR": str(home), "WANDB_ERROR_REPORTING": "false"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_official_client_reads_a_served_mirror_as_the_server(
    wandb_server: WandbServer, offline: WandbServer, tmp_path: Path
) -> None:
    from_server = official(wandb_server, tmp_path / "a")
    from_mirror = official(offline, tmp_path / "b")
    assert from_mirror == from_server
    assert files_in(tmp_path / "b" / "files") == files_in(tmp_path / "a" / "files") != {}


def test_served_mirror_refuses_changes(offline: WandbServer) -> None:
    with api_of(offline) as api:
        run = api.run("me/p/maker")
        with pytest.raises(GraphQLError, match="serves a mirror, which is read-only"):
            run.delete()
        with pytest.raises(GraphQLError, match="read-only"):
            api.create_run(project="p", entity="me")
        assert api.run("me/p/maker").state == "finished"
    streamed = httpx.post(
        f"{offline.url}/files/me/p/maker/file_stream", json={}, auth=("api", offline.api_key)
    )
    assert (streamed.status_code, "read-only" in streamed.text) == (403, True)


def test_official_client_is_told_that_a_mirror_is_read_only(
    offline: WandbServer, tmp_path: Path
) -> None:
    script = """
import json, wandb
try:
    wandb.Api().run("me/p/maker").delete()
except Exception as error:
    print(json.dumps({"error": str(error)}))
"""
    assert "read-only" in str(official(offline, tmp_path, script)["error"])


def test_deleted_version_is_served_unless_its_place_is_taken(
    wandb_server: WandbServer, api: Api, mirror: Path
) -> None:
    api.artifact("me/p/net:v0").delete(delete_aliases=True)
    api.artifact_collection("dataset", "me/p/data").delete()
    wandb_server.add_artifact("me/p/data", "dataset", {"new": b"new"})
    api.mirror(PROJECT, mirror)
    with WandbServer(mirrors=[mirror]) as server, api_of(server) as read:
        assert read.artifact("me/p/net:v0").get_entry("empty").read() == b""
        assert [v.name for v in read.artifacts("dataset", "me/p/data")] == ["data:v1", "data:v0"]
        assert list(read.artifact("me/p/data:v0").manifest.entries) == ["new"]
        assert read.artifact("me/p/data:latest").version == "v0"


def test_folders_that_are_no_mirrors_are_refused(mirror: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="has no mirror.json"):
        WandbServer(mirrors=[tmp_path])
    with pytest.raises(UsageError, match="two of the mirrors are of me/p"):
        WandbServer(mirrors=[mirror, mirror])
    with pytest.raises(UsageError, match="without a data folder"):
        WandbServer(tmp_path / "data", mirrors=[mirror])
    with pytest.raises(UsageError, match="must be a list of folders"):
        WandbServer(mirrors=str(mirror))


def test_damaged_content_of_a_served_mirror_is_noticed(mirror: Path) -> None:
    for path in (mirror / "contents").rglob("*"):
        if path.is_file() and path.read_bytes() == b"weights":
            path.write_bytes(b"wEights")
    with WandbServer(mirrors=[mirror]) as server, api_of(server) as read:
        with pytest.raises(ChecksumError):
            read.artifact("me/p/net:v0").get_entry(HOSTILE).read()
