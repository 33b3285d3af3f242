"""Detect names in generated modules that would take each other's place."""

import ast
import keyword
from collections import Counter
from collections.abc import Mapping

from ariadne_codegen.utils import process_name, str_to_pascal_case
from graphql import ExecutableDefinitionNode, FieldNode, OperationDefinitionNode

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
        taken = [
            name
            for name, count in names.items()
            if count > 1 or name in imported or keyword.iskeyword(name)
        ]
        if not taken:
            return
        named = {str_to_pascal_case(d.name.value): d for d in definitions if d.name}
        culprit = named.get(taken[0], definitions[0])
        raise QueryError(
            f"{place_of(culprit)}: the class {taken[0]} would have the name of another class, of an"
            f" import or of Python; rename {culprit.name.value if culprit.name else 'it'}"
        )

    @staticmethod
    def check_calls(module: ast.Module, operations: Mapping[str, OperationDefinitionNode]) -> None:
        """Raise QueryError for a function or a result with the name of something else."""
        imported = Counter(
            alias.name
            for node in ast.walk(module)
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        )
        for function, operation in operations.items():
            result = str_to_pascal_case(operation.name.value) if operation.name else ""
            # Results are imported twice: for type checkers, and where they are needed.
            if keyword.iskeyword(result) or imported[result] > 2 or imported[function]:
                raise QueryError(
                    f"{place_of(operation)}: {result} or {function} is the name of something else"
                    " in the module of the functions; rename the operation"
                )


def check_variables(operation: OperationDefinitionNode) -> None:
    """Raise QueryError for variables that cannot be arguments of one function."""
    found: dict[str, str] = {}
    for variable in operation.variable_definitions:
        name = variable.variable.name.value
        argument = process_name(name, convert_to_snake_case=True)
        if not argument.isidentifier():
            raise QueryError(f"{place_of(variable)}: ${name} is no name in Python; rename it")
        if argument in found:
            raise QueryError(
                f"{place_of(variable)}: ${found[argument]} and ${name} are both named {argument} in"
                " Python; rename one"
            )
        found[argument] = name
