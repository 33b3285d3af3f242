"""Save changes that take several requests, and report which were applied if one fails."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from wbtyped_graphql.operation import Operation, ResultT

from ..errors import PartialSaveError, WbtypedError
from ..transport.flow import Flow, ask


class SaveStep(NamedTuple):
    """One request of several; `what` names its change in errors."""

    what: str
    run: Callable[[str], Flow[None]]
    """Sends it, given what is saved."""


def save_step(
    what: str, operation: Operation[ResultT], record: Callable[[ResultT], None]
) -> SaveStep:
    """Build the step that sends an operation and records its result."""

    def run(saved: str) -> Flow[None]:
        record((yield from ask(operation, saved)))

    return SaveStep(what, run)


def save_all(steps: Sequence[SaveStep], what: str) -> Flow[None]:
    """Run the steps in order; raises PartialSaveError if any but the first fails."""
    for position, step in enumerate(steps):
        try:
            yield from step.run(what)
        except WbtypedError as error:
            if not position:
                raise
            applied = [done.what for done in steps[:position]]
            pending = [left.what for left in steps[position:]]
            raise PartialSaveError(
                f"{what} was saved in part: {', '.join(applied)} applied, {', '.join(pending)} not"
                f" ({error}); call save() again for the rest",
                applied=applied,
                pending=pending,
            ) from error
