"""Downloads that are killed at any moment: nothing wrong has a final name, nothing done is lost.

A few kills each time; `WBTYPED_KILLS=50 pytest tests/faults/test_kills.py` does more of them.
"""

import os
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

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
root, cache, groups, *alone = sys.argv[1:]
with Api() as api:
    found = api.artifact("crew/ship/many")
    for group in range(int(groups)):
        found.download(root, path_prefix=f"{group}/", cache=cache or False)
        print("group", group, flush=True)
    for name in alone:
        print("file", api.run("crew/ship/log").file(name).save(root), flush=True)
"""
ALONE = [f"run/{number}.bin" for number in range(6)]


def saved(root: Path) -> dict[str, bytes]:
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}


class Rounds:
    """One root that download after download goes to, each of them killed."""

    def __init__(self, server: WandbServer, folder: Path, dice: random.Random) -> None:
        server.add_artifact("crew/ship/many", "dataset", FILES)
        self.alone = {name: dice.randbytes(1_500_000) for name in ALONE}
        server.add_run("crew/ship/log", self.alone)
        self.server = server
        self.dice = dice
        self.root, self.cache = folder / "root", folder / "cache"
        self.acknowledged: set[str] = set()

    def kill(self) -> None:
        """Start a download, and kill it some time after it has acknowledged some of it."""
        left = [name for name in ALONE if not (self.root / name).exists()]
        cache = self.dice.choice(["", str(self.cache)])
        environ = {"WBTYPED_ENGINE": self.dice.choice(["httpx", "curl"])}
        process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(self.root), cache, str(GROUPS), *left],
            env={**os.environ, **self.server.env, **environ},
            stdout=subprocess.PIPE,
            text=True,
        )
        with process:
            for _ in range(self.dice.randrange(GROUPS)):
                self._note((process.stdout.readline() if process.stdout else "").split())
            time.sleep(self.dice.uniform(0, 0.15))
            process.kill()
            for line in process.stdout or ():
                self._note(line.split())

    def _note(self, words: Sequence[str]) -> None:
        """Take what a download says that it has done."""
        if words[:1] == ["group"]:
            self.acknowledged |= {name for name in FILES if name.startswith(f"{words[1]}/")}
        elif words:
            self.acknowledged.add(Path(words[1]).relative_to(self.root).as_posix())

    def check(self) -> None:
        """What has a final name is right, and what was acknowledged is there."""
        there = {n: c for n, c in saved(self.root).items() if not n.endswith(".part")}
        assert there.items() <= {**FILES, **self.alone}.items()
        assert self.acknowledged <= there.keys()

    def finish(self, api: Api) -> None:
        """Download the rest; what was left behind goes."""
        api.artifact("crew/ship/many").download(self.root, cache=self.cache)
        api.run("crew/ship/log").files().download(self.root)
        everything = {**FILES, **self.alone}
        found = saved(self.root)
        assert {name: found.get(name) for name in everything} == everything
        # Killed in the instant between making a journal and its first line, nothing proves it.
        left = {name for name in found.keys() - everything if found[name]}
        assert left == set()
        assert maintenance.verify(Cache(self.cache)) == []


@pytest.mark.slow
def test_download_killed_again_and_again_loses_nothing(
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
            if rounds.acknowledged == {*FILES, *ALONE}:
                rounds.root.rename(tmp_path / f"done-{number}")
                rounds.acknowledged.clear()
    rounds.finish(api)
