"""Index everything in a schema by its schema coordinate."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from graphql import (
    GraphQLArgument,
    GraphQLDirective,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    is_introspection_type,
)

from .type_strings import default_string, type_string

TYPE_KINDS: dict[type[GraphQLNamedType], str] = {
    GraphQLScalarType: "scalar",
    GraphQLObjectType: "type",
    GraphQLInterfaceType: "interface",
    GraphQLUnionType: "union",
    GraphQLEnumType: "enum",
    GraphQLInputObjectType: "input",
}


@dataclass(frozen=True, kw_only=True)
class Element:
    """One element of a schema, as strings.

    `shape` is the type of a field, argument or input field, the kind of a type, or the locations of
    a directive. `owner` is the coordinate of the element it belongs to, empty for types and
    directives.
    """

    kind: str
    shape: str
    owner: str = ""
    default: str | None = None
    deprecated: str | None = None
    description: str | None = None


def index_schema(schema: GraphQLSchema) -> dict[str, Element]:
    """Return all elements of a schema by coordinate, without the introspection types."""
    index: dict[str, Element] = {}
    for type_ in schema.type_map.values():
        if not is_introspection_type(type_):
            index[type_.name] = Element(
                kind="type", shape=_type_kind(type_), description=type_.description
            )
            index.update(_members(type_))
    for directive in schema.directives:
        index.update(_directive(directive))
    return index


def _type_kind(type_: GraphQLNamedType) -> str:
    kind = TYPE_KINDS[type(type_)]
    return f"{kind} @oneOf" if getattr(type_, "is_one_of", False) else kind


def _members(type_: GraphQLNamedType) -> Iterator[tuple[str, Element]]:
    if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
        for name, field in type_.fields.items():
            coordinate = f"{type_.name}.{name}"
            yield coordinate, _typed_element("field", type_.name, field)
            yield from _arguments("argument", coordinate, field.args)
    elif isinstance(type_, GraphQLInputObjectType):
        for name, input_field in type_.fields.items():
            yield f"{type_.name}.{name}", _typed_element("input field", type_.name, input_field)
    elif isinstance(type_, GraphQLEnumType):
        for name, value in type_.values.items():
            yield (
                f"{type_.name}.{name}",
                Element(
                    kind="enum value",
                    shape="",
                    owner=type_.name,
                    deprecated=value.deprecation_reason,
                    description=value.description,
                ),
            )


def _directive(directive: GraphQLDirective) -> Iterator[tuple[str, Element]]:
    coordinate = f"@{directive.name}"
    locations = " | ".join(sorted(location.name for location in directive.locations))
    shape = f"repeatable on {locations}" if directive.is_repeatable else f"on {locations}"
    yield coordinate, Element(kind="directive", shape=shape, description=directive.description)
    yield from _arguments("directive argument", coordinate, directive.args)


def _arguments(
    kind: str, owner: str, arguments: Mapping[str, GraphQLArgument]
) -> Iterator[tuple[str, Element]]:
    for name, argument in arguments.items():
        yield f"{owner}({name}:)", _typed_element(kind, owner, argument)


def _typed_element(
    kind: str, owner: str, definition: GraphQLField | GraphQLArgument | GraphQLInputField
) -> Element:
    return Element(
        kind=kind,
        shape=type_string(definition),
        owner=owner,
        default=None if isinstance(definition, GraphQLField) else default_string(definition),
        deprecated=definition.deprecation_reason,
        description=definition.description,
    )
