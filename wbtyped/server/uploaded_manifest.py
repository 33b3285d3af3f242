"""Manifests as clients upload them."""

import sqlite3
from collections.abc import Callable, Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, Field, ValidationError

from .manifests import Entry
from .refusals import Refusal
from .relay import LARGEST_ROW, number_of

Content = Callable[[str, int | None], tuple[str, str] | None]
"""From a digest and the version it came with to the key and MD5 of a content."""


class UploadedEntry(BaseModel):
    """One file in a manifest; what else clients write there says nothing about the content."""

    digest: str
    size: Annotated[int, Field(ge=0, le=LARGEST_ROW)] | None = None
    ref: str | None = None
    birth: str | None = Field(None, alias="birthArtifactID")
    extra: dict[str, object] = {}


class UploadedManifest(BaseModel):
    """A manifest."""

    version: Literal[1]
    contents: dict[str, UploadedEntry]


def read_manifest(content: bytes) -> UploadedManifest:
    """Parse a manifest, or refuse it."""
    try:
        return UploadedManifest.model_validate_json(content)
    except ValidationError as error:
        raise Refusal(f"invalid manifest: {error.errors()[0]['msg']}", status=400) from error


def entries_of(manifest: UploadedManifest, content: Content) -> dict[str, Entry]:
    """Return the files that a manifest names, each with its content; refuses one without."""
    return {path: entry_of(path, entry, content) for path, entry in manifest.contents.items()}


def entry_of(path: str, entry: UploadedEntry, content: Content) -> Entry:
    """Return one file of a manifest."""
    if entry.ref is not None:
        return Entry(path, entry.digest, entry.size, ref=entry.ref, extra=entry.extra)
    birth_id = number_of("Artifact", entry.birth or "")
    found = content(entry.digest, birth_id)
    if found is None:
        raise Refusal(f"the content of {path} was not uploaded", status=400)
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
