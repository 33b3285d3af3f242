"""Send one upload at a time by libcurl."""

from collections.abc import Callable

import pycurl

from ..config.proxies import Proxy
from ..download.engines.curl_engine import last_headers
from ..download.engines.curl_routes import CurlRoutes, error_text, request_target
from ..download.worker import TransferCancelled
from ..errors import TransportError
from ..transport.http import Transport
from ..transport.redirects import REDIRECT_BODY_BYTES
from ..transport.retries import SLOWEST_BYTES_PER_SECOND
from .schedule import Response, Upload, UploadSchedule

BUFFER_BYTES = 1024 * 1024


class CurlSender:
    """Sends uploads by libcurl in the calling thread, one at a time."""

    def __init__(self, transport: Transport, schedule: UploadSchedule) -> None:
        self._schedule = schedule
        self._routes = CurlRoutes()
        self._curl = pycurl.Curl()
        self._error: Exception | None = None
        """The error of a callback, which libcurl would lose."""
        self._header_lines: list[bytes] = []
        self._received = 0
        """Bytes of the body of the response."""
        self._prepare(transport.settings.timeout)

    def _prepare(self, timeout: float) -> None:
        """Set the options that all uploads have in common."""
        set_option = self._curl.setopt
        set_option(pycurl.UPLOAD, 1)
        set_option(pycurl.WRITEFUNCTION, self._write)
        set_option(pycurl.HEADERFUNCTION, self._header_lines.append)
        set_option(pycurl.NOPROGRESS, 0)
        set_option(pycurl.XFERINFOFUNCTION, self._watch)
        set_option(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1)
        set_option(pycurl.UPLOAD_BUFFERSIZE, BUFFER_BYTES)
        set_option(pycurl.LOW_SPEED_LIMIT, SLOWEST_BYTES_PER_SECOND)
        set_option(pycurl.LOW_SPEED_TIME, max(1, int(timeout)))
        self._routes.prepare(self._curl, timeout)

    def send(self, upload: Upload) -> Response:
        """Send an upload."""
        self._error, self._received = None, 0
        self._header_lines.clear()
        proxy = self._start(upload)
        try:
            self._curl.perform()
        except pycurl.error as error:
            if self._error is not None:
                raise self._error from error
            code, message = int(error.args[0]), str(error.args[-1])
            # The response has arrived whose body was too long.
            if code != pycurl.E_WRITE_ERROR or self._received <= REDIRECT_BODY_BYTES:
                reason = f"{upload.label}: {error_text(code, message)}"
                raise self._routes.error(code, reason, proxy) from error
        return last_headers(self._header_lines)

    def _start(self, upload: Upload) -> Proxy | None:
        """Prepare the handle for an upload, and return the proxy; raises TransportError."""
        set_option = self._curl.setopt
        proxy = self._routes.set_proxy(self._curl, upload.url)
        # Without a value, libcurl sends neither of these by itself.
        headers = ["Expect:", "Content-Type:"]
        headers += [f"{name}: {value}" for name, value in upload.headers.items()]
        try:
            set_option(pycurl.URL, str(upload.url))
            set_option(pycurl.REQUEST_TARGET, request_target(upload.url, proxy))
            set_option(pycurl.HTTPHEADER, headers)
        except (pycurl.error, UnicodeError) as error:
            raise TransportError(
                f"{upload.label}: the server assigned a URL that cannot be used"
            ) from error
        set_option(pycurl.READFUNCTION, self._reader(upload))
        set_option(pycurl.INFILESIZE_LARGE, upload.body.size)
        return proxy

    def _reader(self, upload: Upload) -> Callable[[int], bytes | int]:
        """Return what gives libcurl the next bytes of a body."""
        blocks, rest = upload.body.blocks(BUFFER_BYTES), memoryview(b"")

        def read(size: int) -> bytes | int:
            nonlocal rest
            try:
                rest = rest or memoryview(next(blocks, b""))
                block, rest = rest[:size], rest[size:]
            except Exception as error:
                self._error = error
                return pycurl.READFUNC_ABORT
            upload.sent += len(block)
            return bytes(block)

        return read

    def _watch(self, *_: float) -> int:
        """End the upload soon after the schedule is cancelled."""
        if self._schedule.cancelled:
            self._error = TransferCancelled()
        return int(self._schedule.cancelled)

    def _write(self, block: bytes) -> int:
        """Drop the body of the response, which may have any length."""
        self._received += len(block)
        return len(block) if self._received <= REDIRECT_BODY_BYTES else 0

    def close(self) -> None:
        """Close the connections."""
        self._curl.close()
