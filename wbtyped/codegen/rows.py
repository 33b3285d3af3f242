"""Responses as plain dicts, for lists so long that a model for each object costs too much.

A query asks for them by a line `Rows:` in the comment above it. They have the names on the wire,
and are validated as the models are: a null where the schema promises a value is refused.
"""

import re
from collections.abc import Iterable

from ariadne_codegen.utils import str_to_pascal_case, str_to_snake_case
from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLNamedType,
    GraphQLObjectType,
    Node,
    OperationDefinitionNode,
    SelectionSetNode,
)

from ..drift.query_text import comment_above, place_of
from ..errors import QueryError
from .selections import Selections, named_type, one_line, type_text

ROWS = re.compile(r"^Rows:", re.MULTILINE)
SCALARS = {
    "Boolean": "bool",
    "DateTime": "datetime",
    "Float": "float",
    "ID": "str",
    "Int": "int",
    "Int64": "int",
    "JSONString": "str",
    "String": "str",
}
"""Python types of the scalars that rows can have. A time without an offset is in UTC: a validator
that adds it would take as long as the rest of a row."""
HEAD = '''"""The response of {name} as plain dicts, with the names on the wire."""

from datetime import datetime

from typing_extensions import TypedDict

from . import enums


'''


def row_modules(
    selections: Selections, operations: Iterable[OperationDefinitionNode]
) -> dict[str, str]:
    """Return the modules for those operations that ask for rows, by file name."""
    return {
        f"{str_to_snake_case(operation.name.value)}_rows.py": RowModule(selections).source(
            operation.name.value, operation.selection_set
        )
        for operation in operations
        if operation.name and ROWS.search(comment_above(operation))
    }


class RowModule:
    """Writes the module with the rows of one operation: a class for each object."""

    def __init__(self, selections: Selections) -> None:
        self._selections = selections
        self._classes: dict[str, str] = {}
        """Source by name. A class comes before those that refer to it."""

    def source(self, name: str, selected: SelectionSetNode) -> str:
        """Return the source of the module."""
        self._add_class(name, selected)
        return HEAD.format(name=name) + "\n\n".join(self._classes.values())

    def _add_class(self, name: str, selected: SelectionSetNode) -> str:
        """Add the class of an object, named like its model; return its name."""
        only = selected.selections[0] if len(selected.selections) == 1 else None
        if isinstance(only, FragmentSpreadNode):
            return self._add_class(only.name.value, self._fragment(only))
        lines = [f"class {name}Row(TypedDict):"]
        for key, field in self._fields(selected).items():
            definition = self._selections.field(field)
            if definition is None:  # such as __typename, which only objects of several types need
                raise unsupported(field)
            value = self._value(named_type(definition), field, f"{name}{str_to_pascal_case(key)}")
            lines.append(f"    {key}: {annotation(type_text(definition), value)}")
            if text := one_line(definition.description):
                lines.append(f"    {text!r}")
        self._classes[name] = "\n".join(lines) + "\n"
        return f"{name}Row"

    def _fragment(self, spread: FragmentSpreadNode) -> SelectionSetNode:
        return self._selections.fragments[spread.name.value].selection_set

    def _fields(self, selected: SelectionSetNode) -> dict[str, FieldNode]:
        """Return the selected fields by their names in the response, those of fragments too."""
        found: dict[str, FieldNode] = {}
        for selection in selected.selections:
            if isinstance(selection, FieldNode):
                found[(selection.alias or selection.name).value] = selection
            elif isinstance(selection, FragmentSpreadNode):
                found |= self._fields(self._fragment(selection))
            else:
                raise unsupported(selection)
        return found

    def _value(self, kind: GraphQLNamedType, field: FieldNode, name: str) -> str:
        """Return the annotation of one value that is not null."""
        if isinstance(kind, GraphQLObjectType) and field.selection_set:
            return self._add_class(name, field.selection_set)
        if isinstance(kind, GraphQLEnumType):
            return f"enums.{kind.name}"
        if kind.name in SCALARS:
            return SCALARS[kind.name]
        raise unsupported(field)


def annotation(kind: str, value: str) -> str:
    """Return the annotation of a type as GraphQL writes it: `[Int]!` is `list[int | None]`."""
    promised = kind.removesuffix("!")
    if promised.startswith("["):
        value = f"list[{annotation(promised[1:-1], value)}]"
    return value if kind.endswith("!") else f"{value} | None"


def unsupported(node: Node) -> QueryError:
    """Return the error for a selection that rows cannot have."""
    return QueryError(f"{place_of(node)}: rows consist of plain objects and known scalars only")
