"""Kill downloads at any moment: final names hold correct files, and nothing acknowledged is lost.

A few kills by default; `WBTYPED_KILLS=50 pytest tests/faults/test_kills.py` does more.
"""

import os
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.conftest import files_in
from wbtyped import Api
from wbtyped.download.cache import maintenance
from wbtyped.download.cache.store import Cache
from wbtyped.server import Fault, WandbServer

KILLS = int(os.environ.get("WBTYPED_KILLS", "6"))
SEED = int(os.environ.get("WBTYPED_KILLS_SEED", str(random.randrange(1 << 32))))
SIZES = random.Random(0)
GROUPS = 12
FILES = {
    f"{group}/{number}/{'x' * (number % 3)}0.bin": SIZES.randbytes(size)
    for group in range(GROUPS)
    for number, size in enumerate([0, 10, 3000, 70_000, 900_000, 2_500_000, *[500] * 20])
}
SCRIPT = """
import sys
from wbtyped import Api
root, cache, groups, *run_files = sys.argv[1:]
with Api() as api:
    artifact = api.artifact("crew/ship/many")
    for group in range(int(groups)):
        artifact.download(root, path_prefix=f"{group}/", cache=cache or False)
        print("group", group, flush=True)
    for name in run_files:
        print("file", api.run("crew/ship/log").file(name).save(root), flush=True)
"""
RUN_FILES = [f"run/{number}.bin" for number in range(6)]


class Rounds:
    """A folder that one killed download after the other writes to."""

    def __init__(self, server: WandbServer, folder: Path, rng: random.Random) -> None:
        server.add_artifact("crew/ship/many", "dataset", FILES)
        self.run_files = {name: rng.randbytes(1_500_000) for name in RUN_FILES}
        server.add_run("crew/ship/log", self.run_files)
        self.server = server
        self.rng = rng
        self.root, self.cache = folder / "root", folder / "cache"
        self.acknowledged: set[str] = set()

    def kill(self) -> None:
        """Start a download, and kill it after it has acknowledged some files."""
        left = [name for name in RUN_FILES if not (self.root / name).exists()]
        cache = self.rng.choice(["", str(self.cache)])
        environ = {"WBTYPED_ENGINE": self.rng.choice(["httpx", "curl"])}
        process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(self.root), cache, str(GROUPS), *left],
            env={**os.environ, **self.server.env, **environ},
            stdout=subprocess.PIPE,
            text=True,
        )
        with process:
            for _ in range(self.rng.randrange(GROUPS)):
                self._acknowledge((process.stdout.readline() if process.stdout else "").split())
            time.sleep(self.rng.uniform(0, 0.15))
            process.kill()
            for line in process.stdout or ():
                self._acknowledge(line.split())

    def _acknowledge(self, words: Sequence[str]) -> None:
        """Record what a line of a download's output acknowledges."""
        if words[:1] == ["group"]:
            self.acknowledged |= {name for name in FILES if name.startswith(f"{words[1]}/")}
        elif words:
            self.acknowledged.add(Path(words[1]).relative_to(self.root).as_posix())

    def check(self) -> None:
        """Assert that final names hold correct files, and that acknowledged files are there."""
        final = {n: c for n, c in files_in(self.root).items() if not n.endswith(".part")}
        assert final.items() <= {**FILES, **self.run_files}.items()
        assert self.acknowledged <= final.keys()

    def finish(self, api: Api) -> None:
        """Download the rest; temporary files must be gone."""
        api.artifact("crew/ship/many").download(self.root, cache=self.cache)
        api.run("crew/ship/log").files().download(self.root)
        everything = {**FILES, **self.run_files}
        found = files_in(self.root)
        assert {name: found.get(name) for name in everything} == everything
        # A journal that was killed before its first line may as well be a file of the user.
        left = {name for name in found.keys() - everything if found[name]}
        assert left == set()
        assert maintenance.verify(Cache(self.cache)) == []


@pytest.mark.slow
def test_download_killed_repeatedly_loses_nothing(
    wandb_server: WandbServer, api: Api, tmp_path: Path
) -> None:
    rounds = Rounds(wandb_server, tmp_path, random.Random(SEED))
    with wandb_server.fault(Fault(kind="storage-get", rate=2e7)):
        for number in range(KILLS):
            rounds.kill()
            try:
                rounds.check()
            except AssertionError as error:
                raise AssertionError(f"kill {number} of WBTYPED_KILLS_SEED={SEED}") from error
            if rounds.acknowledged == {*FILES, *RUN_FILES}:
                rounds.root.rename(tmp_path / f"done-{number}")
                rounds.acknowledged.clear()
    rounds.finish(api)
