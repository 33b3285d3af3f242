# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel


class SampledRunHistory(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    project: Optional["SampledRunHistoryProject"]
    "One project by entity and name."


class SampledRunHistoryProject(BaseModel, frozen=True):
    """A container for runs and artifacts, owned by an entity. A project named `wandb-registry-...` is a
    registry."""

    run: Optional["SampledRunHistoryProjectRun"]
    "One run by its run id; null if there is none."


class SampledRunHistoryProjectRun(BaseModel, frozen=True):
    """One execution of a program, with what it logged and its files."""

    sampled_history: list[object]
    "Chosen steps of the history: for each of the `specs` an array of JSON objects."
