"""Read the JSON of users as a type of theirs: a pydantic model, a dataclass or a TypedDict."""

from collections.abc import Hashable, Mapping
from functools import lru_cache
from typing import TypeAlias, TypeVar, cast

from pydantic import TypeAdapter, ValidationError
from pydantic.errors import PydanticErrorMixin, PydanticUndefinedAnnotation, PydanticUserError

from . import arguments
from .errors import UsageError, ValuesMismatchError

ValuesT = TypeVar("ValuesT")
ModelOf: TypeAlias = type[ValuesT]
"""A class to read as; classes with a property `type` cannot write `type[...]`."""


def read_as(model: type[ValuesT], values: Mapping[str, object], what: str) -> ValuesT:
    """Return values as a type; raises ValuesMismatchError that names `what` and the first field."""
    check_model("model", model)
    try:
        return cast("ValuesT", _adapter(as_key(model)).validate_python(dict(values)))
    except PydanticUserError as error:
        # Such as a model with a forward reference that leads nowhere.
        raise _unreadable(model, error) from None
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False)
        field = ".".join(map(str, problems[0]["loc"]))
        more = f", and {len(problems) - 1} more" if len(problems) > 1 else ""
        raise ValuesMismatchError(
            f"{what} does not fit {model.__name__} at {field or 'its top'}:"
            f" {problems[0]['msg'][:1].lower()}{problems[0]['msg'][1:]}{more}",
            path=problems[0]["loc"],
        ) from error


def check_model(name: str, model: type[ValuesT]) -> type[ValuesT]:
    """Return a class to read as, or raise UsageError; `name` is that of the argument."""
    arguments.instance(name, model, type, "a pydantic model, a dataclass or a TypedDict")
    _adapter(as_key(model))
    return model


def as_key(model: type[object]) -> Hashable:
    """Return the class itself; mypy takes the hash of its metaclass for that of instances."""
    return cast("Hashable", model)


@lru_cache(maxsize=64)
def _adapter(model: Hashable) -> TypeAdapter[object]:
    kind = cast("type[object]", model)
    try:
        return TypeAdapter(kind)
    except (PydanticUserError, PydanticUndefinedAnnotation) as error:
        # Such as a TypedDict that, before Python 3.12, must come from typing_extensions.
        raise _unreadable(kind, error) from None


def _unreadable(model: type[object], error: PydanticErrorMixin) -> UsageError:
    reason = error.message.partition("\n")[0]
    return UsageError(f"{model.__name__} cannot be read from JSON: {reason}")
