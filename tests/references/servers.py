"""A web server that sends one content in the ways of many servers."""

import gzip
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

CONTENT = b"alpha, beta, gamma\n" * 40
GZIPPED = gzip.compress(CONTENT, mtime=0)


def bare_deflate(content: bytes) -> bytes:
    """Compress without the frame of zlib, as some servers do."""
    compress = zlib.compressobj(wbits=-15)
    return compress.compress(content) + compress.flush()


@dataclass(frozen=True)
class Answer:
    """How a server answers a GET."""

    etag: str | None = '"v1"'
    body: bytes = CONTENT
    encoding: str | None = None
    if_accepted: bool = False
    """Whether a client has to accept the encoding."""
    etag_unencoded: str | None = '"v1"'
    """The ETag where it does not."""
    length: bool = True
    chunked: bool = False


ANSWERS = {
    "plain": Answer(),
    "weak": Answer('W/"v1"'),
    "unquoted": Answer("v1"),
    "no ETag": Answer(None),
    "another ETag": Answer('"v2"'),
    "chunked": Answer(length=False, chunked=True),
    "until it closes": Answer(length=False),
    "gzip as nginx": Answer(
        'W/"v1"', GZIPPED, "gzip", if_accepted=True, length=False, chunked=True
    ),
    "gzip with a length": Answer('"v1"', GZIPPED, "gzip", if_accepted=True),
    "gzip as Apache": Answer('"v1-gzip"', GZIPPED, "gzip", if_accepted=True),
    "gzip unasked": Answer('"v1"', GZIPPED, "x-gzip"),
    "gzip in two members": Answer(
        '"v1"', gzip.compress(CONTENT[:99]) + gzip.compress(CONTENT[99:]), "gzip"
    ),
    "deflate": Answer('"v1"', zlib.compress(CONTENT), "deflate"),
    "bare deflate": Answer('"v1"', bare_deflate(CONTENT), "deflate", if_accepted=True),
    "gzip, no ETag": Answer(None, GZIPPED, "gzip", if_accepted=True, etag_unencoded=None),
    "longer": Answer(body=CONTENT + b"!"),
    "shorter": Answer(body=CONTENT[:-1]),
}
"""By the first part of the path, with `-` for what no path should hold."""


def path_of(name: str) -> str:
    """Return the path under which an answer is given."""
    return "/" + "".join(c if c.isalnum() else "-" for c in name)


BY_PATH = {path_of(name): answer for name, answer in ANSWERS.items()}


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer in the way that the path names; `/moved/` redirects there."""
        if self.path.startswith("/moved/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/moved"))
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        answer = BY_PATH["/" + self.path.split("/")[1]]
        accepted = answer.encoding or ""
        encoded = not answer.if_accepted or accepted in self.headers.get("Accept-Encoding", "")
        etag = answer.etag if encoded else answer.etag_unencoded
        body = answer.body if encoded else CONTENT
        self.send_response(200)
        if etag is not None:
            self.send_header("ETag", etag)
        if answer.encoding is not None and encoded:
            self.send_header("Content-Encoding", answer.encoding)
        self._send(body, answer)

    def _send(self, body: bytes, answer: Answer) -> None:
        if answer.length:
            self.send_header("Content-Length", str(len(body)))
        elif answer.chunked:
            self.send_header("Transfer-Encoding", "chunked")
            body = b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in (body[:50], body[50:]) if p)
            body += b"0\r\n\r\n"
        else:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@contextmanager
def web_server() -> Generator[str]:
    """Run the server, and give its URL."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
