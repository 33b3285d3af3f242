# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import Artifact, PageInfo


class Artifacts(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    project: Optional["ArtifactsProject"]
    "One project by entity and name."


class ArtifactsProject(BaseModel, frozen=True):
    """A container for runs and artifacts, owned by an entity. A project named `wandb-registry-...` is a
    registry."""

    artifact_type: Optional["ArtifactsProjectArtifactType"]
    "One artifact type of this project."


class ArtifactsProjectArtifactType(BaseModel, frozen=True):
    """A kind of artifacts in a project, such as `dataset` or `model`. A collection has exactly one."""

    artifact_collection: Optional["ArtifactsProjectArtifactTypeArtifactCollection"]
    "One collection of this type; null if it is of another type."


class ArtifactsProjectArtifactTypeArtifactCollection(BaseModel, frozen=True):
    """A named series of versions: those logged under one name (sequence), or those linked together by
    users (portfolio)."""

    artifacts: Optional["ArtifactsProjectArtifactTypeArtifactCollectionArtifacts"]
    "Versions of the collection. The interface allows null; both kinds of collections promise a value."


class ArtifactsProjectArtifactTypeArtifactCollectionArtifacts(BaseModel, frozen=True):
    """A page of the versions of one collection."""

    total_count: int
    "Number of versions on all pages together."
    edges: list["ArtifactsProjectArtifactTypeArtifactCollectionArtifactsEdges"]
    "The versions of this page, in order."
    page_info: "ArtifactsProjectArtifactTypeArtifactCollectionArtifactsPageInfo"
    "Where this page ends, and whether more follow."


class ArtifactsProjectArtifactTypeArtifactCollectionArtifactsEdges(BaseModel, frozen=True):
    """A version on a page, with its position in the list."""

    version: str
    "`vN`, counted in the collection that is listed."
    cursor: str
    "Opaque position of this version; pass it as `after` to get what follows."
    node: "ArtifactsProjectArtifactTypeArtifactCollectionArtifactsEdgesNode"
    "The version itself. May be null; skip such an edge."


ArtifactsProjectArtifactTypeArtifactCollectionArtifactsEdgesNode = Artifact
ArtifactsProjectArtifactTypeArtifactCollectionArtifactsPageInfo = PageInfo
