"""Filters and orders of runs: check them before a request is sent, and write them for the server.

The lists of names are generous: a name that some server may know must not be refused.
"""

import json
from collections.abc import Mapping
from typing import cast

from .. import arguments
from ..errors import UsageError

FIELDS = (
    "name", "display_name", "state", "tags", "group", "job_type", "username", "created_at",
    "heartbeat_at", "updated_at", "duration", "sweep", "notes", "description", "host", "commit",
    "id", "entity", "project", "user", "sweep_name", "group_name", "deleted_at", "exitcode",
    "failed", "running", "stopped", "finished", "read_only", "github", "repo", "program",
    "framework", "compute_seconds", "run_info", "history_keys", "history_line_count", "file_count",
    "input_artifacts", "output_artifacts", "system_metrics", "metadata", "keys_info", "summary",
)  # fmt: skip
"""Fields of runs, as far as they are known; servers also know them as `displayName`."""
LOGGED = ("config", "summary_metrics")
"""Sections with a key of the user's after the dot."""
COMMON_FIELDS = 13
LOGICAL = ("$and", "$or", "$nor", "$not")
LIST_OPERATORS = frozenset({"$in", "$nin", "$all"})
OPERATORS = (
    "$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$exists", "$regex", "$contains",
    "$all", "$size", "$not", "$options", "$elemMatch", "$mod", "$type",
)  # fmt: skip


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


_KNOWN = frozenset(form for name in (*FIELDS, *LOGGED) for form in (name, _camel(name)))


def filters_json(filters: Mapping[str, object] | None) -> str:
    """Return filters as the JSON string that the server expects; raises UsageError."""
    if arguments.optional_mapping("filters", filters) is None or filters is None:
        return "{}"
    try:
        return json.dumps(_condition(filters), allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        if isinstance(error, UsageError):
            raise
        raise UsageError(f"filters cannot be written as JSON: {error}") from None


def checked_order(order: str | None) -> str:
    """Return an order with an explicit sign, or raise UsageError; None is `+created_at`."""
    text = arguments.optional_string("order", order)
    text = "+created_at" if text is None else text
    sign, field = (text[0], text[1:]) if text[:1] in {"+", "-"} else ("+", text)
    return sign + _server_name(field, "order")


def _condition(condition: Mapping[str, object]) -> dict[str, object]:
    """Return a condition with the field names that the server expects."""
    written: dict[str, object] = {}
    for key, value in condition.items():
        name = key if key.startswith("$") else _server_name(key, "filter key")
        if name in written:
            raise UsageError(f"filter keys {key!r} and {name!r} are the same; use $and for both")
        written[name] = _expected(key, value)
    return written


def _expected(key: str, value: object) -> object:
    """Check what a key of a condition stands for: other conditions, or the value of a field."""
    if not key.startswith("$"):
        _check_operators(key, value)
        return value
    if key not in LOGICAL:
        raise UsageError(f"unknown operator {key!r} in filters; use {', '.join(LOGICAL)} there")
    if key == "$not":
        return _condition(arguments.mapping("$not in filters", value))
    if not isinstance(value, list | tuple):
        raise UsageError(f"{key} in filters must be a list of conditions")
    clauses = cast("list[object]", value)
    return [_condition(arguments.mapping(f"each condition of {key}", each)) for each in clauses]


def _check_operators(key: str, value: object) -> None:
    """Raise UsageError for an unknown operator in what is expected of a field."""
    if not isinstance(value, Mapping):
        return
    expected = arguments.mapping(f"filter {key!r}", cast("object", value))
    for operator, operand in expected.items():
        if not operator.startswith("$"):
            continue
        if operator not in OPERATORS:
            raise UsageError(
                f"unknown operator {operator!r} for filter key {key!r}; use one of"
                f" {', '.join(OPERATORS)}"
            )
        if operator == "$not":
            _check_operators(key, operand)
        if operator in LIST_OPERATORS and not isinstance(operand, list | tuple):
            raise UsageError(f"{operator} of filter key {key!r} must be a list")


def _server_name(name: str, what: str) -> str:
    """Return a field's name as the server expects it, or raise UsageError.

    The value of a config key is at `config.KEY.value`. Deeper names are left as they are: whether
    their dots belong to the key is known to the server alone.
    """
    section, dot, key = name.partition(".")
    if section not in _KNOWN:
        raise UsageError(
            f"{what} {name!r} is not a field of runs; write config.KEY or summary_metrics.KEY for"
            f" what runs logged, or one of {', '.join(FIELDS[:COMMON_FIELDS])}"
        )
    if section in (*LOGGED, "summaryMetrics") and not key:
        raise UsageError(f"{what} {name!r} names no key; write {section}.KEY")
    if dot and not key:
        raise UsageError(f"{what} {name!r} ends with a dot")
    return f"{name}.value" if section == "config" and "." not in key else name
