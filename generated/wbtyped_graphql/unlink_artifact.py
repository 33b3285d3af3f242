# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel


class UnlinkArtifact(BaseModel, frozen=True):
    """Everything that can be changed. Each field takes one `input`. The payload is null, with an error, if
    the change was rejected."""

    unlink_artifact: Optional["UnlinkArtifactUnlinkArtifact"]
    "Unlink a version from a portfolio."


class UnlinkArtifactUnlinkArtifact(BaseModel, frozen=True):
    """Result of `unlinkArtifact`."""

    success: bool
    "Whether the version was unlinked."
