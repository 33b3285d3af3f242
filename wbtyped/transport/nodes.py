"""Typed nodes, as they come or from plain mappings."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from ..errors import UsageError

NodeT = TypeVar("NodeT", bound=BaseModel)


def parse_node(kind: type[NodeT], attrs: NodeT | Mapping[str, object], what: str) -> NodeT:
    """Return the typed node for a node or a mapping of wire names; `what` is for errors."""
    if isinstance(attrs, kind):
        return attrs
    try:
        return kind.model_validate(attrs)
    except ValidationError as error:
        fields = ", ".join(sorted(str(e["loc"][0]) for e in error.errors() if e["loc"]))
        wrong = fields or f"a {type(attrs).__name__} is neither a node nor a mapping"
        raise UsageError(f"attrs of {what}: missing or wrong: {wrong}") from error


def iso(moment: datetime) -> str:
    """Return a moment as the documented properties have it: ISO 8601 in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
