"""A fast lane for small files: one GET each, verified in memory, renamed into place.

It handles what happens nearly always. Whatever deviates, be it a status, an error of libcurl, a
wrong size or digest, or the disk, goes back to the schedule as an attempt of the usual way, which
retries, follows redirects, refreshes URLs and reports errors.
"""

import base64
from concurrent.futures import Executor

import pycurl

from ...errors import WbtypedError
from ...transport.http import USER_AGENT
from ...transport.retries import SLOWEST_BYTES_PER_SECOND
from ..disk.digests import new_hash
from ..response import raise_for_status
from ..schedule import OddFile, Schedule
from ..target import Target
from ..transfer import Transfer
from .curl_routes import CurlRoutes

PROTOCOLS = pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS
INLINE_BYTES = 64 * 1024
"""Size up to which a file is verified and written by the thread that moves bytes: that takes less
time than passing it to another."""
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
        set_option(pycurl.NOSIGNAL, 1)
        set_option(pycurl.PROTOCOLS, PROTOCOLS)
        set_option(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1)
        set_option(pycurl.USERAGENT, USER_AGENT)
        set_option(pycurl.HTTPHEADER, ["Accept-Encoding: identity"])
        set_option(pycurl.PATH_AS_IS, 1)
        routes.prepare(self.curl)
        set_option(pycurl.CONNECTTIMEOUT_MS, int(timeout * 1000))
        set_option(pycurl.LOW_SPEED_LIMIT, SLOWEST_BYTES_PER_SECOND)
        set_option(pycurl.LOW_SPEED_TIME, max(1, int(timeout)))

    def start(self, transfer: Transfer) -> None:
        """Prepare the handle for a file."""
        self.transfer = transfer
        self.blocks, self.received, self.size = [], 0, transfer.size or 0
        self.curl.setopt(pycurl.URL, transfer.url)

    def _write(self, block: bytes) -> int:
        """Keep a block; returning another number of bytes ends the transfer."""
        self.received += len(block)
        if self.received > self.size:
            return 0
        self.blocks.append(block)
        return len(block)


class FastLane:
    """Moves the small files of a schedule, through a multi handle that other transfers share."""

    def __init__(
        self,
        multi: pycurl.CurlMulti,
        timeout: float,
        routes: CurlRoutes,
        schedule: Schedule,
        finishers: Executor,
    ) -> None:
        self._multi = multi
        self._timeout = timeout
        self._routes = routes
        self._schedule = schedule
        self._finishers = finishers
        self._free: list[LaneHandle] = []
        self.busy: dict[pycurl.Curl, LaneHandle] = {}
        """The handles in use."""
        self._done: list[Transfer] = []
        self._odd: list[OddFile] = []

    def start(self) -> None:
        """Request as many files as may be transferred now."""
        for transfer in self._schedule.take_small():
            handle = self._free.pop() if self._free else LaneHandle(self._timeout, self._routes)
            try:
                if transfer.url.startswith("https:"):
                    self._routes.check_tls()
                handle.start(transfer)
            except (pycurl.error, WbtypedError):
                self._free.append(handle)
                self._odd.append(OddFile(transfer, None))
                continue
            self.busy[handle.curl] = handle
            self._multi.add_handle(handle.curl)

    def end(self, curl: pycurl.Curl) -> None:
        """Process a complete response."""
        status = curl.getinfo(pycurl.RESPONSE_CODE)
        handle = self._release(curl)
        if status != 200:
            self._odd.append(OddFile(handle.transfer, status_error(handle.transfer, curl, status)))
        elif handle.size > INLINE_BYTES:
            self._finishers.submit(self._finish_large, handle.transfer, handle.blocks)
        elif self._finish(handle.transfer, handle.blocks):
            self._done.append(handle.transfer)
        else:
            self._odd.append(OddFile(handle.transfer, None))

    def fail(self, curl: pycurl.Curl, code: int, message: str) -> None:
        """Process a transfer that libcurl has given up."""
        transfer = self._release(curl).transfer
        reason = f"{transfer.label}: {message or f'curl {code}'}"
        # A block that was refused means a response that is too long, which is not for us to judge.
        error = None if code == pycurl.E_WRITE_ERROR else self._routes.error(code, reason, None)
        self._odd.append(OddFile(transfer, error))

    def _release(self, curl: pycurl.Curl) -> LaneHandle:
        self._multi.remove_handle(curl)
        handle = self.busy.pop(curl)
        self._free.append(handle)
        return handle

    def _finish_large(self, transfer: Transfer, blocks: list[bytes]) -> None:
        """Do the same in another thread, and report the outcome from there."""
        if self._finish(transfer, blocks):
            self._schedule.finish_small([transfer], [])
        else:
            self._schedule.finish_small([], [OddFile(transfer, None)])

    def _finish(self, transfer: Transfer, blocks: list[bytes]) -> bool:
        """Verify and write a file; return False if it has to be transferred again."""
        content = blocks[0] if len(blocks) == 1 else b"".join(blocks)
        if len(content) != transfer.size:
            return False
        digest = new_hash("XXH128" if transfer.xxh128 else "MD5")
        digest.update(content)
        if base64.b64encode(digest.digest()).decode() != transfer.digest:
            return False
        try:
            self._schedule.tree.place(transfer.target, [content], replace=transfer.replace)
        except (OSError, WbtypedError):
            # The usual way fails in the same way, and says why.
            return False
        return True

    def report(self) -> None:
        """Report the outcomes since the last call."""
        if self._done or self._odd:
            self._schedule.finish_small(self._done, self._odd)
            self._done, self._odd = [], []

    def close(self) -> None:
        """Stop all transfers."""
        for curl in list(self.busy):
            self._multi.remove_handle(curl)
        self.busy.clear()


def status_error(transfer: Transfer, curl: pycurl.Curl, status: int) -> Exception | None:
    """Return the error for a status that says all; None if the whole response has to be seen."""
    if status < 400:
        return None
    seconds = curl.getinfo(pycurl.RETRY_AFTER)
    headers = {"retry-after": str(seconds)} if seconds else {}
    try:
        raise_for_status(transfer.label, status, headers, signed=True)
    except Exception as error:
        return error
