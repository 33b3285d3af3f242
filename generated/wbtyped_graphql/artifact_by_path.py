# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import (  # noqa: F401
    Artifact,
    Membership,
    MembershipAliases,
    MembershipArtifactCollection,
)


class ArtifactByPath(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    project: Optional["ArtifactByPathProject"]
    "One project by entity and name."


class ArtifactByPathProject(BaseModel, frozen=True):
    """A container for runs and artifacts, owned by an entity. A project named `wandb-registry-...` is a
    registry."""

    artifact_collection_membership: Optional["ArtifactByPathProjectArtifactCollectionMembership"]
    "The membership of a version in a collection, which also finds versions that were linked there. Only where the server reports the feature `PROJECT_ARTIFACT_COLLECTION_MEMBERSHIP`. Since server 0.70 at the latest."


class ArtifactByPathProjectArtifactCollectionMembership(Membership, frozen=True):
    """The membership of a version in one collection, with the number and the aliases it has there."""

    artifact: Optional["ArtifactByPathProjectArtifactCollectionMembershipArtifact"]
    "Version of the membership; null if the caller may not see it."


ArtifactByPathProjectArtifactCollectionMembershipArtifact = Artifact
