"""Move bytes with libcurl: one thread, many transfers."""

import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pycurl

from ...clock import monotonic
from ...config.proxies import Proxy
from ...errors import TransportError
from ...transport.http import Transport
from ...transport.redirects import REDIRECT_BODY_BYTES
from ...transport.retries import TransientError
from ...transport.routes import PROXY_REFUSES, through
from ..attempt import Attempt
from ..disk.verified_writer import MEMORY_LIMIT_BYTES
from ..schedule import Schedule
from ..worker import TransferCancelled
from .curl_lane import CurlLane
from .curl_routes import CurlRoutes, error_text, request_target
from .small_finisher import FINISHER_THREADS, INLINE_BYTES

BUFFER_BYTES = 512 * 1024
GATHER_BYTES = MEMORY_LIMIT_BYTES
"""Bytes up to which blocks are gathered: libcurl passes on 16 KiB at a time."""
GATHER_SECONDS = 0.1
"""The same in seconds, on a slow connection."""
KEPT_AS = "libcurl"
"""What the transport keeps the connections under, from one download to the next."""
POLL_SECONDS = 0.1
"""Seconds until the thread looks again whether the schedule is finished."""
PASS_SECONDS = 0.005
"""The same while bytes arrive but no transfer ends: to look for more costs as much as a block."""


HEADER_LINES = re.compile(
    rb"(?im)^(content-(?:encoding|length|range)|etag|last-modified|date|accept-ranges|retry-after"
    rb"|location):[ \t]*(.*?)\s*$"
)
"""The response headers that a transfer may need."""
HEADERS_END = re.compile(rb"\r?\n\r?\n")
STATUS_LINE = re.compile(rb"HTTP/[0-9.]+ +([0-9]{3})")


class CurlHandle:
    """A libcurl easy handle, used for one transfer after another."""

    def __init__(self, timeout: float, routes: CurlRoutes) -> None:
        self.curl: pycurl.Curl = pycurl.Curl()
        self._routes = routes
        self._proxy: Proxy | None = None
        self.attempt: Attempt | None = None
        self.error: BaseException | None = None
        self._header_lines: list[bytes] = []
        self._sent_headers: list[str] = []
        self._body_begun = False
        self.redirected: bool = False
        """Whether the response is a redirect."""
        self._discarded_bytes = 0
        self._blocks: list[bytes] = []
        self._gathered_bytes = 0
        self.received_at: float = 0.0
        """When the last bytes arrived."""
        set_option = self.curl.setopt
        set_option(pycurl.WRITEFUNCTION, self._write)
        set_option(pycurl.HEADERFUNCTION, self._header_lines.append)
        set_option(pycurl.BUFFERSIZE, BUFFER_BYTES)
        # Large files are split where one connection is slow, so they must not share one.
        set_option(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1)
        routes.prepare(self.curl, timeout)

    def start(self, attempt: Attempt) -> None:
        """Prepare the handle for a transfer."""
        self.attempt, self.error, self._body_begun = attempt, None, False
        self.redirected, self._discarded_bytes = False, 0
        self._blocks, self._gathered_bytes = [], 0
        self._header_lines.clear()
        self.received_at = monotonic()
        url, sent = attempt.handler.request()
        headers = [f"{name}: {value}" for name, value in sent.items()]
        self._proxy = self._routes.set_proxy(self.curl, url)
        try:
            self.curl.setopt(pycurl.URL, str(url))
            # Newer versions rewrite escapes (%2f as %2F), which may break a signature.
            self.curl.setopt(pycurl.REQUEST_TARGET, request_target(url, self._proxy))
            if headers != self._sent_headers:
                self.curl.setopt(pycurl.HTTPHEADER, headers)
                self._sent_headers = headers
        except (pycurl.error, UnicodeError) as error:
            label = attempt.transfer.label
            raise TransportError(
                f"{label}: the server returned a URL that cannot be used"
            ) from error

    def _write(self, block: bytes) -> int:
        """Gather a block; returning another number of bytes ends the transfer."""
        if not self._body_begun:
            self._guarded(self._begin)
        if self.redirected:
            self._discarded_bytes += len(block)
            return len(block) if self._discarded_bytes <= REDIRECT_BODY_BYTES else 0
        self._blocks.append(block)
        self._gathered_bytes += len(block)
        if self._gathered_bytes > GATHER_BYTES:
            self.process()
        return len(block) if self.error is None else 0

    def process(self) -> None:
        """Process the blocks that have been gathered."""
        if self._blocks and self.error is None:
            self.received_at = monotonic()
            block = b"".join(self._blocks)
            self._blocks, self._gathered_bytes = [], 0
            if self.attempt is not None:
                self._guarded(partial(self.attempt.handler.write, block))

    def _guarded(self, work: Callable[[], None]) -> None:
        """Keep an exception, which libcurl would lose."""
        try:
            work()
        except BaseException as error:
            self.error = error

    def _begin(self) -> None:
        if self._body_begun or self.attempt is None:
            return
        self._body_begun = True
        status, headers = last_headers(self._header_lines)
        if self._proxy is not None and status == 407:
            label = self.attempt.transfer.label
            raise TransportError(through(f"{label}: {PROXY_REFUSES}", self._proxy))
        self.redirected = not self.attempt.handler.begin(status, headers)

    def end(self, code: int, message: str) -> BaseException | None:
        """Return the error that the transfer ended with, or None."""
        self.process()
        if self.error is not None:
            return self.error
        assert self.attempt is not None  # noqa: S101 - it was started
        if self.redirected:
            return None
        try:
            if code:
                reason = f"{self.attempt.transfer.label}: {error_text(code, message)}"
                raise self._routes.error(code, reason, self._proxy)
            # For an empty body, libcurl has not called `_write`.
            self._begin()
        except Exception as error:
            return error
        return None


def last_headers(lines: list[bytes]) -> tuple[int, Mapping[str, str]]:
    """Return status and headers of the last response among all lines; names are in lower case.

    Only the headers that a transfer needs are returned. Interim responses, and those of proxies,
    come before the last one.
    """
    blocks = HEADERS_END.split(b"".join(lines))
    responses = [block for block in blocks if block.startswith(b"HTTP/")]
    last = responses[-1] if responses else b""
    status = STATUS_LINE.match(last)
    found: dict[str, str] = {}
    for name, value in HEADER_LINES.findall(last):
        key, string = name.decode().lower(), value.decode("iso-8859-1")
        # As httpx does: repeated headers are joined by commas.
        found[key] = f"{found[key]}, {string}" if key in found else string
    return (int(status[1]) if status else 0), found


class CurlEngine:
    """Runs transfers through libcurl's multi interface."""

    def __init__(self, transport: Transport, jobs: int) -> None:
        self._timeout = transport.settings.timeout
        self._jobs = jobs
        self._transport = transport
        kept = transport.kept.pop(KEPT_AS, None)
        self._multi = kept if isinstance(kept, pycurl.CurlMulti) else pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_MAX_TOTAL_CONNECTIONS, jobs)
        self._multi.setopt(pycurl.M_MAXCONNECTS, jobs)
        self._multi.setopt(pycurl.M_MAX_CONCURRENT_STREAMS, jobs)
        self._routes = CurlRoutes()
        self._free: list[CurlHandle] = []
        self._busy: dict[pycurl.Curl, CurlHandle] = {}

    def run(self, schedule: Schedule) -> None:
        """Work until the schedule is finished."""
        with ThreadPoolExecutor(FINISHER_THREADS) as finishers:
            lane = CurlLane(
                self._multi, self._timeout, self._routes, schedule, finishers, self._jobs
            )
            try:
                while not schedule.finished:
                    lane.start()
                    self._start_attempts(schedule, wait=lane.is_idle)
                    # Requests are sent before files are written, so that the server has work.
                    self._multi.perform()
                    lane.report()
                    self._perform(schedule, lane, finishers)
            finally:
                lane.close()
                self._close(schedule)

    def interrupt(self) -> None:
        """Nothing to do: the thread never waits for long."""

    def _start_attempts(self, schedule: Schedule, *, wait: bool) -> None:
        """Start as many attempts as possible; wait for one only if nothing runs."""
        while len(self._busy) < self._jobs:
            seconds = POLL_SECONDS if wait and not self._busy else 0
            attempt = schedule.take(seconds, or_small=True)
            if attempt is None:
                return
            if error := self._start(attempt):
                schedule.finish_attempt(attempt, error)

    def _start(self, attempt: Attempt) -> Exception | None:
        """Start a transfer; return the error if that is not possible."""
        handle = self._free.pop() if self._free else CurlHandle(self._timeout, self._routes)
        try:
            handle.start(attempt)
        except Exception as error:
            self._free.append(handle)
            return error
        self._busy[handle.curl] = handle
        self._multi.add_handle(handle.curl)
        return None

    def _perform(self, schedule: Schedule, lane: CurlLane, finishers: ThreadPoolExecutor) -> None:
        """Let libcurl work until transfers have ended, for a moment at most, and process them."""
        until = monotonic() + PASS_SECONDS
        while self._busy or lane.busy:
            self._multi.perform()
            if self._process_ended(schedule, lane, finishers):
                return
            since = monotonic()
            for handle in self._busy.values():
                if handle.received_at < since - GATHER_SECONDS:
                    handle.process()
            self._multi.select(POLL_SECONDS)
            now = monotonic()
            lane.waited(now - since)
            self._drop_stalled(schedule)
            if now > until:
                return

    def _process_ended(
        self, schedule: Schedule, lane: CurlLane, finishers: ThreadPoolExecutor
    ) -> bool:
        """Process the transfers that have ended; return whether there were any."""
        queued, ended = 1, 0
        while queued:
            queued, good, bad = self._multi.info_read()
            for curl in good:
                if curl in lane.busy:
                    lane.end(curl)
                else:
                    self._end(schedule, finishers, curl, 0, "")
            for curl, code, message in bad:
                if curl in lane.busy:
                    lane.fail(curl, code, message)
                else:
                    self._end(schedule, finishers, curl, code, message)
            ended += len(good) + len(bad)
        return ended > 0

    def _drop_stalled(self, schedule: Schedule) -> None:
        """Stop transfers that receive nothing; libcurl's own limit is an average over longer."""
        since = monotonic() - self._timeout
        for curl, handle in list(self._busy.items()):
            if handle.received_at < since:
                attempt = self._release(curl)
                label = attempt.transfer.label
                schedule.finish_attempt(
                    attempt, TransientError(f"{label}: no data received in time")
                )

    def _release(self, curl: pycurl.Curl) -> Attempt:
        """Free a handle and return the attempt that it served."""
        self._multi.remove_handle(curl)
        handle = self._busy.pop(curl)
        attempt, handle.attempt = handle.attempt, None
        self._free.append(handle)
        assert attempt is not None  # noqa: S101 - it was started
        return attempt

    def _end(
        self, schedule: Schedule, finishers: ThreadPoolExecutor,
        curl: pycurl.Curl, code: int, message: str,
    ) -> None:  # fmt: skip
        handle = self._busy[curl]
        error = handle.end(code, message)
        attempt = self._release(curl)
        if error is None and handle.redirected:
            # Immediately, and on the same handle: it counts as the same try.
            error = self._start(attempt)
            if error is None:
                return
        if error is not None:
            schedule.finish_attempt(attempt, error)
        elif attempt.writer.written <= INLINE_BYTES:
            schedule.complete(attempt)
        else:
            finishers.submit(schedule.complete, attempt)

    def _close(self, schedule: Schedule) -> None:
        for curl, handle in list(self._busy.items()):
            handle.process()
            schedule.finish_attempt(self._release(curl), TransferCancelled())
        # Another download may have kept its own meanwhile.
        if self._transport.kept.setdefault(KEPT_AS, self._multi) is not self._multi:
            self._multi.close()
