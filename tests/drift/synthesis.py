"""Generate responses that a schema allows, and parse them with the generated types."""

import json
import random
import re
from importlib import import_module
from typing import cast

from graphql import (
    DocumentNode,
    GraphQLAbstractType,
    GraphQLEnumType,
    GraphQLFieldResolver,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLResolveInfo,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    OperationDefinitionNode,
    execute_sync,  # pyright: ignore[reportUnknownVariableType]
    is_required_input_field,
    print_ast,
)
from wbtyped_graphql.base_model import BaseModel
from wbtyped_graphql.operation import Envelope

from wbtyped.drift.documents import Definition, Documents
from wbtyped.drift.type_strings import type_string

from .recording import RecordedResponse

SCALARS: dict[str, object] = {
    "Boolean": True,
    "DateTime": "2024-01-02T03:04:05",
    "Float": 1.5,
    "ID": "SWQ6MQ==",
    "Int": 7,
    "Int64": 2**53,
    "JSON": {"a": [1]},
    "JSONString": "{}",
    "String": "text",
}


def result_type(operation: str) -> type[Envelope[BaseModel]]:
    """Return the generated type of an operation's responses."""
    module = import_module("wbtyped_graphql." + re.sub(r"(?<=.)([A-Z])", r"_\1", operation).lower())
    result: type[BaseModel] = getattr(module, operation)
    return Envelope.__class_getitem__(result)  # type: ignore[return-value]


def executed(
    schema: GraphQLSchema,
    documents: Documents,
    operation: Definition,
    variables: dict[str, object],
    resolve: GraphQLFieldResolver,
) -> dict[str, object]:
    """Execute an operation against a schema; fails if the response has errors."""
    document = DocumentNode(definitions=tuple(d.node for d in documents.with_fragments(operation)))
    result = execute_sync(
        schema,
        document,
        root_value={},
        variable_values=variables,
        field_resolver=resolve,
        type_resolver=type_name,
    )
    assert not result.errors, result.errors
    return cast("dict[str, object]", result.data)


def type_name(value: dict[str, str], info: GraphQLResolveInfo, kind: GraphQLAbstractType) -> str:
    return value.get("__typename") or info.schema.get_possible_types(kind)[0].name


def parse(operation: str, data: dict[str, object]) -> None:
    """Parse a response with the generated types; raises if they do not fit."""
    result_type(operation).model_validate_json(json.dumps({"data": data}))


def replayed(
    schema: GraphQLSchema, documents: Documents, response: RecordedResponse
) -> dict[str, object]:
    """Return a recorded response as a server with another schema would send it."""

    def resolve(source: dict[str, object], info: GraphQLResolveInfo, **_: object) -> object:
        parent = response.data if info.path.prev is None else source
        return parent[str(info.path.key)]

    [operation] = [o for o in documents.operations if o.name == response.operation]
    return executed(schema, documents, operation, response.variables, resolve)


def generated(
    schema: GraphQLSchema, documents: Documents, operation: Definition, seed: int
) -> dict[str, object]:
    """Return a response with anything that a schema allows: nulls, any enum value, any type."""
    rng = random.Random(seed)

    def resolve(_source: object, info: GraphQLResolveInfo, **_: object) -> object:
        return value_of(str(info.return_type), schema, rng)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]

    node = operation.node
    assert isinstance(node, OperationDefinitionNode)
    variables = {
        v.variable.name.value: input_of(print_ast(v.type), schema)
        for v in node.variable_definitions
    }
    return executed(schema, documents, operation, variables, resolve)


def value_of(shape: str, schema: GraphQLSchema, rng: random.Random) -> object:
    """Return a value for a field; `shape` is its type."""
    if shape.endswith("!"):
        while (value := value_of(shape[:-1], schema, rng)) is None:
            pass
        return value
    if rng.random() < 0.3:
        return None
    if shape.startswith("["):
        return [value_of(shape[1:-1], schema, rng) for _ in range(rng.randrange(3))]
    match schema.type_map[shape]:
        case GraphQLScalarType() as kind:
            return SCALARS[kind.name]
        case GraphQLEnumType() as kind:
            return rng.choice(list(kind.values))
        case GraphQLInterfaceType() | GraphQLUnionType() as kind:
            return {"__typename": rng.choice(schema.get_possible_types(kind)).name}
        case _:
            return {}


def input_of(shape: str, schema: GraphQLSchema) -> object:
    """Return a value for a variable."""
    if shape.startswith("["):
        return [input_of(shape.removesuffix("!")[1:-1], schema)]
    kind = schema.type_map[shape.removesuffix("!")]
    if isinstance(kind, GraphQLInputObjectType):
        fields = kind.fields.items()
        return {
            name: input_of(type_string(field), schema)
            for name, field in fields
            if is_required_input_field(field)
        }
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    return SCALARS[kind.name]
