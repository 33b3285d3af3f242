"""Warn with the line of the user's code that caused the warning, however deep the call is."""

import sys
import warnings
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from inspect import currentframe
from types import FrameType
from typing import NamedTuple, ParamSpec, TypeVar, cast

P = ParamSpec("P")
T = TypeVar("T")

Registry = dict[str | tuple[str, type[Warning], int], int]

OWN_PACKAGES = frozenset({"wbtyped", "wbtyped_graphql"})


class Line(NamedTuple):
    """A line of code that is being executed."""

    file: str
    number: int
    names: dict[str, object]
    """The globals of its module."""


# The line that waits for the current thread, whose own stack does not lead there.
_waiting: ContextVar[Line | None] = ContextVar("_waiting", default=None)


def warn_user(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn about the line outside this package that the call came from."""
    line = _user_line(currentframe()) or _waiting.get()
    if line is None:
        warnings.warn(message, category, stacklevel=2)
        return
    warnings.warn_explicit(
        message,
        category,
        line.file,
        line.number,
        str(line.names.get("__name__", "<string>")),
        # Python records here which warnings the module has shown already.
        cast("Registry", line.names.setdefault("__warningregistry__", {})),
    )


def in_thread(
    function: Callable[P, T], *args: P.args, **kwargs: P.kwargs
) -> Coroutine[None, None, T]:
    """Like `asyncio.to_thread`, but warnings of `function` name the line that awaits it."""
    line = _user_line(currentframe()) or _waiting.get()

    async def run() -> T:
        import asyncio

        token = _waiting.set(line)
        try:
            return await asyncio.to_thread(function, *args, **kwargs)
        finally:
            _waiting.reset(token)

    return run()


def _user_line(frame: FrameType | None) -> Line | None:
    """Return the innermost line that is neither in this package nor in the standard library."""
    while frame is not None:
        package = str(frame.f_globals.get("__name__", "")).partition(".")[0]
        if package not in OWN_PACKAGES and package not in sys.stdlib_module_names:
            return Line(frame.f_code.co_filename, frame.f_lineno, frame.f_globals)
        frame = frame.f_back
    return None
