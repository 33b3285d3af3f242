# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import PageInfo


class ArtifactCollectionAliases(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    artifact_collection: Optional["ArtifactCollectionAliasesArtifactCollection"]
    "One collection, sequence or portfolio, by its GraphQL id."


class ArtifactCollectionAliasesArtifactCollection(BaseModel, frozen=True):
    """A named series of versions: those logged under one name (sequence), or those linked together by
    users (portfolio)."""

    aliases: "ArtifactCollectionAliasesArtifactCollectionAliases"
    "Aliases of all versions of the collection."


class ArtifactCollectionAliasesArtifactCollectionAliases(BaseModel, frozen=True):
    """A page of aliases."""

    edges: list["ArtifactCollectionAliasesArtifactCollectionAliasesEdges"]
    "The aliases of this page, in order."
    page_info: "ArtifactCollectionAliasesArtifactCollectionAliasesPageInfo"
    "Where this page ends, and whether more follow."


class ArtifactCollectionAliasesArtifactCollectionAliasesEdges(BaseModel, frozen=True):
    """An alias on a page, with its position in the list."""

    cursor: str
    "Opaque position of this alias; pass it as `after` to get what follows."
    node: Optional["ArtifactCollectionAliasesArtifactCollectionAliasesEdgesNode"]
    "The alias itself. May be null; skip such an edge."


class ArtifactCollectionAliasesArtifactCollectionAliasesEdgesNode(BaseModel, frozen=True):
    """A name that points to one version in one collection."""

    alias: str
    "The alias as a string, such as `latest` or `v3`: at most 128 characters, without `/` and `:`."


ArtifactCollectionAliasesArtifactCollectionAliasesPageInfo = PageInfo
