"""Send what a run logs line by line."""

from ..config.api_key import another_key
from ..errors import AuthenticationError, RateLimitError, TransportError
from ..paths import quoted_parts
from ..transport.client import Client
from ..transport.flow import Sender
from .ref import RunIdentity, missing_run


class StreamRequest:
    """A request to the endpoint that the official SDK logs a run to."""

    def __init__(self, client: Client, run: RunIdentity, what: str, body: bytes) -> None:
        self._client = client
        self._run = run
        self._what = what
        path = "/".join(quoted_parts(run.entity, run.project, run.id))
        self._path = f"/files/{path}/file_stream"
        self._body = body

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
