"""Choose the proxy of a request from environment variables.

The variables are read as curl, requests and the official client read them, in upper or lower case,
and alike for both engines. An invalid one is an error only for a host that needs it.
"""

import ipaddress
import json
import os
import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote, unquote, urlsplit

from ..errors import UsageError
from ..urls import DEFAULT_PORTS, WebUrl

IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

# Desktop environments write `socks`. The proxy always resolves host names, as httpx requires it.
SCHEMES = {"http": "http", "https": "https"} | dict.fromkeys(
    ("socks", "socks5", "socks5h"), "socks5h"
)
PORTS = {"http": 80, "https": 443, "socks5h": 1080}
SYSTEM = "the proxy settings of the system"
BRACKETED = re.compile(r"\[([^\]]*)\](/\d+)?(?::(\d+))?")
HOST = re.compile(r"[\w.-]+|[0-9a-f.]*:[0-9a-f:.]+(%\w+)?")
HOST_AND_PORT = re.compile(r"([^:]*):(\d+)")


class Proxy(NamedTuple):
    """A proxy, and the variable that names it."""

    scheme: str
    """`http`, `https` or `socks5h`."""
    login: str
    """User and password as in a URL, with `@` at the end; or empty."""
    netloc: str
    """Host and port."""
    variable: str

    @property
    def url(self) -> str:
        """The URL with user and password; never show it."""
        return f"{self.scheme}://{self.login}{self.netloc}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.netloc} of {self.variable}"

    def __repr__(self) -> str:
        return f"<Proxy {self}>"


class Setting(NamedTuple):
    """An environment variable and its value."""

    variable: str
    value: str


class Exemption(NamedTuple):
    """One entry of NO_PROXY: hosts to connect to directly."""

    domain: str = ""
    """A host; its subdomains are exempt too. Empty for a network."""
    network: IpNetwork | None = None
    port: int | None = None

    @classmethod
    def parse(cls, entry: str) -> "Exemption":
        """Parse `host`, `.host`, `*.host`, an IP address or a network; a port may follow."""
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
        """Return True if a host, in ASCII and lower case, is exempt."""
        if self.port not in {None, port}:
            return False
        if self.network is not None:
            try:
                return ipaddress.ip_address(host) in self.network
            except ValueError:
                return False
        return bool(self.domain) and (host == self.domain or host.endswith(f".{self.domain}"))

    def __str__(self) -> str:
        # In libcurl's syntax.
        return str(self.network) if self.network is not None else self.domain


class Proxies(NamedTuple):
    """The proxy settings of the environment."""

    settings: Mapping[str, Setting]
    """By the scheme of the requested URL: `http` and `https`."""
    exempt: Setting | None = None
    """The variable NO_PROXY."""

    @classmethod
    def of_environment(cls, environ: Mapping[str, str] = os.environ) -> "Proxies":
        """Read the variables; invalid ones raise nothing yet."""
        found = _variables(environ)
        official = _official(found.get("wandb__proxies"))
        settings: dict[str, Setting] = {}
        for scheme in ("http", "https"):
            named = found.get(f"wandb_{scheme}_proxy"), found.get(f"{scheme}_proxy")
            candidates = named[0], official.get(scheme), named[1], found.get("all_proxy")
            setting = next((found for found in candidates if found and found.value), None)
            if setting is not None:
                settings[scheme] = setting
        if not settings:
            # On Windows and macOS; elsewhere `getproxies` reads nothing but the environment.
            system: Mapping[str, str] = system_proxies() if environ is os.environ else {}
            settings = {s: Setting(SYSTEM, system[s]) for s in ("http", "https") if system.get(s)}
        return cls(settings, found.get("no_proxy"))

    def find(self, scheme: str, host: str, port: int) -> Proxy | None:
        """Return the proxy for a host, or None; raises UsageError for an invalid one."""
        setting = self.settings.get(scheme)
        if setting is None or self.is_exempt(host, port):
            return None
        return parse_proxy(setting)

    def for_url(self, url: WebUrl) -> Proxy | None:
        """Return the proxy for a URL; otherwise like `find`."""
        return self.find(url.scheme, url.host, url.port or DEFAULT_PORTS[url.scheme])

    def is_exempt(self, host: str, port: int) -> bool:
        """Return True if NO_PROXY exempts a host; raises UsageError for an invalid entry."""
        name = ascii_host(host)
        return "*" in self.entries() or any(e.covers(name, port) for e in self.exemptions())

    def entries(self) -> list[str]:
        """Return the entries of NO_PROXY as written."""
        return re.split(r"[\s,]+", self.exempt.value.strip(" ,")) if self.exempt else []

    def exemptions(self) -> list[Exemption]:
        """Return the parsed entries of NO_PROXY."""
        found: list[Exemption] = []
        for entry in self.entries():
            try:
                found.append(Exemption.parse(entry))
            except ValueError:
                variable = self.exempt.variable if self.exempt else ""
                raise UsageError(
                    f"{variable} names {entry!r}, which is not a network; write 10.0.0.0/8"
                ) from None
        return found


def system_proxies() -> Mapping[str, str]:
    """Return the proxy settings of the system, by scheme."""
    # Imported late: with TLS and mail messages, it is a tenth of the package's import time.
    from urllib.request import getproxies

    return getproxies()


def parse_proxy(setting: Setting) -> Proxy:
    """Parse the value of a variable; raises UsageError, which names both but no password."""
    scheme, separator, rest = setting.value.strip().rpartition("://")
    # A password may contain any character, even those that end a host.
    login, at, netloc = rest.rpartition("@")
    shown = f"{scheme}{separator}{'***@' if at else ''}{netloc}"
    known = SCHEMES.get(scheme.lower() if separator else "http")
    try:
        parts = urlsplit(f"//{netloc}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if known is None or not host or not HOST.fullmatch(host):
        raise UsageError(
            f"{setting.variable} names the proxy {shown!r}, which is not valid;"
            " write http://host:port, https://host:port or socks5://host:port"
        )
    user, _, password = (unquote(part) for part in login.partition(":"))
    credentials = f"{quote(user, safe='')}:{quote(password, safe='')}@" if at else ""
    literal = f"[{host}]" if ":" in host else ascii_host(host)
    return Proxy(known, credentials, f"{literal}:{port or PORTS[known]}", setting.variable)


def ascii_host(host: str) -> str:
    """Normalize a host for comparison: lower case, ASCII, without a trailing dot."""
    name = host.strip("[]").rstrip(".").lower()
    if name.isascii():
        return name
    try:
        return name.encode("idna").decode()
    except UnicodeError:
        return name


def _variables(environ: Mapping[str, str]) -> dict[str, Setting]:
    """Return the variables about proxies by lower-case name; a variable in lower case wins."""
    found: dict[str, Setting] = {}
    for name in sorted(environ):
        # Web servers pass a request's `Proxy` header to CGI scripts under this name (httpoxy).
        if name == "HTTP_PROXY" and "REQUEST_METHOD" in environ:
            continue
        if name.lower().endswith(("_proxy", "_proxies")):
            # Capitals sort first, so the lower-case one comes last and wins.
            found[name.lower()] = Setting(name, environ[name])
    return found


def _official(setting: Setting | None) -> dict[str, Setting]:
    """Return the proxies in WANDB__PROXIES, a JSON object of the official client, by scheme."""
    if setting is None or not setting.value:
        return {}
    try:
        listed = json.loads(setting.value).items()
    except (ValueError, AttributeError):
        # Reported when it is needed, as any invalid value.
        return dict.fromkeys(("http", "https"), setting)
    return {str(scheme): Setting(setting.variable, str(url)) for scheme, url in listed}
