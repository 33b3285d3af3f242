"""One client cannot block another, with or without a key."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from wbtyped.server import WandbServer

from .conftest import FILES

MAX_SECONDS = 5.0
"""Limit for one response; each of these requests once took 20 s and more."""
CONTENT = bytes(16 * 1024 * 1024)


def doubled(levels: int) -> str:
    chain = [f"fragment F{i} on Query {{ ...F{i + 1} ...F{i + 1} }}" for i in range(levels)]
    return f"{{...F0}} {' '.join(chain)} fragment F{levels} on Query {{viewer{{id}}}}"


QUERIES = {
    "newlines": "\n" * 40_000,
    "spaces before a name": "query" + " \n" * 40_000,
    "comment": "#" * 10_000_000,
    "deep fields": "{a" * 100_000,
    "deep lists": "{a(b:" + "[" * 100_000,
    "aliases": f"{{{' '.join(f'a{i}: viewer {{ id }}' for i in range(5_000))}}}",
    "repeated fields": f"{{{'viewer { id } ' * 5_000}}}",
    "doubled fragments": doubled(45),
    "chained fragments": doubled(900),
    "long name": "{" + "a" * 200_000 + "}",
}


def post(server: WandbServer, query: str, *, key: bool) -> int:
    auth = ("api", server.api_key if key else "x" * 40)
    body = {"query": query}
    return httpx.post(f"{server.url}/graphql", json=body, auth=auth, timeout=60).status_code


def expect_quick_response(server: WandbServer) -> None:
    """Send a query as a second client."""
    started = time.monotonic()
    assert post(server, "{ viewer { id } }", key=True) == 200
    assert time.monotonic() - started < MAX_SECONDS


def expect_quick_responses(server: WandbServer, *attacks: Callable[[], object]) -> None:
    """Send queries while others do, and once more after they are done."""
    threads = [threading.Thread(target=attack) for attack in attacks]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        expect_quick_response(server)
    expect_quick_response(server)


@pytest.fixture(scope="module")
def busy() -> Iterator[WandbServer]:
    with WandbServer() as server:
        server.add_run("crew/ship/log")
        yield server


@pytest.mark.parametrize("key", [True, False])
@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES.keys())
def test_expensive_query_blocks_nobody(busy: WandbServer, query: str, *, key: bool) -> None:
    statuses: list[int] = []
    started = time.monotonic()
    expect_quick_responses(busy, lambda: statuses.append(post(busy, query, key=key)))
    assert statuses == [400 if key else 401]
    assert time.monotonic() - started < 4 * MAX_SECONDS


def test_queries_at_limit_block_nobody(busy: WandbServer) -> None:
    query = f"{{{' '.join(f'a{i}: viewer {{ id }}' for i in range(500))}}}"
    expect_quick_responses(busy, *[lambda: post(busy, query, key=True)] * 8)


HALF = {
    "headers": "POST /graphql HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
    "a body": "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    "Authorization: Bearer {key}\r\nContent-Length: 10000\r\n\r\n",
    "a body without a key": "POST /graphql HTTP/1.1\r\nHost: localhost\r\n"
    "Content-Type: application/json\r\nContent-Length: 10000\r\n\r\n",
}


@pytest.mark.parametrize("half", HALF.values(), ids=HALF.keys())
def test_slow_clients_block_nobody(busy: WandbServer, half: str) -> None:
    parts = urlsplit(busy.url)
    server_address = (parts.hostname or "", parts.port or 0)
    with ExitStack() as stack:
        slow = [stack.enter_context(socket.create_connection(server_address)) for _ in range(200)]
        for connection in slow:
            connection.sendall(half.format(key=busy.api_key).encode())
        for _ in range(3):
            for connection in slow:
                connection.sendall(b"x")
            expect_quick_response(busy)


@pytest.mark.parametrize("signed", [True, False])
def test_large_uploads_block_nobody(busy: WandbServer, *, signed: bool) -> None:
    statuses: list[int] = []
    variables = {"names": [f"{i}" for i in range(4)], "upload": True}
    body = {"query": FILES, "variables": variables}
    response = httpx.post(f"{busy.url}/graphql", json=body, auth=("api", busy.api_key)).json()
    edges = response["data"]["project"]["run"]["files"]["edges"]

    def upload(url: str) -> None:
        statuses.append(httpx.put(url, content=CONTENT, timeout=60).status_code)

    urls = [edge["node"]["url"] + ("" if signed else "x") for edge in edges]
    expect_quick_responses(busy, *(partial(upload, url) for url in urls))
    assert statuses == [200 if signed else 403] * 4


@pytest.mark.parametrize("lasting", [False, True])
def test_many_clients_at_once_are_all_served(tmp_path: Path, lasting: bool) -> None:
    """64 clients list, download, upload and replace at once; nobody is told to come again."""
    auth: tuple[str, str]

    def work(number: int, http: httpx.Client) -> None:
        def files(**variables: object) -> list[dict[str, dict[str, str]]]:
            body = {"query": FILES, "variables": variables}
            response = http.post(f"{server.url}/graphql", json=body, auth=auth)
            found = response.json()["data"]["project"]["run"]["files"]
            edges: list[dict[str, dict[str, str]]] = found["edges"]
            return edges

        for name in (f"own-{number}", "shared"):
            content = f"{number} {name}".encode() * 100
            url = files(names=[name], upload=True)[0]["node"]["url"]
            assert http.put(url, content=content).status_code == 200
            (edge,) = files(names=[name])
            got = http.get(edge["node"]["directUrl"])
            # Another upload may have replaced it since its URL was made.
            assert got.content == content if name != "shared" else got.status_code in {200, 404}
        assert files(first=50)

    with WandbServer(tmp_path / "data" if lasting else None) as server:
        auth = ("api", server.api_key)
        server.add_run("crew/ship/log")
        limits = httpx.Limits(max_connections=64)
        with httpx.Client(timeout=60, limits=limits) as http, ThreadPoolExecutor(64) as threads:
            list(threads.map(partial(work, http=http), range(64)))
        with httpx.Client() as http:
            body = {"query": FILES, "variables": {"first": 100}}
            run = http.post(f"{server.url}/graphql", json=body, auth=auth).json()
        assert run["data"]["project"]["run"]["fileCount"] == 65
