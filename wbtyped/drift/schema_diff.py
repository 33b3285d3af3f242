"""List the differences between two schemas, each with its schema coordinate.

graphql-core finds breaking and dangerous changes and describes them in sentences, from which the
coordinates are parsed. Everything else, such as deprecations, is found by comparing two indexes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from graphql import (
    BreakingChange,
    BreakingChangeType,
    DangerousChange,
    DangerousChangeType,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    find_breaking_changes,
    find_dangerous_changes,
)

from .schema_index import Element, index_schema
from .type_strings import type_name


@dataclass(frozen=True)
class Change:
    """One difference: `rule` is its kind, `text` describes it, `coordinate` locates it.

    `member` is the object type that joined or left a union or an interface.
    """

    rule: str
    coordinate: str
    text: str
    member: str = ""


B, D = BreakingChangeType, DangerousChangeType
# t: type, f: field, a: argument, d: directive, m: member of a union or an interface.
CHANGE_PATTERNS: dict[BreakingChangeType | DangerousChangeType, str] = {
    B.TYPE_REMOVED: r"(?:Standard scalar )?(?P<t>\w+) was removed",
    B.TYPE_CHANGED_KIND: r"(?P<t>\w+) changed from",
    B.TYPE_REMOVED_FROM_UNION: r"(?P<m>\w+) was removed from union type (?P<t>\w+)",
    B.VALUE_REMOVED_FROM_ENUM: r"(?P<f>\w+) was removed from enum type (?P<t>\w+)",
    B.REQUIRED_INPUT_FIELD_ADDED: r"A required field (?P<f>\w+) on input type (?P<t>\w+)",
    B.IMPLEMENTED_INTERFACE_REMOVED: r"(?P<m>\w+) no longer implements interface (?P<t>\w+)",
    B.FIELD_REMOVED: r"(?P<t>\w+)\.(?P<f>\w+) was removed",
    B.FIELD_CHANGED_KIND: r"(?P<t>\w+)\.(?P<f>\w+) changed type",
    B.REQUIRED_ARG_ADDED: r"A required arg (?P<a>\w+) on (?P<t>\w+)\.(?P<f>\w+)",
    B.ARG_REMOVED: r"(?P<t>\w+)\.(?P<f>\w+) arg (?P<a>\w+)",
    B.ARG_CHANGED_KIND: r"(?P<t>\w+)\.(?P<f>\w+) arg (?P<a>\w+)",
    B.DIRECTIVE_REMOVED: r"(?P<d>\w+) was removed",
    B.DIRECTIVE_ARG_REMOVED: r"(?P<a>\w+) was removed from (?P<d>\w+)",
    B.REQUIRED_DIRECTIVE_ARG_ADDED: r"A required arg (?P<a>\w+) on directive (?P<d>\w+)",
    B.DIRECTIVE_REPEATABLE_REMOVED: r"Repeatable flag was removed from (?P<d>\w+)",
    B.DIRECTIVE_LOCATION_REMOVED: r"\w+ was removed from (?P<d>\w+)",
    D.VALUE_ADDED_TO_ENUM: r"(?P<f>\w+) was added to enum type (?P<t>\w+)",
    D.TYPE_ADDED_TO_UNION: r"(?P<m>\w+) was added to union type (?P<t>\w+)",
    D.OPTIONAL_INPUT_FIELD_ADDED: r"An optional field (?P<f>\w+) on input type (?P<t>\w+)",
    D.OPTIONAL_ARG_ADDED: r"An optional arg (?P<a>\w+) on (?P<t>\w+)\.(?P<f>\w+)",
    D.IMPLEMENTED_INTERFACE_ADDED: r"(?P<t>\w+) added to interfaces implemented by (?P<m>\w+)",
    D.ARG_DEFAULT_VALUE_CHANGE: r"(?P<t>\w+)\.(?P<f>\w+) arg (?P<a>\w+)",
}

# Scalars that are parsed into the same Python type, whichever of the two a server sends.
INTERCHANGEABLE_SCALARS = ({"ID", "String"}, {"Int", "Int64"})


def find_changes(old: GraphQLSchema, new: GraphQLSchema) -> list[Change]:
    """Return every difference, sorted by coordinate."""
    before, after = index_schema(old), index_schema(new)
    found = [_parse_change(change, old) for change in find_breaking_changes(old, new)]
    found += [_parse_change(change, old) for change in find_dangerous_changes(old, new)]
    reported = {change.coordinate for change in found if not change.member}
    found += _additions(before, after, reported)
    found += _new_implementations(old, new)
    for coordinate in before.keys() & after.keys():
        found += _alterations(coordinate, before[coordinate], after[coordinate], reported)
    return sorted(found, key=lambda change: (change.coordinate, change.rule, change.text))


def _parse_change(change: BreakingChange | DangerousChange, old: GraphQLSchema) -> Change:
    parts = re.match(CHANGE_PATTERNS[change.type], change.description)
    if parts is None:
        raise ValueError(f"unknown wording of graphql-core: {change.description}")
    part = parts.groupdict()
    coordinate = f"@{part['d']}" if part.get("d") else part["t"]
    coordinate += f".{part['f']}" if part.get("f") else ""
    coordinate += f"({part['a']}:)" if part.get("a") else ""
    rule = change.type.name.lower().replace("_", "-")
    if change.type is D.ARG_DEFAULT_VALUE_CHANGE:
        rule = "default-changed"
    elif change.type is B.FIELD_CHANGED_KIND:
        rule = _type_change_rule(part["t"], change.description, old)
    return Change(rule, coordinate, change.description, part.get("m") or "")


def _type_change_rule(owner: str, description: str, old: GraphQLSchema) -> str:
    """Return which rule a changed type falls under: input, incompatible, nullable, or the same."""
    if isinstance(old.type_map[owner], GraphQLInputObjectType):
        return "input-field-changed-kind"
    before, _, after = description.removesuffix(".").partition(" from ")[2].partition(" to ")
    was_non_null, is_non_null = _non_null_levels(before), _non_null_levels(after)
    if len(was_non_null) != len(is_non_null) or not _parses_alike(before, after):
        return "field-changed-kind"
    if any(was and not now for was, now in zip(was_non_null, is_non_null, strict=True)):
        return "field-became-nullable"
    return "field-read-alike"


def _non_null_levels(shape: str) -> list[bool]:
    """Return for each list level of a type, the innermost first, True if it is never null."""
    return [mark == "!" for mark in re.findall(r"(?:\w+|\])(!?)", shape)]


def _parses_alike(before: str, after: str) -> bool:
    one, other = type_name(before), type_name(after)
    return one == other or any({one, other} <= family for family in INTERCHANGEABLE_SCALARS)


def _additions(
    before: dict[str, Element], after: dict[str, Element], reported: set[str]
) -> Iterator[Change]:
    """Find what was added to elements that both have; graphql-core reports only risky additions."""
    for coordinate in after.keys() - before.keys() - reported:
        element = after[coordinate]
        if element.owner and not _is_same_kind(element.owner, before, after):
            continue
        rule = f"{element.kind.replace(' ', '-')}-added"
        yield Change(rule, coordinate, f"{coordinate} was added.")


def _is_same_kind(coordinate: str, before: dict[str, Element], after: dict[str, Element]) -> bool:
    old, new = before.get(coordinate), after.get(coordinate)
    if old is None or new is None or old.kind != new.kind:
        return False
    return old.kind != "type" or old.shape == new.shape


def _new_implementations(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Change]:
    """Find new object types that implement an interface of the old schema."""
    for type_ in new.type_map.values():
        if isinstance(type_, GraphQLObjectType) and type_.name not in old.type_map:
            for interface in type_.interfaces:
                if interface.name in old.type_map:
                    text = f"{type_.name} was added, which implements {interface.name}."
                    yield Change("implemented-interface-added", interface.name, text, type_.name)


def _alterations(
    coordinate: str, old: Element, new: Element, reported: set[str]
) -> Iterator[Change]:
    if old.owner and old.kind != new.kind:
        return
    if old.shape != new.shape and coordinate not in reported:
        yield Change(
            _shape_change_rule(old, new),
            coordinate,
            f"{coordinate} changed from {old.shape} to {new.shape}.",
        )
    if old.default != new.default and coordinate not in reported:
        values = f"from {old.default or 'none'} to {new.default or 'none'}"
        yield Change(
            "default-changed", coordinate, f"The default of {coordinate} changed {values}."
        )
    if old.deprecated != new.deprecated:
        yield _deprecation(coordinate, old.deprecated, new.deprecated)
    if (old.description or "") != (new.description or ""):
        yield Change("description-changed", coordinate, f"The description of {coordinate} changed.")


def _shape_change_rule(old: Element, new: Element) -> str:
    if old.kind == "directive argument":
        return "directive-arg-changed-kind"
    return "one-of-added" if new.shape.endswith("@oneOf") else "type-widened"


def _deprecation(coordinate: str, old: str | None, new: str | None) -> Change:
    if new is None:
        return Change("no-longer-deprecated", coordinate, f"{coordinate} is no longer deprecated.")
    if old is None:
        return Change("deprecated", coordinate, f"{coordinate} is deprecated: {new}")
    return Change(
        "deprecation-changed", coordinate, f"The deprecation of {coordinate} changed: {new}"
    )
