"""A web server that sends one file the way that many different servers do."""

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
    """Compress without the zlib header, as some servers do."""
    compress = zlib.compressobj(wbits=-15)
    return compress.compress(content) + compress.flush()


@dataclass(frozen=True)
class Response:
    """How a server responds to a GET."""

    etag: str | None = '"v1"'
    body: bytes = CONTENT
    encoding: str | None = None
    if_accepted: bool = False
    """Whether the body is encoded only if the client accepts that."""
    etag_unencoded: str | None = '"v1"'
    """The ETag of the unencoded body."""
    length: bool = True
    chunked: bool = False


RESPONSES = {
    "plain": Response(),
    "weak": Response('W/"v1"'),
    "unquoted": Response("v1"),
    "no ETag": Response(None),
    "another ETag": Response('"v2"'),
    "chunked": Response(length=False, chunked=True),
    "until it closes": Response(length=False),
    "gzip as nginx": Response(
        'W/"v1"', GZIPPED, "gzip", if_accepted=True, length=False, chunked=True
    ),
    "gzip with a length": Response('"v1"', GZIPPED, "gzip", if_accepted=True),
    "gzip as Apache": Response('"v1-gzip"', GZIPPED, "gzip", if_accepted=True),
    "gzip unasked": Response('"v1"', GZIPPED, "x-gzip"),
    "gzip in two members": Response(
        '"v1"', gzip.compress(CONTENT[:99]) + gzip.compress(CONTENT[99:]), "gzip"
    ),
    "deflate": Response('"v1"', zlib.compress(CONTENT), "deflate"),
    "bare deflate": Response('"v1"', bare_deflate(CONTENT), "deflate", if_accepted=True),
    "gzip, no ETag": Response(None, GZIPPED, "gzip", if_accepted=True, etag_unencoded=None),
    "longer": Response(body=CONTENT + b"!"),
    "shorter": Response(body=CONTENT[:-1]),
}
"""By name; `path_of` turns a name into the first part of a path."""


def path_of(name: str) -> str:
    """Return the URL path of a response."""
    return "/" + "".join(c if c.isalnum() else "-" for c in name)


BY_PATH = {path_of(name): response for name, response in RESPONSES.items()}


class Handler(BaseHTTPRequestHandler):
    """Serves one connection."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Send the response that the path names; `/moved/` redirects to it."""
        if self.path.startswith("/moved/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/moved"))
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        response = BY_PATH["/" + self.path.split("/")[1]]
        is_accepted = (response.encoding or "") in self.headers.get("Accept-Encoding", "")
        encoded = not response.if_accepted or is_accepted
        etag = response.etag if encoded else response.etag_unencoded
        body = response.body if encoded else CONTENT
        self.send_response(200)
        if etag is not None:
            self.send_header("ETag", etag)
        if response.encoding is not None and encoded:
            self.send_header("Content-Encoding", response.encoding)
        self._send(body, response)

    def _send(self, body: bytes, response: Response) -> None:
        if response.length:
            self.send_header("Content-Length", str(len(body)))
        elif response.chunked:
            self.send_header("Transfer-Encoding", "chunked")
            body = b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in (body[:50], body[50:]) if p)
            body += b"0\r\n\r\n"
        else:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Log nothing."""


@contextmanager
def web_server() -> Generator[str]:
    """Run the server, and yield its URL."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
