"""Sockets that the server listens on."""

import asyncio
import select
import socket
import time
from http.client import HTTPConnection

import httpx
import pytest

from wbtyped.server import WandbServer
from wbtyped.server.origin_server import listen

from .conftest import FILES


async def test_listener_disables_nagle() -> None:
    """With Nagle's algorithm, small responses would take 40 ms; asyncio disables it for TCP."""
    delays: asyncio.Queue[int] = asyncio.Queue()

    async def accepted(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection: socket.socket = writer.get_extra_info("socket")
        await delays.put(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    with listen("127.0.0.1", 0) as listening:
        async with await asyncio.start_server(accepted, sock=listening):
            _, writer = await asyncio.open_connection(*listening.getsockname())
            assert await delays.get() != 0
            writer.close()
            await writer.wait_closed()


def test_listen_on_used_port_names_it() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match=rf"port {port} of 127\.0\.0\.1 cannot be used: .*in use"):
            listen("127.0.0.1", port)


def test_start_with_used_storage_port_frees_api_port() -> None:
    with listen("127.0.0.1", 0) as taken, listen("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
        free.close()
        server = WandbServer(port=port, storage_port=taken.getsockname()[1])
        with pytest.raises(OSError, match="cannot be used"):
            server.start()
        server.close()
        listen("127.0.0.1", port).close()


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6 here")
def test_ipv6_urls_have_brackets(http: httpx.Client) -> None:
    try:
        listen("::1", 0).close()
    except OSError:
        pytest.skip("no IPv6 here")
    with WandbServer(host="::1") as server:
        server.add_run("crew/ship/log", files={"a": b"x"})
        assert server.url.startswith("http://[::1]:")
        body = {"query": FILES}
        response = http.post(f"{server.url}/graphql", json=body, auth=("api", server.api_key))
        [edge] = response.json()["data"]["project"]["run"]["files"]["edges"]
        assert http.get(edge["node"]["directUrl"]).content == b"x"


@pytest.mark.slow
def test_connection_idle_for_some_seconds_stays_open() -> None:
    """A busy client pauses: one that sends while the server closes would lose its request."""
    with WandbServer() as server:
        connection = HTTPConnection(server.url.removeprefix("http://"))
        for pause in (6, 0):
            connection.request("GET", "/-/ready")
            response = connection.getresponse()
            assert response.read() is not None
            assert response.status == 200
            time.sleep(pause)
            assert connection.sock is not None
            assert select.select([connection.sock], [], [], 0)[0] == [], "closed by the server"
        connection.close()
