# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import PageInfo, RunFileAddress


class RunFileAddresses(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    project: Optional["RunFileAddressesProject"]
    "One project by entity and name."


class RunFileAddressesProject(BaseModel, frozen=True):
    """A container for runs and artifacts, owned by an entity. A project named `wandb-registry-...` is a
    registry."""

    run: Optional["RunFileAddressesProjectRun"]
    "One run by its run id; null if there is none."


class RunFileAddressesProjectRun(BaseModel, frozen=True):
    """One execution of a program, with what it logged and its files."""

    files: Optional["RunFileAddressesProjectRunFiles"]
    "Files of the run. A name requested in `names` gets a node even if it does not exist; its `updatedAt` is null and its `sizeBytes` 0."


class RunFileAddressesProjectRunFiles(BaseModel, frozen=True):
    """A page of files."""

    edges: list["RunFileAddressesProjectRunFilesEdges"]
    "The files of this page, in order."
    page_info: "RunFileAddressesProjectRunFilesPageInfo"
    "Where this page ends, and whether more follow."


class RunFileAddressesProjectRunFilesEdges(BaseModel, frozen=True):
    """A file on a page, with its position in the list."""

    cursor: str
    "Opaque position of this file; pass it as `after` to get what follows."
    node: Optional["RunFileAddressesProjectRunFilesEdgesNode"]
    "The file itself. May be null; skip such an edge."


RunFileAddressesProjectRunFilesEdgesNode = RunFileAddress
RunFileAddressesProjectRunFilesPageInfo = PageInfo
