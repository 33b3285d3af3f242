# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from ..base_model import BaseModel
from ..scalars import DateTime
from .collection_place import (
    CollectionPlace,
    CollectionPlaceProject,  # noqa: F401
)


class Membership(BaseModel, frozen=True):
    """The membership of a version in a collection, with its number and aliases there.

    Used by: artifacts.Artifact"""

    id: str
    "Opaque id of the membership, not of the version."
    version_index: int | None
    "N of `vN` in this collection, from 0; null while it has no number."
    created_at: DateTime
    "When the version was added to the collection: for a portfolio, when it was linked."
    aliases: list["MembershipAliases"]
    "Aliases of the version in this collection, possibly including `vN`."
    artifact_collection: Optional["MembershipArtifactCollection"]
    "Collection of the membership; null if the caller may not see it."


class MembershipAliases(BaseModel, frozen=True):
    """A name that points to one version in one collection."""

    alias: str
    "The alias as a string, such as `latest` or `v3`: at most 128 characters, without `/` and `:`."


class MembershipArtifactCollection(CollectionPlace, frozen=True):
    pass
