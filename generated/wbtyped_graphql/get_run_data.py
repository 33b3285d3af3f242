# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import RunData


class GetRunData(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    project: Optional["GetRunDataProject"]
    "One project by entity and name."


class GetRunDataProject(BaseModel, frozen=True):
    """A container for runs and artifacts, owned by an entity. A project named `wandb-registry-...` is a
    registry."""

    run: Optional["GetRunDataProjectRun"]
    "One run by its run id; null if there is none."


GetRunDataProjectRun = RunData
