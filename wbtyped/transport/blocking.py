"""Blocking work as a request of a flow: in a thread if the caller runs on an event loop."""

from collections.abc import Callable
from typing import Generic, TypeVar

from ..user_warnings import in_thread
from .flow import Flow, Sender

T = TypeVar("T")


def nothing() -> None:
    """Do nothing: for work that ends soon by itself."""


class BlockingCall(Generic[T]):
    """A function without arguments as a request of a flow.

    `cancel` lets it end soon; it is called if the task that waits for it is cancelled.
    """

    def __init__(self, function: Callable[[], T], cancel: Callable[[], object] = nothing) -> None:
        self.function = function
        self.cancel = cancel
        self.results: list[T] = []

    def send(self, _: Sender, /) -> None:
        """Call the function and store its result."""
        self.results.append(self.function())

    async def asend(self, _: Sender, /) -> None:
        """Call the function in a thread and store its result."""
        import asyncio

        running = asyncio.ensure_future(in_thread(self.function))
        try:
            self.results.append(await asyncio.shield(running))
        except asyncio.CancelledError:
            self.cancel()
            # The thread uses what the flow holds, so it must end first.
            await asyncio.gather(running, return_exceptions=True)
            raise


def in_flow(function: Callable[[], T], cancel: Callable[[], object] = nothing) -> Flow[T]:
    """Yield a call of a function and return its result."""
    request = BlockingCall(function, cancel)
    yield request
    return request.results[0]
