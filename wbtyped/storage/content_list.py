"""The contents of one version: digests and sizes, packed, and kept in the cache by its id.

A manifest of 500 files takes 100 KB as JSON, and 17 KB here. It never changes, so what was read
once need not be fetched again.
"""

import base64
import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple

from ..artifacts.contents.entry import ArtifactManifestEntry
from ..artifacts.contents.manifest import ArtifactManifest
from ..artifacts.contents.offline_index import hashed
from ..download.cache.store import Cache

MAGIC = b"WBC1"
HEADER = struct.Struct("<4sQ")
RECORD = struct.Struct("<17sQq")
CHECKSUM_BYTES = 16


class Content(NamedTuple):
    """One distinct content of a version."""

    key: bytes
    """Digest algorithm and digest."""
    size: int
    """In bytes."""
    birth: int
    """Hash of the id of the version that it was uploaded for; 0 if the manifest names none."""


@dataclass(frozen=True, slots=True)
class ContentList:
    """What a version stores; references, whose contents are stored elsewhere, are only added up."""

    packed: bytes
    reference_size: int
    """Total size in bytes of what references refer to, as far as recorded."""

    def __iter__(self) -> Iterator[Content]:
        return map(Content._make, RECORD.iter_unpack(self.packed))

    def to_bytes(self) -> bytes:
        """Return the file of the cache."""
        body = HEADER.pack(MAGIC, self.reference_size) + self.packed
        return body + checksum(body)


def checksum(body: bytes) -> bytes:
    """Return what a file of the cache ends with."""
    return blake2b(body, digest_size=CHECKSUM_BYTES).digest()


def parse_content_list(file: bytes) -> ContentList | None:
    """Return the contents in a file of the cache; None if it is corrupt."""
    body, end = file[:-CHECKSUM_BYTES], file[-CHECKSUM_BYTES:]
    if len(body) < HEADER.size or not body.startswith(MAGIC) or checksum(body) != end:
        return None
    return ContentList(body[HEADER.size :], HEADER.unpack_from(body)[1])


def contents_of(manifest: ArtifactManifest) -> ContentList:
    """Return the distinct contents that a manifest lists, each once."""
    contents: dict[bytes, bytes] = {}
    reference_size = 0
    for entry in manifest:
        if entry.is_reference:
            reference_size += entry.size or 0
        elif entry.digest:
            key = content_key(entry)
            contents[key] = RECORD.pack(key, entry.size or 0, birth_of(entry))
    return ContentList(b"".join(contents.values()), reference_size)


def content_key(entry: ArtifactManifestEntry) -> bytes:
    """Return algorithm and digest of a content, in 17 bytes."""
    algorithm = b"X" if entry.digest_algorithm() == "XXH128" else b"M"
    with suppress(ValueError):
        if len(digest := base64.b64decode(entry.digest, validate=True)) == 16:
            return algorithm + digest
    return b"?" + blake2b(entry.digest.encode(errors="replace"), digest_size=16).digest()


def birth_of(entry: ArtifactManifestEntry) -> int:
    """Return a hash of the version that the content of an entry was uploaded for."""
    if not entry.birth_artifact_id:
        return 0
    hashed_id = blake2b(entry.birth_artifact_id.encode(errors="replace"), digest_size=8).digest()
    return int.from_bytes(hashed_id, "little", signed=True)


class ContentCache:
    """The content lists of versions that were read before; without a cache, of none."""

    def __init__(self, cache: Cache | None, base_url: str) -> None:
        self._cache = cache
        self._base_url = base_url

    def read(self, version_id: str) -> ContentList | None:
        """Return the contents of a version, if they are known."""
        if self._cache is None:
            return None
        path = self._cache.manifests / f"{hashed(self._base_url, version_id)}.contents"
        try:
            return parse_content_list(self._cache.read(path))
        except OSError:
            return None

    def write(self, version_id: str, contents: ContentList) -> None:
        """Keep the contents of a version; a full disk is no reason to fail."""
        if self._cache is not None:
            path = self._cache.manifests / f"{hashed(self._base_url, version_id)}.contents"
            with suppress(OSError):
                self._cache.write(path, contents.to_bytes())
