"""Sockets that the server listens on."""

import asyncio
import socket

import httpx
import pytest

from wbtyped.server import WandbServer
from wbtyped.server.serving import listen

from .conftest import FILES


async def test_answers_do_not_wait_for_an_acknowledgement() -> None:
    """With Nagle's algorithm every small answer would take 40 ms; asyncio turns it off for TCP."""
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


def test_a_port_that_cannot_be_used_is_named() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match=rf"port {port} of 127\.0\.0\.1 cannot be used: .*in use"):
            listen("127.0.0.1", port)


def test_a_taken_storage_port_leaves_no_api_behind() -> None:
    with listen("127.0.0.1", 0) as taken, listen("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
        free.close()
        server = WandbServer(port=port, storage_port=taken.getsockname()[1])
        with pytest.raises(OSError, match="cannot be used"):
            server.start()
        server.close()
        listen("127.0.0.1", port).close()


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6 here")
def test_ipv6(http: httpx.Client) -> None:
    try:
        listen("::1", 0).close()
    except OSError:
        pytest.skip("no IPv6 here")
    with WandbServer(host="::1") as server:
        server.add_run("crew/ship/log", files={"a": b"x"})
        assert server.url.startswith("http://[::1]:")
        body = {"query": FILES}
        answer = http.post(f"{server.url}/graphql", json=body, auth=("api", server.api_key))
        [edge] = answer.json()["data"]["project"]["run"]["files"]["edges"]
        assert http.get(edge["node"]["directUrl"]).content == b"x"
