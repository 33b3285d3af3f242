"""The end of a run: wait for it, and report it."""

from wbtyped_graphql import calls

from .. import arguments
from ..clock import monotonic
from ..config.api_key import another_key
from ..errors import AuthenticationError, RateLimitError, TransportError, WaitTimeoutError
from ..paths import quoted_parts
from ..transport.client import Client
from ..transport.flow import Flow, Sender, ask
from ..transport.pause import Pause
from .ref import RunRef, missing_run, require_run

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


class FinishRequest:
    """The request that tells the server how the program of a run ended.

    It is what the official SDK sends at the end of a run, to the endpoint that it logs to.
    """

    def __init__(self, client: Client, run: RunRef, exit_code: int) -> None:
        arguments.whole_number("exit_code", exit_code, -MAX_EXIT_CODE, MAX_EXIT_CODE)
        self._client = client
        self._run = run
        self._what = f"end of run {run.full_path}"
        path = "/".join(quoted_parts(run.entity, run.project, run.id))
        self._path = f"/files/{path}/file_stream"
        self._body = b'{"complete": true, "exitcode": %d}' % exit_code

    def send(self, _: Sender, /) -> None:
        """Send it."""
        response = self._client.transport.post(
            self._what, self._body, repeatable=True, path=self._path
        )
        self._check(response.status_code)

    async def asend(self, _: Sender, /) -> None:
        """Asynchronous form of `send`."""
        response = await self._client.transport.apost(
            self._what, self._body, repeatable=True, path=self._path
        )
        self._check(response.status_code)

    def _check(self, status: int) -> None:
        if 200 <= status < 300:
            return
        if status == 404:
            raise missing_run(self._run, "run")
        if status in {401, 403}:
            settings = self._client.settings
            raise AuthenticationError(
                f"{self._what}: {settings.base_url} does not let the API key from"
                f" {settings.key_source} write to the run; {another_key(settings.key_source)}"
            )
        kind = RateLimitError if status == 429 else TransportError
        raise kind(
            f"{self._what}: HTTP {status} from {self._client.settings.base_url}; try again later",
            status=status,
        )
