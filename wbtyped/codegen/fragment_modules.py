"""Fragments in a module each: the classes of all of them take as long to import as httpx."""

import ast
from collections.abc import Collection, Iterator, Sequence

from ariadne_codegen.utils import str_to_snake_case

PACKAGE = '''"""The objects that users see: one module for each fragment, imported on first use."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
{imports}

_MODULES = {modules!r}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import a class from its module."""
        if name not in _MODULES:
            raise AttributeError(f"module {{__name__!r}} has no attribute {{name!r}}")
        return getattr(import_module(f".{{_MODULES[name]}}", __name__), name)

    def __dir__() -> list[str]:
        """List the classes."""
        return sorted(_MODULES)
'''


def split_fragments(source: str, fragments: Collection[str]) -> dict[str, str]:
    """Split the module of all fragments; return the files of a package `fragments`."""
    tree = ast.parse(source)
    classes = [s for s in tree.body if isinstance(s, ast.ClassDef)]
    grouped = group_classes(classes, fragments)
    homes = {kind.name: module for module, kinds in grouped.items() for kind in kinds}
    first = classes[0].lineno - 1
    head = "\n".join(source.splitlines()[:first]).replace("from .", "from ..")
    files = {
        f"fragments/{module}.py": "\n\n".join(
            [head, "\n".join(import_lines(kinds, homes)), *map(ast.unparse, kinds)]
        )
        for module, kinds in grouped.items()
    }
    imports = "\n".join(f"    from .{homes[name]} import {name} as {name}" for name in homes)
    return {"fragments/__init__.py": PACKAGE.format(imports=imports, modules=homes), **files}


def group_classes(
    classes: Sequence[ast.ClassDef], fragments: Collection[str]
) -> dict[str, list[ast.ClassDef]]:
    """Return the classes by module: those of a fragment's objects follow its own."""
    grouped: dict[str, list[ast.ClassDef]] = {}
    module = ""
    for kind in classes:
        if kind.name in fragments:
            module = str_to_snake_case(kind.name)
        grouped.setdefault(module, []).append(kind)
    return grouped


def import_lines(kinds: Sequence[ast.ClassDef], homes: dict[str, str]) -> Iterator[str]:
    """Yield the imports from other fragments.

    Of a base class also those that its fields name: pydantic looks for them in the module of the
    class that extends it.
    """
    own = {kind.name for kind in kinds}
    used = {name for kind in kinds for name in names_in(kind)}
    bases = {b.id for kind in kinds for b in kind.bases if isinstance(b, ast.Name)}
    extended = {homes[base] for base in bases - own if base in homes}
    for name, module in homes.items():
        if name in own:
            continue
        if name in used:
            yield f"from .{module} import {name}"
        elif module in extended:
            yield f"from .{module} import {name}  # noqa: F401"


def names_in(kind: ast.ClassDef) -> Iterator[str]:
    """Yield the names that a class uses, also those in quotes."""
    for node in ast.walk(kind):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
