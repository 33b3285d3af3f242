# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel


class RunHistory(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    project: Optional["RunHistoryProject"]
    "One project by entity and name."


class RunHistoryProject(BaseModel, frozen=True):
    """A container for runs and artifacts, owned by an entity. A project named `wandb-registry-...` is a
    registry."""

    run: Optional["RunHistoryProjectRun"]
    "One run by its run id; null if there is none."


class RunHistoryProjectRun(BaseModel, frozen=True):
    """One execution of a program, with what it logged and its files."""

    history: list[str]
    "Logged steps, each a string with a JSON object with `_step` and the metrics of that step."
