"""Configurations and summaries, as tables show them."""

from collections.abc import Mapping

from pydantic import JsonValue

FLATTENED_LEVELS = 3


def flatten(
    values: Mapping[str, JsonValue], levels: int = FLATTENED_LEVELS
) -> dict[str, JsonValue]:
    """Return the values inside objects under dotted keys.

    What clients note for themselves is left out.
    """
    found: dict[str, JsonValue] = {}
    for key, value in values.items():
        if key.startswith("_"):
            continue
        if isinstance(value, dict) and value and levels > 1:
            inner = flatten(value, levels - 1)
            found |= {f"{key}.{name}": each for name, each in inner.items()}
        else:
            found[key] = value
    return found
