"""From the objects of a bucket to entries of a manifest, whatever store the bucket is in."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple, Protocol

from ....errors import TransportError, UsageError
from ...contents.entry import ArtifactManifestEntry
from .reference import Reference

Report = Callable[[str], object]
"""Receives a warning; they are shown together, on the thread of the user."""


class Location(NamedTuple):
    """An object of a bucket, or a folder of objects."""

    scheme: str
    bucket: str
    key: str

    @property
    def uri(self) -> str:
        """The URI, without a version."""
        return f"{self.scheme}://{self.bucket}/{self.key}"

    @property
    def prefix(self) -> str:
        """What the keys of all objects of the folder start with."""
        return f"{self.key.rstrip('/')}/" if self.key else ""

    @classmethod
    def of(cls, reference: Reference) -> "Location":
        """Return where a reference leads."""
        parts = reference.parts
        return cls(parts.scheme, parts.netloc, parts.path.removeprefix("/"))

    def is_below(self, key: str) -> bool:
        """Return True for the key of an object in the folder; not for folder markers."""
        return key.startswith(self.prefix) and not key.endswith("/")


class StoredObject(NamedTuple):
    """What a store says of an object."""

    key: str
    etag: str
    size: int | None
    extra: Mapping[str, object]
    """What an entry says of it in addition, its version for instance."""


class Page(NamedTuple):
    """A page of a listing, and the parameters that request the next one; none for the last."""

    objects: list[StoredObject]
    following: dict[str, str]


class Bucket(Protocol):
    """A bucket, as far as it is public; raises NotPublicError where it is not."""

    def find(self, location: Location) -> StoredObject | None:
        """Return the object at a key; None if there is none, or one that stands for a folder."""
        ...

    def objects_below(self, location: Location) -> Iterable[StoredObject]:
        """Return the objects of a folder; raises UsageError for more than the reference allows."""
        ...


class NotPublicError(Exception):
    """Objects cannot be read without credentials."""


def bucket_entries(
    bucket: Bucket, reference: Reference, report: Report
) -> list[ArtifactManifestEntry]:
    """Return the entry of an object, or of each object below a key, by their ETags.

    Objects that are not public are recorded by the URI alone, which `report` is told.
    """
    location = Location.of(reference)
    if not reference.checksum:
        return [_unread_entry(reference, location)]
    try:
        found = bucket.find(location) if location.key else None
        if found is not None:
            name = reference.name or location.key.rstrip("/").rpartition("/")[2]
            return [_entry(name, location, found)]
        below = bucket.objects_below(location)
        prefix = f"{reference.name.rstrip('/')}/" if reference.name else ""
        start = len(location.prefix)
        entries = [_entry(f"{prefix}{each.key[start:]}", location, each) for each in below]
    except NotPublicError:
        report(
            f"{location.uri} cannot be read without credentials, which wbtyped does not use, so it"
            " is recorded by its URI alone: changes of its content go unnoticed; pass"
            " checksum=False if that is intended"
        )
        return [_unread_entry(reference, location)]
    if not entries:
        raise nothing_found(reference, location)
    return entries


def _entry(name: str, location: Location, found: StoredObject) -> ArtifactManifestEntry:
    uri = location._replace(key=found.key).uri
    return ArtifactManifestEntry(name, found.etag or uri, found.size, uri, extra=found.extra)


def _unread_entry(reference: Reference, location: Location) -> ArtifactManifestEntry:
    return reference.plain_entry(location.key.rstrip("/") or location.bucket, location.uri)


def nothing_found(reference: Reference, location: Location) -> UsageError:
    """Build the error for a key at which, and below which, there is no object."""
    return UsageError(f"{reference.what}: no object with content is at or below {location.uri}")


def pages_of(what: str, request: Callable[[dict[str, str]], Page]) -> Iterator[Page]:
    """Yield the pages of a listing; `request` gets the parameters that ask for one."""
    marker: dict[str, str] = {}
    while True:
        page = request(marker)
        yield page
        if not page.following:
            return
        if page.following == marker:
            raise TransportError(f"{what}: the listing repeats a page")
        marker = page.following
