"""One entry of a manifest: path, digest, size and reference of a file."""

import base64
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Protocol

from pydantic import BaseModel, Field, ValidationError

from ... import arguments
from ...download.content_reader import (
    BUFFER_BYTES,
    AsyncContentReader,
    ReadMode,
    check_open,
    check_range,
    open_content,
)
from ...download.disk.digests import Algorithm
from ...errors import SchemaMismatchError, UsageError
from ...transport.client import Client
from ...transport.flow import Flow
from ...user_warnings import in_thread, warn_user

if TYPE_CHECKING:
    from ...download.stored_content import StoredContent

ARTIFACT_SCHEME = "wandb-artifact://"
"""Scheme of references to files of other artifacts."""
ARTIFACT_REFERENCE = re.compile(r"(?is)wandb-artifact://((?:[0-9a-f]{2})+)/(.+)")
MAX_SIZE_BYTES = 2**63 - 1
"""The schema declares sizes as Int64."""
CONTENT_DIGEST = re.compile(r"[A-Za-z0-9+/]{21}[AQgw]==")
"""16 bytes in base64: an MD5 or an XXH128."""
SURROGATE = re.compile(r"[\ud800-\udfff]")


class ManifestOwner(Protocol):
    """What a manifest entry needs of its version; every `Artifact` is one."""

    @property
    def id(self) -> str:
        """The server's opaque id of the version."""
        ...

    @property
    def entity(self) -> str:
        """The owner of the project."""
        ...

    @property
    def project(self) -> str:
        """The project."""
        ...

    @property
    def name(self) -> str:
        """`collection:vN`."""
        ...

    @property
    def qualified_name(self) -> str:
        """`entity/project/collection:vN`."""
        ...

    def download_entry(
        self,
        entry: "ArtifactManifestEntry",
        root: str | PathLike[str] | None,
        *,
        skip_cache: bool = False,
    ) -> Path:
        """Download one file of the version and return its path."""
        ...

    @property
    def client(self) -> Client:
        """The client that sends requests."""
        ...

    def find_content(self, entry: "ArtifactManifestEntry") -> Flow["StoredContent"]:
        """Return the content of a file in storage."""
        ...


class _Entry(BaseModel, frozen=True, defer_build=True):
    digest: Annotated[str, Field(min_length=1)]
    size: Annotated[int, Field(strict=True, ge=0, le=MAX_SIZE_BYTES)] | None = None
    ref: str | None = None
    birth: str | None = Field(None, validation_alias="birthArtifactID")
    extra: dict[str, object] = Field(default_factory=dict[str, object])


@dataclass(frozen=True, slots=True)
class ArtifactManifestEntry:
    """One file of a version.

    `digest` is the MD5 or XXH128 of the content in base64, as `digest_algorithm()` says; for a
    reference it is what its storage identifies the content by, such as an ETag. `size` is in bytes,
    None if the manifest does not record it.

    Example:
        >>> entry = artifact.manifest.entries["train.csv"]
        >>> entry.path, entry.size, entry.is_reference
        ('train.csv', 7, False)
    """

    path: str
    digest: str
    size: int | None = None
    ref: str | None = None
    birth_artifact_id: str | None = None
    extra: Mapping[str, object] = field(default_factory=dict[str, object])
    artifact: ManifestOwner | None = field(default=None, repr=False, compare=False)
    unreadable: str = field(default="", repr=False, compare=False)
    """Why the entry could not be parsed; empty for a valid one."""

    @property
    def fault(self) -> str:
        """Why the file cannot be downloaded, judged by its entry alone; empty if it can."""
        if self.unreadable:
            return self.unreadable
        if self.ref is None and not CONTENT_DIGEST.fullmatch(self.digest):
            return f"its digest {self.digest!r:.80} is not an MD5 or XXH128 in base64"
        return ""

    def digest_algorithm(self) -> Algorithm:
        """Return the digest algorithm of the content."""
        return "XXH128" if self.extra.get("alg") == "XXH128" else "MD5"

    @property
    def name(self) -> str:
        """The path; deprecated: use `path`."""
        warn_user("name of a manifest entry is deprecated: use path", DeprecationWarning)
        return self.path

    @property
    def is_reference(self) -> bool:
        """Whether the content is stored elsewhere, at `ref`."""
        return self.ref is not None

    def ref_target(self) -> str:
        """Return the URI that a reference refers to; raises UsageError for a plain file."""
        if self.ref is None:
            raise UsageError(f"{self.path} is a file, not a reference")
        return self.ref

    def parent_artifact(self) -> ManifestOwner:
        """Return the version that the file belongs to.

        Raises UsageError for an entry of a manifest that was not read from the server.
        """
        if self.artifact is None:
            raise UsageError(f"manifest entry {self.path} belongs to no artifact")
        return self.artifact

    def ref_url(self) -> str:
        """Return the URI by which other artifacts refer to this file."""
        artifact_id = base64.b64decode(self.parent_artifact().id).hex()
        return f"{ARTIFACT_SCHEME}{artifact_id}/{self.path}"

    def download(
        self, root: str | PathLike[str] | None = None, skip_cache: bool | None = None
    ) -> str:
        """Download the file to its path below `root`, verify it, and return where it is.

        `root` is the folder of `Artifact.download` by default. An existing file with the right
        content is kept. References to `http(s)://` URLs and to other artifacts are followed; others
        raise UnsupportedReferenceError. With `skip_cache=True` the cache is not used.
        """
        folder = arguments.optional_location("root", root)
        is_skipped = skip_cache is not None and arguments.flag("skip_cache", skip_cache)
        return str(self.parent_artifact().download_entry(self, folder, skip_cache=is_skipped))

    async def adownload(
        self, root: str | PathLike[str] | None = None, skip_cache: bool | None = None
    ) -> str:
        """Asynchronous form of `download`."""
        return await in_thread(self.download, root, skip_cache)

    def read(self, start: int = 0, end: int | None = None) -> bytes:
        r"""Return the bytes from `start` up to, not including, `end`: by default the whole file.

        Negative positions count from the end, as in slices. Only what is asked for is requested. A
        whole file is verified by its digest, a part of it by the size of the file. References are
        followed as by `download`; what they lead to over HTTP is always read whole, and verified by
        its ETag.

        Example:
            >>> entry = artifact.get_entry("train.csv")
            >>> entry.read(), entry.read(0, 4), entry.read(-2)
            (b'rows=2\n', b'rows', b'2\n')
        """
        check_range(start, end)
        return self.parent_artifact().client.run(self._read(start, end))

    async def aread(self, start: int = 0, end: int | None = None) -> bytes:
        """Asynchronous form of `read`."""
        check_range(start, end)
        return await self.parent_artifact().client.arun(self._read(start, end))

    def _read(self, start: int, end: int | None) -> Flow[bytes]:
        content = yield from self.parent_artifact().find_content(self)
        return (yield from content.read(start, end))

    def open(self, mode: ReadMode = "rb", buffer_size: int = BUFFER_BYTES) -> io.BufferedReader:
        r"""Open the file in storage for reading; nothing is written to disk.

        It can be read from any position with `seek`. Small reads fetch `buffer_size` bytes at once.

        Example:
            >>> with artifact.get_entry("train.csv").open() as file:
            ...     file.readline()
            b'rows=2\n'
        """
        check_open(mode, buffer_size)
        owner = self.parent_artifact()
        return open_content(owner.client.run(owner.find_content(self)), buffer_size)

    async def aopen(self) -> AsyncContentReader:
        """Asynchronous form of `open`, whose methods `read` and `seek` are awaited.

        It has no buffer: each read is a request.
        """
        owner = self.parent_artifact()
        return AsyncContentReader(await owner.client.arun(owner.find_content(self)))

    def to_json(self) -> dict[str, object]:
        """Return the entry as in the manifest, by the manifest's field names, and its path."""
        return {"path": self.path, **entry_json(self)}


def build_entry(path: str, parsed: object, artifact: ManifestOwner | None) -> ArtifactManifestEntry:
    """Return the entry of a path; if it is invalid, its `unreadable` says why."""
    try:
        e = _Entry.model_validate(parsed)
    except ValidationError as error:
        return ArtifactManifestEntry(path, "", artifact=artifact, unreadable=first_error(error))
    if not path.isascii() and SURROGATE.search(path):
        unreadable = "its path is not valid Unicode"
        return ArtifactManifestEntry(path, "", artifact=artifact, unreadable=unreadable)
    return ArtifactManifestEntry(path, e.digest, e.size, e.ref, e.birth, e.extra, artifact)


def entry_json(entry: ArtifactManifestEntry) -> dict[str, object]:
    """Return the JSON object of an entry in a manifest."""
    fields: dict[str, object | None] = {
        "digest": entry.digest,
        "ref": entry.ref,
        "birthArtifactID": entry.birth_artifact_id,
        "size": entry.size,
        "extra": dict(entry.extra) or None,
    }
    return {name: value for name, value in fields.items() if value is not None}


def first_error(error: ValidationError) -> str:
    """Return the first validation error and its location."""
    first = error.errors(include_url=False)[0]
    location = ".".join(map(str, first["loc"]))
    return f"{location}{': ' if location else ''}{first['msg']} (got {first['input']!r:.80})"


def is_artifact_reference(uri: str) -> bool:
    """Return True if a reference refers to a file of another version, well-formed or not."""
    return uri[: len(ARTIFACT_SCHEME)].lower() == ARTIFACT_SCHEME


def parse_artifact_reference(uri: str) -> tuple[str, str]:
    """Return the artifact id and path of `wandb-artifact://<hex>/<path>`."""
    found = ARTIFACT_REFERENCE.fullmatch(uri)
    if found is None:
        raise SchemaMismatchError(
            f"malformed artifact reference {uri!r:.200}; expected"
            f" {ARTIFACT_SCHEME}<id in hex>/<path>"
        )
    return base64.b64encode(bytes.fromhex(found[1])).decode(), found[2]
