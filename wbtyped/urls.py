"""Parse URLs from servers and references, and write them as a browser would send them.

Both engines, and the decision whether a URL gets the API key, use this parser, so that no two
parsers can disagree about a host. Follows the WHATWG URL Standard for http and https.
"""

import base64
import ipaddress
import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote_from_bytes, unquote, unquote_to_bytes

import idna

from .errors import TransportError

MAX_URL_CHARACTERS = 65_536
"""The limit of httpx; signed URLs have a few thousand characters."""
DEFAULT_PORTS = {"http": 80, "https": 443}
# C0 controls and spaces around a URL are dropped, tabs and line breaks anywhere in it.
STRIPPED = "".join(map(chr, range(0x21)))
DROPPED = re.compile(r"[\t\r\n]")
HEAD = re.compile(r"(?i)(https?):[/\\]*([^/\\?#]*)(.*)", re.DOTALL)
SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
TWO_SLASHES = re.compile(r"[/\\]{2}")
TAIL = re.compile(r"([^?#]*)(\?[^#]*)?", re.DOTALL)
# Characters that are not quoted; `%` too, since browsers do not quote one that starts no escape.
PATH_SAFE = "%!$&'()*+,-./:;=@[\\]_|~"
QUERY_SAFE = "%!$&()*+,-./:;=?@[\\]^_`{|}~"
PLAIN = re.compile(r"/[A-Za-z0-9%!$&'()*+,./:;=@_~-]*(?:\?[A-Za-z0-9%!$&()*+,./:;=?@_~-]*)?")
"""A target that needs no quoting; there may still be dots to resolve."""
DOT = re.compile(r"(?i)\.|%2e")
FORBIDDEN_IN_HOST = re.compile(r"[\x00-\x20\x7f#%/:<>?@\[\\\]^|]")
NUMBER = re.compile(r"(?i)0x[0-9a-f]*|[0-9]+")
USER_INFO = re.compile(r"^([^:/\\?#@]*:)?[/\\]*[^/\\?#]*@")


class WebUrl(NamedTuple):
    """An absolute URL, quoted as it is sent over the wire."""

    scheme: str
    host: str
    port: int | None
    """None for the default port of the scheme."""
    target: str
    """Path and query."""
    authorization: str | None = None
    """The `Authorization` header for a user name in the URL, which is not sent otherwise."""

    def __str__(self) -> str:
        return f"{self.server}{self.target}"

    def __repr__(self) -> str:
        return f"<WebUrl {shown_url(str(self))}>"

    @property
    def origin(self) -> tuple[str, str, int | None]:
        """Scheme, host and port."""
        return self.scheme, self.host, self.port

    @property
    def server(self) -> str:
        """The URL without path and query."""
        port = "" if self.port is None else f":{self.port}"
        return f"{self.scheme}://{self.host}{port}"


def shown_url(text: str) -> str:
    """Format a URL for a message: without user name, password and query, which may be secret."""
    plain = USER_INFO.sub(r"\1//", text, count=1).partition("#")[0].partition("?")[0]
    return plain if len(plain) <= 200 else f"{plain[:197]}..."


def web_url(text: str, what: str, base: WebUrl | None = None) -> WebUrl:
    """Parse a URL; a relative one is resolved against `base`.

    Raises TransportError for a URL that no browser could fetch; `what` names the request in it.
    """
    try:
        return _parsed(text, base)
    except ValueError as error:
        raise TransportError(
            f"{what}: the URL {shown_url(text)!r} cannot be fetched: {error}"
        ) from error


def _parsed(text: str, base: WebUrl | None) -> WebUrl:
    if len(text) > MAX_URL_CHARACTERS:  # and again below, because quoting makes it longer
        raise ValueError(f"it has more than {MAX_URL_CHARACTERS:,} characters")
    whole = text
    # Nearly all URLs are plain, and with many small files each step counts.
    if not whole.isascii():
        # A lone surrogate has no UTF-8; browsers replace it with U+FFFD.
        whole = whole.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if not whole.isprintable() or " " in whole:
        whole = DROPPED.sub("", whole.strip(STRIPPED))
    if base is not None:
        whole = _joined(whole, base)
    head = HEAD.fullmatch(whole)
    if head is None:
        raise ValueError("it is not an absolute http or https URL")
    scheme = head[1].lower()
    user, at, netloc = head[2].rpartition("@")
    host, port = _host_and_port(netloc)
    port = None if port == DEFAULT_PORTS[scheme] else port
    url = WebUrl(scheme, host, port, _target(head[3]), _authorization(user) if at else None)
    if len(url.host) + len(url.target) > MAX_URL_CHARACTERS - 20:
        raise ValueError(f"it has more than {MAX_URL_CHARACTERS:,} characters")
    return url


def _joined(text: str, base: WebUrl) -> str:
    """Make a reference absolute; a scheme without `//` is ignored if it is that of `base`."""
    scheme = SCHEME.match(text)
    if scheme is not None:
        rest = text[scheme.end() :]
        if scheme[1].lower() != base.scheme or TWO_SLASHES.match(rest):
            return text
        text = rest
    if TWO_SLASHES.match(text):
        return f"{base.scheme}:{text}"
    origin = base.server
    path = base.target.partition("?")[0]
    if not text or text.startswith("#"):
        return str(base)
    if text[0] in "/\\":
        return origin + text
    return origin + (path if text[0] == "?" else path[: path.rindex("/") + 1]) + text


def _authorization(user: str) -> str | None:
    name, _, password = user.partition(":")
    pair = unquote_to_bytes(name) + b":" + unquote_to_bytes(password)
    return f"Basic {base64.b64encode(pair).decode()}" if pair != b":" else None


def _target(tail: str) -> str:
    if PLAIN.fullmatch(tail) and "/." not in tail and "/%2" not in tail:
        return tail
    found = TAIL.match(tail)
    path, query = (found[1], found[2]) if found else ("", None)
    plain = quote_from_bytes(_without_dots(path.replace("\\", "/")).encode(), PATH_SAFE)
    if query is None:
        return plain
    return f"{plain}?{quote_from_bytes(query[1:].encode(), QUERY_SAFE)}"


def _without_dots(path: str) -> str:
    """Resolve `.` and `..`, also if written as `%2e`."""
    kept: list[str] = []
    parts = path.split("/")[1:] if path else [""]
    for number, part in enumerate(parts):
        dots = DOT.sub("", part) == "" and len(DOT.findall(part))
        if dots == 2:
            del kept[-1:]
        elif dots != 1:
            kept.append(part)
            continue
        if number == len(parts) - 1:
            kept.append("")
    return "/" + "/".join(kept)


# Hosts.


@lru_cache(maxsize=256)
def _host_and_port(netloc: str) -> tuple[str, int | None]:
    # Cached: the files of a batch are on few hosts, and idna takes longer than all the rest.
    found = re.fullmatch(r"(\[[^\[\]]*\]|[^:]*)(?::([0-9]*))?", netloc)
    if found is None:
        raise ValueError("its host or port is not valid")
    digits = (found[2] or "").lstrip("0")
    port = int(digits or "0") if len(digits) <= 5 else 65_536
    if port > 65_535:
        raise ValueError("its port is above 65535")
    return _host(found[1]), port if found[2] else None


def _host(text: str) -> str:
    if text.startswith("["):
        address = text[1:-1]
        if "%" in address:
            raise ValueError("its host is not valid")
        return f"[{ipaddress.IPv6Address(address).compressed}]"
    name = unquote(text, errors="strict")
    if len(name) > 1000:
        raise ValueError("its host is too long")
    try:
        labels = idna.uts46_remap(name, std3_rules=False, transitional=False).split(".")
        host = ".".join(label if label.isascii() else _punycode(label) for label in labels)
    except (idna.IDNAError, IndexError):
        raise ValueError("its host is not valid") from None
    if FORBIDDEN_IN_HOST.search(host):
        raise ValueError("its host is not valid")
    _check_labels(host)
    return _ipv4(host) or host


def _punycode(label: str) -> str:
    return f"xn--{label.encode('punycode').decode('ascii')}"


def _check_labels(host: str) -> None:
    """Raise ValueError for a name that is not valid in DNS."""
    labels = host.removesuffix(".").split(".")
    if not host or len(host) > 253 or not all(0 < len(label) <= 63 for label in labels):
        raise ValueError("its host is not valid")
    # A label that starts with xn-- must encode non-ASCII characters.
    encoded = [label[4:].encode() for label in labels if label.startswith("xn--")]
    if any(label.decode("punycode").isascii() for label in encoded):
        raise ValueError("its host is not valid")


def _ipv4(host: str) -> str | None:
    """Parse a host as an IPv4 address; `127.1` and `0x7f000001` mean 127.0.0.1. None for a name."""
    parts = host.removesuffix(".").split(".")
    if not (parts[-1].isdigit() or NUMBER.fullmatch(parts[-1])):
        return None
    if len(parts) > 4 or not all(NUMBER.fullmatch(part) for part in parts):
        raise ValueError("its host is not valid")
    numbers = [_number(part) for part in parts]
    *first, last = numbers
    if any(number > 255 for number in first) or last >= 256 ** (5 - len(numbers)):
        raise ValueError("its host is not valid")
    value = sum(number << 8 * (3 - index) for index, number in enumerate(first)) + last
    return str(ipaddress.IPv4Address(value))


def _number(part: str) -> int:
    if part[:2].lower() == "0x":
        return int(part[2:] or "0", 16)
    return int(part, 8 if len(part) > 1 and part.startswith("0") else 10)
