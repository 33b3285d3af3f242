"""Forked children do not disturb the server of their parent, however they exit."""

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

if sys.platform == "win32":
    pytest.skip("Windows does not fork", allow_module_level=True)

BEGIN = """
import http.client, multiprocessing, os, signal, socket, sys, threading, time
from pathlib import Path
from urllib.parse import urlsplit
import httpx
from wbtyped import Api
from wbtyped.errors import DiskError, UsageError
from wbtyped.server import WandbServer

content = os.urandom(300_000)

def begin_upload(api, run):
    [file] = run.files(["half"], upload=True)
    parts = urlsplit(api.client.transport.absolute(file.url))
    connection = http.client.HTTPConnection(parts.netloc)
    connection.putrequest("PUT", f"{parts.path}?{parts.query}")
    connection.putheader("Content-Length", str(len(content)))
    connection.endheaders()
    connection.send(content[:200_000])
    return connection

def check(server, api, run, upload):
    upload.send(content[200_000:])
    assert upload.getresponse().status == 200
    upload.close()
    assert httpx.get(run.file("half").direct_url).content == content
    server.add_run("me/ship/log", {"after": b"as before"})
    assert {f.name for f in run.files()} == {"a", "half", "after"}
    assert httpx.get(run.file("a").direct_url).content == b"alpha"
    try:
        WandbServer(server.data)
    except DiskError:
        pass
    else:
        raise AssertionError("the folder is no longer locked")
"""
FORK = """
def exit_child(server, exit_by):
    if exit_by == "closes":
        server.close()
        os._exit(0)
    if exit_by == "uses":
        try:
            server.add_run("me/ship/other", {"b": b"beta"})
        except UsageError as error:
            assert "process" in str(error)
            os._exit(0)
        os._exit(3)
    if exit_by == "os._exit":
        os._exit(0)
    if exit_by == "sys.exit":
        sys.exit(0)
    if exit_by == "exception":
        raise KeyError("on purpose")
    if exit_by == "returns":
        return
    os.kill(os.getpid(), getattr(signal, exit_by))

def fork(folder, exit_by):
    server = WandbServer(folder)
    with server, Api({"base_url": server.url}, api_key=server.api_key) as api:
        server.add_run("me/ship/log", {"a": b"alpha"})
        run = api.run("me/ship/log")
        upload = begin_upload(api, run)
        if exit_by == "multiprocessing":
            process = multiprocessing.get_context("fork").Process(target=server.close)
            process.start()
            process.join()
            assert process.exitcode == 0
        else:
            child = os.fork()
            if not child:
                exit_child(server, exit_by)
                return "child"
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 3
        check(server, api, run, upload)
        data = server.data
    assert folder is not None or not data.exists()
    return "parent"

for exit_by in sys.argv[2:]:
    if fork(Path(sys.argv[1], exit_by), exit_by) == "child":
        sys.exit()
    print(exit_by, flush=True)
if fork(None, "returns") == "child":
    sys.exit()
print("temporary", flush=True)
"""
EXITS = [
    "os._exit", "sys.exit", "exception", "returns", "closes", "uses", "multiprocessing",
    "SIGTERM", "SIGINT", "SIGKILL",
]  # fmt: skip


def run(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    # Since 3.12, Python warns of every fork of a process with threads.
    return subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", dedent(script), *arguments],
        text=True,
        capture_output=True,
        timeout=60,
        check=False,
    )


def test_forked_child_exit_leaves_server_running(tmp_path: Path) -> None:
    done = run(BEGIN + FORK, str(tmp_path), *EXITS)
    assert done.stdout.splitlines() == [*EXITS, "temporary"], done.stderr
    assert done.returncode == 0, done.stderr


def test_forked_child_alive_releases_ports_and_connections() -> None:
    script = """
    WandbServer().start().close()
    with WandbServer() as server:
        port = urlsplit(server.url).port
        idle = http.client.HTTPConnection("127.0.0.1", port)
        idle.request("GET", "/")
        assert idle.getresponse().read()
        go, wait = os.pipe()
        child = os.fork()
        if not child:
            os.close(wait)
            os.read(go, 1)  # until the parent ends
            os._exit(0)
        os.close(go)
    idle.sock.settimeout(10)
    assert idle.sock.recv(1000) == b"", "the connection has ended"
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except ConnectionRefusedError:
        pass
    else:
        raise AssertionError("the child still listens")
    WandbServer(port=port).start().close()
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    print("all well")
    """
    done = run(BEGIN + dedent(script), "")
    assert (done.returncode, done.stdout, done.stderr) == (0, "all well\n", "")
