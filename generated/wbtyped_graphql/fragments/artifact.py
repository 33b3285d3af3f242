# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Literal, Optional

from pydantic import Field

from ..base_model import BaseModel
from ..enums import ArtifactState
from ..scalars import DateTime
from .collection_place import (
    CollectionPlace,
    CollectionPlaceProject,  # noqa: F401
)
from .project_place import ProjectPlace
from .tag import Tag


class Artifact(BaseModel, frozen=True):
    """One version of an artifact, whatever collection it was found in.

    `artifactSequence` and `versionIndex` are those of its own sequence. `metadata` is a JSON string
    that may be large; it is parsed on first access. `aliases` are those in all collections.

    Used by: artifacts.Artifact"""

    id: str
    "Opaque id of the version, as it appears in manifests and references."
    artifact_sequence: "ArtifactArtifactSequence"
    "Collection that the version was logged to."
    artifact_type: "ArtifactArtifactType"
    "Type of the version, such as `dataset`."
    version_index: int | None
    "N of `vN` in its sequence, from 0; null while it has no number."
    description: str | None
    "Free-form description of the version; null if there is none."
    metadata: str | None
    "JSON object that the writer attached; null if there is none."
    ttl_duration_seconds: int
    "Time to live in seconds from its creation; -2 when it never expires, -1 when it follows an inherited rule. Added after mid-2023; the server version is not known."
    ttl_is_inherited: bool
    "Whether the time to live comes from a rule and not from the version itself. Since server 0.63 at the latest."
    tags: list["ArtifactTags"]
    "Tags that users gave this version: a plain list, without pages. Added after mid-2023; the server version is not known."
    history_step: int | None
    "How many steps the run had logged when it wrote the version; null if no run did. The official SDK shows one less."
    state: ArtifactState
    "State of the version."
    size: int
    "Sum of the sizes of all entries, in bytes."
    digest: str
    "Hexadecimal digest of the line `wandb-artifact-manifest-v1` and one line `PATH:DIGEST` for each file, sorted by path. The same content has the same digest."
    commit_hash: str | None
    "Short hash that names the version in its collection; null while it has none."
    file_count: int
    "Number of entries in the manifest, references included."
    created_at: DateTime
    "When the version was begun."
    updated_at: DateTime | None
    "Last change of description, metadata or the like; null if there was none."
    aliases: list["ArtifactAliases"]
    "Names that point to this version, such as `latest`. Also `vN` where the server lists it."


class ArtifactArtifactSequence(BaseModel, frozen=True):
    """A collection of the versions logged under one name, numbered v0, v1, and so on."""

    typename__: Literal["ArtifactSequence"] = Field(
        validation_alias="__typename", serialization_alias="__typename"
    )
    "The name of the current Object type at runtime."
    id: str
    "Opaque id. Mutations take it as `artifactSequenceID` or `artifactPortfolioID`."
    name: str
    "Name of the collection, unique in its project, at most 128 characters, without `/` and `:`."
    project: Optional["ArtifactArtifactSequenceProject"]
    "Project that the collection is in; null if the caller may not see it. Older servers (before March 2024) promise a value."


class ArtifactArtifactSequenceProject(ProjectPlace, frozen=True):
    pass


class ArtifactArtifactType(BaseModel, frozen=True):
    """A kind of artifacts in a project, such as `dataset` or `model`. A collection has exactly one."""

    name: str
    "Name of the type, at most 128 characters: letters, digits, `-`, `_`, `.` and inner spaces. `wandb-...`, `job` and a few others are the SDK's own."


class ArtifactTags(Tag, frozen=True):
    pass


class ArtifactAliases(BaseModel, frozen=True):
    """A name that points to one version in one collection."""

    alias: str
    "The alias as a string, such as `latest` or `v3`: at most 128 characters, without `/` and `:`."
    artifact_collection: Optional["ArtifactAliasesArtifactCollection"]
    "Collection that it is valid in; null if the caller may not see it."


class ArtifactAliasesArtifactCollection(CollectionPlace, frozen=True):
    pass
