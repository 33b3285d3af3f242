# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from pydantic import Field

from .base_model import BaseModel


class CreateRunFiles(BaseModel, frozen=True):
    """Everything that can be changed. Each field takes one `input`. The payload is null, with an error, if
    the change was rejected."""

    create_run_files: Optional["CreateRunFilesCreateRunFiles"]
    "Request upload URLs for files of a run. Since server 0.63 at the latest."


class CreateRunFilesCreateRunFiles(BaseModel, frozen=True):
    """Result of `createRunFiles`. Since server 0.63 at the latest."""

    run_id: str = Field(validation_alias="runID", serialization_alias="runID")
    "Opaque id of the run. Whether its type is `ID` or `String` is not confirmed."
    upload_headers: list[str] | None
    "HTTP headers to send with every upload, each as `Name:value`. Nullability not confirmed."
    files: list["CreateRunFilesCreateRunFilesFiles"] | None
    "One entry for each name, in the order requested, with `uploadUrl`. Nullability not confirmed."


class CreateRunFilesCreateRunFilesFiles(BaseModel, frozen=True):
    """A file of a run or of an artifact version: its name, its digests, and its URLs."""

    name: str
    "Path relative to the run or artifact, with `/` between folders. Unsafe names are possible; check before writing."
    upload_url: str | None
    "Signed URL for an HTTP PUT of the content; null if the server already has it."
