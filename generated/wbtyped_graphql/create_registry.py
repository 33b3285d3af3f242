# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import Project


class CreateRegistry(BaseModel, frozen=True):
    """Everything that can be changed. Each field takes one `input`. The payload is null, with an error, if
    the change was rejected."""

    upsert_model: Optional["CreateRegistryUpsertModel"]
    "Create a project or a registry, or change the one with this id or name."


class CreateRegistryUpsertModel(BaseModel, frozen=True):
    """Result of `upsertModel` and `renameProject`."""

    project: Optional["CreateRegistryUpsertModelProject"]
    "The project as it is now."


CreateRegistryUpsertModelProject = Project
