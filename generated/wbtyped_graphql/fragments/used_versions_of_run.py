# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from ..base_model import BaseModel
from .page_info import PageInfo
from .version_place import (
    VersionPlace,
    VersionPlaceArtifactSequence,  # noqa: F401
    VersionPlaceArtifactSequenceProject,  # noqa: F401
)


class UsedVersionsOfRun(BaseModel, frozen=True):
    """A page of the versions that a run used, as short as possible.

    Used by: Api.mirror"""

    edges: list["UsedVersionsOfRunEdges"]
    "The versions of this page, each with the use that the run made of it."
    page_info: "UsedVersionsOfRunPageInfo"
    "Where this page ends, and whether more follow."


class UsedVersionsOfRunEdges(BaseModel, frozen=True):
    """An input version on a page, with its position in the list."""

    node: Optional["UsedVersionsOfRunEdgesNode"]
    "The version itself. May be null; skip such an edge."


class UsedVersionsOfRunEdgesNode(VersionPlace, frozen=True):
    pass


class UsedVersionsOfRunPageInfo(PageInfo, frozen=True):
    pass
