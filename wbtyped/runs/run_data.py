"""Read the JSON that runs log: config, summary and history."""

import json
from typing import cast

from pydantic import JsonValue

from ..errors import SchemaMismatchError
from .read_only import ReadOnlyObject

SDK_KEYS = frozenset({"_wandb", "wandb_version"})
"""Keys of the config that the official SDK writes for itself."""


def read_config(text: str | None, run: str) -> ReadOnlyObject:
    """Return the values of a config, `{"lr": {"value": 0.1}}`, as `{"lr": 0.1}`."""
    return ReadOnlyObject(
        (key, value["value"] if isinstance(value, dict) and "value" in value else value)
        for key, value in read_object(text, f"the config of run {run}").items()
        if key not in SDK_KEYS
    )


def read_summary(text: str | None, run: str) -> ReadOnlyObject:
    """Return the values of a summary."""
    return ReadOnlyObject(read_object(text, f"the summary of run {run}"))


def read_object(text: str | bytes | None, what: str) -> dict[str, JsonValue]:
    """Parse a JSON object; None is an empty one. NaN and infinities become floats.

    `what` names it in errors; raises SchemaMismatchError for anything else.
    """
    try:
        value: object = json.loads(text) if text else {}
    except (ValueError, RecursionError) as error:
        raise SchemaMismatchError(f"{what} is not JSON: {error}") from error
    return checked_object(value, what)


def checked_object(value: object, what: str) -> dict[str, JsonValue]:
    """Return a JSON value that must be an object; raises SchemaMismatchError."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise SchemaMismatchError(f"{what} is JSON of type {type(value).__name__}, not an object")
    return cast("dict[str, JsonValue]", value)
