"""A GraphQL call as a plain value: what to send, and how to read what comes back.

There is no input or output here, so one generated function per query serves the synchronous and the
asynchronous client alike.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Generic, TypeVar, cast

from pydantic_core import to_json

from .base_model import UNSET, BaseModel

ResultT = TypeVar("ResultT", bound=BaseModel)


class ErrorEntry(BaseModel, frozen=True):
    """One entry of `errors` in an answer."""

    message: str
    path: list[str | int] | None = None
    extensions: dict[str, object] | None = None


class Answer(BaseModel, frozen=True):
    """What every answer may hold, whatever was asked."""

    errors: list[ErrorEntry] | None = None


class Envelope(Answer, Generic[ResultT], frozen=True):
    """The whole body of an answer."""

    data: ResultT | None = None

    @classmethod
    def __pydantic_init_subclass__(cls, **_kwargs: object) -> None:
        """Keep the class of each result: pydantic lets it go with its last operation."""
        _envelopes.append(cls)


_envelopes: list[type[Answer]] = []
"""The envelopes of all results used so far; building one takes some 8 ms."""


class OperationBuilder:
    """Named in the generator's settings, which want a base class; the plugin drops it."""


def as_sent(value: object) -> object:
    """Return a variable as it goes over the wire; of an input object, what was given alone."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True, exclude_unset=True)
    if isinstance(value, list):
        return [as_sent(each) for each in cast("list[object]", value)]
    return value


@dataclass(frozen=True)
class Operation(Generic[ResultT]):
    """A document, its variables, and the type of its answer.

    `repeatable` tells whether sending it twice leaves the server as sending it once does.
    """

    document: str
    name: str
    variables: Mapping[str, object]
    envelope: type[Envelope[ResultT]]
    repeatable: bool = True

    def sent_variables(self) -> dict[str, object]:
        """Return the variables that go over the wire: those that were given."""
        return {n: as_sent(value) for n, value in self.variables.items() if value is not UNSET}

    def without(self, *names: str) -> "Operation[ResultT]":
        """Return the operation without some variables, for servers that do not know their use."""
        document = self.document
        for name in names:
            document = re.sub(rf"\${name}: [\w\[\]!]+,? ?", "", document)
            document = re.sub(rf"\b\w+: \${name}\b,?\s*", "", document)
        left = {name: value for name, value in self.variables.items() if name not in names}
        return replace(self, document=document, variables=left)

    def content(self) -> bytes:
        """Return the request body as JSON."""
        body = {
            "query": self.document,
            "operationName": self.name,
            "variables": self.sent_variables(),
        }
        return to_json(body)
