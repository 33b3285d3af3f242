# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import Artifact


class UpdateArtifact(BaseModel, frozen=True):
    """Everything that can be changed. Each field takes one `input`. The payload is null, with an error, if
    the change was rejected."""

    update_artifact: Optional["UpdateArtifactUpdateArtifact"]
    "Change description, metadata, tags or time to live of a version. Its content never changes."


class UpdateArtifactUpdateArtifact(BaseModel, frozen=True):
    """Result of `updateArtifact`."""

    artifact: "UpdateArtifactUpdateArtifactArtifact"
    "The version as it is now."


UpdateArtifactUpdateArtifactArtifact = Artifact
