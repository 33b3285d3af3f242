"""Downloads and uploads through signed URLs."""

import base64
import hashlib
import socket
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from wbtyped.server import WandbServer
from wbtyped.server.storage import BlobResponse

from .conftest import FILES, Ask, stored

CONTENT = bytes(range(256)) * 500


def md5(content: bytes) -> str:
    return base64.b64encode(hashlib.md5(content).digest()).decode()


@pytest.fixture
def url(wandb_server: WandbServer, ask: Ask) -> str:
    """Signed URL of a file."""
    wandb_server.add_run("crew/ship/log", files={"a.bin": CONTENT})
    edges = ask(FILES).json()["data"]["project"]["run"]["files"]["edges"]
    return str(edges[0]["node"]["directUrl"])


@pytest.fixture
def upload_url(wandb_server: WandbServer, ask: Ask) -> Callable[[str], str]:
    """Return the signed upload URL of a file."""
    wandb_server.add_run("crew/ship/log")

    def make(name: str) -> str:
        run = ask(FILES, names=[name], upload=True).json()["data"]["project"]["run"]
        return str(run["files"]["edges"][0]["node"]["url"])

    return make


def listed(ask: Ask) -> dict[str, str]:
    edges = ask(FILES).json()["data"]["project"]["run"]["files"]["edges"]
    return {edge["node"]["name"]: edge["node"]["md5"] for edge in edges}


def test_signed_url_ignores_api_key(url: str, http: httpx.Client) -> None:
    response = http.get(url)
    assert (response.status_code, response.content) == (200, CONTENT)
    assert response.headers["Accept-Ranges"] == "bytes"
    assert http.get(url, auth=("api", "whatever")).content == CONTENT
    head = http.head(url)
    assert (head.status_code, head.headers["Content-Length"]) == (200, str(len(CONTENT)))


@pytest.mark.parametrize("change", ["signature=", "expires=", "/blobs/"])
def test_modified_signed_url_is_rejected(url: str, http: httpx.Client, change: str) -> None:
    before, found, after = url.partition(change)
    assert found
    swapped = "0" if after[0] != "0" else "1"
    rejected = http.get(f"{before}{found}{swapped}{after[1:]}")
    assert rejected.status_code == 403
    assert "SignatureDoesNotMatch" in rejected.text
    assert http.get(url.partition("?")[0]).status_code == 403
    assert http.put(url, content=b"x").status_code in {403, 405}


def test_expired_signed_url_is_rejected(http: httpx.Client) -> None:
    with WandbServer(url_lifetime=-5) as server:
        server.add_run("crew/ship/log", files={"a": b"x"})
        body = {"query": FILES}
        response = http.post(f"{server.url}/graphql", json=body, auth=("api", server.api_key))
        run = response.json()["data"]["project"]["run"]
        rejected = http.get(run["files"]["edges"][0]["node"]["directUrl"])
    assert rejected.status_code == 403
    assert "ExpiredToken" in rejected.text


@pytest.mark.parametrize(
    ("requested", "status", "content"),
    [
        ("bytes=0-9", 206, CONTENT[:10]),
        ("bytes=100-", 206, CONTENT[100:]),
        ("bytes=-10", 206, CONTENT[-10:]),
        (f"bytes={len(CONTENT)}-", 416, None),
    ],
)
def test_range_request_returns_part(
    url: str, http: httpx.Client, requested: str, status: int, content: bytes | None
) -> None:
    response = http.get(url, headers={"Range": requested})
    assert response.status_code == status
    if content is not None:
        assert response.content == content
        assert response.headers["Content-Range"].endswith(f"/{len(CONTENT)}")


def test_conditional_request_honours_etag(url: str, http: httpx.Client) -> None:
    etag = http.get(url).headers["ETag"]
    assert http.get(url, headers={"If-None-Match": etag}).status_code == 304
    assert http.get(url, headers={"If-None-Match": '"other"'}).status_code == 200
    part = {"Range": "bytes=5-"}
    assert http.get(url, headers={**part, "If-Range": etag}).status_code == 206
    changed = http.get(url, headers={**part, "If-Range": '"other"'})
    assert (changed.status_code, changed.content) == (200, CONTENT)


def test_download_of_file_that_is_replaced_meanwhile_is_404(
    url: str, http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = BlobResponse.__call__

    async def remove_first(self: BlobResponse, scope: Scope, receive: Receive, send: Send) -> None:
        Path(self.path).unlink()
        await sent(self, scope, receive, send)

    monkeypatch.setattr(BlobResponse, "__call__", remove_first)
    response = http.get(url)
    assert response.status_code == 404
    assert "NoSuchKey" in response.text


def test_upload_replaces_file(
    upload_url: Callable[[str], str], ask: Ask, http: httpx.Client
) -> None:
    done = http.put(
        upload_url("sub/a b.bin"), content=CONTENT, headers={"Content-MD5": md5(CONTENT)}
    )
    assert done.status_code == 200
    assert done.headers["ETag"] == f'"{hashlib.md5(CONTENT).hexdigest()}"'
    assert listed(ask) == {"sub/a b.bin": md5(CONTENT)}
    assert http.put(upload_url("sub/a b.bin"), content=b"").status_code == 200
    assert listed(ask) == {"sub/a b.bin": md5(b"")}


def test_upload_with_wrong_md5_is_rejected(
    wandb_server: WandbServer, upload_url: Callable[[str], str], ask: Ask, http: httpx.Client
) -> None:
    rejected = http.put(upload_url("a"), content=b"x", headers={"Content-MD5": md5(b"y")})
    assert rejected.status_code == 400
    assert "BadDigest" in rejected.text
    assert listed(ask) == {}
    assert stored(wandb_server) == set()


@pytest.mark.parametrize("sent", [0, 1, 5000])
def test_interrupted_upload_leaves_nothing(
    wandb_server: WandbServer, upload_url: Callable[[str], str], ask: Ask, sent: int
) -> None:
    parts = urlsplit(upload_url("a"))
    assert parts.port is not None
    with socket.create_connection((parts.hostname, parts.port)) as connection:
        head = (
            f"PUT {parts.path}?{parts.query} HTTP/1.1\r\nHost: x\r\nContent-Length: 10000\r\n\r\n"
        )
        connection.sendall(head.encode() + b"x" * sent)
        connection.shutdown(socket.SHUT_WR)
        # The server closes its side once it notices, and may clean up a moment later.
        while connection.recv(1000):
            pass
    deadline = time.monotonic() + 10
    while stored(wandb_server) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert listed(ask) == {}
    assert stored(wandb_server) == set()


def test_equal_files_share_a_blob(
    wandb_server: WandbServer, upload_url: Callable[[str], str], http: httpx.Client
) -> None:
    for name in ("a", "b", "c"):
        http.put(upload_url(name), content=CONTENT)
    assert len(stored(wandb_server)) == 1
    http.put(upload_url("a"), content=b"other")
    assert len(stored(wandb_server)) == 2
