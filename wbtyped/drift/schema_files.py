"""Schemas from files, and the one that this package was compiled from."""

import json
from functools import cache
from importlib.resources import files
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
from graphql import build_client_schema as build_introspected
from graphql.validation.specified_rules import specified_sdl_rules
from graphql.validation.validate import validate_sdl
from pydantic import TypeAdapter, ValidationError

from ..errors import SchemaSourceError
from .documents import graphql_files

_OBJECT = TypeAdapter(dict[str, object])
# Servers leave out of their SDL what the directives are that their own tools put there.
_RULES = [rule for rule in specified_sdl_rules if rule is not KnownDirectivesRule]


def pinned_text() -> str:
    """Return the schema that this package was compiled from, as text."""
    return files("wbtyped_graphql").joinpath("schema.graphql").read_text(encoding="utf-8")


@cache
def pinned_schema() -> GraphQLSchema:
    """Return the schema that this package was compiled from; building it takes 70 ms."""
    return build_schema(pinned_text(), assume_valid=True)


def read_schema(path: Path) -> GraphQLSchema:
    """Read a schema from a file: SDL or the JSON answer to an introspection query, or a folder.

    Of a folder, all GraphQL files in and below it are one schema. Raises SchemaSourceError.
    """
    try:
        found = graphql_files(path)
        texts = [file.read_text(encoding="utf-8") for file in found]
    except UnicodeDecodeError as error:
        raise SchemaSourceError(f"{path} is not a schema: it is not UTF-8 text") from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SchemaSourceError(f"{path}: {reason}", reason="not reachable") from error
    if not found:
        raise SchemaSourceError(f"{path} is not a schema: there is no GraphQL file in it")
    if texts[0].lstrip().startswith("{") and len(texts) == 1:
        return _from_json(str(path), texts[0])
    return schema_from_text(str(path), "\n".join(texts))


def _from_json(name: str, text: str) -> GraphQLSchema:
    try:
        found = _OBJECT.validate_json(text)
        data = _OBJECT.validate_python(found.get("data", found))
        return schema_from_introspection(name, data)
    except ValidationError as error:
        raise SchemaSourceError(f"{name} is not a schema: its JSON holds no object") from error


def schema_from_introspection(name: str, data: dict[str, object]) -> GraphQLSchema:
    """Build the schema from the `data` of the answer to an introspection query."""
    if not data.get("__schema"):
        raise SchemaSourceError(f"{name} is not a schema: there is no `__schema` in it")
    try:
        # A server may break a rule of GraphQL that does not matter here.
        answer: IntrospectionQuery = json.loads(json.dumps(data))
        return checked(name, build_introspected(answer, assume_valid=True))
    except (GraphQLError, TypeError, KeyError, AttributeError) as error:
        raise SchemaSourceError(f"{name} is not a schema: {error}") from error


def schema_from_text(name: str, text: str) -> GraphQLSchema:
    """Build the schema from SDL; of a broken one, the error says in which line."""
    try:
        document = parse(text)
        errors = validate_sdl(document, rules=_RULES)
        if errors:
            raise errors[0]
        return checked(name, build_ast_schema(document, assume_valid=True))
    except GraphQLError as error:
        at = f" (line {error.locations[0].line})" if error.locations else ""
        raise SchemaSourceError(f"{name} is not a schema{at}: {error.message}") from error
    except TypeError as error:
        raise SchemaSourceError(f"{name} is not a schema: {error}") from error


def checked(name: str, schema: GraphQLSchema) -> GraphQLSchema:
    """Refuse a schema without a root type, which is what any text with types in it looks like."""
    if not any(map(schema.get_root_type, OperationType)):
        raise SchemaSourceError(f"{name} is not a schema: it has no type Query")
    return schema
