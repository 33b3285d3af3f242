"""Moves bytes with libcurl: one thread, many transfers."""

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pycurl

from ...clock import monotonic
from ...config.proxies import Proxy
from ...errors import TransportError
from ...transport.http import USER_AGENT, Transport
from ...transport.redirects import REDIRECT_BODY_BYTES
from ...transport.retries import TransientError
from ...transport.routes import PROXY_REFUSES, through
from ..transfer import TransferCancelled
from .curl_routes import CurlRoutes, request_target

if TYPE_CHECKING:
    from ..attempt import Attempt
    from ..schedule import Schedule

BUFFER_BYTES = 512 * 1024
POLL_SECONDS = 0.1
"""Seconds after which the thread looks whether there is an end."""
INLINE_BYTES = 64 * 1024
"""Bytes up to which a file is put in place by the thread that moves bytes: it takes less time than
to hand it to another."""
FINISHER_THREADS = 2
PROTOCOLS = pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS
UNSENT = {pycurl.E_COULDNT_CONNECT, pycurl.E_COULDNT_RESOLVE_HOST, pycurl.E_COULDNT_RESOLVE_PROXY}
FINAL = {
    pycurl.E_URL_MALFORMAT, pycurl.E_UNSUPPORTED_PROTOCOL,
    pycurl.E_PEER_FAILED_VERIFICATION, pycurl.E_SSL_CACERT_BADFILE,
}  # fmt: skip


HEADERS = re.compile(
    rb"(?im)^(content-(?:encoding|length|range)|etag|last-modified|date|accept-ranges|retry-after"
    rb"|location):[ \t]*(.*?)\s*$"
)
"""What a transfer may need to know of the head of an answer."""
END = re.compile(rb"\r?\n\r?\n")
STATUS = re.compile(rb"HTTP/[0-9.]+ +([0-9]{3})")


class CurlHandle:
    """A libcurl handle, used for one transfer after another."""

    def __init__(self, timeout: float, routes: CurlRoutes) -> None:
        self.curl: pycurl.Curl = pycurl.Curl()
        self._routes = routes
        self._proxy: Proxy | None = None
        self.attempt: Attempt | None = None
        self.error: BaseException | None = None
        self._head: list[bytes] = []
        self._sent: list[str] = []
        self._begun = False
        self.redirected: bool = False
        """Whether what came leads to another URL."""
        self._dropped = 0
        self.heard: float = 0.0
        """When bytes came last."""
        set_option = self.curl.setopt
        set_option(pycurl.WRITEFUNCTION, self._write)
        set_option(pycurl.HEADERFUNCTION, self._head.append)
        set_option(pycurl.BUFFERSIZE, BUFFER_BYTES)
        set_option(pycurl.NOSIGNAL, 1)
        set_option(pycurl.PROTOCOLS, PROTOCOLS)
        set_option(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1)
        set_option(pycurl.USERAGENT, USER_AGENT)
        routes.prepare(self.curl)
        set_option(pycurl.CONNECTTIMEOUT_MS, int(timeout * 1000))

    def start(self, attempt: "Attempt") -> None:
        """Prepare the handle for a transfer."""
        self.attempt, self.error, self._begun = attempt, None, False
        self.redirected, self._dropped = False, 0
        self._head.clear()
        self.heard = monotonic()
        url, sent = attempt.receiver.request()
        headers = [f"{name}: {value}" for name, value in sent.items()]
        self._proxy = self._routes.aim(self.curl, url)
        try:
            self.curl.setopt(pycurl.URL, str(url))
            # Newer versions write escapes anew (%2f as %2F), which may break a signature.
            self.curl.setopt(pycurl.REQUEST_TARGET, request_target(url, self._proxy))
            if headers != self._sent:
                self.curl.setopt(pycurl.HTTPHEADER, headers)
                self._sent = headers
        except (pycurl.error, UnicodeError) as error:
            label = attempt.transfer.label
            raise TransportError(f"{label}: the server gave a URL that cannot be used") from error

    def _write(self, block: bytes) -> int:
        """Take a block; what is raised here would be lost in libcurl, so it is kept."""
        try:
            self._begin()
            if self.redirected:
                self._dropped += len(block)
                return len(block) if self._dropped <= REDIRECT_BODY_BYTES else 0
            self.heard = monotonic()
            if self.attempt is not None:
                self.attempt.receiver.write(block)
        except BaseException as error:
            self.error = error
            return 0
        return len(block)

    def _begin(self) -> None:
        if self._begun or self.attempt is None:
            return
        self._begun = True
        status, headers = last_head(self._head)
        if self._proxy is not None and status == 407:
            label = self.attempt.transfer.label
            raise TransportError(through(f"{label}: {PROXY_REFUSES}", self._proxy))
        self.redirected = not self.attempt.receiver.begin(status, headers)

    def end(self, code: int, message: str) -> BaseException | None:
        """Return what the transfer ended with."""
        if self.error is not None:
            return self.error
        assert self.attempt is not None  # noqa: S101 - it was started
        if self.redirected:
            return None
        try:
            if code:
                reason = f"{self.attempt.transfer.label}: {message or f'curl {code}'}"
                raise self._routes.permanent_error(code, reason, self._proxy) or failure(
                    code, through(reason, self._proxy)
                )
            # A body without a byte has called nothing.
            self._begin()
        except Exception as error:
            return error
        return None


def last_head(lines: list[bytes]) -> tuple[int, Mapping[str, str]]:
    """Return status and headers of the last head among all lines; names are in lower case.

    Of all the headers, a transfer needs to know but few. Interim responses and proxies have heads
    of their own.
    """
    heads = [head for head in END.split(b"".join(lines)) if head.startswith(b"HTTP/")]
    last = heads[-1] if heads else b""
    status = STATUS.match(last)
    found: dict[str, str] = {}
    for name, value in HEADERS.findall(last):
        key, text = name.decode().lower(), value.decode("iso-8859-1")
        # As httpx has them: what comes twice is a list.
        found[key] = f"{found[key]}, {text}" if key in found else text
    return (int(status[1]) if status else 0), found


def failure(code: int, message: str) -> Exception:
    """Return the error for a code of libcurl."""
    if code in FINAL:
        return TransportError(message)
    return TransientError(message, unsent=code in UNSENT)


class CurlEngine:
    """Runs transfers through libcurl's multi interface."""

    def __init__(self, transport: Transport, jobs: int) -> None:
        self._timeout = transport.settings.timeout
        self._jobs = jobs
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_MAX_TOTAL_CONNECTIONS, jobs)
        self._multi.setopt(pycurl.M_MAXCONNECTS, jobs)
        self._routes = CurlRoutes()
        self._free: list[CurlHandle] = []
        self._busy: dict[pycurl.Curl, CurlHandle] = {}

    def run(self, schedule: "Schedule") -> None:
        """Work until the schedule is finished."""
        with ThreadPoolExecutor(FINISHER_THREADS) as finishers:
            try:
                while not schedule.finished:
                    self._fill(schedule)
                    self._turn(schedule, finishers)
            finally:
                self._close(schedule)

    def interrupt(self) -> None:
        """Nothing to do: the thread never waits for long."""

    def _fill(self, schedule: "Schedule") -> None:
        """Start what can be started; wait for it only when nothing runs."""
        while len(self._busy) < self._jobs:
            attempt = schedule.take(0 if self._busy else POLL_SECONDS)
            if attempt is None:
                return
            if error := self._start(attempt):
                schedule.finish_attempt(attempt, error)

    def _start(self, attempt: "Attempt") -> Exception | None:
        """Start a transfer, and return what speaks against it."""
        slot = self._free.pop() if self._free else CurlHandle(self._timeout, self._routes)
        try:
            slot.start(attempt)
        except Exception as error:
            self._free.append(slot)
            return error
        self._busy[slot.curl] = slot
        self._multi.add_handle(slot.curl)
        return None

    def _turn(self, schedule: "Schedule", finishers: ThreadPoolExecutor) -> None:
        """Let libcurl work, and take what it has done."""
        if not self._busy:
            return
        self._multi.perform()
        left = 1
        finish_attempt = 0
        while left:
            left, good, bad = self._multi.info_read()
            for curl in good:
                self._end(schedule, finishers, curl, 0, "")
            for curl, code, message in bad:
                self._end(schedule, finishers, curl, code, message)
            finish_attempt += len(good) + len(bad)
        if not finish_attempt:
            self._multi.select(POLL_SECONDS)
            self._drop_stalled(schedule)

    def _drop_stalled(self, schedule: "Schedule") -> None:
        """Give up connections that bring nothing; libcurl's own limit is an average over longer."""
        since = monotonic() - self._timeout
        for curl, slot in list(self._busy.items()):
            if slot.heard < since:
                attempt = self._release(curl)
                label = attempt.transfer.label
                schedule.finish_attempt(attempt, TransientError(f"{label}: nothing came in time"))

    def _release(self, curl: pycurl.Curl) -> "Attempt":
        """Free a handle, and return the transfer that it had."""
        self._multi.remove_handle(curl)
        slot = self._busy.pop(curl)
        attempt, slot.attempt = slot.attempt, None
        self._free.append(slot)
        assert attempt is not None  # noqa: S101 - it was started
        return attempt

    def _end(
        self, schedule: "Schedule", finishers: ThreadPoolExecutor,
        curl: pycurl.Curl, code: int, message: str,
    ) -> None:  # fmt: skip
        slot = self._busy[curl]
        error = slot.end(code, message)
        attempt = self._release(curl)
        if error is None and slot.redirected:
            # At once, and on the same handle: it counts as the same try.
            error = self._start(attempt)
            if error is None:
                return
        if error is not None:
            schedule.finish_attempt(attempt, error)
        elif attempt.sink.written <= INLINE_BYTES:
            schedule.complete(attempt)
        else:
            finishers.submit(schedule.complete, attempt)

    def _close(self, schedule: "Schedule") -> None:
        for curl in list(self._busy):
            schedule.finish_attempt(self._release(curl), TransferCancelled())
        self._multi.close()
