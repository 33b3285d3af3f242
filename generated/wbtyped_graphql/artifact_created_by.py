# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Annotated, Literal, Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import ProjectPlace
from .unions import OTHER, OtherType, by_typename, named


class ArtifactCreatedBy(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    artifact: Optional["ArtifactCreatedByArtifact"]
    "One artifact version by its GraphQL id. Versions by path are found through `Project`."


class ArtifactCreatedByArtifact(BaseModel, frozen=True):
    """One version of an artifact: a set of files that never changes after it was committed."""

    created_by: (
        Annotated[
            Annotated["ArtifactCreatedByArtifactCreatedByRun", named("Run")]
            | Annotated["ArtifactCreatedByArtifactCreatedByUser", named("User")]
            | Annotated[OtherType, named(OTHER)],
            by_typename("Run", "User"),
        ]
        | None
    )
    "Run or account that created the version; null if it no longer exists or is not visible. Older servers promise a value."


class ArtifactCreatedByArtifactCreatedByRun(BaseModel, frozen=True):
    """Who created an object: a run, or an account."""

    typename__: Literal["Run"] = Field(
        validation_alias="__typename", serialization_alias="__typename"
    )
    "The name of the current Object type at runtime."
    name: str
    "Run id: the last part of the run's path, unique in its project. The title is `displayName`."
    project: Optional["ArtifactCreatedByArtifactCreatedByRunProject"]
    "Project that the run was logged to; null if the caller may not see it."


ArtifactCreatedByArtifactCreatedByRunProject = ProjectPlace


class ArtifactCreatedByArtifactCreatedByUser(BaseModel, frozen=True):
    """Who created an object: a run, or an account."""

    typename__: Literal["User"] = Field(
        validation_alias="__typename", serialization_alias="__typename"
    )
    "The name of the current Object type at runtime."
