# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel


class DeleteRunFiles(BaseModel, frozen=True):
    """Everything that can be changed. Each field takes one `input`. The payload is null, with an error, if
    the change was rejected."""

    delete_files: Optional["DeleteRunFilesDeleteFiles"]
    "Delete files of runs permanently."


class DeleteRunFilesDeleteFiles(BaseModel, frozen=True):
    """Result of `deleteFiles`."""

    success: bool
    "Whether all of the files were deleted."
