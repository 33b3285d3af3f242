"""The body of a GraphQL request."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from pydantic_core import from_json

from .documents import operation_name


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """A parsed GraphQL request.

    `requested_name` is the operation to execute, empty if the request does not name one;
    `operation_name` then comes from the document, to tell requests apart.
    """

    query: str = ""
    operation_name: str = ""
    variables: Mapping[str, object] | None = None
    requested_name: str = ""


def parse_body(content: bytes) -> GraphQLRequest:
    """Parse a GraphQL request; what cannot be parsed is left empty."""
    try:
        body = json_object_or_none(from_json(content))
    except ValueError:
        return GraphQLRequest()
    if body is None:
        return GraphQLRequest()
    query, name_given = body.get("query"), body.get("operationName")
    text = query if isinstance(query, str) else ""
    requested = name_given if isinstance(name_given, str) else ""
    name = requested or operation_name(text)
    return GraphQLRequest(text, name, json_object_or_none(body.get("variables")), requested)


def json_object_or_none(value: object) -> dict[str, object] | None:
    """Return the value if it is a JSON object, else None."""
    return cast("dict[str, object]", value) if isinstance(value, dict) else None
