# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import UsedVersionsOfRun, VersionsOfRun


class MirroredRunVersions(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    project: Optional["MirroredRunVersionsProject"]
    "One project by entity and name."


class MirroredRunVersionsProject(BaseModel, frozen=True):
    """A container for runs and artifacts, owned by an entity. A project named `wandb-registry-...` is a
    registry."""

    run: Optional["MirroredRunVersionsProjectRun"]
    "One run by its run id; null if there is none."


class MirroredRunVersionsProjectRun(BaseModel, frozen=True):
    """One execution of a program, with what it logged and its files."""

    output_artifacts: Optional["MirroredRunVersionsProjectRunOutputArtifacts"] = None
    "Artifact versions that the run wrote."
    input_artifacts: Optional["MirroredRunVersionsProjectRunInputArtifacts"] = None
    "Artifact versions that the run read, as `useArtifact` recorded them."


MirroredRunVersionsProjectRunOutputArtifacts = VersionsOfRun
MirroredRunVersionsProjectRunInputArtifacts = UsedVersionsOfRun
