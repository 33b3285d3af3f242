"""What sends one upload at a time, in a thread: httpx, or libcurl for large ones."""

from typing import Protocol

from ..download.options import EngineName
from ..transport.http import Transport
from .httpx_sender import HttpxSender
from .schedule import Response, Upload, UploadSchedule


class Sender(Protocol):
    """Sends uploads, one at a time, over connections of its own."""

    def send(self, upload: Upload) -> Response:
        """Send an upload; raises TransientError, TransportError and DiskError."""
        ...

    def close(self) -> None:
        """Close the connections."""


class Senders:
    """The senders of one thread, each made for the first upload that needs it."""

    def __init__(self, transport: Transport, schedule: UploadSchedule, engine: EngineName) -> None:
        self._transport = transport
        self._schedule = schedule
        self._engine = engine
        self._small: Sender | None = None
        self._large: Sender | None = None

    def send(self, upload: Upload) -> Response:
        """Send an upload; raises TransientError, TransportError and DiskError."""
        if self._engine == "httpx" or upload.is_small:
            # Loaded already, for the API.
            self._small = self._small or HttpxSender(self._transport, self._schedule)
            return self._small.send(upload)
        self._large = self._large or self._curl()
        return self._large.send(upload)

    def _curl(self) -> Sender:
        from .curl_sender import CurlSender  # needs pycurl, which may be missing

        return CurlSender(self._transport, self._schedule)

    def close(self) -> None:
        """Close the connections."""
        for sender in (self._small, self._large):
            if sender is not None:
                sender.close()
