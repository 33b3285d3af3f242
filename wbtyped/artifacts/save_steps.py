"""Changes that take several requests, and what is said when one of them fails."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from wbtyped_graphql.operation import Operation, ResultT

from ..errors import PartialSaveError, WbtypedError
from ..transport.client import Client


@dataclass(frozen=True, slots=True)
class Step:
    """One request of several; `what` names the change that it makes."""

    what: str
    send: Callable[[Client], None]
    asend: Callable[[Client], Awaitable[None]]


def step(what: str, operation: Operation[ResultT], applied: Callable[[ResultT], None]) -> Step:
    """Return the step that sends an operation and then notes what became of it."""

    def send(client: Client) -> None:
        applied(client.send(operation))

    async def asend(client: Client) -> None:
        applied(await client.asend(operation))

    return Step(what, send, asend)


def save(client: Client, steps: Sequence[Step], what: str) -> None:
    """Take the steps in order; the error of a later one says which were taken before it."""
    for done, each in enumerate(steps):
        try:
            each.send(client)
        except WbtypedError as error:
            raise interrupted(steps, done, what, error) from error


async def asave(client: Client, steps: Sequence[Step], what: str) -> None:
    """Do the same from a coroutine."""
    for done, each in enumerate(steps):
        try:
            await each.asend(client)
        except WbtypedError as error:
            raise interrupted(steps, done, what, error) from error


def interrupted(steps: Sequence[Step], done: int, what: str, error: WbtypedError) -> WbtypedError:
    """Return the error to raise: the step's own when nothing was applied before it."""
    if not done:
        return error
    applied = [each.what for each in steps[:done]]
    pending = [each.what for each in steps[done:]]
    return PartialSaveError(
        f"{what} was saved in part: {', '.join(applied)} applied, {', '.join(pending)} not"
        f" ({error}); call save() again for the rest",
        applied=applied,
        pending=pending,
    )
