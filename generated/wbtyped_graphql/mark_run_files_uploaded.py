# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel


class MarkRunFilesUploaded(BaseModel, frozen=True):
    """Everything that can be changed. Each field takes one `input`. The payload is null, with an error, if
    the change was rejected."""

    mark_run_files_uploaded: Optional["MarkRunFilesUploadedMarkRunFilesUploaded"]
    "Report that uploads to a run are complete. Self-hosted servers list the files only after this. Added after mid-2023; the server version is not known. Only where the server reports the feature `MARK_RUN_FILES_UPLOADED`."


class MarkRunFilesUploadedMarkRunFilesUploaded(BaseModel, frozen=True):
    """Result of `markRunFilesUploaded`. Added after mid-2023; the server version is not known."""

    success: bool
    "Whether the server recorded all of the files."
