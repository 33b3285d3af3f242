"""A schema as a flat table: each thing in it by its schema coordinate."""

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

from .type_texts import default_text, type_text

KINDS: dict[type[GraphQLNamedType], str] = {
    GraphQLScalarType: "scalar",
    GraphQLObjectType: "type",
    GraphQLInterfaceType: "interface",
    GraphQLUnionType: "union",
    GraphQLEnumType: "enum",
    GraphQLInputObjectType: "input",
}


@dataclass(frozen=True, kw_only=True)
class Element:
    """What the schema says about one thing, as text.

    `shape` is the type of a field, argument or input field, the kind of a type, or where a
    directive may stand. `owner` is the coordinate of the thing it belongs to, empty for types and
    directives.
    """

    kind: str
    shape: str
    owner: str = ""
    default: str | None = None
    deprecated: str | None = None
    description: str | None = None


def elements(schema: GraphQLSchema) -> dict[str, Element]:
    """Return everything in a schema but the types that every schema has for introspection."""
    found: dict[str, Element] = {}
    for kind in schema.type_map.values():
        if not is_introspection_type(kind):
            found[kind.name] = Element(
                kind="type", shape=_shape_of(kind), description=kind.description
            )
            found.update(_members(kind))
    for directive in schema.directives:
        found.update(_directive(directive))
    return found


def _shape_of(kind: GraphQLNamedType) -> str:
    name = KINDS[type(kind)]
    return f"{name} @oneOf" if getattr(kind, "is_one_of", False) else name


def _members(kind: GraphQLNamedType) -> Iterator[tuple[str, Element]]:
    if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
        for name, field in kind.fields.items():
            coordinate = f"{kind.name}.{name}"
            yield coordinate, _typed("field", kind.name, field)
            yield from _arguments("argument", coordinate, field.args)
    elif isinstance(kind, GraphQLInputObjectType):
        for name, input_field in kind.fields.items():
            yield f"{kind.name}.{name}", _typed("input field", kind.name, input_field)
    elif isinstance(kind, GraphQLEnumType):
        for name, value in kind.values.items():
            yield (
                f"{kind.name}.{name}",
                Element(
                    kind="enum value",
                    shape="",
                    owner=kind.name,
                    deprecated=value.deprecation_reason,
                    description=value.description,
                ),
            )


def _directive(directive: GraphQLDirective) -> Iterator[tuple[str, Element]]:
    coordinate = f"@{directive.name}"
    places = " | ".join(sorted(place.name for place in directive.locations))
    shape = f"repeatable on {places}" if directive.is_repeatable else f"on {places}"
    yield coordinate, Element(kind="directive", shape=shape, description=directive.description)
    yield from _arguments("directive argument", coordinate, directive.args)


def _arguments(
    kind: str, owner: str, arguments: Mapping[str, GraphQLArgument]
) -> Iterator[tuple[str, Element]]:
    for name, argument in arguments.items():
        yield f"{owner}({name}:)", _typed(kind, owner, argument)


def _typed(
    kind: str, owner: str, it: GraphQLField | GraphQLArgument | GraphQLInputField
) -> Element:
    return Element(
        kind=kind,
        shape=type_text(it),
        owner=owner,
        default=None if isinstance(it, GraphQLField) else default_text(it),
        deprecated=it.deprecation_reason,
        description=it.description,
    )
