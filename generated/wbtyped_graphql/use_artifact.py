# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel


class UseArtifact(BaseModel, frozen=True):
    """Everything that can be changed. Each field takes one `input`. The payload is null, with an error, if
    the change was rejected."""

    use_artifact: Optional["UseArtifactUseArtifact"]
    "Record that a run reads a version, which makes it an input of the run."


class UseArtifactUseArtifact(BaseModel, frozen=True):
    """Result of `useArtifact`."""

    artifact: "UseArtifactUseArtifactArtifact"
    "Version that is read."


class UseArtifactUseArtifactArtifact(BaseModel, frozen=True):
    """One version of an artifact: a set of files that never changes after it was committed."""

    id: str
    "Opaque id of the version, as it appears in manifests and references."
