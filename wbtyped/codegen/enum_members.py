"""Names of the members of generated enums."""

from enum import Enum, StrEnum

METHODS = {name for name in dir(StrEnum) if not name.startswith("__")}
TAKEN = METHODS | {*dir(Enum), "mro", "name", "value"}
"""What a member would hide: the methods of strings, and what enums have."""


def member_name(name: str) -> str:
    """Return a name that hides no method; an underscore is added where it would."""
    stripped = name.lstrip("_")
    name = stripped if stripped and not stripped[0].isdigit() else f"value{name}"
    return f"{name}_" if name in TAKEN else name
