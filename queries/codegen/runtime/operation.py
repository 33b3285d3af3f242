"""A GraphQL call as a plain value: the request to send and the type of the response.

There is no I/O here, so one generated function per query serves the synchronous and the
asynchronous client.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar, cast

from pydantic_core import to_json

from .base_model import UNSET, BaseModel

ResultT = TypeVar("ResultT")
"""A model, or a `TypedDict` of the same shape: the rows of a list."""
OtherT = TypeVar("OtherT")


class ErrorEntry(BaseModel, frozen=True):
    """One entry of `errors` in a response."""

    message: str
    path: list[str | int] | None = None
    extensions: dict[str, object] | None = None


class GraphQLResponse(BaseModel, frozen=True):
    """The part of a response body that does not depend on the operation."""

    errors: list[ErrorEntry] | None = None


class Envelope(GraphQLResponse, Generic[ResultT], frozen=True):
    """The response body of an operation."""

    data: ResultT | None = None

    @classmethod
    def __pydantic_init_subclass__(cls, **_kwargs: object) -> None:
        """Keep the class of each result: pydantic drops it with its last operation."""
        _envelopes.append(cls)


_envelopes: list[type[GraphQLResponse]] = []
"""The envelopes of all results used so far; building one takes some 8 ms."""


class OperationBuilder:
    """Required by the generator's settings as a base class; the plugin drops it."""


def to_json_value(value: object) -> object:
    """Return the value of a variable as JSON; of input objects, only the fields that are set."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True, exclude_unset=True)
    if isinstance(value, list):
        return [to_json_value(item) for item in cast("list[object]", value)]
    return value


@dataclass(frozen=True)
class Operation(Generic[ResultT]):
    """A document, its variables, and the type of its response.

    `repeatable` is True if sending it twice has the same effect as sending it once. `subject` names
    the object that it is about, for errors.
    """

    document: str
    name: str
    variables: Mapping[str, object]
    envelope: type[Envelope[ResultT]]
    repeatable: bool = True
    subject: str | None = field(default=None, compare=False)

    def about(self, subject: str) -> "Operation[ResultT]":
        """Return the operation with a name for the object that it is about."""
        return replace(self, subject=subject)

    def read_as(self, result: type[OtherT]) -> "Operation[OtherT]":
        """Return the operation with another type of its result, such as the rows of a list."""
        envelope = cast("type[Envelope[OtherT]]", Envelope.__class_getitem__(result))
        return Operation(
            self.document, self.name, self.variables, envelope, self.repeatable, self.subject
        )

    def sent_variables(self) -> dict[str, object]:
        """Return the variables to send: those that were passed."""
        return {
            n: to_json_value(value) for n, value in self.variables.items() if value is not UNSET
        }

    def without(self, *names: str) -> "Operation[ResultT]":
        """Return the operation without some variables and the arguments that use them.

        For servers that do not have these arguments.
        """
        document = self.document
        for name in names:
            document = re.sub(rf"\${name}: [\w\[\]!]+,? ?", "", document)
            document = re.sub(rf"\b\w+: \${name}\b,?\s*", "", document)
        variables = {name: value for name, value in self.variables.items() if name not in names}
        return replace(self, document=document, variables=variables)

    def content(self) -> bytes:
        """Return the request body as JSON."""
        body = {
            "query": self.document,
            "operationName": self.name,
            "variables": self.sent_variables(),
        }
        return to_json(body)
