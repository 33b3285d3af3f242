"""The body of a GraphQL request."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from pydantic_core import from_json

from .documents import operation_name


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """What a client asks.

    `asked_name` is the operation that it wants run, empty when it does not say; `operation_name` is
    then taken from the document, to tell requests apart.
    """

    query: str = ""
    operation_name: str = ""
    variables: Mapping[str, object] | None = None
    asked_name: str = ""


def parse_body(content: bytes) -> GraphQLRequest:
    """Read a GraphQL request; what cannot be read is left empty."""
    try:
        body = json_object(from_json(content))
    except ValueError:
        return GraphQLRequest()
    if body is None:
        return GraphQLRequest()
    query, said = body.get("query"), body.get("operationName")
    text = query if isinstance(query, str) else ""
    asked = said if isinstance(said, str) else ""
    name = asked or operation_name(text)
    return GraphQLRequest(text, name, json_object(body.get("variables")), asked)


def json_object(value: object) -> dict[str, object] | None:
    """Return what is a JSON object, None for all else."""
    return cast("dict[str, object]", value) if isinstance(value, dict) else None
