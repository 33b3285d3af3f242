"""Read the JSON of users as a type of theirs: a pydantic model, a dataclass or a TypedDict."""

from collections.abc import Hashable, Mapping
from functools import lru_cache
from typing import TypeAlias, TypeVar, cast

from pydantic import TypeAdapter, ValidationError
from pydantic.errors import PydanticUserError

from . import arguments
from .errors import UsageError, ValuesMismatchError

ValuesT = TypeVar("ValuesT")
ModelOf: TypeAlias = type[ValuesT]
"""A class to read as; classes with a property `type` cannot write `type[...]`."""


def read_as(model: type[ValuesT], values: Mapping[str, object], what: str) -> ValuesT:
    """Return values as a type; raises ValuesMismatchError that names `what` and the first field."""
    arguments.instance("model", model, type, "a pydantic model, a dataclass or a TypedDict")
    try:
        # Of the metaclass `type`, whose hash mypy takes for that of instances.
        return cast("ValuesT", _adapter(cast("Hashable", model)).validate_python(dict(values)))
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False)
        field = ".".join(map(str, problems[0]["loc"]))
        more = f", and {len(problems) - 1} more" if len(problems) > 1 else ""
        raise ValuesMismatchError(
            f"{what} does not fit {model.__name__} at {field or 'its top'}:"
            f" {problems[0]['msg'][:1].lower()}{problems[0]['msg'][1:]}{more}",
            path=problems[0]["loc"],
        ) from error


@lru_cache(maxsize=64)
def _adapter(model: Hashable) -> TypeAdapter[object]:
    kind = cast("type[object]", model)
    try:
        return TypeAdapter(kind)
    except PydanticUserError as error:
        # Such as a TypedDict that, before Python 3.12, must come from typing_extensions.
        reason = error.message.partition("\n")[0]
        raise UsageError(f"{kind.__name__} cannot be read from JSON: {reason}") from None
