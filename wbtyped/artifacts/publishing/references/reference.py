"""A reference as a user adds it, checked before anything is read or requested."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeVar
from urllib.parse import SplitResult, urlsplit
from urllib.request import url2pathname

from .... import arguments
from ....errors import TransportError, UsageError
from ....units import counted
from ....urls import shown_url, web_url
from ...contents.entry import (
    ARTIFACT_REFERENCE,
    ARTIFACT_SCHEME,
    ArtifactManifestEntry,
)
from ...validation import CONTROL_CHARACTER

T = TypeVar("T")
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
"""Of two characters or more: one is the drive of a path."""
BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,221}")
"""Names of buckets of S3 and Google Cloud Storage; nothing else may become part of a URL."""
UNKNOWN_SIZE = 0
"""What the official client writes of a reference whose size is not known."""
MAX_OBJECTS = 10_000_000
"""How many entries a reference becomes at most by default, as in the official client."""
STORES = frozenset({"http", "https", "s3", "gs", "file", "wandb-artifact"})
"""Schemes whose content is looked at; of others only the URI is recorded."""


class Reference(NamedTuple):
    """A URI, the name that it gets in the version, and whether its content is looked at."""

    uri: str
    name: str | None = None
    checksum: bool = True
    max_objects: int = MAX_OBJECTS
    """How many objects may be below the URI."""

    @property
    def identity(self) -> tuple[str, str | None, bool]:
        """What it adds to a version; a limit of objects adds nothing."""
        return self.uri, self.name, self.checksum

    @property
    def parts(self) -> SplitResult:
        """The parts of the URI."""
        return urlsplit(self.uri)

    @property
    def scheme(self) -> str:
        """The scheme, in lower case."""
        return self.parts.scheme

    @property
    def what(self) -> str:
        """What errors are about: the URI, without what may be secret in it."""
        return f"reference {shown_url(self.uri)}"

    @property
    def base_name(self) -> str:
        """What follows the last slash of the URI."""
        return self.uri.rpartition("/")[2]

    @property
    def label(self) -> str:
        """The name by which it can be removed from a draft."""
        return self.base_name if self.name is None else self.name

    @property
    def local_path(self) -> Path:
        """The local path of a `file://` URI."""
        return Path(url2pathname(self.parts.path))

    def plain_entry(self, name: str, uri: str | None = None) -> ArtifactManifestEntry:
        """Return the entry of content that was not looked at: its digest is the URI."""
        ref = self.uri if uri is None else uri
        return ArtifactManifestEntry(self.name or name, ref, UNKNOWN_SIZE, ref)

    def limited(self, found: Iterable[T]) -> Iterator[T]:
        """Yield what is below the URI; raises UsageError once that is more than `max_objects`."""
        for number, each in enumerate(found, 1):
            if number > self.max_objects:
                raise UsageError(
                    f"{self.what} leads to more than {counted(self.max_objects, 'object')}; pass"
                    " max_objects= to add more, or refer to folders below it"
                )
            yield each


def checked_reference(
    uri: str, name: str | None, *, checksum: bool, max_objects: int | None
) -> Reference:
    """Return a reference; raises UsageError for a URI that cannot be one."""
    if not SCHEME.match(uri):
        example = Path(uri[:100]).absolute().as_uri() if "\0" not in uri else "file:///data/a.csv"
        raise UsageError(
            f"{uri!r:.200} is not a URI; for a local file write {example}, or upload it with"
            " add_file"
        )
    if CONTROL_CHARACTER.search(uri):
        raise UsageError(f"reference {uri!r:.200} contains control characters; quote them as %0A")
    if max_objects is None:
        max_objects = MAX_OBJECTS
    arguments.whole_number("max_objects", max_objects, 1)
    reference = Reference(uri, name, checksum, max_objects)
    try:
        scheme = reference.scheme
    except ValueError as error:  # an IPv6 address without its bracket, for instance
        raise UsageError(f"{reference.what} is not a URI: {error}") from None
    if scheme in {"http", "https"}:
        _check_web(reference)
    elif scheme in {"s3", "gs"}:
        _check_bucket(reference)
    elif scheme == "file":
        _check_file(reference)
    elif scheme == "wandb-artifact":
        if not ARTIFACT_REFERENCE.fullmatch(uri):
            raise UsageError(
                f"{reference.what} must be {ARTIFACT_SCHEME}<id in hex>/<path>; pass an entry of"
                " another version's manifest instead"
            )
    elif name is None:
        raise UsageError(
            f"{reference.what}: what {scheme}: leads to is not known here, so pass name="
        )
    return reference


def _check_web(reference: Reference) -> None:
    try:
        url = web_url(reference.uri, reference.what)
    except TransportError as error:
        raise UsageError(str(error)) from None
    if "@" in reference.parts.netloc:
        raise UsageError(
            f"{reference.what} contains a user name or password, which everybody who may read the"
            " version would see; leave it out"
        )
    if not url.target.partition("?")[0].rpartition("/")[2] and reference.name is None:
        raise UsageError(f"{reference.what} ends without a file name, so pass name=")


def _check_bucket(reference: Reference) -> None:
    if not BUCKET.fullmatch(reference.parts.netloc):
        raise UsageError(f"{reference.what} must be {reference.scheme}://bucket/key")


def _check_file(reference: Reference) -> None:
    if not reference.uri.lower().startswith("file:/") or reference.parts.netloc not in {
        "", "localhost",
    }:  # fmt: skip
        raise UsageError(
            f"{reference.what} must be an absolute path after file://, such as file:///data/a.csv"
        )
