"""Detect generated classes that would take each other's name."""

import ast
from collections import Counter

from ariadne_codegen.utils import str_to_pascal_case
from graphql import ExecutableDefinitionNode, FieldNode

from ..drift.query_text import place_of
from ..errors import QueryError
from .syntax import quoted_names


class ClassNames:
    """The names of nested classes: that of the class around them, and that of the field."""

    def __init__(self) -> None:
        self._fields: dict[tuple[int, str], FieldNode] = {}

    def add_references(
        self, definition: ExecutableDefinitionNode, field: FieldNode, statement: ast.AnnAssign
    ) -> None:
        """Record the classes of a field; raises QueryError if another one has one of the names.

        The generator would use the class of the first field for both.
        """
        for name in quoted_names(statement.annotation):
            first = self._fields.setdefault((id(definition), name.id), field)
            if first is not field:
                raise QueryError(
                    f"{place_of(field)}: {field.name.value} and {first.name.value} (line"
                    f" {place_of(first).line}) lead to the same class; put both into one selection,"
                    " or rename one by an alias"
                )

    @staticmethod
    def check_module(module: ast.Module, *definitions: ExecutableDefinitionNode) -> None:
        """Raise QueryError if a class of a module has the name of another, or of an import."""
        used = {node.id for node in ast.walk(module) if isinstance(node, ast.Name)}
        imported = used & {
            alias.asname or alias.name
            for statement in module.body
            if isinstance(statement, ast.ImportFrom)
            for alias in statement.names
        }
        names = Counter(
            name
            for statement in module.body
            for name in (
                [statement.name]
                if isinstance(statement, ast.ClassDef)
                else [t.id for t in statement.targets if isinstance(t, ast.Name)]
                if isinstance(statement, ast.Assign)
                else []
            )
        )
        taken = [name for name, count in names.items() if count > 1 or name in imported]
        if not taken:
            return
        named = {str_to_pascal_case(d.name.value): d for d in definitions if d.name}
        culprit = named.get(taken[0], definitions[0])
        raise QueryError(
            f"{place_of(culprit)}: the class {taken[0]} would have the name of another class or of"
            f" an import; rename {culprit.name.value if culprit.name else 'it'}"
        )
