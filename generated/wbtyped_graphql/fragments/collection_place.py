# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from pydantic import Field

from ..base_model import BaseModel
from .project_place import ProjectPlace


class CollectionPlace(BaseModel, frozen=True):
    """The collection of an alias or a version, and its project.

    Used by: artifacts.Artifact"""

    typename__: str = Field(validation_alias="__typename", serialization_alias="__typename")
    "The name of the current Object type at runtime."
    id: str
    "Opaque id. Mutations take it as `artifactSequenceID` or `artifactPortfolioID`."
    name: str
    "Name of the collection, unique in its project, at most 128 characters, without `/` and `:`."
    project: Optional["CollectionPlaceProject"]
    "Project that the collection is in; null if the caller may not see it. Older servers (before March 2024) promise a value."


class CollectionPlaceProject(ProjectPlace, frozen=True):
    pass
