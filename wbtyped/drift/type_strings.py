"""Print types and defaults of fields and arguments as strings, such as `[String!]!`.

graphql-core leaves a type parameter of its wrapping types open, and a strict type checker reports
every use of them. This is the only module that uses them.
"""

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInputField,
    TypeInfo,
    Undefined,
    ast_from_value,  # pyright: ignore[reportUnknownVariableType]
    print_ast,
)


def type_string(definition: GraphQLField | GraphQLArgument | GraphQLInputField) -> str:
    """Return the type of a field or an argument."""
    return str(definition.type)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]


def default_string(definition: GraphQLArgument | GraphQLInputField) -> str | None:
    """Return the default of an argument or an input field, None if it has no default."""
    if definition.default_value is Undefined:
        return None
    node = ast_from_value(definition.default_value, definition.type)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
    return print_ast(node) if node else None


def expected_type(types: TypeInfo) -> str:
    """Return the type that the value at the visited node must have, or an empty string."""
    return str(types.get_input_type() or "")  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]


def input_object_type(types: TypeInfo) -> str:
    """Return the type of the input object around the visited node, or an empty string."""
    return str(types.get_parent_input_type() or "")  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]


def type_name(type_: str) -> str:
    """Return the name in a type, without the list and non-null markers."""
    return type_.strip("[]!")
