"""Which proxy a request goes through, as the environment says it.

The variables are read as curl, requests and the official client read them, in upper or lower case,
and alike for both engines. What cannot be used is an error only for a host that would need it.
"""

import ipaddress
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote, unquote, urlsplit
from urllib.request import getproxies

from ..errors import UsageError
from ..urls import DEFAULT_PORTS, WebUrl

IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

# `socks` is what desktops write. The name is always looked up by the proxy: httpx can do no other.
SCHEMES = {"http": "http", "https": "https"} | dict.fromkeys(
    ("socks", "socks5", "socks5h"), "socks5h"
)
PORTS = {"http": 80, "https": 443, "socks5h": 1080}
SYSTEM = "the proxy settings of the system"
BRACKETED = re.compile(r"\[([^\]]*)\](/\d+)?(?::(\d+))?")
HOST = re.compile(r"[\w.-]+|[0-9a-f.]*:[0-9a-f:.]+(%\w+)?")
HOST_AND_PORT = re.compile(r"([^:]*):(\d+)")


class Proxy(NamedTuple):
    """A proxy, and the variable that named it."""

    scheme: str
    """`http`, `https` or `socks5h`."""
    login: str
    """User and password as they stand in a URL, with `@` at the end, or nothing."""
    place: str
    """Host and port."""
    variable: str

    @property
    def url(self) -> str:
        """The URL with user and password, never to be shown."""
        return f"{self.scheme}://{self.login}{self.place}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.place} of {self.variable}"

    def __repr__(self) -> str:
        return f"<Proxy {self}>"


class Setting(NamedTuple):
    """A variable and its value."""

    variable: str
    value: str


@dataclass(frozen=True)
class Exemption:
    """One entry of NO_PROXY: hosts that are reached directly."""

    domain: str = ""
    """The host itself and all below it; empty for a network."""
    network: IpNetwork | None = None
    port: int | None = None

    @classmethod
    def parse(cls, entry: str) -> "Exemption":
        """Read `host`, `.host`, `*.host`, an IP address or a network, with or without a port."""
        text, port = entry.rpartition("://")[2].lower(), None
        if match := BRACKETED.fullmatch(text):
            text, port = match[1] + (match[2] or ""), match[3]
        elif match := HOST_AND_PORT.fullmatch(text):
            text, port = match.groups()
        number = int(port) if port else None
        try:
            return cls(network=ipaddress.ip_network(text, strict=False), port=number)
        except ValueError:
            if "/" in text:
                raise
        return cls(domain=ascii_host(text.removeprefix("*").strip(".")), port=number)

    def covers(self, host: str, port: int) -> bool:
        """Tell whether a host, in ASCII and lower case, is exempt."""
        if self.port not in {None, port}:
            return False
        if self.network is not None:
            try:
                return ipaddress.ip_address(host) in self.network
            except ValueError:
                return False
        return bool(self.domain) and (host == self.domain or host.endswith(f".{self.domain}"))

    def __str__(self) -> str:
        # As libcurl reads it.
        return str(self.network) if self.network is not None else self.domain


@dataclass(frozen=True)
class Proxies:
    """What the environment says of proxies."""

    settings: Mapping[str, Setting]
    """By the scheme of what is asked for: `http` and `https`."""
    exempt: Setting | None = None
    """The variable NO_PROXY."""

    @classmethod
    def of_environment(cls, environ: Mapping[str, str] = os.environ) -> "Proxies":
        """Read the variables; nothing is an error yet."""
        found = _variables(environ)
        official = _official(found.get("wandb__proxies"))
        settings: dict[str, Setting] = {}
        for scheme in ("http", "https"):
            named = found.get(f"wandb_{scheme}_proxy"), found.get(f"{scheme}_proxy")
            candidates = named[0], official.get(scheme), named[1], found.get("all_proxy")
            setting = next((each for each in candidates if each and each.value), None)
            if setting is not None:
                settings[scheme] = setting
        if not settings:
            # Of Windows and macOS; elsewhere this knows of nothing but the environment.
            system = getproxies() if environ is os.environ else {}
            settings = {s: Setting(SYSTEM, system[s]) for s in ("http", "https") if system.get(s)}
        return cls(settings, found.get("no_proxy"))

    def find(self, scheme: str, host: str, port: int) -> Proxy | None:
        """Return the proxy for a host, or None; raises UsageError for one that cannot be used."""
        setting = self.settings.get(scheme)
        if setting is None or self.is_exempt(host, port):
            return None
        return parse_proxy(setting)

    def for_url(self, url: WebUrl) -> Proxy | None:
        """Return the proxy for a URL in the same way."""
        return self.find(url.scheme, url.host, url.port or DEFAULT_PORTS[url.scheme])

    def is_exempt(self, host: str, port: int) -> bool:
        """Tell whether a host is reached directly; raises UsageError for a broken entry."""
        name = ascii_host(host)
        return "*" in self.entries() or any(e.covers(name, port) for e in self.exemptions())

    def entries(self) -> list[str]:
        """Return the entries of NO_PROXY as they stand there."""
        return re.split(r"[\s,]+", self.exempt.value.strip(" ,")) if self.exempt else []

    def exemptions(self) -> list[Exemption]:
        """Return the entries of NO_PROXY that name hosts."""
        found: list[Exemption] = []
        for entry in self.entries():
            try:
                found.append(Exemption.parse(entry))
            except ValueError:
                variable = self.exempt.variable if self.exempt else ""
                raise UsageError(f"{variable} names {entry!r}, which is no network") from None
        return found


def parse_proxy(setting: Setting) -> Proxy:
    """Read the value of a variable, or raise UsageError that names both, without a password."""
    scheme, separator, rest = setting.value.strip().rpartition("://")
    # A password may hold any character, even those that end a host.
    login, at, place = rest.rpartition("@")
    shown = f"{scheme}{separator}{'***@' if at else ''}{place}"
    known = SCHEMES.get(scheme.lower() if separator else "http")
    try:
        parts = urlsplit(f"//{place}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if known is None or not host or not HOST.fullmatch(host):
        raise UsageError(
            f"{setting.variable} names the proxy {shown!r}, which cannot be used;"
            " write http://host:port, https://host:port or socks5://host:port"
        )
    user, _, password = (unquote(part) for part in login.partition(":"))
    credentials = f"{quote(user, safe='')}:{quote(password, safe='')}@" if at else ""
    literal = f"[{host}]" if ":" in host else ascii_host(host)
    return Proxy(known, credentials, f"{literal}:{port or PORTS[known]}", setting.variable)


def ascii_host(host: str) -> str:
    """Return a host in the form in which hosts are compared: lower case, ASCII, without dot."""
    name = host.strip("[]").rstrip(".").lower()
    if name.isascii():
        return name
    try:
        return name.encode("idna").decode()
    except UnicodeError:
        return name


def _variables(environ: Mapping[str, str]) -> dict[str, Setting]:
    """Return what may concern proxies by name in lower case; a name in lower case wins."""
    found: dict[str, Setting] = {}
    for name in sorted(environ):
        # A web server hands a header `Proxy` to CGI scripts under this name (httpoxy).
        if name == "HTTP_PROXY" and "REQUEST_METHOD" in environ:
            continue
        if name.lower().endswith(("_proxy", "_proxies")):
            # Capitals sort first, so the last one is in lower case.
            found[name.lower()] = Setting(name, environ[name])
    return found


def _official(setting: Setting | None) -> dict[str, Setting]:
    """Return what WANDB__PROXIES holds, a JSON object of the official client, by scheme."""
    if setting is None or not setting.value:
        return {}
    try:
        listed = json.loads(setting.value).items()
    except (ValueError, AttributeError):
        # Named when it is needed, as any value that cannot be used.
        return dict.fromkeys(("http", "https"), setting)
    return {str(scheme): Setting(setting.variable, str(url)) for scheme, url in listed}
