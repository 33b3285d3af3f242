"""The pinned schema is valid, and everything in it is described."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    is_composite_type,
    is_introspection_type,
    is_specified_directive,
    is_specified_scalar_type,
    validate_schema,
)

PATH = Path(__file__).parents[1] / "schema" / "schema.graphql"
SCHEMA = build_schema(PATH.read_text(encoding="utf-8"))

FILLER = re.compile(r"an?|and|at|by|for|from|has|in|is|its?|of|on|or|that|the|this|to|what")
WITHOUT_PAGE_INFO = {"EntityConnection"}  # servers never had one there

Element = tuple[str, str | None]  # schema coordinate, description
Composite = GraphQLObjectType | GraphQLInterfaceType


def own_types(schema: GraphQLSchema) -> list[GraphQLNamedType]:
    return [
        type_
        for type_ in schema.type_map.values()
        if not is_introspection_type(type_) and not is_specified_scalar_type(type_)
    ]


def composites(schema: GraphQLSchema) -> list[Composite]:
    return [type_ for type_ in own_types(schema) if isinstance(type_, Composite)]


def members(type_: GraphQLNamedType) -> Iterator[Element]:
    match type_:
        case GraphQLObjectType() | GraphQLInterfaceType():
            for name, field in type_.fields.items():
                yield f"{type_.name}.{name}", field.description
                for argument, definition in field.args.items():
                    yield f"{type_.name}.{name}({argument}:)", definition.description
        case GraphQLInputObjectType():
            for name, input_field in type_.fields.items():
                yield f"{type_.name}.{name}", input_field.description
        case GraphQLEnumType():
            for name, value in type_.values.items():
                yield f"{type_.name}.{name}", value.description
        case _:
            return


def elements(schema: GraphQLSchema) -> Iterator[Element]:
    for type_ in own_types(schema):
        yield type_.name, type_.description
        yield from members(type_)
    for directive in schema.directives:
        if not is_specified_directive(directive):
            yield f"@{directive.name}", directive.description
            for argument, definition in directive.args.items():
                yield f"@{directive.name}({argument}:)", definition.description


def undescribed(schema: GraphQLSchema) -> list[str]:
    return [coordinate for coordinate, text in elements(schema) if not (text or "").strip()]


def words(text: str) -> set[str]:
    parts = [part.lower() for part in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", text)]
    return {part.removesuffix("s") for part in parts if not FILLER.fullmatch(part)}


def says_only_its_name(coordinate: str, text: str) -> bool:
    """Return True if a description has no word, except fillers, that is not in its coordinate."""
    return words(text) <= words(coordinate)


def empty_phrases(schema: GraphQLSchema) -> list[str]:
    return [
        f"{coordinate}: {text}"
        for coordinate, text in elements(schema)
        if text and says_only_its_name(coordinate, text)
    ]


def test_schema_is_valid() -> None:
    assert validate_schema(SCHEMA) == []
    assert SCHEMA.description


def test_schema_describes_everything() -> None:
    assert undescribed(SCHEMA) == []


def test_schema_has_no_description_that_only_repeats_the_name() -> None:
    assert empty_phrases(SCHEMA) == []


def test_undescribed_finds_every_kind_of_element() -> None:
    schema = build_schema(
        """
        directive @limit(max: Int) on FIELD_DEFINITION
        scalar Moment
        interface Named { name: String }
        type Query implements Named { name: String run(id: ID!): Run }
        type Run { state: State }
        union Anything = Run
        enum State { READY }
        input Upload { name: String }
        """
    )
    assert sorted(undescribed(schema)) == [
        "@limit",
        "@limit(max:)",
        "Anything",
        "Moment",
        "Named",
        "Named.name",
        "Query",
        "Query.name",
        "Query.run",
        "Query.run(id:)",
        "Run",
        "Run.state",
        "State",
        "State.READY",
        "Upload",
        "Upload.name",
    ]


@pytest.mark.parametrize(
    ("coordinate", "text", "empty"),
    [
        ("Run.displayName", "The display name.", True),
        ("Run.displayName", "Display name of this run", True),
        ("RunTag.name", "The name of the run tag.", True),
        ("File.sizeBytes", "Size in bytes.", True),
        ("File.sizeBytes", "Size in bytes; 0 for a name that does not exist.", False),
        ("Run.displayName", "Title that people give the run.", False),
    ],
)
def test_says_only_its_name_tells_repetition_from_information(
    coordinate: str, text: str, empty: bool
) -> None:
    assert says_only_its_name(coordinate, text) is empty


def connections() -> list[Composite]:
    return [
        type_
        for type_ in composites(SCHEMA)
        if type_.name.endswith(("Connection", "ConnectionType"))
    ]


@pytest.mark.parametrize("connection", connections(), ids=str)
def test_connections_follow_relay(connection: Composite) -> None:
    listed = re.fullmatch(r"\[(\w+)!\]!", str(connection.fields["edges"].type))
    assert listed
    edge = SCHEMA.type_map[listed[1]]
    assert isinstance(edge, Composite)
    assert str(edge.fields["cursor"].type) == "String!"
    node = str(edge.fields["node"].type).removesuffix("!")
    assert is_composite_type(SCHEMA.type_map[node])
    if connection.name in WITHOUT_PAGE_INFO:
        assert "pageInfo" not in connection.fields
    else:
        assert str(connection.fields["pageInfo"].type) == "PageInfo!"


def test_page_info_has_the_fields_of_relay() -> None:
    page_info = SCHEMA.type_map["PageInfo"]
    assert isinstance(page_info, GraphQLObjectType)
    assert {name: str(field.type) for name, field in page_info.fields.items()} == {
        "endCursor": "String",
        "hasNextPage": "Boolean!",
        "hasPreviousPage": "Boolean!",
        "startCursor": "String",
    }


def mutations() -> list[str]:
    assert SCHEMA.mutation_type
    return list(SCHEMA.mutation_type.fields)


@pytest.mark.parametrize("name", mutations())
def test_mutations_take_exactly_one_input(name: str) -> None:
    assert SCHEMA.mutation_type
    arguments = SCHEMA.mutation_type.fields[name].args
    assert list(arguments) == ["input"]
    required = re.fullmatch(r"(\w+)!", str(arguments["input"].type))
    assert required
    assert isinstance(SCHEMA.type_map[required[1]], GraphQLInputObjectType)
