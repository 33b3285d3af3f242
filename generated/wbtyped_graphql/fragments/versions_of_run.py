# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from ..base_model import BaseModel
from .page_info import PageInfo
from .version_place import (
    VersionPlace,
    VersionPlaceArtifactSequence,  # noqa: F401
    VersionPlaceArtifactSequenceProject,  # noqa: F401
)


class VersionsOfRun(BaseModel, frozen=True):
    """A page of the versions that a run logged, as short as possible.

    Used by: Api.mirror"""

    edges: list["VersionsOfRunEdges"]
    "The versions of this page, in order."
    page_info: "VersionsOfRunPageInfo"
    "Where this page ends, and whether more follow."


class VersionsOfRunEdges(BaseModel, frozen=True):
    """A version on a page, with its position in the list."""

    node: Optional["VersionsOfRunEdgesNode"]
    "The version itself. May be null; skip such an edge."


class VersionsOfRunEdgesNode(VersionPlace, frozen=True):
    pass


class VersionsOfRunPageInfo(PageInfo, frozen=True):
    pass
