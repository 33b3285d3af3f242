# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import (
    Run,
    RunData,
    RunUser,  # noqa: F401
)


class GetRun(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    project: Optional["GetRunProject"]
    "One project by entity and name."


class GetRunProject(BaseModel, frozen=True):
    """A container for runs and artifacts, owned by an entity. A project named `wandb-registry-...` is a
    registry."""

    run: Optional["GetRunProjectRun"]
    "One run by its run id; null if there is none."


class GetRunProjectRun(Run, RunData, frozen=True):
    pass
