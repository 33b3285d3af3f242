"""Which part of the pinned schema the queries use, and which they do not."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from graphql import GraphQLSchema, is_specified_scalar_type

from .documents import Documents
from .elements import elements
from .uses import Uses

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
    """Return every type of a schema in the order of their names, without the built-in scalars."""
    used = Uses(documents, schema).coordinates
    table = elements(schema)
    members: dict[str, list[str]] = {}
    for coordinate, element in table.items():
        if element.owner and not coordinate.startswith("@"):
            members.setdefault(coordinate.partition(".")[0], []).append(coordinate)
    return [
        TypeCoverage(
            name,
            table[name].shape,
            name in used,
            tuple(each for each in members.get(name, ()) if each in used),
            tuple(each for each in members.get(name, ()) if each not in used),
        )
        for name in sorted(schema.type_map)
        if name in table and not is_specified_scalar_type(schema.type_map[name])
    ]


def text_coverage(types: list[TypeCoverage]) -> Iterator[str]:
    """Yield lines for people: each type that is used, then the names of all others."""
    for each in types:
        if each.is_used:
            count = f"{len(each.used)} of {len(each.used) + len(each.unused)}"
            left = ", ".join(_shown(each))
            yield f"{each.shape} {each.name}: {count}" + (f"; not used: {left}" if left else "")
    others = [each.name for each in types if not each.is_used]
    yield f"not used at all ({len(others)}): {', '.join(others)}"
    used, everything = _totals(types)
    yield f"{len(types) - len(others)} of {len(types)} types, {used} of {everything} members used"


def _shown(covered: TypeCoverage) -> Iterator[str]:
    """Yield what of a type is not used; of a field that is not, without its arguments."""
    for name in covered.unused:
        if name.partition("(")[0] not in covered.unused or "(" not in name:
            yield name.removeprefix(f"{covered.name}.")


def json_coverage(types: list[TypeCoverage]) -> str:
    """Return one JSON object: `version` 1, `types` with `used` and `unused` each, and totals."""
    used, everything = _totals(types)
    return json.dumps(
        {
            "version": VERSION,
            "members": {"used": used, "all": everything},
            "types": [
                {
                    "name": each.name,
                    "kind": each.shape,
                    "is_used": each.is_used,
                    "used": each.used,
                    "unused": each.unused,
                }
                for each in types
            ],
        },
        indent=2,
    )


def _totals(types: list[TypeCoverage]) -> tuple[int, int]:
    used = sum(len(each.used) for each in types)
    return used, used + sum(len(each.unused) for each in types)
