"""Checks of what callers pass: what cannot be used is a UsageError that says what can.

Every public entry checks its arguments here, so that no TypeError comes from further inside.
"""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePath
from typing import cast

from .errors import UsageError


def string(name: str, value: object) -> str:
    """Return a string, or raise UsageError; `name` is the argument."""
    if not isinstance(value, str):
        raise wrong(name, "a string", value)
    return value


def optional_string(name: str, value: object) -> str | None:
    """Return a string or None, or raise UsageError."""
    if value is not None and not isinstance(value, str):
        raise wrong(name, "a string or None", value)
    return value


def strings(name: str, value: object) -> list[str]:
    """Return the strings of an iterable that is not itself a string, or raise UsageError."""
    if isinstance(value, str):
        raise UsageError(f"{name} must be a list of strings, not one string: [{value!r}]?")
    if isinstance(value, bytes) or not isinstance(value, Iterable):
        raise wrong(name, "a list of strings", value)
    listed = list(cast("Iterable[object]", value))
    return [string(f"each of {name}", each) for each in listed]


def mapping(name: str, value: object) -> Mapping[str, object]:
    """Return a mapping whose keys are strings, or raise UsageError."""
    if not isinstance(value, Mapping):
        raise wrong(name, "a mapping", value)
    found = cast("Mapping[object, object]", value)
    for key in found:
        string(f"each key of {name}", key)
    return cast("Mapping[str, object]", found)


def flag(name: str, value: object) -> bool:
    """Return True or False, or raise UsageError: `"no"` would count as true."""
    if not isinstance(value, bool):
        raise wrong(name, "True or False", value)
    return value


def whole_number(name: str, value: object, lowest: int, highest: int | None = None) -> int:
    """Return a whole number within limits, or raise UsageError."""
    allowed = f"a whole number, {lowest} " + ("or more" if highest is None else f"to {highest}")
    if not isinstance(value, int) or isinstance(value, bool):
        raise wrong(name, allowed, value)
    if value < lowest or (highest is not None and value > highest):
        raise UsageError(f"{name} must be {allowed}, got {value}")
    return value


def one_of(name: str, value: object, allowed: Iterable[str]) -> str:
    """Return one of some strings, or raise UsageError that names them."""
    listed = list(allowed)
    if not isinstance(value, str) or value not in listed:
        got = repr(value) if isinstance(value, str) else type(value).__name__
        raise UsageError(f"{name} must be one of {', '.join(map(repr, listed))}, got {got}")
    return value


def instance(name: str, value: object, kind: type, article: str = "a") -> None:
    """Raise UsageError unless `value` is of a class."""
    if not isinstance(value, kind):
        raise wrong(name, f"{article} {kind.__name__}", value)


def location(name: str, value: object) -> Path:
    """Return a path on this machine, or raise UsageError."""
    path: object = value
    if isinstance(value, os.PathLike):
        path = cast("os.PathLike[str]", value).__fspath__()
    if not isinstance(path, str):
        raise wrong(name, "a path, as a string or a Path", path)
    if "\0" in path:
        raise UsageError(f"{name} {path!r} is no path: it holds a null character")
    return Path(path)


def optional_location(name: str, value: object) -> Path | None:
    """Return a path on this machine or None, or raise UsageError."""
    return None if value is None else location(name, value)


def path_text(value: object) -> str:
    """Return a W&B path as a string, `/` between its parts; it may be given as a Path."""
    if isinstance(value, PurePath):
        return value.as_posix()
    return string("path", value)


def wrong(name: str, expected: str, value: object) -> UsageError:
    """Return the error for a value of a wrong type; values are not shown, they may be secrets."""
    return UsageError(f"{name} must be {expected}, got {type(value).__name__}")
