"""Keep web pages out: a browser on this machine must not carry their requests here."""

import re
from collections.abc import Callable, Iterable, Sequence
from ipaddress import ip_address
from socket import gethostname

from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from ..errors import UsageError

_texts = TypeAdapter(tuple[str, ...])
HOST = re.compile(r"\*|[\w.-]+")
AUTHORITY = re.compile(r"([\w.-]+|\[[0-9a-f:.]+\])(?::\d*)?")
ORIGIN = re.compile(r"\*|[a-z][a-z0-9+.-]*://(?:[\w.-]+|\[[0-9a-f:.]+\])(?::\d+)?", re.IGNORECASE)


class BrowserGuard:
    """Refuses requests that a web page of somebody else may have caused.

    `ours` are the hosts by which the server knows itself, first the one that it listens on; `hosts`
    and `origins` are what the user allows in addition, where a star allows all. Raises UsageError
    for what is no host or no origin.
    """

    def __init__(self, ours: Sequence[str], hosts: Iterable[str], origins: Iterable[str]) -> None:
        allowed = checked(
            "allow_hosts", hosts, is_host, "a host without a port, such as wandb.example"
        )
        self._hosts = {name.lower() for name in (*ours, gethostname(), *allowed)}
        form = "an origin such as https://app.example or http://localhost:3000"
        self._origins = frozenset(checked("allow_origins", origins, is_origin, form))
        self._local = is_loopback(ours[0])

    def with_cors(self, app: ASGIApp) -> ASGIApp:
        """Let the web pages that are allowed read the responses."""
        if not self._origins:
            return app
        return CORSMiddleware(
            app,
            allow_origins=sorted(self._origins),
            allow_methods=["GET", "HEAD", "POST", "PUT"],
            allow_headers=["*"],
            expose_headers=["ETag", "Content-MD5", "Content-Range"],
        )

    def refusal(self, headers: Headers) -> str | None:
        """Return why a request is refused, or None when it is not."""
        host = headers.get("host", "").lower()
        if host and not self._allows_host(hostname(host)):
            return (
                f"this server does not answer to the host {host}; to allow it, start it with"
                " --allow-host or WandbServer(allow_hosts=[...])"
            )
        origin = headers.get("origin", "").lower()
        own = {f"http://{host}", f"https://{host}"} if host else set[str]()
        if origin and origin not in own and not self._origins & {origin, "*"}:
            return (
                f"this server takes no requests of web pages of {origin}; to allow them, start it"
                " with --allow-origin or WandbServer(allow_origins=[...])"
            )
        return None

    def _allows_host(self, name: str) -> bool:
        """Tell whether a name is ours.

        DNS rebinding needs a name that somebody else controls. An IP address is none, nor is a name
        without a dot, such as that of a container in a network of containers. A server that listens
        on loopback alone has no need of either.
        """
        if self._hosts & {name, "*"} or name.endswith(".localhost") or is_loopback(name):
            return True
        return not self._local and bool(name) and (is_address(name) or "." not in name)


def checked(option: str, given: object, fits: Callable[[str], bool], what: str) -> list[str]:
    """Return the values of an option in lower case, or refuse one that could never fit."""
    try:
        if not isinstance(given, str):
            values = _texts.validate_python(given)
            if all(map(fits, values)):
                return [value.lower() for value in values]
    except ValidationError:
        pass
    raise UsageError(f"{option} takes a list, each entry {what} or *, not {given!r}")


def hostname(authority: str) -> str:
    """Return the host of `host:port` without brackets, empty when it is none."""
    found = AUTHORITY.fullmatch(authority)
    return found[1].strip("[]") if found else ""


def is_host(given: str) -> bool:
    """Return True for a host, or a star."""
    return HOST.fullmatch(given) is not None or is_address(given)


def is_origin(given: str) -> bool:
    """Return True for the origin of web pages, or a star."""
    return ORIGIN.fullmatch(given) is not None


def is_address(host: str) -> bool:
    """Return True for an IP address."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Return True if only this machine can reach a host."""
    return host == "localhost" or (is_address(host) and ip_address(host).is_loopback)
