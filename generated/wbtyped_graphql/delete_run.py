# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel


class DeleteRun(BaseModel, frozen=True):
    """Everything that can be changed. Each field takes one `input`. The payload is null, with an error, if
    the change was rejected."""

    delete_run: Optional["DeleteRunDeleteRun"]
    "Delete one run with its files."


class DeleteRunDeleteRun(BaseModel, frozen=True):
    """Result of `deleteRun`: only the caller's own `clientMutationId`."""

    client_mutation_id: str | None
    "Any string; the payload returns it, to match responses to requests. Servers ignore it."
