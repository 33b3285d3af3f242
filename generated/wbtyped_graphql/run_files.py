# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import PageInfo, RunFile


class RunFiles(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    project: Optional["RunFilesProject"]
    "One project by entity and name."


class RunFilesProject(BaseModel, frozen=True):
    """A container for runs and artifacts, owned by an entity. A project named `wandb-registry-...` is a
    registry."""

    internal_id: str
    "Id of the project in storage: base64 of `ProjectInternalId:` and a number. Since server 0.51."
    run: Optional["RunFilesProjectRun"]
    "One run by its run id; null if there is none."


class RunFilesProjectRun(BaseModel, frozen=True):
    """One execution of a program, with what it logged and its files."""

    file_count: int | None
    "Number of files of the run, whatever the filter of `files`."
    files: Optional["RunFilesProjectRunFiles"]
    "Files of the run. A name requested in `names` gets a node even if it does not exist; its `updatedAt` is null and its `sizeBytes` 0."


class RunFilesProjectRunFiles(BaseModel, frozen=True):
    """A page of files."""

    edges: list["RunFilesProjectRunFilesEdges"]
    "The files of this page, in order."
    page_info: "RunFilesProjectRunFilesPageInfo"
    "Where this page ends, and whether more follow."


class RunFilesProjectRunFilesEdges(BaseModel, frozen=True):
    """A file on a page, with its position in the list."""

    cursor: str
    "Opaque position of this file; pass it as `after` to get what follows."
    node: Optional["RunFilesProjectRunFilesEdgesNode"]
    "The file itself. May be null; skip such an edge."


RunFilesProjectRunFilesEdgesNode = RunFile
RunFilesProjectRunFilesPageInfo = PageInfo
