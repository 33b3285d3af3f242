"""Filters and orders of lists, as the server takes them."""

import json
import re
from collections.abc import Mapping

from .. import arguments
from ..errors import UsageError

FILTERING = "ARTIFACT_COLLECTIONS_FILTERING_SORTING"
"""Feature of servers that filter and sort collections."""
ORDER = re.compile(r"[+-]?[A-Za-z_]\w*")


def filters_json(filters: Mapping[str, object] | None) -> str | None:
    """Return filters as JSON, which the server takes as a string."""
    if arguments.optional_mapping("filters", filters) is None:
        return None
    try:
        return json.dumps(filters)
    except (TypeError, ValueError, RecursionError) as error:
        raise UsageError(f"filters cannot be written as JSON: {error}") from None


def checked_order(order: str | None) -> str | None:
    """Return an order with its sign; raises UsageError if it is not a field name."""
    if arguments.optional_string("order", order) is None or order is None:
        return None
    if not ORDER.fullmatch(order):
        raise UsageError(f"order {order!r} is not a field name, optionally after '+' or '-'")
    return order if order[0] in "+-" else f"+{order}"
