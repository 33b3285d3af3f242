# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel


class RunEvents(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    project: Optional["RunEventsProject"]
    "One project by entity and name."


class RunEventsProject(BaseModel, frozen=True):
    """A container for runs and artifacts, owned by an entity. A project named `wandb-registry-...` is a
    registry."""

    run: Optional["RunEventsProjectRun"]
    "One run by its run id; null if there is none."


class RunEventsProjectRun(BaseModel, frozen=True):
    """One execution of a program, with what it logged and its files."""

    events: list[str]
    "System metrics over time, each entry a string with a JSON object."
