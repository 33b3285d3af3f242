"""Answers that a server with some schema might give, and whether our types can read them."""

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
from wbtyped.drift.type_texts import type_text

from .recording import Answer

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
    """Return the generated type of an operation's answers."""
    module = import_module("wbtyped_graphql." + re.sub(r"(?<=.)([A-Z])", r"_\1", operation).lower())
    result: type[BaseModel] = getattr(module, operation)
    return Envelope.__class_getitem__(result)  # type: ignore[return-value]


def served(
    schema: GraphQLSchema,
    documents: Documents,
    operation: Definition,
    variables: dict[str, object],
    resolve: GraphQLFieldResolver,
) -> dict[str, object]:
    """Run an operation against a schema; raises when the server would answer with an error."""
    document = DocumentNode(definitions=tuple(d.node for d in documents.sent_with(operation)))
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


def read(operation: str, data: dict[str, object]) -> None:
    """Parse an answer by the generated types; raises when they do not fit."""
    result_type(operation).model_validate_json(json.dumps({"data": data}))


def replayed(schema: GraphQLSchema, documents: Documents, answer: Answer) -> dict[str, object]:
    """Return a recorded answer as a server with another schema would send it."""

    def resolve(source: dict[str, object], info: GraphQLResolveInfo, **_: object) -> object:
        above = answer.data if info.path.prev is None else source
        return above[str(info.path.key)]

    [operation] = [each for each in documents.operations if each.name == answer.name]
    return served(schema, documents, operation, answer.variables, resolve)


def invented(
    schema: GraphQLSchema, documents: Documents, operation: Definition, seed: int
) -> dict[str, object]:
    """Return an answer with anything that a schema allows: nulls, every value, every type."""
    chance = random.Random(seed)

    def resolve(_source: object, info: GraphQLResolveInfo, **_: object) -> object:
        return value_of(str(info.return_type), schema, chance)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]

    node = operation.node
    assert isinstance(node, OperationDefinitionNode)
    variables = {
        v.variable.name.value: input_of(print_ast(v.type), schema)
        for v in node.variable_definitions
    }
    return served(schema, documents, operation, variables, resolve)


def value_of(shape: str, schema: GraphQLSchema, chance: random.Random) -> object:
    """Return a value for a field; `shape` is its type as text."""
    if shape.endswith("!"):
        while (value := value_of(shape[:-1], schema, chance)) is None:
            pass
        return value
    if chance.random() < 0.3:
        return None
    if shape.startswith("["):
        return [value_of(shape[1:-1], schema, chance) for _ in range(chance.randrange(3))]
    match schema.type_map[shape]:
        case GraphQLScalarType() as kind:
            return SCALARS[kind.name]
        case GraphQLEnumType() as kind:
            return chance.choice(list(kind.values))
        case GraphQLInterfaceType() | GraphQLUnionType() as kind:
            return {"__typename": chance.choice(schema.get_possible_types(kind)).name}
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
            name: input_of(type_text(field), schema)
            for name, field in fields
            if is_required_input_field(field)
        }
    return SCALARS[kind.name]
