"""Unions of models that accept types which a server adds later.

The generator writes `Union["XCat", "XDog"]` and chooses by `typename__`, which fails for any other
type. Here the last class takes what is unknown: for an interface the class with the fields that all
types have, for a union `OtherType`.
"""

import ast

from graphql import GraphQLField, GraphQLInterfaceType, GraphQLUnionType, get_named_type

from .syntax import is_subscript_of, quoted_names

UNIONS_MODULE = "unions"
UNION_NAMES = ("OTHER", "OtherType", "by_typename", "named")


def open_union(field: ast.AnnAssign, definition: GraphQLField) -> None:
    """Rewrite the annotation of a field whose objects are of several classes."""
    kind = get_named_type(definition.type)
    names = [name.id.strip('"') for name in quoted_names(field.annotation)]
    if isinstance(kind, GraphQLUnionType):
        tags = {name: member.name for name, member in zip(names, kind.types, strict=True)}
        union = _union(tags, "OtherType")
    elif isinstance(kind, GraphQLInterfaceType) and len(names) > 1:
        rest, *special = names
        prefix = rest.removesuffix(kind.name)
        union = _union({name: name.removeprefix(prefix) for name in special}, f'"{rest}"')
    else:
        return
    field.annotation = _Replacement(union).visit(field.annotation)
    _drop_discriminator(field)


def _union(tags: dict[str, str], rest: str) -> ast.expr:
    members = [_tagged(f'"{name}"', ast.Constant(tag)) for name, tag in tags.items()]
    union = ast.Subscript(
        ast.Name("Union"), ast.Tuple([*members, _tagged(rest, ast.Name("OTHER"))])
    )
    known: list[ast.expr] = [ast.Constant(tag) for tag in tags.values()]
    choice = ast.Call(ast.Name("by_typename"), known, [])
    return ast.Subscript(ast.Name("Annotated"), ast.Tuple([union, choice]))


def _tagged(name: str, tag: ast.expr) -> ast.expr:
    call = ast.Call(ast.Name("named"), [tag], [])
    return ast.Subscript(ast.Name("Annotated"), ast.Tuple([ast.Name(name), call]))


class _Replacement(ast.NodeTransformer):
    """Replaces the union of an annotation, with or without `Annotated` around it."""

    def __init__(self, union: ast.expr) -> None:
        self.union = union

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        if is_subscript_of(node, "Union") or is_subscript_of(node, "Annotated"):
            return self.union
        return self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        # A union of one type is written as that type.
        return self.union if node.id.startswith('"') else node


def _drop_discriminator(field: ast.AnnAssign) -> None:
    if isinstance(field.value, ast.Call):
        field.value.keywords = [k for k in field.value.keywords if k.arg != "discriminator"]
        if not field.value.keywords:
            field.value = None
