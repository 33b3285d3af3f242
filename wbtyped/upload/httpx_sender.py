"""Send one upload at a time by httpx."""

from collections.abc import Iterator
from contextlib import closing

from ..download.worker import TransferCancelled
from ..transport.http import (
    USER_AGENT,
    ExactUrl,
    Transport,
    drop_redirect_body,
    transport_errors,
)
from ..transport.httpx_import import httpx
from ..transport.routes import RoutedTransport
from ..transport.time_limits import response_limit
from .schedule import Response, Upload, UploadSchedule


class HttpxSender:
    """Sends uploads by httpx."""

    def __init__(self, transport: Transport, schedule: UploadSchedule) -> None:
        self._timeout = transport.settings.timeout
        self._schedule = schedule
        # An httpx client handles cookies and redirects, which takes a third of a small file's time.
        self._connections = RoutedTransport()

    def send(self, upload: Upload) -> Response:
        """Send an upload."""
        length = {"Content-Length": str(upload.body.size)}
        request = httpx.Request(
            "PUT",
            str(upload.url),
            headers={"User-Agent": USER_AGENT, **upload.headers, **length},
            content=upload.body.read() if upload.is_small else self._blocks(upload),
            extensions={"timeout": httpx.Timeout(self._timeout).as_dict()},
        )
        request.url = ExactUrl(upload.url)
        with (
            transport_errors(upload.label),
            response_limit(self._timeout),
            closing(self._connections.handle_request(request)) as response,
        ):
            drop_redirect_body(response)
        return response.status_code, response.headers

    def _blocks(self, upload: Upload) -> Iterator[bytes]:
        for block in upload.body.blocks():
            if self._schedule.cancelled:
                raise TransferCancelled
            yield block
            upload.sent += len(block)

    def close(self) -> None:
        """Close the connections."""
        self._connections.close()
