"""Decide which hosts a reference or a redirect may lead to.

People who can write a reference, or run a public server that one points to, must not be able to
read from the networks of those who download it: services on the machine itself, in its network, or
the IP addresses where clouds serve credentials. So nothing may lead from a public host to a local
one, as in browsers (Local Network Access), unless the user allows that host.
"""

import ipaddress
import socket
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from fnmatch import fnmatchcase

from .. import arguments
from ..errors import HostNotAllowedError, UsageError
from ..urls import WebUrl
from .proxies import Proxies

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Origin = tuple[str, str, int | None]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
VARIABLE = "WBTYPED_ALLOW_HOSTS"
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class Space(Enum):
    """The kind of network that an IP address belongs to."""

    PUBLIC = "public"
    PRIVATE = "private"
    LINK_LOCAL = "link-local"
    LOOPBACK = "loopback"


REACHABLE = {
    Space.PUBLIC: {Space.PUBLIC},
    # Clouds serve credentials on link-local addresses, to everybody who asks.
    Space.PRIVATE: {Space.PUBLIC, Space.PRIVATE, Space.LOOPBACK},
    Space.LINK_LOCAL: set(Space),
    Space.LOOPBACK: set(Space),
}
"""The spaces that a host in one space may lead to."""


def space_of(address: Address) -> Space:
    """Return the space of an IP address; an IPv6 address that embeds an IPv4 one has its space."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return space_of(inner)
    if address.is_loopback or address.is_unspecified:
        return Space.LOOPBACK
    if address.is_link_local:
        return Space.LINK_LOCAL
    # Some addresses are neither private nor global, such as the shared ones of providers
    # (100.64.0.0/10).
    return Space.PUBLIC if address.is_global and not address.is_multicast else Space.PRIVATE


def literal(host: str) -> Address | None:
    """Return the host of a URL as an IP address; None if it is a name."""
    try:
        return ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return None


def resolve(host: str) -> list[Address]:
    """Look up the IP addresses of a host name; empty if that fails, which connecting reports."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    texts = {str(socket_address[0]) for *_, socket_address in found}
    return [address for text in texts if (address := literal(text))]


def checked_hosts(given: Iterable[str] | None, source: str = "allow_hosts") -> tuple[str, ...]:
    """Normalize a list of allowed hosts; raises UsageError for an invalid one."""
    listed = arguments.strings(source, given if given is not None else ())
    hosts = tuple(dict.fromkeys(host.strip().lower() for host in listed))
    for host in hosts:
        if not host or "://" in host or (network_of(host) is None and set(host) & set("/:@? ")):
            raise UsageError(
                f"{source}: {host!r} is not a host; write a name (minio.example.com), a pattern"
                " (*.example.com), an IP address, a network (10.0.0.0/8), or * for every host"
            )
    return hosts


def find_hosts(given: Iterable[str] | None, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the allowed hosts: from the argument, else from the environment."""
    text = environ.get(VARIABLE, "")
    if given is None and text.strip():
        return checked_hosts(text.split(","), VARIABLE)
    return checked_hosts(given)


def network_of(text: str) -> Network | None:
    """Parse an IP network or address; None if `text` is a name."""
    try:
        return ipaddress.ip_network(text.strip("[]"), strict=False)
    except ValueError:
        return None


@dataclass(frozen=True)
class HostPolicy:
    """Decides where references and redirects may lead, for one W&B server.

    Redirects of that server itself are always followed, as are hosts in `allowed`. A name is looked
    up here and again for the connection, so a name that changes its IP address in between (DNS
    rebinding) is not noticed.
    """

    base: WebUrl
    """The W&B server's own URL."""
    allowed: Sequence[str] = ()
    _known: dict[Origin, tuple[Address, ...]] = field(
        default_factory=dict[Origin, tuple[Address, ...]], init=False, repr=False, compare=False
    )

    def check_reference(self, what: str, target: WebUrl) -> None:
        """Raise HostNotAllowedError if a reference from the server may not be followed."""
        self._check(what, self.base, target, "the reference leads")

    def check_redirect(self, what: str, start: WebUrl, target: WebUrl) -> None:
        """Raise HostNotAllowedError if a redirect may not be followed."""
        if start.origin != self.base.origin:
            self._check(what, start, target, f"{start.host} redirects")

    def _check(self, what: str, start: WebUrl, target: WebUrl, leads: str) -> None:
        if start.host == target.host or self._is_allowed(target):
            return
        spaces = self._spaces(target)
        if spaces == {Space.PUBLIC}:
            return
        origins = self._spaces(start)
        refused = {s for s in spaces if not all(s in REACHABLE[origin] for origin in origins)}
        if refused:
            raise HostNotAllowedError(
                f"{what}: {leads} from a {names_of(origins)} host to {target.host}, whose IP"
                f" address is {names_of(refused)}; if that is intended, allow it with"
                f" Api(allow_hosts=[{target.host!r}]) or WBTYPED_ALLOW_HOSTS={target.host}",
                host=target.host,
            )

    def _is_allowed(self, url: WebUrl) -> bool:
        bare = url.host.removesuffix(".")
        for allowed in self.allowed:
            network = network_of(allowed)
            if network is None:
                if fnmatchcase(bare, allowed):
                    return True
            elif (addresses := self._addresses(url)) and all(a in network for a in addresses):
                return True
        return False

    def _spaces(self, url: WebUrl) -> set[Space]:
        """Return the spaces of a host; a name may have several IP addresses."""
        name = url.host.removesuffix(".")
        if name == "localhost" or name.endswith(".localhost"):
            return {Space.LOOPBACK}
        return {space_of(address) for address in self._addresses(url)} or {Space.PUBLIC}

    def _addresses(self, url: WebUrl) -> tuple[Address, ...]:
        """Return the IP addresses of a host; behind a proxy, which resolves names itself, none."""
        if address := literal(url.host):
            return (address,)
        origin = url.origin
        if origin not in self._known:
            is_direct = Proxies.of_environment().for_url(url) is None
            self._known[origin] = tuple(resolve(url.host)) if is_direct else ()
        return self._known[origin]


def names_of(spaces: Iterable[Space]) -> str:
    """Format spaces for a message."""
    return " or ".join(sorted(space.value for space in spaces))
