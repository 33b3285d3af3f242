# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import ArtifactType, PageInfo


class ArtifactTypes(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    project: Optional["ArtifactTypesProject"]
    "One project by entity and name."


class ArtifactTypesProject(BaseModel, frozen=True):
    """A container for runs and artifacts, owned by an entity. A project named `wandb-registry-...` is a
    registry."""

    artifact_types: "ArtifactTypesProjectArtifactTypes"
    "Artifact types created in this project, such as `dataset` and `model`."


class ArtifactTypesProjectArtifactTypes(BaseModel, frozen=True):
    """A page of artifact types."""

    edges: list["ArtifactTypesProjectArtifactTypesEdges"]
    "The artifact types of this page, in order."
    page_info: "ArtifactTypesProjectArtifactTypesPageInfo"
    "Where this page ends, and whether more follow."


class ArtifactTypesProjectArtifactTypesEdges(BaseModel, frozen=True):
    """An artifact type on a page, with its position in the list."""

    cursor: str
    "Opaque position of this artifact type; pass it as `after` to get what follows."
    node: Optional["ArtifactTypesProjectArtifactTypesEdgesNode"]
    "The artifact type itself. May be null; skip such an edge."


ArtifactTypesProjectArtifactTypesEdgesNode = ArtifactType
ArtifactTypesProjectArtifactTypesPageInfo = PageInfo
