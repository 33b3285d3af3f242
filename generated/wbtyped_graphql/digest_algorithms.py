# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Annotated, Literal, Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import ArtifactDigestAlgorithm
from .unions import OTHER, by_typename, named


class DigestAlgorithms(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    entity: Optional["DigestAlgorithmsEntity"]
    "One entity (user account, team or organization entity) by its name."
    project: Optional["DigestAlgorithmsProject"]
    "One project by entity and name."


class DigestAlgorithmsEntity(BaseModel, frozen=True):
    """An owner of projects: a user account, a team, or an organization's own entity that holds its
    registries."""

    xxhash_digests_enabled: bool
    "Whether new artifacts of this entity may use XXH128 digests. Added after mid-2023; the server version is not known. Only where the server reports the feature `ARTIFACT_DIGEST_ALGORITHM`."


class DigestAlgorithmsProject(BaseModel, frozen=True):
    """A container for runs and artifacts, owned by an entity. A project named `wandb-registry-...` is a
    registry."""

    artifact_collection: (
        Annotated[
            Annotated[
                "DigestAlgorithmsProjectArtifactCollectionArtifactSequence",
                named("ArtifactSequence"),
            ]
            | Annotated[
                "DigestAlgorithmsProjectArtifactCollectionArtifactCollection", named(OTHER)
            ],
            by_typename("ArtifactSequence"),
        ]
        | None
    )
    "One sequence or portfolio of this project."


class DigestAlgorithmsProjectArtifactCollectionArtifactCollection(BaseModel, frozen=True):
    """A named series of versions: those logged under one name (sequence), or those linked together by
    users (portfolio)."""

    typename__: str = Field(validation_alias="__typename", serialization_alias="__typename")
    "The name of the current Object type at runtime."


class DigestAlgorithmsProjectArtifactCollectionArtifactSequence(BaseModel, frozen=True):
    """A named series of versions: those logged under one name (sequence), or those linked together by
    users (portfolio)."""

    typename__: Literal["ArtifactSequence"] = Field(
        validation_alias="__typename", serialization_alias="__typename"
    )
    "The name of the current Object type at runtime."
    digest_algorithm: ArtifactDigestAlgorithm
    "Algorithm of the digests of its versions, the same for all. Added after mid-2023; the server version is not known. Only where the server reports the feature `ARTIFACT_DIGEST_ALGORITHM`."
