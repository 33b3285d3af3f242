# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import Run


class CreatePublishingRun(BaseModel, frozen=True):
    """Everything that can be changed. Each field takes one `input`. The payload is null, with an error, if
    the change was rejected."""

    upsert_bucket: Optional["CreatePublishingRunUpsertBucket"]
    "Create a run, or change the one with this id or name. Also creates the project if it is missing."


class CreatePublishingRunUpsertBucket(BaseModel, frozen=True):
    """Result of `upsertBucket`."""

    bucket: Optional["CreatePublishingRunUpsertBucketBucket"]
    "The run as it is now."


CreatePublishingRunUpsertBucketBucket = Run
