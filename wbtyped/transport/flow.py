"""Flows: sequences of requests, written once for synchronous and asynchronous callers.

A flow is a generator that yields requests and returns a result. It does no I/O itself:

    def find_project(entity: str, name: str) -> Flow[Project]:
        result = yield from ask(calls.get_project(entity=entity, project=name))
        ...

`client.run(flow)` sends each request and waits for it, `await client.arun(flow)` does the same on
an event loop. The error of a request is raised inside the flow, at its `yield from`.
"""

from collections.abc import Generator
from typing import Generic, Protocol, TypeAlias, TypeVar

from wbtyped_graphql.operation import Operation, ResultT

T = TypeVar("T")


class Sender(Protocol):
    """Sends GraphQL operations, as `Client` does."""

    def send(self, operation: Operation[ResultT]) -> ResultT:
        """Send an operation and return its typed result."""
        ...

    async def asend(self, operation: Operation[ResultT]) -> ResultT:
        """Asynchronous form of `send`."""
        ...


class Request(Protocol):
    """One request of a flow. It stores its own result, so that a flow can yield any kind."""

    def send(self, sender: Sender, /) -> None:
        """Send the request and store the result."""

    async def asend(self, sender: Sender, /) -> None:
        """Asynchronous form of `send`."""


Flow: TypeAlias = Generator[Request, None, T]
"""A sequence of requests that ends with a result of type `T`."""


class GraphQLRequest(Generic[ResultT]):
    """A GraphQL operation as a request of a flow."""

    def __init__(self, operation: Operation[ResultT]) -> None:
        self.operation = operation
        self.result: ResultT | None = None

    def send(self, sender: Sender, /) -> None:
        """Send the operation and store its result."""
        self.result = sender.send(self.operation)

    async def asend(self, sender: Sender, /) -> None:
        """Asynchronous form of `send`."""
        self.result = await sender.asend(self.operation)


def ask(operation: Operation[ResultT], what: str | None = None) -> Flow[ResultT]:
    """Yield one operation and return its typed result.

    `what` names the object, for errors, where the operation itself knows only its id.
    """
    request = GraphQLRequest(operation if what is None else operation.about(what))
    yield request
    if request.result is None:
        raise RuntimeError(f"{operation.name} was resumed before it was sent")
    return request.result


def run(flow: Flow[T], sender: Sender) -> T:
    """Send every request of a flow and return the flow's result."""
    try:
        request = next(flow)
        while True:
            try:
                request.send(sender)
            except Exception as error:
                request = flow.throw(error)
            else:
                request = next(flow)
    except StopIteration as stop:
        result: T = stop.value
        return result
    finally:
        # After an interrupt, the traceback would keep the flow alive, and with it what it does.
        flow.close()


async def arun(flow: Flow[T], sender: Sender) -> T:
    """Asynchronous form of `run`."""
    try:
        request = next(flow)
        while True:
            try:
                await request.asend(sender)
            except Exception as error:
                request = flow.throw(error)
            else:
                request = next(flow)
    except StopIteration as stop:
        result: T = stop.value
        return result
    finally:
        flow.close()
