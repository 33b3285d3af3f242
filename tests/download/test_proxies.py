"""Downloads through a proxy of the environment, by either engine."""

import http.client
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest

from wbtyped import Api
from wbtyped.download.engine import EngineName
from wbtyped.server import WandbServer

FILES = {f"{n}.txt": b"%d" % n * 1000 for n in range(20)}


class Proxy(ThreadingHTTPServer):
    """Passes plain requests on, and notes which."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.passed: list[str] = []
        self.keys: list[str | None] = []


class Handler(BaseHTTPRequestHandler):
    """One connection to the proxy."""

    def do_GET(self) -> None:
        """Pass a request on."""
        assert isinstance(self.server, Proxy)
        self.server.passed.append(self.path)
        self.server.keys.append(self.headers.get("Authorization"))
        target = urlsplit(self.path)
        there = http.client.HTTPConnection(target.hostname or "", target.port)
        there.request("GET", f"{target.path}?{target.query}", headers={"Connection": "close"})
        answer = there.getresponse()
        content = answer.read()
        there.close()
        self.send_response(answer.status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with Proxy() as proxy:
        thread = Thread(target=proxy.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield proxy
        proxy.shutdown()
        thread.join()


def test_a_proxy_is_used(
    wandb_server: WandbServer,
    engine: EngineName,
    proxy: Proxy,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wandb_server.add_run("crew/ship/log", FILES)
    with Api() as api:
        files = api.run("crew/ship/log").files()
        # The API itself is asked before the environment changes: connections are made late.
        assert len(files) == len(FILES)
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.server_port}")
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        assert files.download(tmp_path / "one").ok
        storage = [address for address in proxy.passed if "/blobs/" in address]
        assert len(storage) == len(FILES)
        assert set(proxy.keys) == {None}, "storage and proxy never see the key"
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        proxy.passed.clear()
        assert files.download(tmp_path / "two").ok
        assert proxy.passed == []
    there = {p.name: p.read_bytes() for p in (tmp_path / "one").iterdir()}
    assert there == FILES
