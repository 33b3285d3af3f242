"""Blocking work as a request of a flow: in a thread if the caller runs on an event loop."""

from collections.abc import Callable
from typing import Generic, TypeVar

from ..transport.flow import Flow, Sender
from ..user_warnings import in_thread

T = TypeVar("T")


class BlockingCall(Generic[T]):
    """A function without arguments as a request of a flow."""

    def __init__(self, function: Callable[[], T]) -> None:
        self.function = function
        self.results: list[T] = []

    def send(self, _: Sender, /) -> None:
        """Call the function and store its result."""
        self.results.append(self.function())

    async def asend(self, _: Sender, /) -> None:
        """Call the function in a thread and store its result."""
        self.results.append(await in_thread(self.function))


def in_flow(function: Callable[[], T]) -> Flow[T]:
    """Yield a call of a function and return its result."""
    request = BlockingCall(function)
    yield request
    return request.results[0]
