"""A fast lane for small files: one GET each, verified in memory, renamed into place.

It handles what happens nearly always. Whatever deviates, be it a status, an error of libcurl, a
wrong size or digest, or the disk, is handed over to the usual way of a transfer, which retries,
follows redirects, refreshes URLs and reports errors.
"""

import base64
from collections.abc import Sequence

import pycurl

from ...errors import WbtypedError
from ...transport.http import USER_AGENT
from ...transport.retries import SLOWEST_BYTES_PER_SECOND
from ..disk.digests import new_hash
from ..disk.folder_tree import FolderTree
from ..response import raise_for_status
from ..schedule import OddFile
from ..target import Target
from ..transfer import Transfer
from .curl_routes import CurlRoutes

PROTOCOLS = pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS
NO_TRANSFER = Transfer("", Target("", "", ""), None, None, "")
"""What a handle holds before its first file."""


class LaneHandle:
    """A libcurl easy handle with the body that it has received."""

    __slots__ = ("blocks", "curl", "limit", "received", "transfer")

    def __init__(self, timeout: float, routes: CurlRoutes) -> None:
        self.curl: pycurl.Curl = pycurl.Curl()
        self.blocks: list[bytes] = []
        self.received: int = 0
        self.limit: int = 0
        self.transfer: Transfer = NO_TRANSFER
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
        self.blocks.clear()
        self.received, self.limit = 0, transfer.size or 0
        self.curl.setopt(pycurl.URL, transfer.url)

    def _write(self, block: bytes) -> int:
        """Keep a block; returning another number of bytes ends the transfer."""
        self.received += len(block)
        if self.received > self.limit:
            return 0
        self.blocks.append(block)
        return len(block)

    def content(self) -> bytes | None:
        """Return the content if it has the right size and digest, else None."""
        transfer = self.transfer
        content = self.blocks[0] if len(self.blocks) == 1 else b"".join(self.blocks)
        if len(content) != transfer.size:
            return None
        digest = new_hash("XXH128" if transfer.xxh128 else "MD5")
        digest.update(content)
        return content if base64.b64encode(digest.digest()).decode() == transfer.digest else None


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


class FastLane:
    """Moves small files through a multi handle that other transfers share."""

    def __init__(
        self, multi: pycurl.CurlMulti, timeout: float, routes: CurlRoutes, tree: FolderTree
    ) -> None:
        self._multi = multi
        self._timeout = timeout
        self._routes = routes
        self._tree = tree
        self._free: list[LaneHandle] = []
        self.busy: dict[pycurl.Curl, LaneHandle] = {}
        """The handles in use."""
        self._done: list[Transfer] = []
        self._odd: list[OddFile] = []

    def start(self, transfers: Sequence[Transfer]) -> None:
        """Request files."""
        for transfer in transfers:
            handle = self._free.pop() if self._free else LaneHandle(self._timeout, self._routes)
            try:
                handle.start(transfer)
                if transfer.url.startswith("https:"):
                    self._routes.check_tls()
            except (pycurl.error, WbtypedError):
                self._free.append(handle)
                self._odd.append(OddFile(transfer, None))
                continue
            self.busy[handle.curl] = handle
            self._multi.add_handle(handle.curl)

    def end(self, curl: pycurl.Curl) -> None:
        """Process a complete response."""
        handle = self._release(curl)
        transfer, status = handle.transfer, curl.getinfo(pycurl.RESPONSE_CODE)
        content = handle.content() if status == 200 else None
        if content is not None and self._place(transfer, content):
            self._done.append(transfer)
        else:
            self._odd.append(OddFile(transfer, status_error(transfer, curl, status)))

    def fail(self, curl: pycurl.Curl, code: int, message: str) -> None:
        """Process a transfer that libcurl has given up."""
        transfer = self._release(curl).transfer
        reason = f"{transfer.label}: {message or f'curl {code}'}"
        # A write that is refused is a response that is too long: that is for others to judge.
        error = None if code == pycurl.E_WRITE_ERROR else self._routes.error(code, reason, None)
        self._odd.append(OddFile(transfer, error))

    def _release(self, curl: pycurl.Curl) -> LaneHandle:
        self._multi.remove_handle(curl)
        handle = self.busy.pop(curl)
        self._free.append(handle)
        return handle

    def _place(self, transfer: Transfer, content: bytes) -> bool:
        """Write a file; return False if that failed, for a second try to report why."""
        try:
            self._tree.place(transfer.target, [content], replace=transfer.replace)
        except (OSError, WbtypedError):
            return False
        return True

    def take_outcome(self) -> tuple[list[Transfer], list[OddFile]]:
        """Return the files that are in place, and those to hand over, since the last call."""
        outcome = self._done, self._odd
        self._done, self._odd = [], []
        return outcome

    def close(self) -> None:
        """Stop all transfers."""
        for curl in list(self.busy):
            self._multi.remove_handle(curl)
        self.busy.clear()
