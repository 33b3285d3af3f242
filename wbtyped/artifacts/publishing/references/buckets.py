"""Names of objects below a key of a bucket, and what is said of one that is not public."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from ....errors import UsageError
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

    def names_below(self, keys: Iterable[str]) -> dict[str, str]:
        """Return the name relative to the folder for each key below it; not for folder markers."""
        return {
            key: key.removeprefix(self.prefix)
            for key in keys
            if key.startswith(self.prefix) and not key.endswith("/")
        }


def unread_entry(reference: Reference, location: Location) -> list[ArtifactManifestEntry]:
    """Return the entry of a key whose objects are not looked at."""
    return [reference.plain_entry(location.key.rstrip("/") or location.bucket, location.uri)]


def not_public(
    reference: Reference, location: Location, report: Report
) -> list[ArtifactManifestEntry]:
    """Report an object that is not public, and return its entry without a checksum."""
    report(
        f"{location.uri} cannot be read without credentials, which wbtyped does not use, so it is"
        " recorded by its URI alone: changes of its content go unnoticed; pass checksum=False if"
        " that is intended"
    )
    return unread_entry(reference, location)


def nothing_found(reference: Reference, location: Location) -> UsageError:
    """Build the error for a key at which, and below which, there is no object."""
    return UsageError(f"{reference.what}: no object with content is at or below {location.uri}")
