"""Send uploads by libcurl: large ones in threads, small ones many at a time in one."""

from collections.abc import Iterator

import pycurl

from ..clock import monotonic
from ..config.proxies import Proxy
from ..download.engines.curl_engine import last_headers
from ..download.engines.curl_routes import CurlRoutes, request_target
from ..download.transfer import TransferCancelled
from ..errors import TransportError, WbtypedError
from ..transport.http import Transport
from ..transport.redirects import REDIRECT_BODY_BYTES
from ..transport.retries import SLOWEST_BYTES_PER_SECOND
from .schedule import Upload, UploadSchedule
from .senders import Response

FIRST_CONNECTIONS = 8
"""Connections for small files to begin with; each further one costs a handshake, and is worth it if
responses are slow."""
SLOW_SECONDS = 0.01
"""Seconds without any response after which more connections are used."""
POLL_SECONDS = 0.1
"""Seconds until a thread looks again whether the schedule is finished."""
BUFFER_BYTES = 1024 * 1024


class CurlHandle:
    """A libcurl easy handle that sends one upload after another."""

    def __init__(self, timeout: float, routes: CurlRoutes) -> None:
        self.curl: pycurl.Curl = pycurl.Curl()
        self.upload: Upload | None = None
        self.error: Exception | None = None
        self._routes = routes
        self.proxy: Proxy | None = None
        self._header_lines: list[bytes] = []
        self._received = 0
        self._blocks: Iterator[bytes] | None = None
        self._rest: memoryview = memoryview(b"")
        set_option = self.curl.setopt
        set_option(pycurl.WRITEFUNCTION, self._write)
        set_option(pycurl.HEADERFUNCTION, self._header_lines.append)
        set_option(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1)
        set_option(pycurl.UPLOAD_BUFFERSIZE, BUFFER_BYTES)
        set_option(pycurl.LOW_SPEED_LIMIT, SLOWEST_BYTES_PER_SECOND)
        set_option(pycurl.LOW_SPEED_TIME, max(1, int(timeout)))
        routes.prepare(self.curl, timeout)

    def start(self, upload: Upload) -> None:
        """Prepare the handle for an upload; raises DiskError and TransportError."""
        self.upload, self.error, self._received = upload, None, 0
        self._header_lines.clear()
        set_option = self.curl.setopt
        self.proxy = self._routes.set_proxy(self.curl, upload.url)
        # Without a value, libcurl sends neither of these by itself.
        headers = ["Expect:", "Content-Type:"]
        headers += [f"{name}: {value}" for name, value in upload.headers.items()]
        try:
            set_option(pycurl.URL, str(upload.url))
            set_option(pycurl.REQUEST_TARGET, request_target(upload.url, self.proxy))
            set_option(pycurl.HTTPHEADER, headers)
        except (pycurl.error, UnicodeError) as error:
            raise TransportError(
                f"{upload.label}: the server assigned a URL that cannot be used"
            ) from error
        self._set_body(upload)

    def _set_body(self, upload: Upload) -> None:
        set_option = self.curl.setopt
        if upload.is_small:
            # Sent from memory, head and body in one go, without a callback.
            set_option(pycurl.POSTFIELDS, upload.body.read())
            set_option(pycurl.CUSTOMREQUEST, "PUT")
            return
        self._blocks, self._rest = upload.body.blocks(BUFFER_BYTES), memoryview(b"")
        set_option(pycurl.UPLOAD, 1)
        set_option(pycurl.READFUNCTION, self._read)
        set_option(pycurl.INFILESIZE_LARGE, upload.body.size)

    def _read(self, size: int) -> bytes | int:
        """Return the next bytes of the body; errors are kept, libcurl would lose them."""
        try:
            if not self._rest:
                self._rest = memoryview(next(self._blocks or iter(()), b""))
            block, self._rest = self._rest[:size], self._rest[size:]
            if self.upload is not None:
                self.upload.sent += len(block)
            return bytes(block)
        except Exception as error:
            self.error = error
            return pycurl.READFUNC_ABORT

    def cancel_if(self, schedule: UploadSchedule) -> None:
        """Let uploads end soon after the schedule is cancelled."""

        def watch(*_: float) -> int:
            if schedule.cancelled:
                self.error = TransferCancelled()
            return int(schedule.cancelled)

        self.curl.setopt(pycurl.NOPROGRESS, 0)
        self.curl.setopt(pycurl.XFERINFOFUNCTION, watch)

    def _write(self, block: bytes) -> int:
        """Drop the body of the response, which may have any length."""
        self._received += len(block)
        return len(block) if self._received <= REDIRECT_BODY_BYTES else 0

    def response(self, code: int, message: str) -> Response:
        """Return the response to a request that has ended; raises the error that ended it."""
        assert self.upload is not None  # noqa: S101 - it was started
        if self.error is not None:
            raise self.error
        if code and not (code == pycurl.E_WRITE_ERROR and self._received > REDIRECT_BODY_BYTES):
            reason = f"{self.upload.label}: {message or f'curl {code}'}"
            raise self._routes.error(code, reason, self.proxy)
        return last_headers(self._header_lines)

    def close(self) -> None:
        """Close its connections."""
        self.curl.close()


class CurlSender:
    """Sends uploads in the calling thread, one at a time."""

    def __init__(self, transport: Transport, schedule: UploadSchedule) -> None:
        self._timeout = transport.settings.timeout
        self._schedule = schedule
        self._routes = CurlRoutes()
        self._handles: dict[bool, CurlHandle] = {}

    def send(self, upload: Upload) -> Response:
        """Send an upload."""
        # Not the same handle for both kinds of bodies, whose options would add up.
        handle = self._handles.get(upload.is_small)
        if handle is None:
            handle = self._handles[upload.is_small] = CurlHandle(self._timeout, self._routes)
            handle.cancel_if(self._schedule)
        handle.start(upload)
        try:
            handle.curl.perform()
        except pycurl.error as error:
            return handle.response(int(error.args[0]), str(error.args[-1]))
        return handle.response(0, "")

    def close(self) -> None:
        """Close the connections."""
        for handle in self._handles.values():
            handle.close()


class CurlLane:
    """Sends the small uploads of a schedule: one thread, many at a time over few connections."""

    def __init__(self, transport: Transport, schedule: UploadSchedule, most: int) -> None:
        self._timeout = transport.settings.timeout
        self._schedule = schedule
        self._most = most
        self._connections = min(most, FIRST_CONNECTIONS)
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_MAX_TOTAL_CONNECTIONS, most)
        self._multi.setopt(pycurl.M_MAXCONNECTS, most)
        self._routes = CurlRoutes()
        self._free: list[CurlHandle] = []
        self._busy: dict[pycurl.Curl, CurlHandle] = {}

    @staticmethod
    def is_possible() -> bool:
        """Return True if no proxy is set, which requests would have to be prepared for."""
        return CurlRoutes().is_direct

    def run(self) -> None:
        """Work until the schedule is finished."""
        try:
            while not self._schedule.finished:
                self._start()
                if self._busy:
                    self._multi.perform()
                    self._process()
        finally:
            for curl in list(self._busy):
                self._multi.remove_handle(curl)
            self._multi.close()

    def _start(self) -> None:
        seconds = 0.0 if self._busy else POLL_SECONDS
        for upload in self._schedule.take_small(self._connections - len(self._busy), seconds):
            handle = self._free.pop() if self._free else CurlHandle(self._timeout, self._routes)
            try:
                handle.start(upload)
            except WbtypedError as error:
                self._free.append(handle)
                self._schedule.fail(upload, error)
                continue
            self._busy[handle.curl] = handle
            self._multi.add_handle(handle.curl)

    def _process(self) -> None:
        """Report the uploads that have ended, or wait for one."""
        done: list[Upload] = []
        ended, queued = 0, 1
        while queued:
            queued, good, bad = self._multi.info_read()
            for curl in good:
                self._end(curl, 0, "", done)
            for curl, code, message in bad:
                self._end(curl, code, message, done)
            ended += len(good) + len(bad)
        if done:
            self._schedule.end_small(done)
        if not ended:
            since = monotonic()
            self._multi.select(POLL_SECONDS)
            if monotonic() - since > SLOW_SECONDS:
                self._connections = min(self._most, 2 * self._connections)

    def _end(self, curl: pycurl.Curl, code: int, message: str, done: list[Upload]) -> None:
        self._multi.remove_handle(curl)
        handle = self._busy.pop(curl)
        self._free.append(handle)
        upload = handle.upload
        assert upload is not None  # noqa: S101 - it was started
        # Of a part, the headers are needed; parsing them would cost each small file as much again.
        if not code and not upload.part and 200 <= curl.getinfo(pycurl.RESPONSE_CODE) < 300:
            done.append(upload)
            return
        try:
            status, headers = handle.response(code, message)
        except Exception as error:
            self._schedule.fail(upload, error)
        else:
            self._schedule.respond(upload, status, headers)
