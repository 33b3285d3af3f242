# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel


class RunHistoryExtent(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    project: Optional["RunHistoryExtentProject"]
    "One project by entity and name."


class RunHistoryExtentProject(BaseModel, frozen=True):
    """A container for runs and artifacts, owned by an entity. A project named `wandb-registry-...` is a
    registry."""

    run: Optional["RunHistoryExtentProjectRun"]
    "One run by its run id; null if there is none."


class RunHistoryExtentProjectRun(BaseModel, frozen=True):
    """One execution of a program, with what it logged and its files."""

    history_keys: object | None
    "Logged metrics with their types, and `lastStep`, as a JSON object. Null before anything was logged."
    history_line_count: int | None
    "Number of logged steps; the offset at which a resumed run continues."
