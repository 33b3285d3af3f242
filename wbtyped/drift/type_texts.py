"""Types and defaults of fields and arguments as text, such as `[String!]!`.

graphql-core leaves a parameter of its wrapping types open, which a strict type checker complains of
at every touch; here is the one place that touches them.
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


def type_text(it: GraphQLField | GraphQLArgument | GraphQLInputField) -> str:
    """Return the type of something."""
    return str(it.type)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]


def default_text(it: GraphQLArgument | GraphQLInputField) -> str | None:
    """Return the default of something; None when it has none."""
    if it.default_value is Undefined:
        return None
    node = ast_from_value(it.default_value, it.type)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
    return print_ast(node) if node else None


def expected_text(types: TypeInfo) -> str:
    """Return the type that a value must have where a visitor is, or empty text."""
    return str(types.get_input_type() or "")  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]


def surrounding_text(types: TypeInfo) -> str:
    """Return the type of the input object that a visitor is in, or empty text."""
    return str(types.get_parent_input_type() or "")  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]


def named(text: str) -> str:
    """Return the name of a type without what makes it a list or non-null."""
    return text.strip("[]!")
