"""Check arguments of public functions; an invalid one is a UsageError that says what is valid.

Every public function checks its arguments here, so that no TypeError comes from further inside.
"""

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePath
from typing import cast

from .errors import UsageError

LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")
MAX_NUMBER = 1e12
"""More seconds than anything may take, and fewer than clocks can count."""


def string(name: str, value: object) -> str:
    """Return a string, or raise UsageError; `name` is that of the argument."""
    if not isinstance(value, str):
        raise wrong(name, "a string", value)
    if LONE_SURROGATE.search(value):
        raise UsageError(f"{name} {value!r} contains a lone surrogate, which UTF-8 cannot encode")
    return value


def optional_string(name: str, value: object) -> str | None:
    """Return a string or None, or raise UsageError."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise wrong(name, "a string or None", value)
    return string(name, value)


def check_strings(**values: object) -> None:
    """Raise UsageError unless each argument is a string."""
    for name, value in values.items():
        string(name, value)


def check_optional_strings(**values: object) -> None:
    """Raise UsageError unless each argument is a string or None."""
    for name, value in values.items():
        optional_string(name, value)


def check_flags(**values: object) -> None:
    """Raise UsageError unless each argument is True or False."""
    for name, value in values.items():
        flag(name, value)


def strings(name: str, value: object, kind: str = "strings") -> list[str]:
    """Return the strings of an iterable that is not itself a string, or raise UsageError."""
    if isinstance(value, str):
        raise UsageError(f"{name} must be a list of {kind}, not one string: [{value!r}]?")
    if isinstance(value, bytes) or not isinstance(value, Iterable):
        raise wrong(name, f"a list of {kind}", value)
    items = list(cast("Iterable[object]", value))
    return [string(f"each of {name}", item) for item in items]


def mapping(name: str, value: object) -> Mapping[str, object]:
    """Return a mapping whose keys are strings, or raise UsageError."""
    if not isinstance(value, Mapping):
        raise wrong(name, "a mapping", value)
    found = cast("Mapping[object, object]", value)
    for key in found:
        string(f"each key of {name}", key)
    return cast("Mapping[str, object]", found)


def optional_mapping(name: str, value: object) -> Mapping[str, object] | None:
    """Return a mapping whose keys are strings or None, or raise UsageError."""
    return None if value is None else mapping(name, value)


def flag(name: str, value: object) -> bool:
    """Return True or False, or raise UsageError: `"no"` would be truthy."""
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


def positive_number(name: str, value: object) -> float:
    """Return a finite number above 0, or raise UsageError."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise wrong(name, "a number", value)
    if not 0 < value <= MAX_NUMBER:
        raise UsageError(
            f"{name} must be a number above 0, at most {MAX_NUMBER:.0e}, got {value!r}"
        )
    return value


def one_of(name: str, value: object, allowed: Iterable[str]) -> str:
    """Return one of the allowed strings, or raise UsageError, which lists them."""
    choices = list(allowed)
    if not isinstance(value, str) or value not in choices:
        got = repr(value) if isinstance(value, str) else type(value).__name__
        raise UsageError(f"{name} must be one of {', '.join(map(repr, choices))}, got {got}")
    return value


def instance(
    name: str, value: object, kind: type | tuple[type, ...] | str, expected: str | None = None
) -> None:
    """Raise UsageError unless `value` is an instance of a class, given itself or by name.

    By name, for classes that the calling module cannot import because they are in a higher layer.
    """
    if isinstance(kind, str):
        fits = any(base.__name__ == kind for base in type(value).__mro__)
    else:
        fits = isinstance(value, kind)
    if not fits:
        raise wrong(name, expected or f"an instance of {class_name(kind)}", value)


def class_name(kind: type | tuple[type, ...] | str) -> str:
    """Return the name of a class for a message."""
    return kind if isinstance(kind, str) else getattr(kind, "__name__", str(kind))


def location(name: str, value: object) -> Path:
    """Return a local path, or raise UsageError."""
    path: object = value
    if isinstance(value, os.PathLike):
        path = cast("os.PathLike[str]", value).__fspath__()
    if not isinstance(path, str):
        raise wrong(name, "a path, as a string or a Path", path)
    if not path:
        raise UsageError(f"{name} is an empty path; '.' is the working directory")
    if "\0" in path:
        raise UsageError(f"{name} {path!r} is not a valid path: it contains a null character")
    try:
        os.fsencode(path)
    except UnicodeEncodeError:
        raise UsageError(
            f"{name} {path!r} is not a valid path: the file system cannot encode it"
        ) from None
    return Path(path)


def optional_location(name: str, value: object) -> Path | None:
    """Return a local path or None, or raise UsageError."""
    return None if value is None else location(name, value)


def path_text(value: object) -> str:
    """Return a W&B path, given as a string or a path object, with `/` between its parts.

    Its characters are checked where it is parsed.
    """
    if isinstance(value, PurePath):
        return value.as_posix()
    if isinstance(value, os.PathLike):
        path = cast("os.PathLike[str] | os.PathLike[bytes]", value).__fspath__()
        value = path.replace(os.sep, "/") if isinstance(path, str) else path
    if not isinstance(value, str):
        raise wrong("path", "a string or a Path", value)
    return value


def wrong(name: str, expected: str, value: object) -> UsageError:
    """Build the error for a value of a wrong type; the value is not shown, it may be a secret."""
    return UsageError(f"{name} must be {expected}, got {type(value).__name__}")
