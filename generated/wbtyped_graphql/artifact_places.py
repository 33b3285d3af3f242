# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import Membership


class ArtifactPlaces(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    artifact: Optional["ArtifactPlacesArtifact"]
    "One artifact version by its GraphQL id. Versions by path are found through `Project`."


class ArtifactPlacesArtifact(BaseModel, frozen=True):
    """One version of an artifact: a set of files that never changes after it was committed."""

    artifact_memberships: "ArtifactPlacesArtifactArtifactMemberships"
    "The memberships of this version: in its sequence and in every portfolio it is linked to."


class ArtifactPlacesArtifactArtifactMemberships(BaseModel, frozen=True):
    """A page of memberships."""

    edges: list["ArtifactPlacesArtifactArtifactMembershipsEdges"]
    "The memberships of this page, in order."


class ArtifactPlacesArtifactArtifactMembershipsEdges(BaseModel, frozen=True):
    """A membership on a page, with its position in the list."""

    node: Optional["ArtifactPlacesArtifactArtifactMembershipsEdgesNode"]
    "The membership itself. May be null; skip such an edge."


ArtifactPlacesArtifactArtifactMembershipsEdgesNode = Membership
