"""Write the names of a project as a Python module, and read them from one."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .project_names import ProjectNames

HEADER = "# Written by `wbtyped codegen --project {path}`; do not edit."
KINDS = {
    "TypeName": "type",
    "CollectionName": "collection",
    "VersionName": "alias",
    "AliasName": "",  # those of all collections; `VersionName` says which is gone
    "RegistryName": "registry",
}
"""The types of a module, and what their names are."""
TEMPLATE = '''\
{header}
"""The names in {shown}, as types: checkers refuse others."""

from collections.abc import Mapping
from typing import {imported}

from wbtyped import NamedProject

{types}


class Names(NamedProject[TypeName, CollectionName, VersionName, RegistryName]):
    """Loads what {shown} contains: `Names(api).artifact("...")`."""

    __slots__ = ()

    entity: ClassVar[str] = {entity}
    project: ClassVar[str] = {project}
    organization: ClassVar[str | None] = {organization}
    types: ClassVar[Mapping[str, str]] = {collections}
'''


@dataclass(frozen=True)
class Change:
    """A name that is gone from a project, or new in it, or a collection of another type."""

    kind: str
    name: str
    what: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name!r} {self.what}"


def write_module(names: ProjectNames) -> str:
    """Return the source of the module, formatted."""
    types = _types_of(names)
    path = f"{names.entity}/{names.project}"
    return TEMPLATE.format(
        header=HEADER.format(path=_one_line(path)),
        shown=_one_line(path).replace("\\", "").replace('"', ""),
        imported=", ".join(_imported(types)),
        types="\n".join(f"{name}: TypeAlias = {_literal(types[name])}" for name in types),
        entity=quoted(names.entity),
        project=quoted(names.project),
        organization="None" if names.organization is None else quoted(names.organization),
        collections=_mapping(names.collections),
    )


def compare_names(names: ProjectNames, written: str) -> list[Change]:
    """Return how a project differs from the module that was written earlier.

    Nothing can be said about a module that somebody edited so that it is no Python any more.
    """
    try:
        module = ast.parse(written)
    except SyntaxError:
        return []
    before, after = _written_types(module), _types_of(names)
    changes: list[Change] = []
    for alias, kind in KINDS.items():
        old, new = before.get(alias, set()), set(after[alias])
        changes += [Change(kind, name, "is gone") for name in sorted(old - new) if kind]
        changes += [Change(kind, name, "is new") for name in sorted(new - old) if kind]
    moved = _written_collections(module)
    changes += [
        Change("collection", name, f"is of type {kind!r} now, not {moved[name]!r}")
        for name, kind in names.collections.items()
        if moved.get(name, kind) != kind
    ]
    return changes


def quoted(text: str) -> str:
    """Return a string as Python source, on one line, whatever it contains."""
    literal = repr(text)
    return f'"{literal[1:-1]}"' if literal[0] == "'" and '"' not in literal else literal


def _types_of(names: ProjectNames) -> dict[str, list[str]]:
    """Return the members of each Literal type."""
    return {
        "TypeName": list(names.types),
        "CollectionName": list(names.collections),
        "AliasName": sorted({name.partition(":")[2] for name in names.aliases}),
        "VersionName": list(names.aliases),
        "RegistryName": list(names.registries),
    }


def _imported(types: Mapping[str, list[str]]) -> list[str]:
    kinds = {"Literal" if members else "Never" for members in types.values()}
    return sorted({"ClassVar", "TypeAlias", *kinds})


def _literal(members: Sequence[str]) -> str:
    if len(members) == 1:
        return f"Literal[{quoted(members[0])}]"
    lines = [f"    {quoted(member)},\n" for member in members]
    return f"Literal[\n{''.join(lines)}]" if lines else "Never"


def _mapping(values: Mapping[str, str]) -> str:
    lines = [f"        {quoted(key)}: {quoted(value)},\n" for key, value in values.items()]
    return f"{{\n{''.join(lines)}    }}" if lines else "{}"


def _one_line(text: str) -> str:
    return quoted(text)[1:-1]


def _written_types(module: ast.Module) -> dict[str, set[str]]:
    """Return the members of the Literal types in a module."""
    return {
        statement.target.id: _strings(statement.value)
        for statement in module.body
        if isinstance(statement, ast.AnnAssign)
        and isinstance(statement.target, ast.Name)
        and statement.value is not None
    }


def _written_collections(module: ast.Module) -> dict[str, str]:
    for node in ast.walk(module):
        if isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            return {
                key.value: value.value
                for key, value in pairs
                if isinstance(key, ast.Constant)
                and isinstance(key.value, str)
                and isinstance(value, ast.Constant)
                and isinstance(value.value, str)
            }
    return {}


def _strings(node: ast.expr) -> set[str]:
    return {
        found.value
        for found in ast.walk(node)
        if isinstance(found, ast.Constant) and isinstance(found.value, str)
    }
