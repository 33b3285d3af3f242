# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import PageInfo, Project


class Projects(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    models: Optional["ProjectsModels"]
    "Projects of an entity, under the older name of projects."


class ProjectsModels(BaseModel, frozen=True):
    """A page of projects."""

    edges: list["ProjectsModelsEdges"]
    "The projects of this page, in order."
    page_info: "ProjectsModelsPageInfo"
    "Where this page ends, and whether more follow."


class ProjectsModelsEdges(BaseModel, frozen=True):
    """A project on a page, with its position in the list."""

    cursor: str
    "Opaque position of this project; pass it as `after` to get what follows."
    node: Optional["ProjectsModelsEdgesNode"]
    "The project itself. May be null; skip such an edge."


ProjectsModelsEdgesNode = Project
ProjectsModelsPageInfo = PageInfo
