"""Read schemas from files, and the pinned one that this package was compiled from."""

import json
from functools import cache
from pathlib import Path

from graphql import (
    GraphQLError,
    GraphQLSchema,
    IntrospectionQuery,
    KnownDirectivesRule,
    OperationType,
    build_ast_schema,
    build_schema,
    parse,
)
from graphql import build_client_schema as build_from_introspection
from graphql.validation.specified_rules import specified_sdl_rules
from graphql.validation.validate import validate_sdl
from pydantic import TypeAdapter, ValidationError
from wbtyped_graphql.sources import schema_text

from ..errors import SchemaSourceError
from .query_text import graphql_files

_OBJECT = TypeAdapter(dict[str, object])
# Servers omit from their SDL the definitions of directives that their own tools use in it.
_RULES = [rule for rule in specified_sdl_rules if rule is not KnownDirectivesRule]


def pinned_sdl() -> str:
    """Return the schema that this package was compiled from, as SDL."""
    return schema_text()


@cache
def pinned_schema() -> GraphQLSchema:
    """Return the schema that this package was compiled from; building it takes 70 ms."""
    return build_schema(pinned_sdl(), assume_valid=True)


def read_schema(path: Path) -> GraphQLSchema:
    """Read a schema from an SDL file, a JSON introspection response, or a folder.

    The GraphQL files in a folder and its subfolders together are one schema. Raises
    SchemaSourceError.
    """
    try:
        found = graphql_files(path)
        sources = [file.read_text(encoding="utf-8") for file in found]
    except UnicodeDecodeError as error:
        raise SchemaSourceError(f"{path} is not a schema: it is not UTF-8") from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SchemaSourceError(f"{path}: {reason}", reason="not reachable") from error
    if not found:
        raise SchemaSourceError(f"{path} is not a schema: it contains no GraphQL file")
    if sources[0].lstrip().startswith("{") and len(sources) == 1:
        return _schema_from_json(str(path), sources[0])
    return schema_from_sdl(str(path), "\n".join(sources))


def _schema_from_json(name: str, source: str) -> GraphQLSchema:
    try:
        response = _OBJECT.validate_json(source)
        data = _OBJECT.validate_python(response.get("data", response))
        return schema_from_introspection(name, data)
    except ValidationError as error:
        raise SchemaSourceError(f"{name} is not a schema: it is not a JSON object") from error


def schema_from_introspection(name: str, data: dict[str, object]) -> GraphQLSchema:
    """Build a schema from the `data` of an introspection response."""
    if not data.get("__schema"):
        raise SchemaSourceError(f"{name} is not a schema: it has no `__schema`")
    try:
        # A server may break a GraphQL rule that does not matter here.
        introspection: IntrospectionQuery = json.loads(json.dumps(data))
        return _require_root_type(name, build_from_introspection(introspection, assume_valid=True))
    except (GraphQLError, TypeError, KeyError, AttributeError) as error:
        raise SchemaSourceError(f"{name} is not a schema: {error}") from error


def schema_from_sdl(name: str, sdl: str) -> GraphQLSchema:
    """Build a schema from SDL; if it is invalid, the error names the line."""
    try:
        document = parse(sdl)
        errors = validate_sdl(document, rules=_RULES)
        if errors:
            raise errors[0]
        return _require_root_type(name, build_ast_schema(document, assume_valid=True))
    except GraphQLError as error:
        line = f" (line {error.locations[0].line})" if error.locations else ""
        raise SchemaSourceError(f"{name} is not a schema{line}: {error.message}") from error
    except TypeError as error:
        raise SchemaSourceError(f"{name} is not a schema: {error}") from error


def _require_root_type(name: str, schema: GraphQLSchema) -> GraphQLSchema:
    """Reject a schema without a root type: any SDL with types in it parses as one."""
    if not any(map(schema.get_root_type, OperationType)):
        raise SchemaSourceError(f"{name} is not a schema: it has no type Query")
    return schema
