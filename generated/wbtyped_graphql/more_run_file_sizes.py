# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import PageInfo, StoredFile


class MoreRunFileSizes(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    project: Optional["MoreRunFileSizesProject"]
    "One project by entity and name."


class MoreRunFileSizesProject(BaseModel, frozen=True):
    """A container for runs and artifacts, owned by an entity. A project named `wandb-registry-...` is a
    registry."""

    run: Optional["MoreRunFileSizesProjectRun"]
    "One run by its run id; null if there is none."


class MoreRunFileSizesProjectRun(BaseModel, frozen=True):
    """One execution of a program, with what it logged and its files."""

    files: Optional["MoreRunFileSizesProjectRunFiles"]
    "Files of the run. A name requested in `names` gets a node even if it does not exist; its `updatedAt` is null and its `sizeBytes` 0."


class MoreRunFileSizesProjectRunFiles(BaseModel, frozen=True):
    """A page of files."""

    edges: list["MoreRunFileSizesProjectRunFilesEdges"]
    "The files of this page, in order."
    page_info: "MoreRunFileSizesProjectRunFilesPageInfo"
    "Where this page ends, and whether more follow."


class MoreRunFileSizesProjectRunFilesEdges(BaseModel, frozen=True):
    """A file on a page, with its position in the list."""

    node: Optional["MoreRunFileSizesProjectRunFilesEdgesNode"]
    "The file itself. May be null; skip such an edge."


MoreRunFileSizesProjectRunFilesEdgesNode = StoredFile
MoreRunFileSizesProjectRunFilesPageInfo = PageInfo
