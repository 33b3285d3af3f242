"""A server is killed while clients write, again and again on one data folder.

WBTYPED_KILLS sets the number of kills; the normal suite does a few.
"""

import hashlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from wbtyped import Api, Run
from wbtyped.errors import NotFoundError, WbtypedError

from .test_artifact_upload import Uploader

KILLS = int(os.environ.get("WBTYPED_KILLS", "3"))
MAX_RESPONSES = 12
"""Maximum number of responses before a server is killed."""
MAX_DELAY_SECONDS = 0.05
"""Maximum seconds from the last of these responses to the kill."""
SERVE = """
import sys
from pathlib import Path
from wbtyped.server import WandbServer, serve
server = WandbServer(Path(sys.argv[1]))
server.add_run("crew/ship/log")
serve(server, lambda s: print(s.url, s.api_key, flush=True))
"""
LINES = """
query { project(name: "ship", entityName: "crew") {
  run(name: "log") { history(samples: 1000000) } } }
"""
State = bytes | None
"""What a name stands for: the bytes of a file, or nothing."""


@dataclass
class Ledger:
    """Allowed states: what was acknowledged, and what was requested since, without a response."""

    allowed: dict[str, set[State]] = field(default_factory=dict[str, set[State]])
    touched: set[str] = field(default_factory=set[str])
    acknowledged: int = 0

    def write(self, name: str, state: State, work: Callable[[], object]) -> None:
        """Run what leaves `state` under a name, unless interrupted."""
        self.touched.add(name)
        self.allowed.setdefault(name, {None}).add(state)
        work()
        self.allowed[name] = {state}
        self.acknowledged += 1

    def check(self, name: str, found: State) -> None:
        """Compare with what is found after a restart."""
        assert found in self.allowed[name], f"{name}: {len(self.allowed[name])} states allowed"
        self.allowed[name] = {found}


class Server:
    """A server process on a folder."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-c", SERVE, str(folder)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.url, self.key = self.process.stdout.readline().split()

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        """End the process if a failed check left it running."""
        if self.process.poll() is None:
            self.end(signal.SIGKILL)

    def end(self, number: int) -> None:
        self.process.send_signal(number)
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


class Writer:
    """Writes all kinds of things to a server until it stops responding."""

    def __init__(self, server: Server, files: Ledger, versions: Ledger, work: Path) -> None:
        self.files, self.versions = files, versions
        self.lines = self.confirmed = len(history(server))
        self._server, self._work = server, work
        self._answered = threading.Semaphore(0)
        self._random = random.Random(server.url)
        self._round = server.key[-4:] + server.url[-5:] + os.urandom(2).hex()

    def run(self, least: int, seconds: float) -> None:
        """Write from three threads, and kill the server some seconds after enough responses.

        The first time that is when there is something of every kind.
        """
        kinds = (self._write_files, self._write_versions, self._write_lines)
        threads = [threading.Thread(target=self._until_killed, args=(kind,)) for kind in kinds]
        for thread in threads:
            thread.start()
        responses = 0
        while responses < least or not (self.files.acknowledged and self.versions.acknowledged):
            assert self._answered.acquire(timeout=60)
            responses += 1
        time.sleep(seconds)
        self._server.end(signal.SIGKILL)
        for thread in threads:
            thread.join()

    def _until_killed(self, write: Callable[[], None]) -> None:
        try:
            write()
        except (WbtypedError, httpx.TransportError):
            assert self._server.process.wait() == -signal.SIGKILL

    def _write(self, ledger: Ledger, name: str, state: State, work: Callable[[], object]) -> None:
        ledger.write(name, state, work)
        self._answered.release()

    def _write_files(self) -> None:
        with Api({"base_url": self._server.url}, api_key=self._server.key) as api:
            run = api.run("crew/ship/log")
            for number in range(10_000):
                new, kept = f"{self._round}/{number}", f"{self._round}/again"
                self._write(self.files, new, *self._upload(run, new))
                self._write(self.files, kept, *self._upload(run, kept))
                if number % 3 == 2:
                    old = f"{self._round}/{number - 1}"
                    self._write(self.files, old, None, run.file(old).delete)

    def _upload(self, run: Run, name: str) -> tuple[bytes, Callable[[], object]]:
        content = os.urandom(self._random.choice([1, 3000, 300_000]))
        path = self._work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return content, lambda: run.upload_file(path, root=self._work)

    def _write_versions(self) -> None:
        with httpx.Client(timeout=30) as http:
            for number in range(10_000):
                files = {f"{i}.bin": os.urandom(2000 * (i + 1)) for i in range(3)}
                uploader = Uploader(self._ask, http, files)
                alias = f"{self._round}-{number}"
                labels = [{"artifactCollectionName": "data", "alias": alias}]

                def make(uploader: Uploader = uploader, labels: object = labels) -> None:
                    uploader.upload_all(aliases=labels)

                self._write(self.versions, alias, b"".join(files.values()), make)

    def _write_lines(self) -> None:
        url = f"{self._server.url}/files/crew/ship/log/file_stream"
        auth = ("api", self._server.key)
        with httpx.Client(timeout=30, auth=auth) as http:
            for number in range(self.lines, 100_000):
                steps = {"offset": number, "content": [json.dumps({"_step": number})]}
                self.lines = number + 1
                body = {"files": {"wandb-history.jsonl": steps}}
                assert http.post(url, json=body).is_success
                self.confirmed = number + 1
                self._answered.release()

    def _ask(self, query: str, **variables: object) -> httpx.Response:
        return ask(self._server, query, **variables)


def ask(server: Server, query: str, **variables: object) -> httpx.Response:
    body = {"query": query, "variables": variables}
    return httpx.post(f"{server.url}/graphql", json=body, auth=("api", server.key), timeout=30)


def history(server: Server) -> list[str]:
    response = ask(server, LINES).json()
    lines: list[str] = response["data"]["project"]["run"]["history"]
    return lines


def file_state(run: Run, name: str) -> State:
    file = run.file(name)
    content = httpx.get(file.direct_url).content if file.attrs.updated_at else None
    assert content is None or len(content) == file.size
    return content


def version_state(api: Api, alias: str, folder: Path) -> State:
    try:
        artifact = api.artifact(f"crew/ship/data:{alias}")
    except NotFoundError:
        return None
    artifact.download(folder / alias)
    artifact.verify(folder / alias)
    return b"".join(path.read_bytes() for path in sorted((folder / alias).iterdir()))


def check(server: Server, writer: Writer, folder: Path, *, everything: bool) -> None:
    """Compare what a server returns with what it acknowledged before it was killed."""
    files, versions = writer.files, writer.versions
    with Api({"base_url": server.url}, api_key=server.key) as api:
        run = api.run("crew/ship/log")
        for name in files.allowed if everything else files.touched:
            files.check(name, file_state(run, name))
        there = {name for name, states in files.allowed.items() if states != {None}}
        assert {file.name for file in run.files(per_page=1000)} == there
        for alias in versions.allowed if everything else versions.touched:
            versions.check(alias, version_state(api, alias, folder))
    lines = history(server)
    assert writer.confirmed <= len(lines) <= writer.lines
    assert [json.loads(line)["_step"] for line in lines] == [*range(len(lines))]
    files.touched.clear()
    versions.touched.clear()


def check_disk(data: Path, *, killed: bool) -> None:
    """Check that every blob matches its key, and that rows and blobs belong together."""
    blobs, found = data / "blobs", set[str]()
    for path in blobs.glob("??/*"):
        key = path.parent.name + path.name
        assert hashlib.sha256(path.read_bytes()).hexdigest() == key, "partly written"
        found.add(key)
    if killed:
        # The database is left alone, for the server to recover.
        return
    connection = sqlite3.connect(data / "server.sqlite")
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    named = {row[0] for row in connection.execute("SELECT blob FROM named_blobs") if row[0]}
    connection.close()
    assert named == found
    assert not list((blobs / "incoming").iterdir())


@pytest.mark.slow
def test_killed_server_keeps_acknowledged_data(tmp_path: Path) -> None:
    data, work, back = (tmp_path / name for name in ("data", "work", "back"))
    files, versions = Ledger(), Ledger()
    for number in range(KILLS):
        with Server(data) as server:
            writer = Writer(server, files, versions, work)
            chance = random.Random(number)
            writer.run(chance.randrange(MAX_RESPONSES), chance.uniform(0, MAX_DELAY_SECONDS))
        check_disk(data, killed=True)
        with Server(data) as server:
            check(server, writer, back, everything=number == KILLS - 1)
            # Every other time, the next writers get a server that was killed while idle.
            server.end(signal.SIGTERM if number % 2 else signal.SIGKILL)
    Server(data).end(signal.SIGTERM)
    check_disk(data, killed=False)
    assert files.acknowledged > KILLS
    assert versions.acknowledged
