"""Listings of S3: of objects (ListObjectsV2), and of their versions (ListObjectVersions)."""

from collections.abc import Callable, Mapping
from urllib.parse import unquote_plus
from xml.etree import ElementTree

from ....errors import TransportError
from .buckets import Location, Page, StoredObject
from .public_urls import PublicResponse

VERSION_LISTING = "ListVersionsResult"
OBJECTS = frozenset({"Contents", "Version"})
KEY_MARKER = "key-marker"
"""The parameter that is a key, so that it is encoded as keys are."""
MARKERS = {
    "NextContinuationToken": "continuation-token",
    "NextKeyMarker": KEY_MARKER,
    "NextVersionIdMarker": "version-id-marker",
}
"""The parameter of the next request for each element."""
NO_VERSION = "null"
"""The version of objects that were written while the bucket had no versions."""


def stored_object(key: str, etag: str, size: int | None, version: str | None) -> StoredObject:
    """Return an object, with the entry's `extra` as the official client writes it."""
    tag = etag.strip('"')
    extra: dict[str, object] = {"etag": tag}
    if version and version != NO_VERSION:
        extra["versionID"] = version
    return StoredObject(key, tag, size, extra)


def is_version_listing(response: PublicResponse) -> bool:
    """Return True if a bucket has listed versions, as it was asked to."""
    return response.status == 200 and f"<{VERSION_LISTING}".encode() in response.body[:500]


def parse_listing(what: str, body: bytes, location: Location) -> Page:
    """Return the objects with content that a page has below a key, in their latest versions."""
    try:
        # Of a server that the user named, and without entities of other documents: expat refuses
        # to expand nested ones without limit.
        root = ElementTree.fromstring(body)  # noqa: S314
    except ElementTree.ParseError as error:
        raise TransportError(f"{what}: the listing is not XML: {error}") from error
    plain = {_tag(element): element.text or "" for element in root}
    decoded = unquote_plus if plain.get("EncodingType") == "url" else str
    objects: list[StoredObject] = []
    for element in root:
        if _tag(element) not in OBJECTS:
            continue
        fields = {_tag(part): part.text or "" for part in element}
        key, size = decoded(fields.get("Key", "")), fields.get("Size", "")
        # Of a deleted object the latest version is a `DeleteMarker`. `Contents` have no versions.
        if fields.get("IsLatest", "true") == "true" and size != "0" and location.is_below(key):
            number = int(size) if size.isdecimal() else None
            objects.append(
                stored_object(key, fields.get("ETag", ""), number, fields.get("VersionId"))
            )
    return Page(objects, _following(what, plain, decoded))


def _following(
    what: str, plain: Mapping[str, str], decoded: Callable[[str], str]
) -> dict[str, str]:
    if plain.get("IsTruncated") != "true":
        return {}
    following = {MARKERS[tag]: text for tag, text in plain.items() if tag in MARKERS and text}
    if not following:
        raise TransportError(f"{what}: the listing does not say where it continues")
    if KEY_MARKER in following:
        following[KEY_MARKER] = decoded(following[KEY_MARKER])
    return following


def _tag(element: ElementTree.Element) -> str:
    """Return the name of an element, without its namespace."""
    return element.tag.rpartition("}")[2]
