"""Parse typed nodes from plain mappings, and format their timestamps."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from wbtyped_graphql.scalars import as_utc

from ..errors import SchemaMismatchError, UsageError

NodeT = TypeVar("NodeT", bound=BaseModel)


def parse_node(kind: type[NodeT], attrs: NodeT | Mapping[str, object], what: str) -> NodeT:
    """Return `attrs` as a typed node; a mapping uses wire names. `what` is for error messages."""
    if isinstance(attrs, kind):
        return attrs
    try:
        return kind.model_validate(attrs)
    except ValidationError as error:
        fields = ", ".join(sorted(str(e["loc"][0]) for e in error.errors() if e["loc"]))
        wrong = f"missing or invalid: {fields}" if fields else f"got {type(attrs).__name__}"
        raise UsageError(
            f"attrs of {what} must be a node or a mapping of its wire names, {wrong}"
        ) from error


def iso(moment: datetime) -> str:
    """Format a time as ISO 8601 in UTC, as the documented properties do."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def time_of_row(moment: datetime, what: str) -> datetime:
    """Return a time of a row in UTC; `what` is for the error."""
    try:
        return as_utc(moment)
    except ValueError as error:
        raise SchemaMismatchError(f"{what}: the server sent {error}") from error
