"""References to http and https URLs: identified by the ETag that their server sends."""

import re
from urllib.parse import quote

from ....transport.http import Transport
from ...contents.entry import ArtifactManifestEntry
from .public_urls import request_public
from .reference import UNKNOWN_SIZE, Reference

ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})[^\W_]{2}")
UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
SAFE = "!#$&'()*+,/:;=?@[]~"
"""Characters that are not quoted in a URL, as the official client sends and records it."""


def web_entries(transport: Transport, reference: Reference) -> list[ArtifactManifestEntry]:
    """Return the entry of a URL, with ETag and size as its server sends them.

    A GET whose body is not read: for a HEAD some servers send other headers, and signed URLs
    often allow only one method.
    """
    if not reference.checksum:
        return [reference.plain_entry(reference.base_name)]
    response = request_public(transport, reference.what, requoted(reference.uri))
    response.require_success(reference.what)
    fragment = reference.parts.fragment
    url = requoted(f"{response.url}#{fragment}" if fragment else response.url)
    etag = response.headers.get("etag", "")
    tag = etag.strip('"')  # `""` identifies nothing
    return [
        ArtifactManifestEntry(
            reference.name or reference.base_name,
            tag or url,
            response.size or UNKNOWN_SIZE,
            url,
            extra={"etag": etag} if tag else {},
        )
    ]


def requoted(url: str) -> str:
    """Return a URL quoted as the official client quotes it, so that its digest is the same."""

    def plain(escape: re.Match[str]) -> str:
        character = chr(int(escape[1], 16))
        return character if UNRESERVED.fullmatch(character) else escape[0]

    if BROKEN_ESCAPE.search(url):
        return quote(url, SAFE)
    return quote(ESCAPE.sub(plain, url), f"{SAFE}%")
