"""Environment variables that switch something on or off."""

from collections.abc import Mapping

from ..errors import UsageError

ON = ("1", "true", "t", "yes", "y", "on")
OFF = ("0", "false", "f", "no", "n", "off")
SWITCHES: dict[str, bool] = {word: word in ON for word in (*ON, *OFF)}


def switch(environ: Mapping[str, str], name: str) -> bool | None:
    """Return the value of a variable that is on or off; None if it is not set."""
    value = environ.get(name, "").strip().lower()
    if value and value not in SWITCHES:
        raise UsageError(f"{name} must be 1 or 0, got {value!r}")
    return SWITCHES.get(value)
