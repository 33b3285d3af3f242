"""Convert filters and orders of lists to what the server accepts."""

import json
import re
from collections.abc import Mapping

from .. import arguments
from ..errors import UsageError

FILTERING_FEATURE = "ARTIFACT_COLLECTIONS_FILTERING_SORTING"
"""The feature of servers that filter and sort collections."""
ORDER_PATTERN = re.compile(r"[+-]?[A-Za-z_]\w*")


def filters_json(filters: Mapping[str, object] | None) -> str | None:
    """Return filters as the JSON string that the server expects."""
    if arguments.optional_mapping("filters", filters) is None:
        return None
    try:
        return json.dumps(filters)
    except (TypeError, ValueError, RecursionError) as error:
        raise UsageError(f"filters cannot be written as JSON: {error}") from None


def checked_order(order: str | None) -> str | None:
    """Return an order with an explicit sign, or raise UsageError."""
    if arguments.optional_string("order", order) is None or order is None:
        return None
    if not ORDER_PATTERN.fullmatch(order):
        raise UsageError(f"order {order!r} must be a field name, optionally after '+' or '-'")
    return order if order[0] in "+-" else f"+{order}"
