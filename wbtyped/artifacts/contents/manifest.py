"""What a version is made of: paths, digests, sizes, and references to other places."""

import base64
import json
import re
from collections import Counter
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Annotated, Literal, Protocol, get_args

from pydantic import BaseModel, Field, ValidationError

from ... import arguments
from ...download.disk.digests import Algorithm, new_hash
from ...errors import SchemaMismatchError, UsageError
from ...user_warnings import in_thread

ARTIFACT_SCHEME = "wandb-artifact://"
"""How references to files of other artifacts begin."""
ARTIFACT_REFERENCE = re.compile(r"(?is)wandb-artifact://((?:[0-9a-f]{2})+)/(.+)")
LARGEST_SIZE = 2**63 - 1
"""Bytes: the schema counts them in Int64."""
LONGEST_NUMBER = 4000
"""Digits; Python refuses to read a number with more than 4,300."""
CONTENT_DIGEST = re.compile(r"[A-Za-z0-9+/]{21}[AQgw]==")
"""16 bytes in base64: an MD5 or an XXH128."""
SURROGATE = re.compile(r"[\ud800-\udfff]")


class ManifestOwner(Protocol):
    """The version that an entry of a manifest belongs to; every `Artifact` is one."""

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
        self, entry: "ArtifactManifestEntry", root: str | PathLike[str] | None
    ) -> Path:
        """Download one file of the version and return its path."""
        ...


class _Entry(BaseModel, frozen=True, defer_build=True):
    digest: Annotated[str, Field(min_length=1)]
    size: Annotated[int, Field(strict=True, ge=0, le=LARGEST_SIZE)] | None = None
    ref: str | None = None
    birth: str | None = Field(None, validation_alias="birthArtifactID")
    extra: dict[str, object] = {}


class _Config(BaseModel, frozen=True, defer_build=True):
    storageLayout: str = "V1"  # noqa: N815 - the name in the manifest
    storageRegion: str | None = None  # noqa: N815


class _Manifest(BaseModel, frozen=True, defer_build=True):
    version: Literal[1]
    policy: str = Field("", validation_alias="storagePolicy")
    config: _Config = Field(_Config(), validation_alias="storagePolicyConfig")
    contents: dict[str, object]


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
    artifact: ManifestOwner | None = field(default=None, repr=False, compare=False)
    unreadable: str = field(default="", repr=False, compare=False)
    """What of it could not be read from the manifest; empty for a good entry."""

    @property
    def fault(self) -> str:
        """Why the file cannot be fetched, as far as its entry tells; empty when it can."""
        if self.unreadable:
            return self.unreadable
        if self.ref is None and not CONTENT_DIGEST.fullmatch(self.digest):
            return f"its digest {self.digest!r:.80} is no MD5 or XXH128 in base64"
        return ""

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

    def parent_artifact(self) -> ManifestOwner:
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
        folder = arguments.optional_location("root", root)
        return str(self.parent_artifact().download_entry(self, folder))

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
            line = f"{path}:{self.entries[path].digest}\n"
            digest.update(line.encode(errors="surrogatepass"))
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
    content: bytes, what: str, artifact: ManifestOwner | None = None
) -> ArtifactManifest:
    """Read a manifest as it lies in storage; `what` names the version in errors.

    Raises SchemaMismatchError for one that is no manifest or names a thing twice. An entry that
    cannot be read says so in `fault`, and does not keep others from being read.
    """
    with _readable(what):
        found: object = json.loads(content, object_pairs_hook=_unique, parse_int=_number)
        return _built(_Manifest.model_validate(found), None, artifact)


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return a JSON object; raises ValueError when it has a key twice, one of which would win."""
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    twice = next(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
    raise ValueError(f"it holds {twice!r} twice")


def _number(text: str) -> int | str:
    """Return a number in JSON; one that is too long stays text, which is a fault of its entry."""
    return int(text) if len(text) <= LONGEST_NUMBER else text


@contextmanager
def _readable(what: str) -> Generator[None]:
    """Turn what is wrong with JSON or its form into an error of our own."""
    try:
        yield
    except (ValueError, RecursionError) as error:
        reason = str(error)
        if isinstance(error, ValidationError):
            reason = f"{_first(error)}; a newer wbtyped may know this form"
        raise SchemaMismatchError(
            f"the manifest of {what} cannot be read: {reason}", operation="ArtifactManifest"
        ) from error


def _first(error: ValidationError) -> str:
    """Return the first thing that pydantic finds wrong, and where."""
    found = error.errors(include_url=False)[0]
    where = ".".join(map(str, found["loc"]))
    return f"{where}{': ' if where else ''}{found['msg']} (it is {found['input']!r:.80})"


def _built(
    found: _Manifest, algorithm: Algorithm | None, artifact: ManifestOwner | None
) -> ArtifactManifest:
    entries = {path: _read(path, each, artifact) for path, each in found.contents.items()}
    newer = any(entry.digest_algorithm() == "XXH128" for entry in entries.values())
    return ArtifactManifest(
        found.version,
        found.policy,
        found.config.storageLayout,
        found.config.storageRegion,
        entries,
        algorithm or ("XXH128" if newer else "MD5"),
    )


def _read(path: str, found: object, artifact: ManifestOwner | None) -> ArtifactManifestEntry:
    """Return the entry of a path; what is wrong with it is kept with it."""
    try:
        e = _Entry.model_validate(found)
    except ValidationError as error:
        return ArtifactManifestEntry(path, "", artifact=artifact, unreadable=_first(error))
    if not path.isascii() and SURROGATE.search(path):
        unreadable = "its path is not valid Unicode"
        return ArtifactManifestEntry(path, "", artifact=artifact, unreadable=unreadable)
    return ArtifactManifestEntry(path, e.digest, e.size, e.ref, e.birth, e.extra, artifact)


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


def leads_to_artifact(uri: str) -> bool:
    """Tell whether a reference leads to a file of another version, right or not."""
    return uri[: len(ARTIFACT_SCHEME)].lower() == ARTIFACT_SCHEME


def artifact_reference(uri: str) -> tuple[str, str]:
    """Return the id and path in `wandb-artifact://<hex>/<path>`."""
    found = ARTIFACT_REFERENCE.fullmatch(uri)
    if found is None:
        raise SchemaMismatchError(
            f"reference {uri!r:.200} names no file of an artifact, as in"
            f" {ARTIFACT_SCHEME}<id in hex>/<path>"
        )
    return base64.b64encode(bytes.fromhex(found[1])).decode(), found[2]
