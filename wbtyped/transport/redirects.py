"""Redirects, followed the same way by everything that downloads.

Both engines could follow them by themselves, but they read a `Location` differently and each has
its own idea of what goes along.
"""

from collections.abc import Mapping

from ..config.hosts import HostPolicy
from ..errors import TransportError
from ..urls import WebUrl, web_url

MAX_REDIRECTS = 20
REDIRECTS = frozenset({301, 302, 303, 307, 308})
LOCATION = "wbtyped-location"
"""Under this name httpx leaves a `Location` alone; it would parse it in any case, and fail."""
REDIRECT_BODY_BYTES = 64 * 1024
"""Bytes of a redirect's body that are read so that the connection can be used again."""


class Trail:
    """Where a GET goes: to the URL that was given, then wherever redirects lead.

    Headers, the API key among them, go to the origin of the first URL alone. `what` names the
    request in errors. Raises TransportError for a URL that cannot be fetched, and
    HostNotAllowedError where `hosts` does not allow a redirect, or the URL of a reference.
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
        """Where the next request goes."""
        self.hops: int = 0
        """How many redirects led there."""

    def headers(self) -> dict[str, str]:
        """Return what goes along to the present URL."""
        user = {"Authorization": self.url.authorization} if self.url.authorization else {}
        if self.url.origin != self._first.origin:
            return user
        return {**user, **self._headers}

    def follow(self, status: int, headers: Mapping[str, str]) -> bool:
        """Take the head of a response, and tell whether it leads to another URL."""
        location = headers.get(LOCATION) or headers.get("location")
        if status not in REDIRECTS or location is None:
            return False
        self.hops += 1
        if self.hops > MAX_REDIRECTS:
            raise TransportError(
                f"{self._what}: more than {MAX_REDIRECTS} redirects, they lead in circles"
            )
        target = web_url(location_text(location), f"{self._what}: redirect", self.url)
        if self._hosts is not None:
            self._hosts.check_redirect(self._what, self.url, target)
        self.url = target
        return True


def location_text(value: str) -> str:
    """Return a `Location` as browsers read one with other characters than ASCII: as UTF-8.

    Headers may come to us as Latin-1, in which any bytes can be read.
    """
    try:
        return value.encode("latin-1").decode()
    except UnicodeError:
        return value
