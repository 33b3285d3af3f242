# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import Project


class UpsertProject(BaseModel, frozen=True):
    """Everything that can be changed. Each field takes one `input`. The payload is null, with an error, if
    the change was rejected."""

    upsert_model: Optional["UpsertProjectUpsertModel"]
    "Create a project or a registry, or change the one with this id or name."


class UpsertProjectUpsertModel(BaseModel, frozen=True):
    """Result of `upsertModel` and `renameProject`."""

    inserted: bool | None
    "Whether the project is new. False when it was changed."
    project: Optional["UpsertProjectUpsertModelProject"]
    "The project as it is now."


UpsertProjectUpsertModelProject = Project
