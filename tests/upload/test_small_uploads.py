"""The fast lane for small uploads, against servers that behave oddly."""

import socket
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from wbtyped import Api
from wbtyped.upload.batch import UploadBatch
from wbtyped.upload.batch_options import BatchOptions
from wbtyped.upload.local_body import LocalBody
from wbtyped.upload.schedule import Upload
from wbtyped.urls import web_url

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
FAILED = b"HTTP/1.1 500 Error\r\nContent-Length: 0\r\n\r\n"
CLOSING = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
Reply = Callable[[int, bytes], bytes | None]
"""Of the number of a request and its content to the response; None closes the connection."""


class Storage:
    """A server that stores the contents of PUT requests."""

    def __init__(self, reply: Reply) -> None:
        self._reply = reply
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self.requests: int = 0
        self.connections: int = 0
        self.stored: dict[str, bytes] = {}
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError), connection.makefile("rb") as stream:
            while line := stream.readline():
                length = 0
                while (header := stream.readline().strip().lower()) != b"":
                    if header.startswith(b"content-length:"):
                        length = int(header.partition(b":")[2])
                content = stream.read(length)
                with self._lock:
                    self.requests += 1
                    number = self.requests
                response = self._reply(number, content)
                if response is None:
                    return
                if response.startswith(b"HTTP/1.1 2"):
                    self.stored[line.split()[1].decode()] = content
                connection.sendall(response)

    def close(self) -> None:
        # Without this, a thread that waits for a connection still gets one.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@contextmanager
def storage(reply: Reply) -> Generator[Storage]:
    server = Storage(reply)
    try:
        yield server
    finally:
        with suppress(OSError):
            server.close()


def send(folder: Path, server: Storage, count: int, jobs: int = 4, timeout: int = 5) -> UploadBatch:
    """Upload files, and return the batch, whose errors are collected."""
    api = Api(base_url="http://127.0.0.1:9", api_key="k" * 40, timeout=timeout)
    options = BatchOptions("collect", jobs=jobs, small_jobs=jobs)
    with UploadBatch(api.client.transport, options) as batch:

        def settled(upload: Upload, error: Exception | None) -> None:
            if error is None:
                batch.file_done("uploaded", upload.name, upload.body.size)
            else:
                batch.file_failed(upload.name, error)

        def upload(number: int) -> Upload:
            path = folder / str(number)
            path.write_bytes(b"content %d" % number)
            url = web_url(f"http://127.0.0.1:{server.port}/{number}", "upload")
            return Upload(f"upload of {number}", str(number), url, {}, LocalBody.of(path), settled)

        batch.add([upload(number) for number in range(count)])
        for request in batch.finish():
            request.send(api.client)
    return batch


def contents(count: int) -> dict[str, bytes]:
    return {f"/{number}": b"content %d" % number for number in range(count)}


def test_many_files_are_sent_over_few_connections(tmp_path: Path) -> None:
    with storage(lambda _number, _content: OK) as server:
        batch = send(tmp_path, server, 100)
        assert server.stored == contents(100)
        assert (len(batch.result.uploaded), batch.result.failed) == (100, [])
        assert server.connections <= 4


@pytest.mark.parametrize("surplus", [OK, b"x", OK + OK, b"HTTP/1.1 200 OK\r\nX: "])
def test_surplus_after_a_response_is_not_taken_for_the_next(tmp_path: Path, surplus: bytes) -> None:
    def reply(number: int, _content: bytes) -> bytes | None:
        # The second file, which the server does not store, would count as uploaded.
        return OK + surplus if number == 1 else OK if number > 2 else FAILED

    with storage(reply) as server:
        batch = send(tmp_path, server, 5, jobs=1)
        assert sorted(batch.result.uploaded) == [str(number) for number in range(5)]
        assert server.stored == contents(5)


@pytest.mark.parametrize("ending", [CLOSING, None])
def test_closed_connection_is_replaced(tmp_path: Path, ending: bytes | None) -> None:
    def reply(number: int, _content: bytes) -> bytes | None:
        return ending if number % 3 == 0 else OK

    with storage(reply) as server:
        batch = send(tmp_path, server, 20)
        assert (len(batch.result.uploaded), batch.result.failed) == (20, [])
        assert server.stored == contents(20)


def test_refused_file_fails_alone(tmp_path: Path) -> None:
    def reply(_number: int, content: bytes) -> bytes | None:
        is_refused = content == b"content 3"
        return b"HTTP/1.1 400 Bad\r\nContent-Length: 2\r\n\r\nno" if is_refused else OK

    with storage(reply) as server:
        batch = send(tmp_path, server, 6)
        assert [(failed.name, str(failed.error)) for failed in batch.result.failed] == [
            ("3", "upload of 3: storage responded with HTTP 400")
        ]
        assert len(server.stored) == 5


def test_overloaded_server_is_asked_again(tmp_path: Path) -> None:
    busy = b"HTTP/1.1 503 Busy\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n"
    with storage(lambda number, _content: busy if number <= 3 else OK) as server:
        batch = send(tmp_path, server, 6)
        assert (len(batch.result.uploaded), batch.result.failed) == (6, [])


def test_what_is_no_http_fails_with_the_reason(tmp_path: Path) -> None:
    with storage(lambda _number, _content: b"no HTTP at all\r\n\r\n") as server:
        batch = send(tmp_path, server, 2)
        assert sorted(failed.name for failed in batch.result.failed) == ["0", "1"]


def test_long_body_of_a_response_is_not_read(tmp_path: Path) -> None:
    endless = b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n" + b"x" * 700_000
    with storage(lambda _number, _content: endless) as server:
        batch = send(tmp_path, server, 2)
        assert (len(batch.result.uploaded), batch.result.failed) == (2, [])


def test_silent_server_is_asked_again_on_a_new_connection(tmp_path: Path) -> None:
    silent = threading.Event()

    def reply(number: int, _content: bytes) -> bytes | None:
        if number == 1:
            silent.wait(20)
            return None
        return OK

    with storage(reply) as server:
        batch = send(tmp_path, server, 3, timeout=1)
        silent.set()
        assert (len(batch.result.uploaded), batch.result.failed) == (3, [])


def test_no_server_fails_with_the_reason(tmp_path: Path) -> None:
    with storage(lambda _number, _content: OK) as server:
        server.close()
        batch = send(tmp_path, server, 2)
    reasons = {str(failed.error) for failed in batch.result.failed}
    assert len(reasons) == 2
    assert all("cannot connect" in reason or "refused" in reason for reason in reasons)
