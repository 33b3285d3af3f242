"""Read what a public URL says of its content, without credentials."""

from contextlib import closing
from typing import NamedTuple

from ....download.recorded_reference import ENCODINGS
from ....errors import TransportError
from ....transport.http import (
    ExactUrl,
    Transport,
    drop_redirect_body,
    raise_if_retryable,
    transport_errors,
)
from ....transport.httpx_import import httpx
from ....transport.redirects import RedirectChain
from ....transport.retries import TransientError

MAX_LISTING_BYTES = 16 * 1024 * 1024
"""Of one page of a listing; pages of 1,000 names have less than a tenth of it."""


class PublicResponse(NamedTuple):
    """A response to a request without credentials."""

    url: str
    """Where redirects led."""
    status: int
    headers: httpx.Headers
    body: bytes

    @property
    def is_refused(self) -> bool:
        """Whether the content may exist, but not for everybody."""
        return self.status in {401, 403}

    def require_success(self, what: str) -> None:
        """Raise TransportError unless the content was found."""
        if not 200 <= self.status < 300:
            raise TransportError(f"{what}: HTTP {self.status}", status=self.status)

    @property
    def size(self) -> int | None:
        """The Content-Length."""
        text = self.headers.get("content-length", "")
        return int(text) if text.isdecimal() else None


def request_public(
    transport: Transport, what: str, url: str, method: str = "GET", *, with_body: bool = False
) -> PublicResponse:
    """Send a request without credentials, follow redirects, and return the last response.

    The body is read only `with_body`. Transient failures are retried; another status is returned.
    """
    transport.check_online(what)
    server = RedirectChain(what, url, {}).url.server

    def once() -> PublicResponse:
        # No header of ours: also the W&B server itself gets no key for a reference.
        chain = RedirectChain(what, url, {}, transport.hosts)
        while True:
            headers = {"Accept-Encoding": ENCODINGS}
            request = transport.http.build_request(method, str(chain.url), headers=headers)
            request.url = ExactUrl(chain.url)
            with (
                transport_errors(what),
                closing(transport.http.send(request, stream=True)) as response,
            ):
                if chain.follow(response.status_code, response.headers):
                    drop_redirect_body(response)
                    continue
                raise_if_retryable(what, response)
                body = _limited(what, response) if with_body else b""
                return PublicResponse(str(chain.url), response.status_code, response.headers, body)

    try:
        return transport.retries.call(once, server)
    except TransientError as error:
        raise error.to_public_error() from error


def _limited(what: str, response: httpx.Response) -> bytes:
    body = bytearray()
    for block in response.iter_bytes():
        body += block
        if len(body) > MAX_LISTING_BYTES:
            raise TransportError(f"{what}: the listing has more than {MAX_LISTING_BYTES:,} bytes")
    return bytes(body)
