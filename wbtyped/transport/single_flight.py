"""Send the same requests once for all threads and tasks that need their result at the same time."""

import threading
from collections.abc import Callable, Generator, Hashable
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Generic, TypeVar

from .flow import Flow, Sender, arun, run

if TYPE_CHECKING:
    pass

T = TypeVar("T")


class SingleFlight(Generic[T]):
    """Runs the flow of a key once, however many threads and event loops ask for it meanwhile.

    Nothing is kept after that: whoever asks later runs the flow again.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[Hashable, _Flight[T]] = {}

    def share(self, key: Hashable, start: Callable[[], Flow[T]]) -> Flow[T]:
        """Return the result of a flow, which another caller may be running already."""
        request = _SharedRequest(self, key, start)
        yield request
        return request.results[0]

    def join(self, key: Hashable) -> "tuple[_Flight[T], bool]":
        """Return the flight of a key, and whether the caller has to run it."""
        with self._lock:
            flight = self._running.get(key)
            if flight is not None:
                return flight, False
            flight = self._running[key] = _Flight()
            return flight, True

    @contextmanager
    def ending(self, key: Hashable, flight: "_Flight[T]") -> Generator[None]:
        """End a flight with the block, so that the next caller starts another one."""
        try:
            yield
        except BaseException as error:
            failed = error if isinstance(error, Exception) else _AbandonedError()
            flight.future.set_exception(failed)
            raise
        finally:
            with self._lock:
                del self._running[key]


class _AbandonedError(Exception):
    """Whoever ran the flow was cancelled; somebody else has to run it."""


class _Flight(Generic[T]):
    """A flow that is running, and the thread that runs it."""

    def __init__(self) -> None:
        from concurrent.futures import Future  # late, for a short start-up time

        self.future: Future[T] = Future()
        # Running, so that a waiting task that is cancelled does not cancel it for the others.
        self.future.set_running_or_notify_cancel()
        self.thread: int = threading.get_ident()


class _SharedRequest(Generic[T]):
    """The request of a flow that stands for all requests of another flow."""

    def __init__(
        self, flights: SingleFlight[T], key: Hashable, start: Callable[[], Flow[T]]
    ) -> None:
        self._flights = flights
        self._key = key
        self._start = start
        self.results: list[T] = []

    def send(self, sender: Sender, /) -> None:
        """Run the flow, or wait for the thread that is running it."""
        while not self.results:
            flight, is_first = self._flights.join(self._key)
            if is_first:
                with self._flights.ending(self._key, flight):
                    self._finish(flight, run(self._start(), sender))
            elif flight.thread == threading.get_ident():
                # A task of this very thread is running it, and cannot go on while we wait.
                self.results.append(run(self._start(), sender))
            else:
                with suppress(_AbandonedError):
                    self.results.append(flight.future.result())

    async def asend(self, sender: Sender, /) -> None:
        """Asynchronous form of `send`."""
        from asyncio import wrap_future  # late, for those who never run an event loop

        while not self.results:
            flight, is_first = self._flights.join(self._key)
            if is_first:
                with self._flights.ending(self._key, flight):
                    self._finish(flight, await arun(self._start(), sender))
            else:
                with suppress(_AbandonedError):
                    self.results.append(await wrap_future(flight.future))

    def _finish(self, flight: _Flight[T], result: T) -> None:
        self.results.append(result)
        flight.future.set_result(result)
