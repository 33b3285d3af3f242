"""A fast lane for small files over libcurl: one GET each, no object graph per file."""

from concurrent.futures import Executor

import pycurl

from ...errors import WbtypedError
from ...transport.retries import SLOWEST_BYTES_PER_SECOND
from ..schedule import Schedule, SmallFile
from ..target import Target
from ..transfer import Transfer
from .curl_routes import CurlRoutes, error_text
from .small_finisher import SmallFinisher

BUFFER_BYTES = 512 * 1024
"""Bytes that libcurl reads at most at a time."""
FIRST_CONNECTIONS = 32
"""Connections to begin with; each further one costs a handshake, and is worth it if responses are
slow."""
SLOW_SECONDS = 0.01
"""Seconds without any response after which more connections are used."""
NO_TRANSFER = Transfer("", Target("", "", ""), None, None, "")
"""What a handle holds before its first file."""


class LaneHandle:
    """A libcurl easy handle with the body that it has received."""

    __slots__ = ("blocks", "curl", "received", "size", "transfer")

    def __init__(self, timeout: float, routes: CurlRoutes) -> None:
        self.curl: pycurl.Curl = pycurl.Curl()
        self.transfer: Transfer = NO_TRANSFER
        self.blocks: list[bytes] = []
        self.received: int = 0
        self.size: int = 0
        set_option = self.curl.setopt
        set_option(pycurl.WRITEFUNCTION, self._write)
        set_option(pycurl.HTTPHEADER, ["Accept-Encoding: identity"])
        set_option(pycurl.PATH_AS_IS, 1)
        set_option(pycurl.BUFFERSIZE, BUFFER_BYTES)
        routes.prepare(self.curl, timeout)
        # Where a server offers HTTP/2, files share a connection: each costs a handshake.
        set_option(pycurl.PIPEWAIT, 1)
        set_option(pycurl.LOW_SPEED_LIMIT, SLOWEST_BYTES_PER_SECOND)
        set_option(pycurl.LOW_SPEED_TIME, max(1, int(timeout)))

    def start(self, transfer: Transfer) -> None:
        """Prepare the handle for a file."""
        self.transfer = transfer
        self.blocks, self.received, self.size = [], 0, transfer.size or 0
        self.curl.setopt(pycurl.URL, transfer.url)

    def take_body(self) -> bytes:
        """Return the body, which the handle then no longer keeps in memory."""
        blocks, self.blocks = self.blocks, []
        return b"".join(blocks)

    def _write(self, block: bytes) -> int:
        """Keep a block; returning another number of bytes ends the transfer."""
        self.received += len(block)
        if self.received > self.size:
            return 0
        self.blocks.append(block)
        return len(block)


class CurlLane:
    """Moves the small files of a schedule, through a multi handle that other transfers share."""

    def __init__(
        self,
        multi: pycurl.CurlMulti,
        timeout: float,
        routes: CurlRoutes,
        schedule: Schedule,
        finishers: Executor,
        most: int,
    ) -> None:
        self._multi = multi
        self._timeout = timeout
        self._routes = routes
        self._schedule = schedule
        self._finisher = SmallFinisher(schedule, finishers)
        self._most = most
        self._connections = min(most, FIRST_CONNECTIONS)
        self._tls_checked = False
        self._free: list[LaneHandle] = []
        self.busy: dict[pycurl.Curl, LaneHandle] = {}
        """The handles in use."""

    @property
    def is_idle(self) -> bool:
        """Whether it has neither files to wait for nor files to report."""
        return not self.busy and not self._finisher.has_files

    def start(self) -> None:
        """Request as many files as may be transferred now."""
        for transfer in self._schedule.take_small(self._connections - len(self.busy)):
            handle = self._free.pop() if self._free else LaneHandle(self._timeout, self._routes)
            try:
                if not self._tls_checked and transfer.url.startswith("https:"):
                    self._routes.check_tls()
                    self._tls_checked = True
                handle.start(transfer)
            except (pycurl.error, WbtypedError):
                self._free.append(handle)
                self._finisher.hand_over(transfer)
                continue
            self.busy[handle.curl] = handle
            self._multi.add_handle(handle.curl)

    def end(self, curl: pycurl.Curl) -> None:
        """Process a complete response."""
        status = curl.getinfo(pycurl.RESPONSE_CODE)
        handle = self._release(curl)
        if status != 200:
            self._finisher.hand_over_status(handle.transfer, status, retry_after_header(curl))
        else:
            self._finisher.add(SmallFile(handle.transfer, handle.take_body()))

    def fail(self, curl: pycurl.Curl, code: int, message: str) -> None:
        """Process a transfer that libcurl has given up."""
        transfer = self._release(curl).transfer
        reason = f"{transfer.label}: {error_text(code, message)}"
        # A block that was refused means a response that is too long, which is not for us to judge.
        error = None if code == pycurl.E_WRITE_ERROR else self._routes.error(code, reason, None)
        self._finisher.hand_over(transfer, error)

    def _release(self, curl: pycurl.Curl) -> LaneHandle:
        self._multi.remove_handle(curl)
        handle = self.busy.pop(curl)
        self._free.append(handle)
        return handle

    def waited(self, seconds: float) -> None:
        """Use more connections if the network is slower than this thread."""
        if seconds > SLOW_SECONDS:
            self._connections = min(self._most, 2 * self._connections)

    def report(self) -> None:
        """Write the files that have been received, and report all outcomes since the last call."""
        self._finisher.report()

    def close(self) -> None:
        """Stop all transfers."""
        for curl in list(self.busy):
            self._multi.remove_handle(curl)
        self.busy.clear()


def retry_after_header(curl: pycurl.Curl) -> dict[str, str]:
    """Return the header Retry-After of a response, if it has one."""
    seconds = curl.getinfo(pycurl.RETRY_AFTER)
    return {"retry-after": str(seconds)} if seconds else {}
