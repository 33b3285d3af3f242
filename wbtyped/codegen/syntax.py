"""Build and search the syntax trees of generated modules."""

import ast
from collections.abc import Iterable, Iterator
from typing import cast


def docstring(text: str) -> ast.Expr:
    """Return a docstring statement, which documents what precedes it."""
    return ast.Expr(ast.Constant(text))


def import_from(module: str, names: Iterable[str], level: int = 0) -> ast.ImportFrom:
    """Return an import statement; `level` is the number of dots before the module."""
    return ast.ImportFrom(module, [ast.alias(name) for name in names], level)


def field_name(statement: ast.AnnAssign) -> str:
    """Return the name of a field."""
    return cast(ast.Name, statement.target).id


def quoted_names(node: ast.expr) -> Iterator[ast.Name]:
    """Yield the references to classes of the same module in an annotation.

    The generator writes them as names that include their quotation marks, as it does with the
    values of literals.
    """
    for found in ast.walk(node):
        if isinstance(found, ast.Name) and found.id.startswith('"'):
            yield found


def is_subscript_of(node: ast.AST, name: str) -> bool:
    """Return True for `name[...]`."""
    return (
        isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Name)
        and node.value.id == name
    )


def is_same_code(source: str, other: str) -> bool:
    """Return True if two modules do the same: a project may format what was written."""
    if source == other:
        return True
    try:
        return ast.dump(ast.parse(source)) == ast.dump(ast.parse(other))
    except SyntaxError:
        return False
