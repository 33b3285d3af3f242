"""Parse the validation errors of a server."""

import re
from dataclasses import dataclass

from graphql import OperationType

QUOTED = r"[\"'`]"
# The wording of graphql-js, which most servers follow, some with other quotation marks.
# t: type, f: field, a: argument, d: directive, v: variable; q: type and field with a dot between.
MESSAGE_PATTERNS = [
    (rule, re.compile(pattern.replace("~", QUOTED)))
    for rule, pattern in (
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


# The wording of graphql-js, gqlparser and others.
_MISSING_ROOT = (
    r"(?i)(?:not configured|(?:does not|doesn't) (?:support|define|have)|no root).*\b{}s?\b"
)


@dataclass(frozen=True)
class ValidationMessage:
    """One validation error, parsed.

    `rule` is `operation-invalid` if the wording is unknown. `coordinate` is empty if the message
    names none, and begins with a dot if it names a field without its type. `variable` is the
    variable that it names.
    """

    message: str
    rule: str = "operation-invalid"
    coordinate: str = ""
    variable: str = ""


def parse_message(message: str) -> ValidationMessage:
    """Parse an error message."""
    for rule, pattern in MESSAGE_PATTERNS:
        if found := pattern.search(message):
            parts = found.groupdict()
            return ValidationMessage(message, rule, _coordinate(parts), parts.get("v") or "")
    return ValidationMessage(message)


def missing_root_message(kind: OperationType) -> str:
    """Return the error for an operation of a kind that the schema has no root type for."""
    return f"There is no root type '{kind.value.capitalize()}', which every {kind.value} needs."


def is_missing_root_message(message: str, kind: OperationType) -> bool:
    """Return True if an error says that the server has no operations of a kind."""
    return re.search(_MISSING_ROOT.format(kind.value), message) is not None


def _coordinate(part: dict[str, str | None]) -> str:
    coordinate = f"@{part['d']}" if part.get("d") else part.get("q") or part.get("t") or ""
    coordinate += f".{part['f']}" if part.get("f") else ""
    return coordinate + (f"({part['a']}:)" if part.get("a") else "")
