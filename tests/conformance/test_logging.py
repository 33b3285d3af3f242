"""The official client logs to the embedded server, and ours reads the result."""

import base64
import hashlib
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from wbtyped import Api
from wbtyped.server import WandbServer

from .conftest import Scripts, finished, original


def contents(api: Api, path: str, root: Path) -> dict[str, bytes]:
    """Return the files of a version, downloaded and verified."""
    artifact = api.artifact(f"crew/ship/{path}")
    folder = Path(artifact.download(root / path.replace(":", "-")))
    artifact.verify(folder)
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


def test_official_client_logs_in_less_usual_ways(
    scripts: Scripts, api: Api, tmp_path: Path
) -> None:
    with WandbServer() as other:
        other.add_run("a/b/c", {"far.txt": b"from afar"})
        with Api({"base_url": other.url}, api_key=other.api_key) as there:
            url = there.run("a/b/c").file("far.txt").direct_url
        printed = scripts.official("log_unusual.py", str(tmp_path / "work"), url)
        assert contents(api, "referring:v0", tmp_path) == {"far.txt": b"from afar"}
    assert printed == {
        "alone": "me/ship/alone:v0",
        "draft": "crew/ship/draft:v0",
        "resumed at": 2,
        "steps": [[0, 1], [1, 2], [2, 3]],
    }
    assert contents(api, "written:v0", tmp_path) == {"deep/new.txt": b"written in place"}
    assert contents(api, "draft:v0", tmp_path) == {"b.txt": b"beta"}
    assert contents(api, "empty:v0", tmp_path) == {}
    assert contents(api, "together:v0", tmp_path) == {
        "a.txt": b"alpha",
        **{f"part{n}.txt": b"part %d" % n for n in range(3)},
    }
    assert len(api.artifacts("dataset", "crew/ship/together")) == 1
    draft = api.artifact("crew/ship/draft:again")
    assert draft.version == "v0"
    assert {run.id for run in draft.used_by()} == {"drafts", "resumed"}
    assert api.run("crew/ship/failed").state == "failed"
    assert api.run("crew/ship/resumed").state == "finished"


def test_official_client_reads_its_metrics(scripts: Scripts, tmp_path: Path) -> None:
    scripts.official("log_everything.py", str(tmp_path / "work"))
    metrics = (
        "import json, wandb\n"
        "run = wandb.Api().run('crew/ship/maker')\n"
        "losses = [row['loss'] for row in run.history(pandas=False)]\n"
        "some = len(run.history(samples=2, pandas=False))\n"
        "kept = [run.summary['loss'], run.config['lr'], run.lastHistoryStep]\n"
        "print(json.dumps([losses, some, *kept]))"
    )
    output = scripts.output("metrics.py", metrics)
    assert json.loads(output.strip().splitlines()[-1]) == [[1, 0.5, 1 / 3], 2, 1 / 3, 0.1, 2]


@pytest.mark.slow
def test_official_client_logs_from_several_processes(
    scripts: Scripts, api: Api, tmp_path: Path
) -> None:
    text = original("log_many.py")
    names = [f"p{number}" for number in range(3)]
    running = [scripts.start(f"{name}.py", text, name, "3", "6") for name in names]
    for process in running:
        finished(process, "log_many.py")
    versions = [*api.artifacts("dataset", "crew/ship/shared")]
    assert sorted(a.version for a in versions) == sorted(f"v{n}" for n in range(9))
    assert Counter(a.metadata["by"] for a in versions) == dict.fromkeys(names, 3)
    for version in versions:
        by, nth = version.metadata["by"], version.metadata["nth"]
        assert f"{by}-{nth}" in version.aliases
        assert contents(api, version.name, tmp_path) == {
            f"deep/{n}.txt": (b"%d" % n if n % 2 else f"{by} {nth} {n}".encode()) for n in range(6)
        }
        maker = version.logged_by()
        assert maker is not None
        assert maker.id == by


def test_official_client_syncs_an_offline_run(scripts: Scripts, api: Api, tmp_path: Path) -> None:
    scripts.output("log_offline.py", original("log_offline.py"), str(tmp_path / "work"))
    [folder] = scripts.work.glob("*/wandb/offline-run-*")
    home = tmp_path / "home"
    home.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "wandb", "sync", str(folder)],
        env=scripts.environment(home), capture_output=True, text=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert contents(api, "offline:sent", tmp_path) == {"off.txt": b"offline"}
    assert api.run("crew/ship/offline").state == "finished"


@pytest.mark.slow
def test_official_client_uploads_in_parts(
    wandb_server: WandbServer, scripts: Scripts, api: Api, tmp_path: Path
) -> None:
    """A little over 2 GiB: from there on the official client uploads in parts."""
    large = tmp_path / "large.bin"
    size = 2 * 1024**3 + 5
    with large.open("wb") as stream:
        stream.truncate(size)
        for offset in (0, 100 * 1024**2 - 1, size - 5):
            stream.seek(offset)
            stream.write(b"mark")
    scripts.output("log_large.py", original("log_large.py"), str(large))
    parts = [r for r in wandb_server.requests if r.path.startswith("/artifact-files/1/")]
    assert len(parts) == 21
    [entry] = api.artifact("crew/ship/large:v0").manifest
    with large.open("rb") as stream:
        digest = hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).digest()
    assert (entry.size, entry.digest) == (size, base64.b64encode(digest).decode())
    saved = Path(entry.download(tmp_path / "saved"))
    assert saved.stat().st_size == size


def test_log_artifact_of_existing_version_appears_in_both_runs(
    scripts: Scripts, wandb_server: WandbServer, api: Api
) -> None:
    files = {f"{i}.txt": b"%d" % i for i in range(10)}
    wandb_server.add_artifact("crew/ship/data", "dataset", files, logged_by="crew/ship/first")
    for run in ("second", "third"):
        wandb_server.add_run(f"crew/ship/{run}")
    printed = scripts.official("log_again.py")
    assert printed == {
        "logged": [["data:v0"], ["data:v0"], []],
        "creator": "first",
        "versions": 1,
        "aliases": ["again", "latest"],
        "named": [1, ["3.txt"]],
        "all": 10,
    }
    artifact = api.artifact("crew/ship/data:v0")
    assert artifact.tags == ["kept"]
    assert [a.name for a in api.run("crew/ship/second").logged_artifacts()] == ["data:v0"]


def test_storage_region_unknown_is_refused(tmp_path: Path) -> None:
    with WandbServer(storage_regions=["moon"]) as server:
        scripts = Scripts(server.env, tmp_path)
        assert scripts.official("log_region.py", "moon") == "logged"
        error = str(scripts.official("log_region.py", "mars"))
        assert "invalid storage region 'mars'" in error
        with Api({"base_url": server.url}, api_key=server.api_key) as api:
            manifest = api.artifact("crew/ship/in-moon:v0").manifest
            assert manifest.storage_region == "moon"
            assert not api.artifact_collection_exists("crew/ship/in-mars", "dataset")
