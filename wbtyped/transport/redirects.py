"""Follow redirects, in the same way for every engine.

httpx and libcurl could follow redirects themselves, but they parse a `Location` differently and
disagree about which headers to resend.
"""

from collections.abc import Mapping

from ..config.hosts import HostPolicy
from ..errors import TransportError
from ..urls import WebUrl, web_url

MAX_REDIRECTS = 20
REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})
LOCATION = "wbtyped-location"
"""Our name for a `Location` header: under its own name httpx would parse it, and fail on some."""
REDIRECT_BODY_BYTES = 64 * 1024
"""Bytes of a redirect's body that are read so that the connection can be reused."""


class RedirectChain:
    """The URLs of one GET request: the first one, then wherever redirects lead.

    Headers, the API key among them, are sent to the origin of the first URL only. `what` names the
    request in errors. Raises TransportError for a URL that cannot be fetched, and
    HostNotAllowedError if `hosts` does not allow a redirect or the URL of a reference.
    """

    def __init__(
        self,
        what: str,
        url: str,
        headers: Mapping[str, str],
        hosts: HostPolicy | None = None,
        *,
        is_reference: bool = False,
    ) -> None:
        self._what = what
        self._first = web_url(url, what)
        self._hosts = hosts
        if hosts is not None and is_reference:
            hosts.check_reference(what, self._first)
        self._headers = dict(headers)
        self.url: WebUrl = self._first
        """The URL of the next request."""
        self.hops: int = 0
        """Number of redirects followed so far."""

    def headers(self) -> dict[str, str]:
        """Return the headers for the current URL."""
        user = {"Authorization": self.url.authorization} if self.url.authorization else {}
        if self.url.origin != self._first.origin:
            return user
        return {**user, **self._headers}

    def follow(self, status: int, headers: Mapping[str, str]) -> bool:
        """Move on to the next URL if a response is a redirect; return True if it is."""
        location = headers.get(LOCATION) or headers.get("location")
        if status not in REDIRECT_STATUSES or location is None:
            return False
        self.hops += 1
        if self.hops > MAX_REDIRECTS:
            raise TransportError(f"{self._what}: redirected more than {MAX_REDIRECTS} times")
        target = web_url(decode_location(location), f"{self._what}: redirect", self.url)
        if self._hosts is not None:
            self._hosts.check_redirect(self._what, self.url, target)
        self.url = target
        return True


def decode_location(value: str) -> str:
    """Decode a `Location` with non-ASCII characters as UTF-8, as browsers do.

    HTTP libraries decode headers as Latin-1, which accepts any bytes.
    """
    try:
        return value.encode("latin-1").decode()
    except UnicodeError:
        return value
