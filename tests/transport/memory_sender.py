"""A server in memory for tests of what is decided between requests."""

from collections.abc import Callable
from typing import cast

from wbtyped_graphql.base_model import BaseModel
from wbtyped_graphql.operation import Operation, ResultT

from wbtyped import Client
from wbtyped.config.settings import find_settings

Respond = Callable[[Operation[BaseModel]], object]
"""Returns the JSON data of a response, or raises what the client would."""


class MemoryClient(Client):
    """Sends operations to a function; results are parsed as those of a real server."""

    __slots__ = ("respond", "sent")

    def __init__(self, respond: Respond) -> None:
        given = {"base_url": "http://memory.test"}
        super().__init__(find_settings(given, api_key="k" * 40, environ={}))
        self.respond = respond
        self.sent: list[Operation[BaseModel]] = []

    def send(self, operation: Operation[ResultT]) -> ResultT:
        asked = cast("Operation[BaseModel]", operation)
        self.sent.append(asked)
        data = self.respond(asked)
        result = operation.envelope.model_validate({"data": data}).data
        assert result is not None
        return result

    async def asend(self, operation: Operation[ResultT]) -> ResultT:
        return self.send(operation)
