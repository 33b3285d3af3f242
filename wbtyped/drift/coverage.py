"""Report which part of the pinned schema the queries use."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from graphql import GraphQLSchema, is_specified_scalar_type

from .documents import Documents
from .schema_index import index_schema
from .usage import UsageIndex

VERSION = 1


@dataclass(frozen=True)
class TypeCoverage:
    """One type of the schema.

    `used` and `unused` are the coordinates of its fields, arguments, input fields or enum values.
    """

    name: str
    shape: str
    is_used: bool
    used: tuple[str, ...]
    unused: tuple[str, ...]


def coverage(documents: Documents, schema: GraphQLSchema) -> list[TypeCoverage]:
    """Return the coverage of every type of a schema by name, without the built-in scalars."""
    used = UsageIndex(documents, schema).coordinates
    index = index_schema(schema)
    members: dict[str, list[str]] = {}
    for coordinate, element in index.items():
        if element.owner and not coordinate.startswith("@"):
            members.setdefault(coordinate.partition(".")[0], []).append(coordinate)
    return [
        TypeCoverage(
            name,
            index[name].shape,
            name in used,
            tuple(member for member in members.get(name, ()) if member in used),
            tuple(member for member in members.get(name, ()) if member not in used),
        )
        for name in sorted(schema.type_map)
        if name in index and not is_specified_scalar_type(schema.type_map[name])
    ]


def text_coverage(types: list[TypeCoverage]) -> Iterator[str]:
    """Yield the lines of a report: each type that is used, then the names of the others."""
    for type_ in types:
        if type_.is_used:
            count = f"{len(type_.used)} of {len(type_.used) + len(type_.unused)}"
            unused = ", ".join(_unused_members(type_))
            suffix = f"; not used: {unused}" if unused else ""
            yield f"{type_.shape} {type_.name}: {count}{suffix}"
    others = [type_.name for type_ in types if not type_.is_used]
    yield f"not used at all ({len(others)}): {', '.join(others)}"
    used, everything = _totals(types)
    yield f"{len(types) - len(others)} of {len(types)} types, {used} of {everything} members used"


def _unused_members(type_: TypeCoverage) -> Iterator[str]:
    """Yield the unused members of a type, without the arguments of unused fields."""
    for name in type_.unused:
        if name.partition("(")[0] not in type_.unused or "(" not in name:
            yield name.removeprefix(f"{type_.name}.")


def json_coverage(types: list[TypeCoverage]) -> str:
    """Return a JSON object: `version` 1, the totals, and `used` and `unused` of each type."""
    used, everything = _totals(types)
    return json.dumps(
        {
            "version": VERSION,
            "members": {"used": used, "all": everything},
            "types": [
                {
                    "name": type_.name,
                    "kind": type_.shape,
                    "is_used": type_.is_used,
                    "used": type_.used,
                    "unused": type_.unused,
                }
                for type_ in types
            ],
        },
        indent=2,
    )


def _totals(types: list[TypeCoverage]) -> tuple[int, int]:
    used = sum(len(type_.used) for type_ in types)
    return used, used + sum(len(type_.unused) for type_ in types)
