"""What a version is made of: paths, digests, sizes, and references to other places."""

import base64
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from os import PathLike
from typing import TYPE_CHECKING, Literal, get_args

from pydantic import BaseModel, Field, ValidationError

from .. import arguments
from ..download.digests import Algorithm, new_hash
from ..errors import SchemaMismatchError, UsageError
from ..user_warnings import in_thread

if TYPE_CHECKING:
    from .artifact import Artifact

ARTIFACT_SCHEME = "wandb-artifact://"
"""How references to files of other artifacts begin."""


class _Entry(BaseModel, frozen=True):
    digest: str
    size: int | None = None
    ref: str | None = None
    birth: str | None = Field(None, validation_alias="birthArtifactID")
    extra: dict[str, object] = {}


class _Config(BaseModel, frozen=True):
    storageLayout: str = "V1"  # noqa: N815 - the name in the manifest
    storageRegion: str | None = None  # noqa: N815


class _Manifest(BaseModel, frozen=True):
    version: Literal[1]
    policy: str = Field("", validation_alias="storagePolicy")
    config: _Config = Field(_Config(), validation_alias="storagePolicyConfig")
    contents: dict[str, _Entry]


@dataclass(frozen=True, slots=True)
class ArtifactManifestEntry:
    """One file of a version.

    `digest` is base64 of the content's MD5 or XXH128, as `digest_algorithm()` says; for a reference
    it is what tells contents apart where it lies, an ETag for example. `size` is in bytes, None
    where the manifest does not say.
    """

    path: str
    digest: str
    size: int | None = None
    ref: str | None = None
    birth_artifact_id: str | None = None
    extra: Mapping[str, object] = field(default_factory=dict[str, object])
    artifact: "Artifact | None" = field(default=None, repr=False, compare=False)

    def digest_algorithm(self) -> Algorithm:
        """Return how the content was digested."""
        return "XXH128" if self.extra.get("alg") == "XXH128" else "MD5"

    @property
    def is_reference(self) -> bool:
        """Whether the content lies elsewhere, at `ref`."""
        return self.ref is not None

    def ref_target(self) -> str:
        """Return the address that a reference refers to; raises UsageError for a plain file."""
        if self.ref is None:
            raise UsageError(f"{self.path} is a file and refers to nothing")
        return self.ref

    def parent_artifact(self) -> "Artifact":
        """Return the version that the file belongs to.

        Raises UsageError for an entry of a manifest that was not read from the server.
        """
        if self.artifact is None:
            raise UsageError(f"the manifest entry {self.path} belongs to no artifact")
        return self.artifact

    def ref_url(self) -> str:
        """Return the address by which other artifacts refer to this file."""
        number = base64.b64decode(self.parent_artifact().id).hex()
        return f"{ARTIFACT_SCHEME}{number}/{self.path}"

    def download(self, root: str | PathLike[str] | None = None) -> str:
        """Download the file to its path below `root`, checked, and return where it is.

        Without `root` it goes where `Artifact.download` puts it. One that is there and right is
        kept. References are followed as there; UnsupportedReferenceError names one that cannot be.
        """
        from .contents import download_entry

        return str(download_entry(self, arguments.optional_location("root", root)))

    async def adownload(self, root: str | PathLike[str] | None = None) -> str:
        """Download the file, from a coroutine; otherwise as `download`."""
        return await in_thread(self.download, root)

    def to_json(self) -> dict[str, object]:
        """Return what the manifest says of the file, with its path and the names it uses there."""
        return {"path": self.path, **_entry_json(self)}


@dataclass(frozen=True, slots=True)
class ArtifactManifest:
    """All files of a version, by path."""

    version: int
    storage_policy: str
    storage_layout: str
    """`V1` or `V2`: how files are laid out in storage."""
    storage_region: str | None
    """Where they are stored, in the server's words; None for its default."""
    entries: Mapping[str, ArtifactManifestEntry]
    digest_algorithm: Algorithm
    """How contents are digested, and the version as a whole."""

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[ArtifactManifestEntry]:
        return iter(self.entries.values())

    def size(self) -> int:
        """Return the bytes of all files together, as far as sizes are known."""
        return sum(entry.size or 0 for entry in self)

    def get_entry_by_path(self, path: str) -> ArtifactManifestEntry | None:
        """Return the file at a path, or None; `Artifact.get_entry` raises instead."""
        return self.entries.get(arguments.string("path", path))

    def get_entries_in_directory(self, directory: str) -> list[ArtifactManifestEntry]:
        """Return the files below a folder, at any depth."""
        arguments.check_strings(directory=directory)
        prefix = f"{directory.rstrip('/')}/" if directory else ""
        return [entry for entry in self if entry.path.startswith(prefix)]

    def digest(self) -> str:
        """Return the digest of the whole version in hex, from paths and digests."""
        digest = new_hash(self.digest_algorithm)
        digest.update(b"wandb-artifact-manifest-v1\n")
        for path in sorted(self.entries):
            digest.update(f"{path}:{self.entries[path].digest}\n".encode())
        return digest.hexdigest()

    def to_manifest_json(self) -> dict[str, object]:
        """Return the manifest as it lies in storage."""
        config = {"storageLayout": self.storage_layout}
        if self.storage_region is not None:
            config["storageRegion"] = self.storage_region
        return {
            "version": self.version,
            "storagePolicy": self.storage_policy,
            "storagePolicyConfig": config,
            "contents": {entry.path: _entry_json(entry) for entry in self},
        }

    @classmethod
    def from_manifest_json(
        cls, manifest_json: Mapping[str, object], digest_algorithm: Algorithm | None = None
    ) -> "ArtifactManifest":
        """Return the manifest in the JSON object that lies in storage.

        `digest_algorithm` is what its entries say unless it is given. Raises SchemaMismatchError.
        """
        if digest_algorithm is not None:
            arguments.one_of("digest_algorithm", digest_algorithm, get_args(Algorithm))
        with _readable("this version"):
            return _built(_Manifest.model_validate(manifest_json), digest_algorithm, None)


def parse_manifest(
    content: bytes, what: str, artifact: "Artifact | None" = None
) -> ArtifactManifest:
    """Read a manifest as it lies in storage; `what` names the version in errors."""
    with _readable(what):
        return _built(_Manifest.model_validate_json(content), None, artifact)


@contextmanager
def _readable(what: str) -> Generator[None]:
    """Turn what pydantic finds wrong into an error of our own."""
    try:
        yield
    except ValidationError as error:
        raise SchemaMismatchError(
            f"the manifest of {what} cannot be read: {error.errors()[0]['msg']}; a newer wbtyped"
            " may know this form",
            operation="ArtifactManifest",
        ) from error


def _built(
    found: _Manifest, algorithm: Algorithm | None, artifact: "Artifact | None"
) -> ArtifactManifest:
    entries = {
        path: ArtifactManifestEntry(path, e.digest, e.size, e.ref, e.birth, e.extra, artifact)
        for path, e in found.contents.items()
    }
    newer = any(entry.digest_algorithm() == "XXH128" for entry in entries.values())
    return ArtifactManifest(
        found.version,
        found.policy,
        found.config.storageLayout,
        found.config.storageRegion,
        entries,
        algorithm or ("XXH128" if newer else "MD5"),
    )


def _entry_json(entry: ArtifactManifestEntry) -> dict[str, object]:
    """Return what a manifest says below a path."""
    facts: dict[str, object | None] = {
        "digest": entry.digest,
        "ref": entry.ref,
        "birthArtifactID": entry.birth_artifact_id,
        "size": entry.size,
        "extra": dict(entry.extra) or None,
    }
    return {name: fact for name, fact in facts.items() if fact is not None}


def artifact_reference(uri: str) -> tuple[str, str]:
    """Return the id and path in `wandb-artifact://<hex>/<path>`."""
    place, _, path = uri.removeprefix(ARTIFACT_SCHEME).partition("/")
    try:
        return base64.b64encode(bytes.fromhex(place)).decode(), path
    except ValueError as error:
        raise SchemaMismatchError(f"reference {uri!r} names no artifact") from error
