# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import Run


class RestoreRun(BaseModel, frozen=True):
    """Everything that can be changed. Each field takes one `input`. The payload is null, with an error, if
    the change was rejected."""

    upsert_bucket: Optional["RestoreRunUpsertBucket"]
    "Create a run, or change the one with this id or name. Also creates the project if it is missing."


class RestoreRunUpsertBucket(BaseModel, frozen=True):
    """Result of `upsertBucket`."""

    inserted: bool | None
    "Whether the run is new. False when it was changed."
    bucket: Optional["RestoreRunUpsertBucketBucket"]
    "The run as it is now."


RestoreRunUpsertBucketBucket = Run
