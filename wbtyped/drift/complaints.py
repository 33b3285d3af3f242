"""Read from the words of a server what is wrong with a query."""

import re
from dataclasses import dataclass

from graphql import OperationType

QUOTED = r"[\"'`]"
# As graphql-js words them, which most servers follow, some with other quotation marks.
# t: type, f: field, a: argument, d: directive, v: variable; q: type and field with a dot between.
SAYINGS = [
    (rule, re.compile(saying.replace("~", QUOTED)))
    for rule, saying in (
        ("field-removed", r"Cannot query field ~(?P<f>\w+)~ on type ~(?P<t>\w+)~"),
        ("arg-removed", r"Unknown argument ~(?P<a>\w+)~ on field ~(?P<q>\w+\.\w+)~"),
        (
            "arg-removed",
            r"Unknown argument ~(?P<a>\w+)~ on field ~(?P<f>\w+)~ of type ~(?P<t>\w+)~",
        ),
        ("directive-arg-removed", r"Unknown argument ~(?P<a>\w+)~ on directive ~@?(?P<d>\w+)~"),
        ("directive-removed", r"Unknown directive ~@?(?P<d>\w+)~"),
        ("directive-location-removed", r"Directive ~@?(?P<d>\w+)~ may not be used"),
        ("required-directive-arg-added", r"Directive ~@?(?P<d>\w+)~ argument ~(?P<a>\w+)~"),
        ("type-removed", r"Unknown type ~(?P<t>\w+)~"),
        ("field-removed", r"Field ~(?P<f>\w+)~ is not defined by type ~(?P<t>\w+)~"),
        ("required-input-field-added", r"Field ~(?P<q>\w+\.\w+)~ of required type"),
        ("required-arg-added", r"Field ~(?P<f>\w+)~ argument ~(?P<a>\w+)~ of type"),
        ("field-changed-kind", r"Field ~(?P<f>\w+)~ must not have a selection since type"),
        ("field-changed-kind", r"Field ~(?P<f>\w+)~ of type ~\S+~ must have a (?:sub)?selection"),
        ("type-changed-kind", r"cannot condition on non composite type ~(?P<t>\w+)~"),
        ("implemented-interface-removed", r"can never be of type ~(?P<t>\w+)~"),
        ("value-removed-from-enum", r"Value ~(?P<f>\w+)~ does not exist in ~(?P<t>\w+)~ enum"),
        ("operation-invalid", r"no root type ~(?P<t>\w+)~"),
        ("arg-changed-kind", r"[Vv]ariable ~\$(?P<v>\w+)~ of type ~\S+~ used in position"),
    )
]


# Words of graphql-js, gqlparser, and others.
_NO_ROOT = r"(?i)(?:not configured|(?:does not|doesn't) (?:support|define|have)|no root).*\b{}s?\b"


@dataclass(frozen=True)
class Complaint:
    """One error that a server has with a query.

    `rule` is `operation-invalid` where its words are not known. `coordinate` is empty where they
    name none, and begins with a dot where they name a field without its type; `variable` is the
    variable that they name.
    """

    message: str
    rule: str = "operation-invalid"
    coordinate: str = ""
    variable: str = ""


def read_complaint(message: str) -> Complaint:
    """Return what an error message says."""
    for rule, saying in SAYINGS:
        if found := saying.search(message):
            return Complaint(message, rule, _coordinate(found.groupdict()), _variable(found))
    return Complaint(message)


def lacks_root(kind: OperationType) -> str:
    """Return the complaint about any operation of a kind that a schema has no root type for."""
    return f"There is no root type '{kind.value.capitalize()}', which each {kind.value} needs."


def says_that_root_is_lacking(message: str, kind: OperationType) -> bool:
    """Tell whether a server says that it knows no operation of a kind."""
    return re.search(_NO_ROOT.format(kind.value), message) is not None


def _coordinate(part: dict[str, str | None]) -> str:
    coordinate = f"@{part['d']}" if part.get("d") else part.get("q") or part.get("t") or ""
    coordinate += f".{part['f']}" if part.get("f") else ""
    return coordinate + (f"({part['a']}:)" if part.get("a") else "")


def _variable(found: re.Match[str]) -> str:
    return found.groupdict().get("v") or ""
