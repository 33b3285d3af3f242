# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import (
    Run,
    RunUser,  # noqa: F401
)


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


class RestoreRunUpsertBucketBucket(Run, frozen=True):
    """One execution of a program, with what it logged and its files."""

    events_line_count: int | None
    "Number of lines of system metrics; the offset at which a resumed run continues."
