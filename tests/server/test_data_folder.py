"""One server at a time on a folder, and cleaning up after a killed one."""

import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from wbtyped.errors import DiskError
from wbtyped.server import WandbServer

from .conftest import FILES, stored

SERVE = """
import sys
from pathlib import Path
from wbtyped.server import WandbServer, serve
server = WandbServer(Path(sys.argv[1]))
server.add_run("crew/ship/log", files={"kept": b"content"})
serve(server, lambda s: print(s.url, s.api_key, flush=True))
"""


def start(folder: Path) -> tuple[subprocess.Popen[str], str, str]:
    command = [sys.executable, "-c", SERVE, str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    url, key = process.stdout.readline().split()
    return process, url, key


def end(process: subprocess.Popen[str], number: int) -> int:
    process.send_signal(number)
    assert process.stdout is not None
    process.stdout.close()
    return process.wait()


def query_files(url: str, key: str, **variables: object) -> list[dict[str, str]]:
    body = {"query": FILES, "variables": variables}
    response = httpx.post(f"{url}/graphql", json=body, auth=("api", key)).json()
    run = response["data"]["project"]["run"]
    return [edge["node"] for edge in run["files"]["edges"]]


def begin_upload(url: str, *, length: int = 2_000) -> socket.socket:
    """Send 1,000 bytes of an upload; return once the server is receiving it."""
    parts = urlsplit(url)
    connection = socket.create_connection((parts.hostname or "", parts.port or 0))
    head = (
        f"PUT {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
        f"Content-Length: {length}\r\nExpect: 100-continue\r\n\r\n"
    )
    connection.sendall(head.encode())
    # Sent when the server starts reading the body; for a large one it has opened a file.
    assert connection.recv(1000).startswith(b"HTTP/1.1 100 ")
    connection.sendall(b"x" * 1000)
    return connection


def test_folder_in_use_raises_disk_error(tmp_path: Path) -> None:
    with WandbServer(tmp_path) as first:
        with pytest.raises(DiskError, match="in use by another server"):
            WandbServer(tmp_path)
        first.add_run("crew/ship/log", files={"a": b"still running"})
    with WandbServer(tmp_path) as second:
        assert len(stored(second)) == 1


def test_second_close_keeps_lock_of_next_server(tmp_path: Path) -> None:
    first = WandbServer(tmp_path).start()
    first.close()
    with WandbServer(tmp_path):
        first.close()
        with pytest.raises(DiskError):
            WandbServer(tmp_path)


def test_server_killed_during_upload_cleans_up(tmp_path: Path) -> None:
    process, url, key = start(tmp_path)
    [node] = query_files(url, key, names=["new"], upload=True)
    with begin_upload(node["url"], length=300_000):
        assert end(process, signal.SIGKILL) == -signal.SIGKILL
    incoming = tmp_path / "blobs" / "incoming"
    assert len(list(incoming.iterdir())) == 1
    # As if it had died after renaming a blob into place, before writing its row.
    orphan = tmp_path / "blobs" / "ab" / ("c" * 62)
    orphan.parent.mkdir(exist_ok=True)
    orphan.write_bytes(b"unreferenced")

    process, url, key = start(tmp_path)
    files = query_files(url, key)
    content = httpx.get(files[0]["directUrl"]).content
    assert end(process, signal.SIGTERM) == 0
    assert ([file["name"] for file in files], content) == (["kept"], b"content")
    assert list(incoming.iterdir()) == []
    assert not orphan.exists()
    assert sum(path.is_file() for path in (tmp_path / "blobs").rglob("*")) == 1


def test_upload_in_progress_blocks_nobody(wandb_server: WandbServer) -> None:
    wandb_server.add_run("crew/ship/log", files={"a": b"1"})
    url, key = wandb_server.url, wandb_server.api_key
    [node] = query_files(url, key, names=["new"], upload=True)
    with begin_upload(node["url"]) as connection:
        [here] = query_files(url, key)
        assert (here["name"], httpx.get(here["directUrl"]).content) == ("a", b"1")
        wandb_server.add_run("crew/ship/log", files={"b": b"2"})
        connection.sendall(b"x" * 1000)
        assert connection.recv(1000).startswith(b"HTTP/1.1 200 ")
    assert [node["name"] for node in query_files(url, key)] == ["a", "b", "new"]


def test_signal_stops_server_cleanly(tmp_path: Path) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        process, _, _ = start(tmp_path)
        assert end(process, number) == 0
        assert not (tmp_path / "lock.sqlite").exists()
