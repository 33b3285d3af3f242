# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Annotated, Literal, Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import (  # noqa: F401
    Artifact,
    ArtifactAliases,
    ArtifactArtifactSequence,
    ArtifactArtifactType,
    ArtifactTags,
    Membership,
    PageInfo,
    ProjectPlace,
    UsersOfVersion,
)
from .unions import OTHER, OtherType, by_typename, named


class MirroredVersions(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    project: Optional["MirroredVersionsProject"]
    "One project by entity and name."


class MirroredVersionsProject(BaseModel, frozen=True):
    """A container for runs and artifacts, owned by an entity. A project named `wandb-registry-...` is a
    registry."""

    artifact_type: Optional["MirroredVersionsProjectArtifactType"]
    "One artifact type of this project."


class MirroredVersionsProjectArtifactType(BaseModel, frozen=True):
    """A kind of artifacts in a project, such as `dataset` or `model`. A collection has exactly one."""

    artifact_collection: Optional["MirroredVersionsProjectArtifactTypeArtifactCollection"]
    "One collection of this type; null if it is of another type."


class MirroredVersionsProjectArtifactTypeArtifactCollection(BaseModel, frozen=True):
    """A named series of versions: those logged under one name (sequence), or those linked together by
    users (portfolio)."""

    artifacts: Optional["MirroredVersionsProjectArtifactTypeArtifactCollectionArtifacts"]
    "Versions of the collection. The interface allows null; both kinds of collections promise a value."


class MirroredVersionsProjectArtifactTypeArtifactCollectionArtifacts(BaseModel, frozen=True):
    """A page of the versions of one collection."""

    edges: list["MirroredVersionsProjectArtifactTypeArtifactCollectionArtifactsEdges"]
    "The versions of this page, in order."
    page_info: "MirroredVersionsProjectArtifactTypeArtifactCollectionArtifactsPageInfo"
    "Where this page ends, and whether more follow."


class MirroredVersionsProjectArtifactTypeArtifactCollectionArtifactsEdges(BaseModel, frozen=True):
    """A version on a page, with its position in the list."""

    version: str
    "`vN`, counted in the collection that is listed."
    cursor: str
    "Opaque position of this version; pass it as `after` to get what follows."
    node: "MirroredVersionsProjectArtifactTypeArtifactCollectionArtifactsEdgesNode"
    "The version itself. May be null; skip such an edge."


class MirroredVersionsProjectArtifactTypeArtifactCollectionArtifactsEdgesNode(
    Artifact, frozen=True
):
    """One version of an artifact: a set of files that never changes after it was committed."""

    created_by: (
        Annotated[
            Annotated[
                "MirroredVersionsProjectArtifactTypeArtifactCollectionArtifactsEdgesNodeCreatedByRun",
                named("Run"),
            ]
            | Annotated[
                "MirroredVersionsProjectArtifactTypeArtifactCollectionArtifactsEdgesNodeCreatedByUser",
                named("User"),
            ]
            | Annotated[OtherType, named(OTHER)],
            by_typename("Run", "User"),
        ]
        | None
    )
    "Run or account that created the version; null if it no longer exists or is not visible. Older servers promise a value."
    used_by: "MirroredVersionsProjectArtifactTypeArtifactCollectionArtifactsEdgesNodeUsedBy"
    "Runs that read this version."
    artifact_memberships: (
        "MirroredVersionsProjectArtifactTypeArtifactCollectionArtifactsEdgesNodeArtifactMemberships"
    )
    "The memberships of this version: in its sequence and in every portfolio it is linked to."


class MirroredVersionsProjectArtifactTypeArtifactCollectionArtifactsEdgesNodeCreatedByRun(
    BaseModel, frozen=True
):
    """Who created an object: a run, or an account."""

    typename__: Literal["Run"] = Field(
        validation_alias="__typename", serialization_alias="__typename"
    )
    "The name of the current Object type at runtime."
    name: str
    "Run id: the last part of the run's path, unique in its project. The title is `displayName`."
    project: Optional[
        "MirroredVersionsProjectArtifactTypeArtifactCollectionArtifactsEdgesNodeCreatedByRunProject"
    ]
    "Project that the run was logged to; null if the caller may not see it."


MirroredVersionsProjectArtifactTypeArtifactCollectionArtifactsEdgesNodeCreatedByRunProject = (
    ProjectPlace
)


class MirroredVersionsProjectArtifactTypeArtifactCollectionArtifactsEdgesNodeCreatedByUser(
    BaseModel, frozen=True
):
    """Who created an object: a run, or an account."""

    typename__: Literal["User"] = Field(
        validation_alias="__typename", serialization_alias="__typename"
    )
    "The name of the current Object type at runtime."


MirroredVersionsProjectArtifactTypeArtifactCollectionArtifactsEdgesNodeUsedBy = UsersOfVersion


class MirroredVersionsProjectArtifactTypeArtifactCollectionArtifactsEdgesNodeArtifactMemberships(
    BaseModel, frozen=True
):
    """A page of memberships."""

    edges: list[
        "MirroredVersionsProjectArtifactTypeArtifactCollectionArtifactsEdgesNodeArtifactMembershipsEdges"
    ]
    "The memberships of this page, in order."


class MirroredVersionsProjectArtifactTypeArtifactCollectionArtifactsEdgesNodeArtifactMembershipsEdges(
    BaseModel, frozen=True
):
    """A membership on a page, with its position in the list."""

    node: Optional[
        "MirroredVersionsProjectArtifactTypeArtifactCollectionArtifactsEdgesNodeArtifactMembershipsEdgesNode"
    ]
    "The membership itself. May be null; skip such an edge."


MirroredVersionsProjectArtifactTypeArtifactCollectionArtifactsEdgesNodeArtifactMembershipsEdgesNode = Membership
MirroredVersionsProjectArtifactTypeArtifactCollectionArtifactsPageInfo = PageInfo
