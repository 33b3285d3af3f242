# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel


class GetRunState(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    project: Optional["GetRunStateProject"]
    "One project by entity and name."


class GetRunStateProject(BaseModel, frozen=True):
    """A container for runs and artifacts, owned by an entity. A project named `wandb-registry-...` is a
    registry."""

    run: Optional["GetRunStateProjectRun"]
    "One run by its run id; null if there is none."


class GetRunStateProjectRun(BaseModel, frozen=True):
    """One execution of a program, with what it logged and its files."""

    state: str | None
    "`running`, `finished`, `failed`, `crashed`, `killed`, `preempting`, `preempted`, `pending` or a newer value."
