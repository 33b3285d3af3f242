"""JSON objects that show what a server has, and cannot be edited."""

from collections.abc import Callable, Mapping
from typing import NoReturn

from pydantic import JsonValue


class ReadOnlyObject(dict[str, JsonValue]):
    """A JSON object whose items cannot be assigned; `dict(values)` is a copy that can be edited.

    It is a `dict`, so that `json.dumps` and DataFrames take it.
    """

    __slots__ = ()

    def _refuse(*_: object, **__: object) -> NoReturn:
        raise TypeError(
            "config, summary and metadata of a run are read-only; edit a copy, dict(...)"
        )

    __setitem__: Callable[..., NoReturn] = _refuse
    __delitem__: Callable[..., NoReturn] = _refuse
    __ior__: Callable[..., NoReturn] = _refuse
    clear: Callable[..., NoReturn] = _refuse  # pyrefly: ignore[bad-override-mutable-attribute]
    pop: Callable[..., NoReturn] = _refuse  # pyrefly: ignore[bad-override-mutable-attribute]
    popitem: Callable[..., NoReturn] = _refuse  # pyrefly: ignore[bad-override-mutable-attribute]
    setdefault: Callable[..., NoReturn] = _refuse  # pyrefly: ignore[bad-override-mutable-attribute]
    update: Callable[..., NoReturn] = _refuse  # pyrefly: ignore[bad-override-mutable-attribute]

    def __reduce__(self) -> tuple[type["ReadOnlyObject"], tuple[Mapping[str, JsonValue]]]:
        return type(self), (dict(self),)

    @property
    def _json_dict(self) -> dict[str, JsonValue]:
        """A copy; scripts for the official client read it from `run.summary`."""
        return dict(self)
