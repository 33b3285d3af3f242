"""Many processes at a time, and a server that is killed while they run."""

import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from wbtyped import Api
from wbtyped.artifacts import Artifact
from wbtyped.errors import NotFoundError
from wbtyped.server import Fault, RequestKind, WandbServer

from .conftest import Scripts, finished, original

WRITERS, READERS, VERSIONS_PER_WRITER, FILES_PER_VERSION = 8, 8, 3, 6
READER = """
import sys
from pathlib import Path
from wbtyped import Api
from wbtyped.errors import NotFoundError

done, root = Path(sys.argv[1]), Path(sys.argv[2])
seen = set()
with Api() as api:
    while not done.exists():
        try:
            versions = [*api.artifacts("dataset", "crew/ship/shared", per_page=5)]
        except NotFoundError:
            continue
        names = [version.name for version in versions]
        assert len(set(names)) == len(names), names
        assert seen <= set(names), "a version has gone"
        for version in versions:
            if version.name not in seen:
                version.verify(version.download(root / version.version))
                assert len(version.manifest) == 6
                seen.add(version.name)
print(len(seen))
"""


def assert_complete(api: Api, names: list[str], root: Path) -> None:
    """Assert that every version of every writer exists once, with the right content."""
    versions = [*api.artifacts("dataset", "crew/ship/shared")]
    expected = [(name, nth) for name in names for nth in range(VERSIONS_PER_WRITER)]
    found = Counter((a.metadata["by"], a.metadata["nth"]) for a in versions)
    assert found == Counter(expected)
    numbers = sorted(int(a.version[1:]) for a in versions)
    assert numbers == list(range(len(expected)))
    for version in versions:
        by, nth = version.metadata["by"], version.metadata["nth"]
        assert f"{by}-{nth}" in version.aliases
        folder = Path(version.download(root / version.version))
        version.verify(folder)
        for n in range(FILES_PER_VERSION):
            content = f"{n}" if n % 2 else f"{by} {nth} {n}"
            assert (folder / "deep" / f"{n}.txt").read_text() == content


def start_writers(scripts: Scripts, names: list[str]) -> list[subprocess.Popen[str]]:
    text = original("log_many.py")
    numbers = str(VERSIONS_PER_WRITER), str(FILES_PER_VERSION)
    return [scripts.start(f"{name}.py", text, name, *numbers) for name in names]


@pytest.mark.slow
def test_server_many_writers_and_readers_lose_nothing(
    wandb_server: WandbServer, scripts: Scripts, api: Api, tmp_path: Path
) -> None:
    names = [f"w{number}" for number in range(WRITERS)]
    done = tmp_path / "done"
    kinds: list[RequestKind] = ["graphql", "storage-put", "storage-get", "file-stream"]
    faults = [Fault(kind=kind, status=503, skip=20, times=5) for kind in kinds]
    for fault in faults:
        wandb_server.faults.add(fault)
    readers = [
        scripts.start(f"r{number}.py", READER, str(done), str(tmp_path / f"r{number}"))
        for number in range(READERS)
    ]
    writers = start_writers(scripts, names)
    try:
        for writer in writers:
            finished(writer, "log_many.py")
        time.sleep(1)
    finally:
        done.touch()
    assert all(int(finished(reader, "reader")) > 0 for reader in readers)
    assert [fault.hits for fault in faults[:3]] == [5, 5, 5]
    assert_complete(api, names, tmp_path / "all")


class ServerProcess:
    """A server in its own process, on fixed ports, that can be killed and restarted."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.ports = [free_port(), free_port()]
        self.key = "local-" + "k" * 40
        self.env = {
            "WANDB_BASE_URL": f"http://127.0.0.1:{self.ports[0]}",
            "WANDB_API_KEY": self.key,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        port, storage_port = map(str, self.ports)
        command = [
            sys.executable, "-m", "wbtyped.cli", "serve", str(self.data), "--port", port,
            "--storage-port", storage_port, "--api-key", self.key,
        ]  # fmt: skip
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.ports[0])) == 0:
                    return
            time.sleep(0.1)
        raise AssertionError("the server did not start")

    def uncommitted(self) -> int:
        """Return the number of versions that were started and not committed."""
        with closing(sqlite3.connect(self.data / "server.sqlite")) as rows:
            return int(rows.execute("SELECT count(*) FROM drafts").fetchone()[0])

    def stop(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)
        self._process.wait()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def committed(api: Api) -> dict[str, Artifact]:
    """Return the versions that the server lists; none if the project does not exist yet."""
    try:
        return {a.name: a for a in api.artifacts("dataset", "crew/ship/shared")}
    except NotFoundError:
        return {}


@pytest.mark.slow
def test_server_killed_and_restarted_keeps_committed_versions(tmp_path: Path) -> None:
    server = ServerProcess(tmp_path / "data")
    scripts = Scripts(server.env, tmp_path / "scripts")
    names = ["w0", "w1"]
    server.start()
    writers = start_writers(scripts, names)
    killed_while_writing = 0
    seen: set[str] = set()
    with Api({"base_url": server.env["WANDB_BASE_URL"]}, api_key=server.key) as api:
        for _ in range(3):
            while not server.uncommitted() and any(w.poll() is None for w in writers):
                time.sleep(0.01)
            server.stop(signal.SIGKILL)
            killed_while_writing += server.uncommitted()
            server.start()
            versions = committed(api)
            assert seen <= versions.keys()
            seen |= versions.keys()
            for version in versions.values():
                version.verify(version.download(tmp_path / "between" / version.version))
        for writer in writers:
            finished(writer, "log_many.py")
        assert killed_while_writing > 0
        assert_complete(api, names, tmp_path / "all")
    server.stop(signal.SIGTERM)
