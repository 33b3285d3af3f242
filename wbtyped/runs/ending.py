"""The end of a run: wait for it, and report it."""

from wbtyped_graphql import calls

from .. import arguments
from ..clock import monotonic
from ..errors import WaitTimeoutError
from ..transport.client import Client
from ..transport.flow import Flow, ask
from ..transport.pause import Pause
from .ref import RunRef, require_run
from .stream_request import StreamRequest

ENDED = frozenset({"finished", "failed", "crashed", "killed"})
"""States that a run stays in. A preempted one may be started again."""
POLL_SECONDS = 5.0
"""As often as the official client asks."""
MAX_EXIT_CODE = 2**31 - 1


def wait_until_ended(run: RunRef, timeout: float | None) -> Flow[str]:
    """Return the state of a run once it has ended; raises WaitTimeoutError after `timeout` s."""
    if timeout is not None:
        arguments.positive_number("timeout", timeout)
    started = monotonic()
    while True:
        state = yield from load_state(run)
        if state in ENDED:
            return state
        left = POLL_SECONDS if timeout is None else started + timeout - monotonic()
        if left <= 0:
            raise WaitTimeoutError(
                f"run {run.full_path} has not ended within {timeout:g} seconds; its state is"
                f" {state}"
            )
        yield Pause(min(POLL_SECONDS, left))


def load_state(run: RunRef) -> Flow[str]:
    """Return the state of a run (query GetRunState)."""
    result = yield from ask(
        calls.get_run_state(entity=run.entity, project=run.project, name=run.id)
    )
    found = require_run(run, result.project)
    return found.state or "unknown"


class FinishRequest(StreamRequest):
    """The request that tells the server how the program of a run ended.

    It is what the official SDK sends at the end of a run.
    """

    def __init__(self, client: Client, run: RunRef, exit_code: int) -> None:
        arguments.whole_number("exit_code", exit_code, -MAX_EXIT_CODE, MAX_EXIT_CODE)
        body = b'{"complete": true, "exitcode": %d}' % exit_code
        super().__init__(client, run, f"end of run {run.full_path}", body)
