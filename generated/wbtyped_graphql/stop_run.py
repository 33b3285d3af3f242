# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel


class StopRun(BaseModel, frozen=True):
    """Everything that can be changed. Each field takes one `input`. The payload is null, with an error, if
    the change was rejected."""

    stop_run: Optional["StopRunStopRun"]
    "Ask the process behind a run to stop. It receives the request on its next contact with the server."


class StopRunStopRun(BaseModel, frozen=True):
    """Result of `stopRun`."""

    success: bool
    "Whether the request was recorded. The process may still be running."
