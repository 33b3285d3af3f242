"""The manifest of a version: paths, digests, sizes and references of its files."""

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
from ...user_warnings import in_thread, warn_user

ARTIFACT_SCHEME = "wandb-artifact://"
"""Scheme of references to files of other artifacts."""
ARTIFACT_REFERENCE = re.compile(r"(?is)wandb-artifact://((?:[0-9a-f]{2})+)/(.+)")
MAX_SIZE_BYTES = 2**63 - 1
"""The schema declares sizes as Int64."""
MAX_NUMBER_DIGITS = 4000
"""Python refuses to parse a number of more than 4,300 digits."""
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


class _Entry(BaseModel, frozen=True, defer_build=True):
    digest: Annotated[str, Field(min_length=1)]
    size: Annotated[int, Field(strict=True, ge=0, le=MAX_SIZE_BYTES)] | None = None
    ref: str | None = None
    birth: str | None = Field(None, validation_alias="birthArtifactID")
    extra: dict[str, object] = Field(default_factory=dict[str, object])


class _Config(BaseModel, frozen=True, defer_build=True):
    storageLayout: str = "V1"  # noqa: N815 - the name in the manifest
    storageRegion: str | None = None  # noqa: N815


class _Manifest(BaseModel, frozen=True, defer_build=True):
    version: Literal[1]
    policy: str = Field("", validation_alias="storagePolicy")
    config: _Config = Field(default_factory=_Config, validation_alias="storagePolicyConfig")
    contents: dict[str, object]


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

    def to_json(self) -> dict[str, object]:
        """Return the entry as in the manifest, by the manifest's field names, and its path."""
        return {"path": self.path, **_entry_json(self)}


@dataclass(frozen=True, slots=True)
class ArtifactManifest:
    """All files of a version, by path.

    Example:
        >>> {entry.path: entry.size for entry in artifact.manifest}
        {'test.csv': 4, 'train.csv': 7}
    """

    version: int
    storage_policy: str
    storage_layout: str
    """`V1` or `V2`: how files are laid out in storage."""
    storage_region: str | None
    """The server's name of the region that stores the files; None for its default."""
    entries: Mapping[str, ArtifactManifestEntry]
    digest_algorithm: Algorithm
    """The algorithm of the files' digests, and of the digest of the version."""

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[ArtifactManifestEntry]:
        return iter(self.entries.values())

    def size(self) -> int:
        """Return the total size of all files in bytes, as far as sizes are recorded."""
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
        """Return the manifest as the JSON object in storage."""
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
        """Parse the JSON object of a manifest; raises SchemaMismatchError.

        `digest_algorithm` is what its entries say by default.
        """
        if digest_algorithm is not None:
            arguments.one_of("digest_algorithm", digest_algorithm, get_args(Algorithm))
        with _schema_errors("this version"):
            return _build(_Manifest.model_validate(manifest_json), digest_algorithm, None)


def parse_manifest(
    content: bytes, what: str, artifact: ManifestOwner | None = None
) -> ArtifactManifest:
    """Parse a manifest from storage; `what` names the version in errors.

    Raises SchemaMismatchError if it is not a manifest, or contains a key twice. An entry that
    cannot be parsed says so in `fault`; the others are usable all the same.
    """
    with _schema_errors(what):
        parsed: object = json.loads(
            content, object_pairs_hook=_object_without_duplicates, parse_int=_int_or_string
        )
        return _build(_Manifest.model_validate(parsed), None, artifact)


def _object_without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return a JSON object; raises ValueError for a repeated key, of which the last would win."""
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    counts = Counter(name for name, _ in pairs)
    repeated = next(name for name, count in counts.items() if count > 1)
    raise ValueError(f"it contains {repeated!r} twice")


def _int_or_string(digits: str) -> int | str:
    """Return a JSON integer; one that is too long stays a string, which makes its entry invalid."""
    return int(digits) if len(digits) <= MAX_NUMBER_DIGITS else digits


@contextmanager
def _schema_errors(what: str) -> Generator[None]:
    """Raise SchemaMismatchError for content that is not JSON, or not a manifest."""
    try:
        yield
    except (ValueError, RecursionError) as error:
        reason = str(error)
        if isinstance(error, ValidationError):
            reason = f"{_first_error(error)}; a newer wbtyped may know this format"
        raise SchemaMismatchError(
            f"the manifest of {what} cannot be parsed: {reason}", operation="ArtifactManifest"
        ) from error


def _first_error(error: ValidationError) -> str:
    """Return the first validation error and its location."""
    first = error.errors(include_url=False)[0]
    location = ".".join(map(str, first["loc"]))
    return f"{location}{': ' if location else ''}{first['msg']} (got {first['input']!r:.80})"


def _build(
    parsed: _Manifest, algorithm: Algorithm | None, artifact: ManifestOwner | None
) -> ArtifactManifest:
    entries = {path: _build_entry(path, e, artifact) for path, e in parsed.contents.items()}
    has_xxh128 = any(entry.digest_algorithm() == "XXH128" for entry in entries.values())
    return ArtifactManifest(
        parsed.version,
        parsed.policy,
        parsed.config.storageLayout,
        parsed.config.storageRegion,
        entries,
        algorithm or ("XXH128" if has_xxh128 else "MD5"),
    )


def _build_entry(
    path: str, parsed: object, artifact: ManifestOwner | None
) -> ArtifactManifestEntry:
    """Return the entry of a path; if it is invalid, its `unreadable` says why."""
    try:
        e = _Entry.model_validate(parsed)
    except ValidationError as error:
        return ArtifactManifestEntry(path, "", artifact=artifact, unreadable=_first_error(error))
    if not path.isascii() and SURROGATE.search(path):
        unreadable = "its path is not valid Unicode"
        return ArtifactManifestEntry(path, "", artifact=artifact, unreadable=unreadable)
    return ArtifactManifestEntry(path, e.digest, e.size, e.ref, e.birth, e.extra, artifact)


def _entry_json(entry: ArtifactManifestEntry) -> dict[str, object]:
    """Return the JSON object of an entry in a manifest."""
    fields: dict[str, object | None] = {
        "digest": entry.digest,
        "ref": entry.ref,
        "birthArtifactID": entry.birth_artifact_id,
        "size": entry.size,
        "extra": dict(entry.extra) or None,
    }
    return {name: value for name, value in fields.items() if value is not None}


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
