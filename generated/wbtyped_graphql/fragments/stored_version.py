# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Annotated, Literal, Optional

from pydantic import Field

from ..base_model import BaseModel
from ..enums import ArtifactState
from ..scalars import DateTime
from ..unions import OTHER, OtherType, by_typename, named
from .collection_place import (
    CollectionPlace,
    CollectionPlaceProject,  # noqa: F401
)
from .page_info import PageInfo
from .project_place import ProjectPlace


class StoredVersion(BaseModel, frozen=True):
    """What decides about keeping a version: its age and size, and who needs it. `usedBy` is one page: the
    page info tells whether there are more users than it lists.

    Used by: Api.usage, Api.plan_prune, Api.apply_plan"""

    id: str
    "Opaque id of the version, as it appears in manifests and references."
    state: ArtifactState
    "State of the version."
    size: int
    "Sum of the sizes of all entries, in bytes."
    digest: str
    "Hexadecimal digest of the line `wandb-artifact-manifest-v1` and one line `PATH:DIGEST` for each file, sorted by path. The same content has the same digest."
    file_count: int
    "Number of entries in the manifest, references included."
    version_index: int | None
    "N of `vN` in its sequence, from 0; null while it has no number."
    created_at: DateTime
    "When the version was begun."
    tags: list["StoredVersionTags"]
    "Tags that users gave this version: a plain list, without pages. Added after mid-2023; the server version is not known."
    aliases: list["StoredVersionAliases"]
    "Names that point to this version, such as `latest`. Also `vN` where the server lists it."
    created_by: (
        Annotated[
            Annotated["StoredVersionCreatedByRun", named("Run")]
            | Annotated["StoredVersionCreatedByUser", named("User")]
            | Annotated[OtherType, named(OTHER)],
            by_typename("Run", "User"),
        ]
        | None
    )
    "Run or account that created the version; null if it no longer exists or is not visible. Older servers promise a value."
    used_by: "StoredVersionUsedBy"
    "Runs that read this version."
    artifact_memberships: "StoredVersionArtifactMemberships"
    "The memberships of this version: in its sequence and in every portfolio it is linked to."


class StoredVersionTags(BaseModel, frozen=True):
    """A label on versions or collections."""

    name: str
    "The tag as a string: letters, digits, `-`, `_` and inner spaces, at most 128 characters."


class StoredVersionAliases(BaseModel, frozen=True):
    """A name that points to one version in one collection."""

    alias: str
    "The alias as a string, such as `latest` or `v3`: at most 128 characters, without `/` and `:`."
    artifact_collection: Optional["StoredVersionAliasesArtifactCollection"]
    "Collection that it is valid in; null if the caller may not see it."


class StoredVersionAliasesArtifactCollection(CollectionPlace, frozen=True):
    pass


class StoredVersionCreatedByRun(BaseModel, frozen=True):
    """Who created an object: a run, or an account."""

    typename__: Literal["Run"] = Field(
        validation_alias="__typename", serialization_alias="__typename"
    )
    "The name of the current Object type at runtime."
    name: str
    "Run id: the last part of the run's path, unique in its project. The title is `displayName`."
    project: Optional["StoredVersionCreatedByRunProject"]
    "Project that the run was logged to; null if the caller may not see it."


class StoredVersionCreatedByRunProject(ProjectPlace, frozen=True):
    pass


class StoredVersionCreatedByUser(BaseModel, frozen=True):
    """Who created an object: a run, or an account."""

    typename__: Literal["User"] = Field(
        validation_alias="__typename", serialization_alias="__typename"
    )
    "The name of the current Object type at runtime."


class StoredVersionUsedBy(BaseModel, frozen=True):
    """A page of runs."""

    edges: list["StoredVersionUsedByEdges"]
    "The runs of this page, in order."
    page_info: "StoredVersionUsedByPageInfo"
    "Where this page ends, and whether more follow."


class StoredVersionUsedByEdges(BaseModel, frozen=True):
    """A run on a page, with its position in the list."""

    node: "StoredVersionUsedByEdgesNode"
    "The run itself."


class StoredVersionUsedByEdgesNode(BaseModel, frozen=True):
    """One execution of a program, with what it logged and its files."""

    name: str
    "Run id: the last part of the run's path, unique in its project. The title is `displayName`."
    state: str | None
    "`running`, `finished`, `failed`, `crashed`, `killed`, `preempting`, `preempted`, `pending` or a newer value."
    project: Optional["StoredVersionUsedByEdgesNodeProject"]
    "Project that the run was logged to; null if the caller may not see it."


class StoredVersionUsedByEdgesNodeProject(ProjectPlace, frozen=True):
    pass


class StoredVersionUsedByPageInfo(PageInfo, frozen=True):
    pass


class StoredVersionArtifactMemberships(BaseModel, frozen=True):
    """A page of memberships."""

    edges: list["StoredVersionArtifactMembershipsEdges"]
    "The memberships of this page, in order."


class StoredVersionArtifactMembershipsEdges(BaseModel, frozen=True):
    """A membership on a page, with its position in the list."""

    node: Optional["StoredVersionArtifactMembershipsEdgesNode"]
    "The membership itself. May be null; skip such an edge."


class StoredVersionArtifactMembershipsEdgesNode(BaseModel, frozen=True):
    """The membership of a version in one collection, with the number and the aliases it has there."""

    artifact_collection: Optional["StoredVersionArtifactMembershipsEdgesNodeArtifactCollection"]
    "Collection of the membership; null if the caller may not see it."


class StoredVersionArtifactMembershipsEdgesNodeArtifactCollection(CollectionPlace, frozen=True):
    pass
