# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import (  # noqa: F401
    StoredVersion,
    StoredVersionAliases,
    StoredVersionArtifactMemberships,
    StoredVersionCreatedByRun,
    StoredVersionCreatedByUser,
    StoredVersionTags,
    StoredVersionUsedBy,
)


class StoredVersionById(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    artifact: Optional["StoredVersionByIdArtifact"]
    "One artifact version by its GraphQL id. Versions by path are found through `Project`."


class StoredVersionByIdArtifact(StoredVersion, frozen=True):
    """One version of an artifact: a set of files that never changes after it was committed."""

    artifact_sequence: "StoredVersionByIdArtifactArtifactSequence"
    "Collection that the version was logged to."


class StoredVersionByIdArtifactArtifactSequence(BaseModel, frozen=True):
    """A collection of the versions logged under one name, numbered v0, v1, and so on."""

    latest_artifact: Optional["StoredVersionByIdArtifactArtifactSequenceLatestArtifact"]
    "Version that was committed last; null for a new sequence."


class StoredVersionByIdArtifactArtifactSequenceLatestArtifact(BaseModel, frozen=True):
    """One version of an artifact: a set of files that never changes after it was committed."""

    version_index: int | None
    "N of `vN` in its sequence, from 0; null while it has no number."
