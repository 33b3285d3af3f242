"""Compile a user's queries to a package that stands on `wbtyped_graphql`."""

import ast
import re
from collections.abc import Sequence
from pathlib import Path

import wbtyped_graphql.operation
from ariadne_codegen.utils import process_name
from graphql import (
    ExecutableDefinitionNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    OperationDefinitionNode,
)
from wbtyped_graphql.sources import query_files

from ..drift.query_text import graphql_files, parse_queries, place_of
from ..errors import QueryError, UsageError
from .documents import needed_fragments
from .package import CompiledPackage, compile_queries, format_sources

RESULT_SUFFIX = "_result"
"""Ends the names of modules, which would hide the functions of the same names otherwise."""
COMMENT = re.compile(r"#.*")
HEADER = "# Compiled by `wbtyped codegen` from {queries}; do not edit.\n\n"
SHARED_FILES = ("base_model.py", "operation.py", "scalars.py", "unions.py")
"""Modules of `wbtyped_graphql` that every compiled package uses."""


def read_user_queries(folder: Path) -> list[ExecutableDefinitionNode]:
    """Read the operations and fragments in a folder or file, and our fragments that they use.

    Raises QueryError for invalid GraphQL, and UsageError if there is nothing to compile.
    """
    sources = {file.as_posix(): _read(file) for file in graphql_files(folder)}
    own = [
        node
        for name, text in sources.items()
        if COMMENT.sub("", text).strip(" ,\t\r\n")
        for node in parse_queries(name, text)
    ]
    if not any(isinstance(node, OperationDefinitionNode) for node in own):
        raise UsageError(f"no operation in {folder}: write one into a file *.graphql there")
    return [*own, *_our_fragments(own)]


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {file}: {error}") from error


def _our_fragments(own: Sequence[ExecutableDefinitionNode]) -> list[FragmentDefinitionNode]:
    """Return the fragments of this package that a user's queries spread."""
    ours = our_fragments()
    for node in own:
        if isinstance(node, FragmentDefinitionNode) and node.name.value in ours:
            raise QueryError(
                f"{place_of(node)}: wbtyped has a fragment {node.name.value}; rename this one, or"
                " remove it to use that of wbtyped"
            )
    needed = {f.name.value: f for node in own for f in needed_fragments(node, ours)}
    return [needed[name] for name in sorted(needed)]


def our_fragments() -> dict[str, FragmentDefinitionNode]:
    """Return the fragments of this package by name."""
    return {
        node.name.value: node
        for file in query_files()
        for node in parse_queries(f"wbtyped/{file.name}", file.read_text(encoding="utf-8"))
        if isinstance(node, FragmentDefinitionNode)
    }


def compile_user_package(schema: GraphQLSchema, queries: Path) -> CompiledPackage:
    """Compile a user's queries; raises QueryError and UsageError."""
    definitions = read_user_queries(queries)
    base = Path(wbtyped_graphql.operation.__file__)
    package = compile_queries(schema, definitions, base, result_suffix=RESULT_SUFFIX)
    ours = _class_names(base.with_name("fragments"))
    files = {
        name: _import_ours(_without_classes(text, ours) if name == "fragments.py" else text, ours)
        for name, text in package.files.items()
        if name not in SHARED_FILES
    }
    files = {name: text for name, text in files.items() if not _is_empty(name, text)}
    files["__init__.py"] = _exports(definitions)
    header = HEADER.format(queries=queries.as_posix())
    return CompiledPackage(
        {
            name: header + text if name.endswith(".py") else text
            for name, text in format_sources(files).items()
        },
        package.warnings,
    )


def _exports(definitions: Sequence[ExecutableDefinitionNode]) -> str:
    names = sorted(
        process_name(node.name.value, convert_to_snake_case=True)
        for node in definitions
        if isinstance(node, OperationDefinitionNode) and node.name
    )
    return (
        '"""Typed operations: send them with `api.client.send(...)`."""\n\n'
        f"from .calls import {', '.join(names)}\n\n__all__ = {names!r}\n"
    )


def _is_empty(name: str, text: str) -> bool:
    """Return True for a module without definitions, which nothing imports."""
    definitions = ast.ClassDef | ast.FunctionDef | ast.Assign
    return name.endswith(".py") and not any(
        isinstance(statement, definitions) for statement in ast.parse(text).body
    )


def _class_names(folder: Path) -> set[str]:
    statements = [s for f in folder.glob("*.py") for s in ast.parse(f.read_text("utf-8")).body]
    return {s.name for s in statements if isinstance(s, ast.ClassDef)}


def _without_classes(text: str, names: set[str]) -> str:
    """Drop classes from a module."""
    body = ast.parse(text).body
    kept = [s for s in body if not (isinstance(s, ast.ClassDef) and s.name in names)]
    return ast.unparse(ast.Module(kept, []))


def _import_ours(text: str, ours: set[str]) -> str:
    """Import from `wbtyped_graphql` what it has, our fragments included."""
    lines = text.splitlines()
    nodes = list(ast.walk(ast.parse(text)))
    statements = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.level]
    for node in sorted(statements, key=lambda node: -node.lineno):
        first, last = node.lineno - 1, node.end_lineno or node.lineno
        noqa = "  # noqa: F401" if "noqa" in lines[first] else ""
        indent = " " * node.col_offset
        lines[first:last] = [indent + line + noqa for line in _imports(node, ours)]
    if nested := _inherited_classes(nodes, ours):
        used = f"from wbtyped_graphql.fragments import {', '.join(nested)}  # noqa: F401"
        lines.insert(_first_import(lines), used)
    return "\n".join(lines) + "\n"


def _inherited_classes(nodes: Sequence[ast.AST], ours: set[str]) -> list[str]:
    """Return the nested classes of our fragments that classes of a module extend.

    pydantic looks them up in the module of the class that extends the fragment.
    """
    classes = [node for node in nodes if isinstance(node, ast.ClassDef)]
    bases = {b.id for c in classes for b in c.bases if isinstance(b, ast.Name)} & ours
    return sorted(name for name in ours - bases if any(name.startswith(base) for base in bases))


def _first_import(lines: list[str]) -> int:
    """Return the line of the first import; there is one of the base class at least."""
    return next(i for i, line in enumerate(lines) if line.startswith("from "))


def _imports(node: ast.ImportFrom, ours: set[str]) -> list[str]:
    names = [alias.name for alias in node.names]
    if f"{node.module}.py" in SHARED_FILES:
        return [f"from wbtyped_graphql.{node.module} import {', '.join(names)}"]
    if node.module != "fragments":
        return [f"from .{node.module} import {', '.join(names)}"]
    chosen = {
        "wbtyped_graphql.fragments": [n for n in names if n in ours],
        ".fragments": [n for n in names if n not in ours],
    }
    return [f"from {module} import {', '.join(found)}" for module, found in chosen.items() if found]
