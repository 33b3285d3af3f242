"""Kill uploads at any moment: no half version, and the next call sends only what is missing.

A few kills by default; `WBTYPED_KILLS=50 pytest tests/faults/test_upload_kills.py` does more.
"""

import json
import os
import random
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from wbtyped import Api
from wbtyped.server import Fault, WandbServer
from wbtyped.server.data_folder import DATABASE_FILE

KILLS = int(os.environ.get("WBTYPED_KILLS", "6"))
SEED = int(os.environ.get("WBTYPED_KILLS_SEED", str(random.randrange(1 << 32))))
PATH = "crew/ship/data"
RUN_PATH = "crew/ship/log"
SCRIPT = """
import sys
from wbtyped import Api
from wbtyped.upload import part_sizes
part_sizes.MULTIPART_BYTES, part_sizes.PART_BYTES = 300_000, 100_000
with Api() as api:
    print("begun", flush=True)
    if sys.argv[1] == "publish":
        print(api.publish(sys.argv[2], "crew/ship/data", "dataset").name, flush=True)
    else:
        api.run("crew/ship/log").upload(sys.argv[2], sys.argv[2])
        print("done", flush=True)
"""


class Rounds:
    """A folder that one killed upload after the other sends."""

    def __init__(self, server: WandbServer, folder: Path, rng: random.Random) -> None:
        self.server, self.rng = server, rng
        self.folder, self.cache = folder / "in", folder / "cache"
        self.folder.mkdir()
        self.published: list[dict[str, bytes]] = []
        self.change()

    def change(self) -> None:
        """Replace the content of all files."""
        sizes = [0, 10, 3000, 70_000, 900_000, 1_500_000, *[500] * 12]
        self.files = {f"{n % 3}/{n}.bin": self.rng.randbytes(s) for n, s in enumerate(sizes)}
        for name, content in self.files.items():
            (self.folder / name).parent.mkdir(exist_ok=True)
            (self.folder / name).write_bytes(content)

    def start(self, what: str) -> subprocess.Popen[str]:
        """Start an upload, and wait until it has begun."""
        environ = {
            "WBTYPED_ENGINE": self.rng.choice(["httpx", "curl"]), "WANDB_CACHE_DIR": str(self.cache)
        }  # fmt: skip
        process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, what, str(self.folder)],
            env={**os.environ, **self.server.env, **environ},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        return process

    def kill(self, what: str) -> bool:
        """Start an upload and kill it; return True if it was complete before."""
        with self.start(what) as process:
            assert process.stdout is not None
            time.sleep(self.rng.uniform(0, 0.4))
            process.kill()
            return bool(process.stdout.read())

    def saved_parts(self) -> set[str]:
        """Return the parts that the client remembers to have sent, as in their URLs."""
        found: set[str] = set()
        for path in (self.cache / "wbtyped/uploads").glob("*.json"):
            saved = json.loads(path.read_text())
            urls = [saved["urls"][number] for number in saved["etags"]]
            found |= {url.partition("/artifact-files/")[2].partition("?")[0] for url in urls}
        return found

    def stored(self) -> tuple[set[str], set[str]]:
        """Return which files and parts storage has of what is not committed, as in their URLs."""
        with closing(sqlite3.connect(self.server.data / DATABASE_FILE)) as database:
            files = database.execute("SELECT id FROM draft_files WHERE blob IS NOT NULL")
            parts = database.execute(
                "SELECT file_id || '/' || number FROM draft_parts WHERE blob IS NOT NULL"
            )
            return {str(row[0]) for row in files}, {str(row[0]) for row in parts}

    def sent(self) -> set[str]:
        """Return the files and parts that were sent, as in their URLs."""
        paths = [r.path for r in self.server.requests if r.method == "PUT"]
        return {path.partition("/artifact-files/")[2] for path in paths} - {""}

    def check(self, api: Api) -> None:
        """Assert that each version is one that was published whole."""
        if not api.artifact_exists(PATH):
            return
        for version in api.artifacts("dataset", PATH):
            root = self.folder.parent / version.name.replace(":", "-")
            version.verify(version.download(root))
            found = {e.path: (root / e.path).read_bytes() for e in version.manifest}
            assert found in [*self.published, self.files], f"{version.name} is half"


@pytest.mark.slow
def test_publish_killed_repeatedly_makes_no_half_version_and_resumes(
    wandb_server: WandbServer, api: Api, tmp_path: Path
) -> None:
    rounds = Rounds(wandb_server, tmp_path, random.Random(SEED))
    try:
        with wandb_server.fault(Fault(kind="storage-put", latency=0.02)):
            for _ in range(KILLS):
                is_complete = rounds.kill("publish")
                rounds.check(api)
                if is_complete:
                    rounds.published.append(rounds.files)
                    rounds.change()
        remembered = rounds.saved_parts()
        files, parts = rounds.stored()
        wandb_server.requests.clear()
        artifact = api.artifact(PATH) if api.artifact_exists(PATH) else None
        before = artifact.name if artifact is not None else None
        with rounds.start("publish") as process:
            assert process.stdout is not None
            name = process.stdout.read().strip()
        rounds.check(api)
        assert name != before
        sent = rounds.sent()
        assert not files & sent, "a file that storage had"
        # That storage has a part, the client may not have heard in time.
        assert not parts & sent & remembered, "a part that the client knew storage to have"
    except AssertionError as error:
        raise AssertionError(f"WBTYPED_KILLS_SEED={SEED}") from error


@pytest.mark.slow
def test_run_upload_killed_repeatedly_resumes(
    wandb_server: WandbServer, api: Api, tmp_path: Path
) -> None:
    wandb_server.add_run(RUN_PATH, {})
    rounds = Rounds(wandb_server, tmp_path, random.Random(SEED))
    with wandb_server.fault(Fault(kind="storage-put", latency=0.02)):
        for _ in range(KILLS // 2):
            rounds.kill("upload")
            for file in api.run(RUN_PATH).files():
                content = file.save(tmp_path / "out", replace=True).read_bytes()
                assert content == rounds.files[file.name], f"WBTYPED_KILLS_SEED={SEED}"
    had = {file.name for file in api.run(RUN_PATH).files()}
    wandb_server.requests.clear()
    with rounds.start("upload") as process:
        assert process.stdout is not None
        assert process.stdout.read() == "done\n"
    sent = [r.path for r in wandb_server.requests if r.method == "PUT"]
    assert len(sent) == len(rounds.files) - len(had)
    assert {file.name for file in api.run(RUN_PATH).files()} == {*rounds.files}
