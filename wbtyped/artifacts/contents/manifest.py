"""The manifest of a version: paths, digests, sizes and references of its files."""

import json
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import islice
from typing import IO, Literal, cast, get_args

from pydantic import BaseModel, Field, ValidationError

from ... import arguments
from ...download.disk.digests import Algorithm, new_hash
from ...errors import SchemaMismatchError
from ...units import counted, human_size
from .entry import ArtifactManifestEntry, ManifestOwner, build_entry, entry_json, first_error
from .entry_columns import ColumnsBuilder, EntryColumns, is_plain
from .json_stream import JsonStream, repeated_key
from .plain_entries import MAX_FORMS, EntryForm, form_of

DIGEST_START = b"wandb-artifact-manifest-v1\n"
WRITE_ENTRIES = 1000
"""Entries that are written as JSON at once."""


class _Config(BaseModel, frozen=True, defer_build=True):
    storageLayout: str = "V1"  # noqa: N815 - the name in the manifest
    storageRegion: str | None = None  # noqa: N815


class _Manifest(BaseModel, frozen=True, defer_build=True):
    version: Literal[1]
    policy: str = Field("", validation_alias="storagePolicy")
    config: _Config = Field(default_factory=_Config, validation_alias="storagePolicyConfig")
    contents: dict[str, object]


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

    def __repr__(self) -> str:
        return f"<ArtifactManifest {counted(len(self))}, {human_size(self.size())}>"

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[ArtifactManifestEntry]:
        return iter(self.entries.values())

    def size(self) -> int:
        """Return the total size of all files in bytes, as far as sizes are recorded."""
        if isinstance(self.entries, EntryColumns):
            return self.entries.total_size()
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
        if isinstance(self.entries, EntryColumns):
            digest = new_hash(self.digest_algorithm, DIGEST_START)
            self.entries.add_to(digest)
            return digest.hexdigest()
        return version_digest({e.path: e.digest for e in self}, self.digest_algorithm)

    def to_manifest_json(self) -> dict[str, object]:
        """Return the manifest as the JSON object in storage."""
        return {
            **_header_json(self),
            "contents": {entry.path: entry_json(entry) for entry in self},
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
            parsed = _Manifest.model_validate(manifest_json)
            entries = {path: build_entry(path, e, None) for path, e in parsed.contents.items()}
            has_xxh128 = any(e.digest_algorithm() == "XXH128" for e in entries.values())
            manifest = _manifest_of(parsed, entries, has_xxh128)
            return replace(manifest, digest_algorithm=digest_algorithm or manifest.digest_algorithm)


def version_digest(digests: Mapping[str, str], algorithm: Algorithm) -> str:
    """Return the digest of a whole version in hex, from the digests of its files by path."""
    digest = new_hash(algorithm, DIGEST_START)
    for path in sorted(digests):
        digest.update(f"{path}:{digests[path]}\n".encode(errors="surrogatepass"))
    return digest.hexdigest()


def write_manifest(manifest: ArtifactManifest, stream: IO[bytes]) -> None:
    """Write the JSON of a manifest to a stream, in bounded memory."""
    stream.write(json.dumps(_header_json(manifest)).removesuffix("}").encode())
    stream.write(b', "contents": {')
    separator = ""
    entries = iter(manifest)
    while some := list(islice(entries, WRITE_ENTRIES)):
        # At once, as each call of `dumps` takes longer than an entry does.
        entries_json = json.dumps({entry.path: entry_json(entry) for entry in some})
        stream.write((separator + entries_json[1:-1]).encode())
        separator = ", "
    stream.write(b"}}")


def _header_json(manifest: ArtifactManifest) -> dict[str, object]:
    config = {"storageLayout": manifest.storage_layout}
    if manifest.storage_region is not None:
        config["storageRegion"] = manifest.storage_region
    return {
        "version": manifest.version,
        "storagePolicy": manifest.storage_policy,
        "storagePolicyConfig": config,
    }


def parse_manifest(
    content: bytes, what: str, artifact: ManifestOwner | None = None
) -> ArtifactManifest:
    """Parse a manifest from storage; see `read_manifest`."""
    return read_manifest(BytesIO(content), what, artifact)


def read_manifest(
    stream: IO[bytes], what: str, artifact: ManifestOwner | None = None
) -> ArtifactManifest:
    """Read a manifest from a stream, in bounded memory; `what` names the version in errors.

    Raises SchemaMismatchError if it is not a manifest, or contains a key twice. An entry that
    cannot be parsed says so in `fault`; the others are usable all the same.
    """
    with _schema_errors(what):
        source = JsonStream(stream)
        try:
            columns = ColumnsBuilder().build(artifact)
            if source.peek() != "{":
                _Manifest.model_validate(source.value())
            header: dict[str, object] = {}
            for name in source.members():
                if name in header:
                    raise repeated_key(name)
                if name == "contents" and source.peek() == "{":
                    columns = read_entries(source, artifact)
                    header[name] = {}
                else:
                    header[name] = source.value()
            source.end()
        finally:
            source.detach()
        return _manifest_of(_Manifest.model_validate(header), columns, columns.has_xxh128)


def read_entries(source: JsonStream, artifact: ManifestOwner | None) -> EntryColumns:
    """Read the entries of a manifest."""
    builder = ColumnsBuilder()
    forms: dict[tuple[str, ...], EntryForm] = {}
    source.take("{")
    separator = source.take("}") if source.peek() == "}" else ","
    while separator == ",":
        source.peek()
        for form in forms.values():
            if entries := form.take(source):
                builder.add_plain(entries)
                break
        else:
            path = source.name()
            parsed, text = source.value_and_source()
            entry = build_entry(path, parsed, artifact)
            builder.add(entry, text)
            if is_plain(entry) and len(forms) < MAX_FORMS:
                # It was parsed as the fields of an entry, so it is an object.
                learn_form(cast("Mapping[str, object]", parsed), forms)
            separator = source.take(",}")
    return builder.build(artifact)


def learn_form(entry: Mapping[str, object], forms: dict[tuple[str, ...], EntryForm]) -> None:
    """Add the form of a parsed entry, unless its fields are known."""
    names = tuple(entry)
    if names not in forms and (form := form_of(entry)) is not None:
        forms[names] = form


@contextmanager
def _schema_errors(what: str) -> Generator[None]:
    """Raise SchemaMismatchError for content that is not JSON, or not a manifest."""
    try:
        yield
    except (ValueError, RecursionError) as error:
        reason = str(error)
        if isinstance(error, ValidationError):
            reason = f"{first_error(error)}; a newer wbtyped may know this format"
        raise SchemaMismatchError(
            f"the manifest of {what} cannot be parsed: {reason}", operation="ArtifactManifest"
        ) from error


def _manifest_of(
    header: _Manifest, entries: Mapping[str, ArtifactManifestEntry], has_xxh128: bool
) -> ArtifactManifest:
    return ArtifactManifest(
        header.version,
        header.policy,
        header.config.storageLayout,
        header.config.storageRegion,
        entries,
        "XXH128" if has_xxh128 else "MD5",
    )
