# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from ..base_model import BaseModel
from .page_info import PageInfo
from .project_place import ProjectPlace


class UsersOfVersion(BaseModel, frozen=True):
    """A page of the runs that used a version, as short as possible.

    Used by: Api.mirror"""

    edges: list["UsersOfVersionEdges"]
    "The runs of this page, in order."
    page_info: "UsersOfVersionPageInfo"
    "Where this page ends, and whether more follow."


class UsersOfVersionEdges(BaseModel, frozen=True):
    """A run on a page, with its position in the list."""

    node: "UsersOfVersionEdgesNode"
    "The run itself."


class UsersOfVersionEdgesNode(BaseModel, frozen=True):
    """One execution of a program, with what it logged and its files."""

    name: str
    "Run id: the last part of the run's path, unique in its project. The title is `displayName`."
    project: Optional["UsersOfVersionEdgesNodeProject"]
    "Project that the run was logged to; null if the caller may not see it."


class UsersOfVersionEdgesNodeProject(ProjectPlace, frozen=True):
    pass


class UsersOfVersionPageInfo(PageInfo, frozen=True):
    pass
