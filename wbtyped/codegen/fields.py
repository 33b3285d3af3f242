"""Declare the fields of generated models."""

import ast

from .syntax import docstring, field_name, is_subscript_of


def declare_deprecated(field: ast.AnnAssign, text: str | None, reason: str) -> list[ast.stmt]:
    """Return a field whose use type checkers report.

    Only functions, methods and classes can be deprecated, so that checkers see a property.
    """
    documented = [docstring(text)] if text else []
    function = ast.FunctionDef(
        name=field_name(field),
        args=ast.arguments([], [ast.arg("self")], None, [], [], None, []),
        body=[*documented, ast.Expr(ast.Constant(...))],
        decorator_list=[
            ast.Name("property"),
            ast.Call(ast.Name("deprecated"), [ast.Constant(reason)], []),
        ],
        returns=field.annotation,
    )
    declared = ast.If(ast.Name("TYPE_CHECKING"), [function], [field, *documented])
    return [ast.fix_missing_locations(declared)]


class _NullOfJson(ast.NodeTransformer):
    """Replaces `Optional[JsonValue]`: null is one of the JSON values."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        if is_subscript_of(node, "Optional") and isinstance(node.slice, ast.Name):
            return node.slice if node.slice.id == "JsonValue" else node
        return self.generic_visit(node)


def drop_null_of_json(field: ast.AnnAssign) -> ast.AnnAssign:
    """Write `JsonValue` for `JsonValue | None`, which ty takes for an operation on strings."""
    field.annotation = _NullOfJson().visit(field.annotation)
    return field
