# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import ArtifactFileAddress, PageInfo


class ArtifactFileAddresses(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    artifact: Optional["ArtifactFileAddressesArtifact"]
    "One artifact version by its GraphQL id. Versions by path are found through `Project`."


class ArtifactFileAddressesArtifact(BaseModel, frozen=True):
    """One version of an artifact: a set of files that never changes after it was committed."""

    files: Optional["ArtifactFileAddressesArtifactFiles"]
    "Files of the version, in the order of their paths. Older servers promise a value; null is allowed now."


class ArtifactFileAddressesArtifactFiles(BaseModel, frozen=True):
    """A page of files."""

    edges: list["ArtifactFileAddressesArtifactFilesEdges"]
    "The files of this page, in order."
    page_info: "ArtifactFileAddressesArtifactFilesPageInfo"
    "Where this page ends, and whether more follow."


class ArtifactFileAddressesArtifactFilesEdges(BaseModel, frozen=True):
    """A file on a page, with its position in the list."""

    cursor: str
    "Opaque position of this file; pass it as `after` to get what follows."
    node: Optional["ArtifactFileAddressesArtifactFilesEdgesNode"]
    "The file itself. May be null; skip such an edge."


ArtifactFileAddressesArtifactFilesEdgesNode = ArtifactFileAddress
ArtifactFileAddressesArtifactFilesPageInfo = PageInfo
