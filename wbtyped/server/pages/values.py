"""Configurations and summaries, as tables show them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pydantic import JsonValue

from .page import cell

FLATTENED_LEVELS = 3
COMPARED_KEYS = 2_000
"""Keys that a comparison shows."""


class Difference(NamedTuple):
    """A key with its value in each of some objects; None where one does not have it."""

    key: str
    values: Sequence[JsonValue]
    differs: bool


def flatten(
    values: Mapping[str, JsonValue], levels: int = FLATTENED_LEVELS, *, private: bool = False
) -> dict[str, JsonValue]:
    """Return the values inside objects under dotted keys.

    What clients note for themselves is left out, unless `private`.
    """
    found: dict[str, JsonValue] = {}
    for key, value in values.items():
        if key.startswith("_") and not private:
            continue
        if isinstance(value, dict) and value and levels > 1:
            inner = flatten(value, levels - 1, private=private)
            found |= {f"{key}.{name}": each for name, each in inner.items()}
        else:
            found[key] = value
    return found


def compare_values(
    objects: Sequence[Mapping[str, JsonValue]], *, everything: bool
) -> tuple[Sequence[Difference], int]:
    """Return the keys whose values differ, or all keys, and how many more there are."""
    found: list[Difference] = []
    for key in dict.fromkeys(key for each in objects for key in each):
        values = [each.get(key) for each in objects]
        first = cell(values[0])
        differs = any(key not in each or cell(each[key]) != first for each in objects)
        if differs or everything:
            found.append(Difference(key, values, differs))
    return found[:COMPARED_KEYS], max(len(found) - COMPARED_KEYS, 0)
