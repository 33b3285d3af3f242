"""What a version is made of: paths, digests, sizes, and references to other places."""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel, Field, ValidationError

from ..errors import NotFoundError, SchemaMismatchError

Algorithm = Literal["MD5", "XXH128"]


class _Entry(BaseModel, frozen=True):
    digest: str
    size: int | None = None
    ref: str | None = None
    birth: str | None = Field(None, validation_alias="birthArtifactID")
    extra: dict[str, object] = {}


class _Config(BaseModel, frozen=True):
    storageLayout: str = "V1"  # noqa: N815 - the name in the manifest
    storageRegion: str = "default"  # noqa: N815


class _Manifest(BaseModel, frozen=True):
    version: int
    policy: str = Field("", validation_alias="storagePolicy")
    config: _Config = Field(_Config(), validation_alias="storagePolicyConfig")
    contents: dict[str, _Entry]


@dataclass(frozen=True, slots=True)
class ArtifactManifestEntry:
    """One file of a version.

    `digest` is base64 of the content's MD5 or XXH128, as `algorithm` says; for a reference it is
    what tells contents apart where it lies, an ETag for example. `size` is in bytes, None where the
    manifest does not say.
    """

    path: str
    digest: str
    size: int | None = None
    ref: str | None = None
    birth_artifact_id: str | None = None
    extra: Mapping[str, object] = field(default_factory=dict[str, object])

    @property
    def algorithm(self) -> Algorithm:
        """How the content was digested."""
        return "XXH128" if self.extra.get("alg") == "XXH128" else "MD5"

    @property
    def is_reference(self) -> bool:
        """Whether the content lies elsewhere, at `ref`."""
        return self.ref is not None

    def ref_target(self) -> str:
        """Return the address that a reference refers to; raises ValueError for a plain file."""
        if self.ref is None:
            raise ValueError(f"{self.path} is a file and refers to nothing")
        return self.ref


@dataclass(frozen=True, slots=True)
class ArtifactManifest:
    """All files of a version, by path."""

    version: int
    storage_policy: str
    storage_layout: str
    """`V1` or `V2`: how files are laid out in storage."""
    storage_region: str
    entries: Mapping[str, ArtifactManifestEntry]

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[ArtifactManifestEntry]:
        return iter(self.entries.values())

    @property
    def size(self) -> int:
        """Bytes of all files together, as far as sizes are known."""
        return sum(entry.size or 0 for entry in self)

    def get_entry(self, path: str) -> ArtifactManifestEntry:
        """Return the file at a path; raises NotFoundError, which is a LookupError."""
        if path not in self.entries:
            raise NotFoundError(f"the version holds no file {path!r}", path=path, missing="file")
        return self.entries[path]

    def in_directory(self, folder: str) -> list[ArtifactManifestEntry]:
        """Return the files below a folder, at any depth."""
        prefix = f"{folder.rstrip('/')}/" if folder else ""
        return [entry for entry in self if entry.path.startswith(prefix)]

    def digest(self) -> str:
        """Return the digest of the whole version in hex, from paths and digests."""
        digest = hashlib.md5(b"wandb-artifact-manifest-v1\n", usedforsecurity=False)
        for path in sorted(self.entries):
            digest.update(f"{path}:{self.entries[path].digest}\n".encode())
        return digest.hexdigest()


def parse_manifest(content: bytes, what: str) -> ArtifactManifest:
    """Read a manifest as it lies in storage; `what` names the version in errors."""
    try:
        found = _Manifest.model_validate_json(content)
    except ValidationError as error:
        raise SchemaMismatchError(
            f"the manifest of {what} cannot be read: {error.error_count()} places do not fit; a"
            " newer wbtyped may know this form",
            operation="ArtifactManifest",
        ) from error
    if found.version != 1:
        raise SchemaMismatchError(
            f"the manifest of {what} has version {found.version}; this package knows version 1",
            operation="ArtifactManifest",
        )
    entries = {
        path: ArtifactManifestEntry(path, e.digest, e.size, e.ref, e.birth, e.extra)
        for path, e in found.contents.items()
    }
    return ArtifactManifest(
        found.version, found.policy, found.config.storageLayout, found.config.storageRegion, entries
    )


def artifact_reference(uri: str) -> tuple[str, str]:
    """Return the id and path in `wandb-artifact://<hex>/<path>`."""
    place, _, path = uri.removeprefix("wandb-artifact://").partition("/")
    try:
        return base64.b64encode(bytes.fromhex(place)).decode(), path
    except ValueError as error:
        raise SchemaMismatchError(f"reference {uri!r} names no artifact") from error
