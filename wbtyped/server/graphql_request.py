"""The body of a GraphQL request."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from .documents import operation_name

_body = TypeAdapter(dict[str, object])
_variables = TypeAdapter(dict[str, object])


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
        body = _body.validate_json(content)
    except ValidationError:
        return GraphQLRequest()
    query, said, variables = body.get("query"), body.get("operationName"), body.get("variables")
    text = query if isinstance(query, str) else ""
    asked = said if isinstance(said, str) else ""
    name = asked or operation_name(text)
    if not isinstance(variables, dict):
        return GraphQLRequest(text, name, None, asked)
    return GraphQLRequest(text, name, _variables.validate_python(variables), asked)
