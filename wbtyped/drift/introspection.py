"""Ask a server for its schema."""

from dataclasses import dataclass

from graphql import GraphQLSchema, get_introspection_query

from ..transport.client import Client
from .asking import ask
from .schema_files import schema_from_introspection

NAME = "IntrospectionQuery"
# Older servers do not know the questions of newer specifications, and refuse them all together.
QUERIES = (
    get_introspection_query(
        directive_is_repeatable=True, input_value_deprecation=True, input_object_one_of=True
    ),
    get_introspection_query(directive_is_repeatable=True, input_value_deprecation=True),
    get_introspection_query(),
)


@dataclass(frozen=True)
class Hidden:
    """A server does not show its schema; `reason` tells how it said so."""

    reason: str


def introspect(client: Client) -> GraphQLSchema | Hidden:
    """Return the schema of a server, or that it hides it.

    W&B servers hide it by answering null without an error; others refuse. Raises SchemaSourceError
    when the server cannot be asked at all.
    """
    said: list[str] = []
    for query in QUERIES:
        reply = ask(client, query, NAME)
        if reply.data and reply.data.get("__schema"):
            return schema_from_introspection(client.settings.base_url, dict(reply.data))
        if not reply.errors:
            return Hidden("it answers introspection with null")
        said = reply.messages
    return Hidden(f"it refuses introspection: {said[0]}")
