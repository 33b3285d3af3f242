"""Read the schema of a server by introspection."""

from dataclasses import dataclass

from graphql import GraphQLSchema, get_introspection_query

from ..transport.client import Client
from .raw_query import send_query
from .schema_files import schema_from_introspection

OPERATION_NAME = "IntrospectionQuery"
# Older servers reject the whole query if it contains fields of newer specifications.
QUERIES = (
    get_introspection_query(
        directive_is_repeatable=True, input_value_deprecation=True, input_object_one_of=True
    ),
    get_introspection_query(directive_is_repeatable=True, input_value_deprecation=True),
    get_introspection_query(),
)


@dataclass(frozen=True)
class Hidden:
    """A server hides its schema; `reason` is how it does so."""

    reason: str


def introspect(client: Client) -> GraphQLSchema | Hidden:
    """Return the schema of a server, or `Hidden` if introspection is disabled.

    W&B servers hide it by responding with null and no error; others reject the query. Raises
    SchemaSourceError if the server cannot be queried at all.
    """
    messages: list[str] = []
    for query in QUERIES:
        response = send_query(client, query, OPERATION_NAME)
        if response.data and response.data.get("__schema"):
            return schema_from_introspection(client.settings.base_url, dict(response.data))
        if not response.errors:
            return Hidden("it responds to introspection with null")
        messages = response.messages
    return Hidden(f"it rejects introspection: {messages[0]}")
