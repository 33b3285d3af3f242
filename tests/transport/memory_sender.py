"""A server in memory for tests of what is decided between requests."""

from collections.abc import Callable, Mapping
from typing import cast

from wbtyped_graphql.base_model import BaseModel
from wbtyped_graphql.operation import Operation, ResultT

from wbtyped import Client
from wbtyped.config.settings import find_settings

RUN_NODE: Mapping[str, object] = {
    "id": "UnVuOjE=", "projectId": "UHJvamVjdDox", "name": "log", "displayName": None,
    "state": None, "tags": None, "group": None, "jobType": None, "sweepName": None, "commit": None,
    "notes": None, "createdAt": "2026-01-01T00:00:00", "heartbeatAt": None, "readOnly": None,
    "historyLineCount": None, "user": None,
}  # fmt: skip
"""The node of a run, for tests that do not look at it."""
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
