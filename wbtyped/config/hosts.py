"""Which hosts a reference or a redirect may lead to.

Whoever may write a reference, or runs a public server that one leads to, must not choose what is
read from the networks of those who download it: services on the machine itself, in its network, or
the addresses under which clouds hand out credentials. So nothing leads from a public host to a
local one, as browsers have it (Local Network Access), unless the user allows that host.
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
    """Where an address can be reached from."""

    PUBLIC = "public"
    PRIVATE = "private"
    LINK_LOCAL = "link-local"
    LOOPBACK = "loopback"


REACHABLE = {
    Space.PUBLIC: {Space.PUBLIC},
    # Clouds hand out credentials under link-local addresses, to whoever asks.
    Space.PRIVATE: {Space.PUBLIC, Space.PRIVATE, Space.LOOPBACK},
    Space.LINK_LOCAL: set(Space),
    Space.LOOPBACK: set(Space),
}
"""Where a host in one space may lead to."""


def space_of(address: Address) -> Space:
    """Return the space of an address, of the one within it where it stands for another."""
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
    # Neither private nor global are, among others, those that providers share (100.64.0.0/10).
    return Space.PUBLIC if address.is_global and not address.is_multicast else Space.PRIVATE


def literal(host: str) -> Address | None:
    """Return the address that a host of a URL is; None for a name."""
    try:
        return ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return None


def resolved(host: str) -> list[Address]:
    """Return the addresses of a name; none when there are none, which connecting will tell."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    texts = {str(place[0]) for *_, place in found}
    return [address for text in texts if (address := literal(text))]


def checked_hosts(given: Iterable[str] | None, source: str = "allow_hosts") -> tuple[str, ...]:
    """Return hosts that are allowed; raises UsageError for what is neither host nor network."""
    listed = arguments.strings(source, given if given is not None else ())
    hosts = tuple(dict.fromkeys(host.strip().lower() for host in listed))
    for host in hosts:
        if not host or "://" in host or (network_of(host) is None and set(host) & set("/:@? ")):
            raise UsageError(
                f"{source}: {host!r} is no host; write a name (minio.example.com), a pattern"
                " (*.example.com), an address or a network (10.0.0.0/8), or * for every host"
            )
    return hosts


def find_hosts(given: Iterable[str] | None, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the hosts that the argument allows, else the environment."""
    text = environ.get(VARIABLE, "")
    if given is None and text.strip():
        return checked_hosts(text.split(","), VARIABLE)
    return checked_hosts(given)


def network_of(text: str) -> Network | None:
    """Return the network that a text names, of one address or more; None for a name."""
    try:
        return ipaddress.ip_network(text.strip("[]"), strict=False)
    except ValueError:
        return None


@dataclass(frozen=True)
class HostPolicy:
    """Decides about references and redirects for one W&B server.

    What that server says of its own files is followed wherever it leads, as are hosts in `allowed`.
    Names are looked up here and again by whoever connects, so one that changes its address within
    that time (DNS rebinding) is not noticed.
    """

    base: WebUrl
    """The W&B server's own URL."""
    allowed: Sequence[str] = ()
    _known: dict[Origin, tuple[Address, ...]] = field(
        default_factory=dict[Origin, tuple[Address, ...]], init=False, repr=False, compare=False
    )

    def check_reference(self, what: str, target: WebUrl) -> None:
        """Raise HostNotAllowedError when a reference that the server gave may not be followed."""
        self._check(what, self.base, target, "the reference leads")

    def check_redirect(self, what: str, start: WebUrl, target: WebUrl) -> None:
        """Raise HostNotAllowedError when a redirect may not be followed."""
        if start.origin != self.base.origin:
            self._check(what, start, target, f"{start.host} redirects")

    def _check(self, what: str, start: WebUrl, target: WebUrl, leads: str) -> None:
        if start.host == target.host or self._is_allowed(target):
            return
        spaces = self._spaces(target)
        if spaces == {Space.PUBLIC}:
            return
        before = self._spaces(start)
        if beyond := {s for s in spaces if not all(s in REACHABLE[b] for b in before)}:
            raise HostNotAllowedError(
                f"{what}: {leads} from a {shown(before)} host to {target.host}, whose address is"
                f" {shown(beyond)}; if that is meant, allow it:"
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
            elif (signed_urls := self._addresses(url)) and all(a in network for a in signed_urls):
                return True
        return False

    def _spaces(self, url: WebUrl) -> set[Space]:
        """Return where a host may lie; a name with several addresses may be at any of them."""
        name = url.host.removesuffix(".")
        if name == "localhost" or name.endswith(".localhost"):
            return {Space.LOOPBACK}
        return {space_of(address) for address in self._addresses(url)} or {Space.PUBLIC}

    def _addresses(self, url: WebUrl) -> tuple[Address, ...]:
        """Return the addresses of a host; where a proxy connects, names are its own matter."""
        if address := literal(url.host):
            return (address,)
        origin = url.origin
        if origin not in self._known:
            is_direct = Proxies.of_environment().for_url(url) is None
            self._known[origin] = tuple(resolved(url.host)) if is_direct else ()
        return self._known[origin]


def shown(spaces: Iterable[Space]) -> str:
    """Return spaces for a message."""
    return " or ".join(sorted(space.value for space in spaces))
