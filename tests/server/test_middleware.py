"""Checks before a request is handled: web pages, content types, body sizes."""

import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.datastructures import Headers

from wbtyped.errors import UsageError
from wbtyped.server import WandbServer
from wbtyped.server.browser_guard import BrowserGuard
from wbtyped.server.limits import GRAPHQL_BODY_BYTES, MANIFEST_BYTES, STREAM_BODY_BYTES

from .conftest import FILES

APP = "https://app.example"
BODY = {"query": "{ viewer { username } }"}
LOCAL = ["localhost:8080", "LOCALHOST", "127.0.0.1", "127.1.2.3:80", "[::1]:8080", "api.localhost"]
NETWORK = ["192.168.1.5:8080", "[fd00::1]:8080", "wandb:8080", "0.0.0.0:8080"]
UNKNOWN = [
    "evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example",
    "evil-localhost.example", "user@localhost", "localhost/x", "localhost:80:80", "127.0.0.1.",
    "[::1", "[evil.example]", ":8080", "wandb.test",
]  # fmt: skip


def allowed(listening: str, host: str, *hosts: str) -> bool:
    guard = BrowserGuard([listening], hosts, [])
    return guard.denial_reason(Headers({"host": host})) is None


@pytest.mark.parametrize("host", LOCAL)
def test_guard_allows_local_hosts(host: str) -> None:
    assert allowed("127.0.0.1", host)
    assert allowed("0.0.0.0", host)


@pytest.mark.parametrize("host", NETWORK)
def test_guard_allows_network_hosts_unless_on_loopback(host: str) -> None:
    assert not allowed("127.0.0.1", host)
    assert allowed("0.0.0.0", host)
    assert allowed("::", host)


@pytest.mark.parametrize("host", UNKNOWN)
def test_guard_rejects_unknown_hosts(host: str) -> None:
    for listening in ("127.0.0.1", "localhost", "::1", "0.0.0.0", "::"):
        assert not allowed(listening, host)
    assert not allowed("127.0.0.1", host, "other.example")
    assert allowed("127.0.0.1", host, "*")


def test_guard_allows_configured_hosts() -> None:
    assert allowed("127.0.0.1", "wandb.test:1234", "Wandb.Test")
    assert allowed("wandb.test", "wandb.test:1234")
    assert allowed("127.0.0.1", "[fd00::1]:1234", "fd00::1")


@pytest.mark.parametrize(
    "given",
    [
        {"allow_hosts": "wandb.test"},
        {"allow_hosts": ["wandb.test:8080"]},
        {"allow_hosts": ["a:80"]},
        {"allow_hosts": ["http://wandb.test"]},
        {"allow_hosts": [""]},
        {"allow_hosts": [5]},
        {"allow_hosts": None},
        {"allow_origins": APP},
        {"allow_origins": ["app.example"]},
        {"allow_origins": [f"{APP}/"]},
        {"allow_origins": [f"{APP}/page"]},
        {"allow_origins": ["null"]},
    ],
)
def test_invalid_allow_option_raises_usage_error(given: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=r"allow_\w+ must be "):
        WandbServer(**given)


def test_a_storage_url_that_is_none() -> None:
    with pytest.raises(UsageError, match=r"storage_url 'http://\[' is not a URL"):
        WandbServer(storage_url="http://[")


@pytest.fixture(scope="module")
def server() -> Iterator[WandbServer]:
    with WandbServer(allow_hosts=["wandb.test"], allow_origins=[APP]) as server:
        server.add_run("crew/ship/log", files={"a": b"x"})
        yield server


def signed(server: WandbServer) -> str:
    """Return the signed URL of a file."""
    response = httpx.post(
        f"{server.url}/graphql", json={"query": FILES}, auth=("api", server.api_key)
    )
    [edge] = response.json()["data"]["project"]["run"]["files"]["edges"]
    return str(edge["node"]["directUrl"])


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "wandb.test"}, 200),
        ({"Host": "evil.example"}, 403),
        ({"Origin": APP}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://app.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost:3000"}, 403),
        ({"Origin": "http://wandb.test", "Host": "wandb.test"}, 200),
        ({"Origin": "https://wandb.test", "Host": "wandb.test"}, 200),
        ({"Origin": "http://evil.example", "Host": "evil.example"}, 403),
    ],
)
def test_web_page_request_is_rejected_unless_allowed(
    server: WandbServer, headers: dict[str, str], status: int
) -> None:
    auth = ("api", server.api_key)
    response = httpx.post(f"{server.url}/graphql", json=BODY, auth=auth, headers=headers)
    assert response.status_code == status
    assert httpx.get(signed(server), headers=headers).status_code == status
    if status == 403:
        option = "allow-host" if headers.get("Host") == "evil.example" else "allow-origin"
        assert f"--{option} " in response.json()["error"]


def test_allowed_web_page_gets_cors_headers(server: WandbServer) -> None:
    preflight = {
        "Origin": APP,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    before = httpx.options(f"{server.url}/graphql", headers=preflight)
    assert before.status_code == 200
    assert before.headers["Access-Control-Allow-Origin"] == APP
    read = httpx.get(signed(server), headers={"Origin": APP})
    assert read.headers["Access-Control-Allow-Origin"] == APP
    evil = httpx.options(
        f"{server.url}/graphql", headers={**preflight, "Origin": "https://evil.example"}
    )
    assert evil.status_code == 400
    assert "Access-Control-Allow-Origin" not in evil.headers


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/json", 200),
        ("Application/JSON; charset=utf-8", 200),
        ("text/plain", 415),
        ("text/plain; application/json", 415),
        ("application/x-www-form-urlencoded", 415),
        ("application/json-patch+json", 415),
        ("", 415),
    ],
)
def test_graphql_requires_json_content_type(server: WandbServer, kind: str, status: int) -> None:
    content = b'{"query": "{ viewer { username } }"}'
    for key, expected in ((server.api_key, status), ("x" * 40, 401)):
        headers = {"Content-Type": kind} if kind else {}
        url, auth = f"{server.url}/graphql", ("api", key)
        response = httpx.post(url, content=content, headers=headers, auth=auth)
        assert response.status_code == expected


def blocks(size: int) -> Iterator[bytes]:
    """Yield a body without Content-Length."""
    for _ in range(size // 65_536 + 1):
        yield bytes(65_536)


@pytest.mark.parametrize(
    ("path", "limit"),
    [("graphql", GRAPHQL_BODY_BYTES), ("files/crew/ship/log/file_stream", STREAM_BODY_BYTES)],
)
def test_large_body_returns_413(server: WandbServer, path: str, limit: int) -> None:
    url, auth = f"{server.url}/{path}", ("api", server.api_key)
    headers = {"Content-Type": "application/json"}
    for content in (bytes(limit + 1), blocks(limit)):
        rejected = httpx.post(url, content=content, auth=auth, headers=headers)
        assert rejected.status_code == 413
        assert f"{limit:,} bytes" in rejected.json()["error"]


def test_large_manifest_returns_413(server: WandbServer) -> None:
    parts = urlsplit(server._context.draft_manifest_url(1))  # pyright: ignore[reportPrivateUsage]
    head = (
        f"PUT {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
        f"Content-Length: {MANIFEST_BYTES + 1}\r\n\r\n"
    )
    with socket.create_connection((parts.hostname or "", parts.port or 0)) as connection:
        connection.sendall(head.encode())
        assert connection.recv(1000).startswith(b"HTTP/1.1 413 ")
