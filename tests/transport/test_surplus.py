"""What a server sends after its response is not taken for the response to the next request."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import httpx
import pytest

from wbtyped.transport.routes import AsyncRoutedTransport, RoutedTransport

SURPLUS = b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nintruder"
FIRST = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
TRUE = b"HTTP/1.1 500 Error\r\nContent-Length: 4\r\n\r\ntrue"


@pytest.fixture
def url() -> Iterator[str]:
    """A server that sends a second response to the first request of all."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        response = FIRST + SURPLUS
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            # A client that leaves bytes unread resets the connection.
            with connection, suppress(ConnectionError):
                while connection.recv(65536):
                    connection.sendall(response)
                    response = TRUE

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    listener.close()


def test_surplus_of_a_response_is_dropped(url: str) -> None:
    with httpx.Client(transport=RoutedTransport()) as client:
        assert client.put(url, content=b"a").text == "ok"
        assert client.put(url, content=b"b").text == "true"


async def test_surplus_of_a_response_is_dropped_on_an_event_loop(url: str) -> None:
    async with httpx.AsyncClient(transport=AsyncRoutedTransport()) as client:
        assert (await client.put(url, content=b"a")).text == "ok"
        assert (await client.put(url, content=b"b")).text == "true"
        await asyncio.sleep(0)
