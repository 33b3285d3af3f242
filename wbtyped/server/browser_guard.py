"""Reject requests from web pages: a browser on this machine must not be used to send them."""

import re
from collections.abc import Callable, Iterable, Sequence
from ipaddress import ip_address
from socket import gethostname

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from .. import arguments
from ..errors import UsageError

HOST_PATTERN = re.compile(r"\*|[\w.-]+")
AUTHORITY_PATTERN = re.compile(r"([\w.-]+|\[[0-9a-f:.]+\])(?::\d*)?")
ORIGIN_PATTERN = re.compile(
    r"\*|[a-z][a-z0-9+.-]*://(?:[\w.-]+|\[[0-9a-f:.]+\])(?::\d+)?", re.IGNORECASE
)


class BrowserGuard:
    """Rejects requests that a web page may have caused, except from allowed pages.

    `own_hosts` are the server's own names, the one it listens on first. `hosts` and `origins` are
    allowed in addition; `*` allows all.

    Raises UsageError for a value that is not a host, or not an origin.
    """

    def __init__(
        self, own_hosts: Sequence[str], hosts: Iterable[str], origins: Iterable[str]
    ) -> None:
        allowed = validate(
            "allow_hosts", hosts, is_host, "hosts without port, such as wandb.example"
        )
        self._hosts = {name.lower() for name in (*own_hosts, gethostname(), *allowed)}
        form = "origins such as https://app.example or http://localhost:3000"
        self._origins = frozenset(validate("allow_origins", origins, is_origin, form))
        self._local = is_loopback(own_hosts[0])

    def with_cors(self, app: ASGIApp) -> ASGIApp:
        """Let allowed web pages read the responses."""
        if not self._origins:
            return app
        return CORSMiddleware(
            app,
            allow_origins=sorted(self._origins),
            allow_methods=["GET", "HEAD", "POST", "PUT"],
            allow_headers=["*"],
            expose_headers=["ETag", "Content-MD5", "Content-Range"],
        )

    def denial_reason(self, headers: Headers) -> str | None:
        """Return why a request is rejected, or None if it is allowed."""
        host = headers.get("host", "").lower()
        if host and not self._allows_host(hostname(host)):
            return (
                f"this server does not answer to the host {host}; to allow it, start the server"
                " with --allow-host or WandbServer(allow_hosts=[...])"
            )
        origin = headers.get("origin", "").lower()
        own = {f"http://{host}", f"https://{host}"} if host else set[str]()
        if origin and origin not in own and not self._origins & {origin, "*"}:
            return (
                f"this server accepts no requests from web pages of {origin}; to allow them, start"
                " the server with --allow-origin or WandbServer(allow_origins=[...])"
            )
        return None

    def _allows_host(self, name: str) -> bool:
        """Return True if the server answers to a host name.

        DNS rebinding needs a name that an attacker controls. An IP address is not one, nor is a
        name without a dot, such as that of a container. A server that listens on loopback only
        needs neither.
        """
        if self._hosts & {name, "*"} or name.endswith(".localhost") or is_loopback(name):
            return True
        return not self._local and bool(name) and (is_ip_address(name) or "." not in name)


def validate(option: str, given: object, is_valid: Callable[[str], bool], kind: str) -> list[str]:
    """Return the values of an option in lower case; raise UsageError for one that cannot match."""
    values = arguments.strings(option, given, kind)
    for value in values:
        if not is_valid(value):
            raise UsageError(f"{option} must be a list of {kind}, or *, got {value!r}")
    return [value.lower() for value in values]


def hostname(authority: str) -> str:
    """Return the host of `host:port` without brackets; empty if invalid."""
    found = AUTHORITY_PATTERN.fullmatch(authority)
    return found[1].strip("[]") if found else ""


def is_host(given: str) -> bool:
    """Return True for a host, or `*`."""
    return HOST_PATTERN.fullmatch(given) is not None or is_ip_address(given)


def is_origin(given: str) -> bool:
    """Return True for the origin of a web page, or `*`."""
    return ORIGIN_PATTERN.fullmatch(given) is not None


def is_ip_address(host: str) -> bool:
    """Return True for an IP address."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Return True if only this machine can reach a host."""
    return host == "localhost" or (is_ip_address(host) and ip_address(host).is_loopback)
