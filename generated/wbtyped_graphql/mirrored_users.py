# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import UsersOfVersion


class MirroredUsers(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    artifact: Optional["MirroredUsersArtifact"]
    "One artifact version by its GraphQL id. Versions by path are found through `Project`."


class MirroredUsersArtifact(BaseModel, frozen=True):
    """One version of an artifact: a set of files that never changes after it was committed."""

    used_by: "MirroredUsersArtifactUsedBy"
    "Runs that read this version."


MirroredUsersArtifactUsedBy = UsersOfVersion
