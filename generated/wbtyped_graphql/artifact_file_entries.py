# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import ArtifactFileEntry


class ArtifactFileEntries(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    artifact: Optional["ArtifactFileEntriesArtifact"]
    "One artifact version by its GraphQL id. Versions by path are found through `Project`."


class ArtifactFileEntriesArtifact(BaseModel, frozen=True):
    """One version of an artifact: a set of files that never changes after it was committed."""

    files: Optional["ArtifactFileEntriesArtifactFiles"]
    "Files of the version, in the order of their paths. Older servers promise a value; null is allowed now."


class ArtifactFileEntriesArtifactFiles(BaseModel, frozen=True):
    """A page of files."""

    edges: list["ArtifactFileEntriesArtifactFilesEdges"]
    "The files of this page, in order."


class ArtifactFileEntriesArtifactFilesEdges(BaseModel, frozen=True):
    """A file on a page, with its position in the list."""

    node: Optional["ArtifactFileEntriesArtifactFilesEdgesNode"]
    "The file itself. May be null; skip such an edge."


ArtifactFileEntriesArtifactFilesEdgesNode = ArtifactFileEntry
