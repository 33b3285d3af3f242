# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Annotated, Literal, Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import Membership, PageInfo, ProjectPlace
from .unions import OTHER, OtherType, by_typename, named


class ArtifactLineage(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    artifact: Optional["ArtifactLineageArtifact"]
    "One artifact version by its GraphQL id. Versions by path are found through `Project`."


class ArtifactLineageArtifact(BaseModel, frozen=True):
    """One version of an artifact: a set of files that never changes after it was committed."""

    created_by: (
        Annotated[
            Annotated["ArtifactLineageArtifactCreatedByRun", named("Run")]
            | Annotated["ArtifactLineageArtifactCreatedByUser", named("User")]
            | Annotated[OtherType, named(OTHER)],
            by_typename("Run", "User"),
        ]
        | None
    )
    "Run or account that created the version; null if it no longer exists or is not visible. Older servers promise a value."
    used_by: "ArtifactLineageArtifactUsedBy"
    "Runs that read this version."
    artifact_memberships: "ArtifactLineageArtifactArtifactMemberships"
    "The memberships of this version: in its sequence and in every portfolio it is linked to."


class ArtifactLineageArtifactCreatedByRun(BaseModel, frozen=True):
    """Who created an object: a run, or an account."""

    typename__: Literal["Run"] = Field(
        validation_alias="__typename", serialization_alias="__typename"
    )
    "The name of the current Object type at runtime."
    name: str
    "Run id: the last part of the run's path, unique in its project. The title is `displayName`."
    display_name: str | None
    "Title of the run; not unique. Null if it has none."
    project: Optional["ArtifactLineageArtifactCreatedByRunProject"]
    "Project that the run was logged to; null if the caller may not see it."


ArtifactLineageArtifactCreatedByRunProject = ProjectPlace


class ArtifactLineageArtifactCreatedByUser(BaseModel, frozen=True):
    """Who created an object: a run, or an account."""

    typename__: Literal["User"] = Field(
        validation_alias="__typename", serialization_alias="__typename"
    )
    "The name of the current Object type at runtime."


class ArtifactLineageArtifactUsedBy(BaseModel, frozen=True):
    """A page of runs."""

    edges: list["ArtifactLineageArtifactUsedByEdges"]
    "The runs of this page, in order."
    page_info: "ArtifactLineageArtifactUsedByPageInfo"
    "Where this page ends, and whether more follow."


class ArtifactLineageArtifactUsedByEdges(BaseModel, frozen=True):
    """A run on a page, with its position in the list."""

    node: "ArtifactLineageArtifactUsedByEdgesNode"
    "The run itself."


class ArtifactLineageArtifactUsedByEdgesNode(BaseModel, frozen=True):
    """One execution of a program, with what it logged and its files."""

    name: str
    "Run id: the last part of the run's path, unique in its project. The title is `displayName`."
    display_name: str | None
    "Title of the run; not unique. Null if it has none."
    project: Optional["ArtifactLineageArtifactUsedByEdgesNodeProject"]
    "Project that the run was logged to; null if the caller may not see it."


ArtifactLineageArtifactUsedByEdgesNodeProject = ProjectPlace
ArtifactLineageArtifactUsedByPageInfo = PageInfo


class ArtifactLineageArtifactArtifactMemberships(BaseModel, frozen=True):
    """A page of memberships."""

    edges: list["ArtifactLineageArtifactArtifactMembershipsEdges"]
    "The memberships of this page, in order."


class ArtifactLineageArtifactArtifactMembershipsEdges(BaseModel, frozen=True):
    """A membership on a page, with its position in the list."""

    node: Optional["ArtifactLineageArtifactArtifactMembershipsEdgesNode"]
    "The membership itself. May be null; skip such an edge."


ArtifactLineageArtifactArtifactMembershipsEdgesNode = Membership
