"""Filters and orders of runs: check them before a request is sent, and write them for the server.

The lists of names are generous: a name that some server may know must not be refused.
"""

from collections.abc import Mapping

from .. import arguments
from ..errors import UsageError
from ..filter_conditions import write_filters

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


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


_KNOWN = frozenset(form for name in (*FIELDS, *LOGGED) for form in (name, _camel(name)))


def filters_json(filters: Mapping[str, object] | None) -> str:
    """Return filters as the JSON string that the server expects; raises UsageError."""
    if arguments.optional_mapping("filters", filters) is None or filters is None:
        return "{}"
    return write_filters(filters, lambda name: _server_name(name, "filter key"))


def checked_order(order: str | None) -> str:
    """Return an order with an explicit sign, or raise UsageError; None is `+created_at`."""
    text = arguments.optional_string("order", order)
    text = "+created_at" if text is None else text
    sign, field = (text[0], text[1:]) if text[:1] in {"+", "-"} else ("+", text)
    return sign + _server_name(field, "order")


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
