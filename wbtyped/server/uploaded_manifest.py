"""Manifests as clients upload them."""

import sqlite3
from collections.abc import Callable, Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, Field, ValidationError

from .http_errors import HttpError
from .manifests import Entry
from .node_ids import MAX_ROW_ID, parse_node_id

FindBlob = Callable[[str, int | None], tuple[str, str] | None]
"""Returns key and MD5 of a blob, from its digest and the version that it was uploaded for."""


class UploadedEntry(BaseModel):
    """One file in a manifest; other fields that clients write say nothing about the content."""

    digest: str
    size: Annotated[int, Field(ge=0, le=MAX_ROW_ID)] | None = None
    ref: str | None = None
    birth: str | None = Field(None, alias="birthArtifactID")
    extra: dict[str, object] = {}


class UploadedManifest(BaseModel):
    """A manifest."""

    version: Literal[1]
    contents: dict[str, UploadedEntry]


def read_manifest(content: bytes) -> UploadedManifest:
    """Parse a manifest, or raise HttpError."""
    try:
        return UploadedManifest.model_validate_json(content)
    except ValidationError as error:
        raise HttpError(f"invalid manifest: {error.errors()[0]['msg']}", status=400) from error


def manifest_entries(manifest: UploadedManifest, find_blob: FindBlob) -> dict[str, Entry]:
    """Return the files in a manifest with their blobs; reject one that was not uploaded."""
    return {
        path: manifest_entry(path, entry, find_blob) for path, entry in manifest.contents.items()
    }


def manifest_entry(path: str, entry: UploadedEntry, find_blob: FindBlob) -> Entry:
    """Return one file in a manifest."""
    if entry.ref is not None:
        return Entry(path, entry.digest, entry.size, ref=entry.ref, extra=entry.extra)
    birth_id = parse_node_id("Artifact", entry.birth or "")
    found = find_blob(entry.digest, birth_id)
    if found is None:
        raise HttpError(f"{path} was not uploaded", status=400)
    blob, md5 = found
    return Entry(
        path, entry.digest, entry.size, extra=entry.extra, blob=blob, md5=md5, birth_id=birth_id
    )


def stored_entry(row: sqlite3.Row, extra: Mapping[str, object]) -> Entry:
    """Return one file of a committed version."""
    return Entry(
        row["path"], row["digest"], row["size"], row["ref"], extra, row["blob"], row["md5"],
        row["birth_id"],
    )  # fmt: skip
