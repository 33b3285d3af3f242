"""Moves bytes with libcurl: one thread, many transfers."""

import re
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import pycurl

from ..errors import TransportError
from ..proxies import Proxy
from ..retries import Passing
from ..routes import PROXY_REFUSES, through
from ..transport import USER_AGENT, Transport
from .curl_routes import CurlRoutes
from .transfer import Abandoned

if TYPE_CHECKING:
    from .attempt import Attempt
    from .schedule import Schedule

BUFFER = 512 * 1024
IDLE = 0.1
"""Seconds after which the thread looks whether there is an end."""
INLINE = 64 * 1024
"""Bytes up to which a file is put in place by the thread that moves bytes: it takes less time than
to hand it to another."""
FINISHERS = 2
REDIRECTS = 20
PROTOCOLS = pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS
UNSENT = {pycurl.E_COULDNT_CONNECT, pycurl.E_COULDNT_RESOLVE_HOST, pycurl.E_COULDNT_RESOLVE_PROXY}
FINAL = {
    pycurl.E_URL_MALFORMAT, pycurl.E_UNSUPPORTED_PROTOCOL, pycurl.E_TOO_MANY_REDIRECTS,
    pycurl.E_PEER_FAILED_VERIFICATION, pycurl.E_SSL_CACERT_BADFILE,
}  # fmt: skip


HEADERS = re.compile(
    rb"(?im)^(content-(?:encoding|length|range)|etag|accept-ranges|retry-after):[ \t]*(.*?)\s*$"
)
"""What a transfer may need to know of the head of an answer."""
END = re.compile(rb"\r?\n\r?\n")


class Slot:
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
        self.heard: float = 0.0
        """When bytes came last."""
        set_option = self.curl.setopt
        set_option(pycurl.WRITEFUNCTION, self._write)
        set_option(pycurl.HEADERFUNCTION, self._head.append)
        set_option(pycurl.BUFFERSIZE, BUFFER)
        set_option(pycurl.NOSIGNAL, 1)
        set_option(pycurl.FOLLOWLOCATION, 1)
        set_option(pycurl.MAXREDIRS, REDIRECTS)
        set_option(pycurl.PROTOCOLS, PROTOCOLS)
        set_option(pycurl.REDIR_PROTOCOLS, PROTOCOLS)
        set_option(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1)
        set_option(pycurl.USERAGENT, USER_AGENT)
        routes.prepare(self.curl)
        set_option(pycurl.CONNECTTIMEOUT_MS, int(timeout * 1000))

    def start(self, attempt: "Attempt") -> None:
        """Prepare the handle for a transfer."""
        self.attempt, self.error, self._begun = attempt, None, False
        self._head.clear()
        self.heard = time.monotonic()
        headers = [f"{name}: {value}" for name, value in attempt.receiver.headers().items()]
        self._proxy = self._routes.aim(self.curl, attempt.transfer.url)
        self.curl.setopt(pycurl.URL, attempt.transfer.url)
        if headers != self._sent:
            self.curl.setopt(pycurl.HTTPHEADER, headers)
            self._sent = headers

    def _write(self, block: bytes) -> int:
        """Take a block; what is raised here would be lost in libcurl, so it is kept."""
        self.heard = time.monotonic()
        try:
            self._begin()
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
        head = last_head(self._head)
        if self._proxy is not None and head.status == 407:
            label = self.attempt.transfer.label
            raise TransportError(through(f"{label}: {PROXY_REFUSES}", self._proxy))
        self.attempt.receiver.begin(head.status, head.headers, redirected=head.redirected)

    def end(self, code: int, message: str) -> BaseException | None:
        """Return what the transfer ended with."""
        if self.error is not None:
            return self.error
        assert self.attempt is not None  # noqa: S101 - it was started
        try:
            if code:
                reason = f"{self.attempt.transfer.label}: {message or f'curl {code}'}"
                raise self._routes.final(code, reason, self._proxy) or failure(
                    code, through(reason, self._proxy)
                )
            # A body without a byte has called nothing.
            self._begin()
        except Exception as error:
            return error
        return None


class Head(NamedTuple):
    """The head of an answer, as far as it is needed; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    redirected: bool


def last_head(lines: list[bytes]) -> Head:
    """Return the head of the last answer among all lines; redirects have heads of their own."""
    heads = [head for head in END.split(b"".join(lines)) if head.startswith(b"HTTP/")]
    statuses = [int(head.split(None, 2)[1]) for head in heads]
    # Of all the lines in between, a transfer needs to know but few.
    found = HEADERS.findall(heads[-1]) if heads else []
    headers = {name.decode().lower(): value.decode("iso-8859-1") for name, value in found}
    redirected = any(300 <= status < 400 for status in statuses[:-1])
    return Head(statuses[-1] if statuses else 0, headers, redirected)


def failure(code: int, message: str) -> Exception:
    """Return the error for a code of libcurl."""
    if code in FINAL:
        return TransportError(message)
    return Passing(message, unsent=code in UNSENT)


class CurlEngine:
    """Runs transfers through libcurl's multi interface."""

    def __init__(self, transport: Transport, at_once: int) -> None:
        self._timeout = transport.settings.timeout
        self._at_once = at_once
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_MAX_TOTAL_CONNECTIONS, at_once)
        self._multi.setopt(pycurl.M_MAXCONNECTS, at_once)
        self._routes = CurlRoutes()
        self._free: list[Slot] = []
        self._busy: dict[pycurl.Curl, Slot] = {}

    def run(self, schedule: "Schedule") -> None:
        """Work until the schedule is finished."""
        with ThreadPoolExecutor(FINISHERS) as finishers:
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
        while len(self._busy) < self._at_once:
            attempt = schedule.take(0 if self._busy else IDLE)
            if attempt is None:
                return
            slot = self._free.pop() if self._free else Slot(self._timeout, self._routes)
            try:
                slot.start(attempt)
            except Exception as error:
                self._free.append(slot)
                schedule.ended(attempt, error)
                continue
            self._busy[slot.curl] = slot
            self._multi.add_handle(slot.curl)

    def _turn(self, schedule: "Schedule", finishers: ThreadPoolExecutor) -> None:
        """Let libcurl work, and take what it has done."""
        if not self._busy:
            return
        self._multi.perform()
        left = 1
        ended = 0
        while left:
            left, good, bad = self._multi.info_read()
            for curl in good:
                self._end(schedule, finishers, curl, 0, "")
            for curl, code, message in bad:
                self._end(schedule, finishers, curl, code, message)
            ended += len(good) + len(bad)
        if not ended:
            self._multi.select(IDLE)
            self._drop_stalled(schedule)

    def _drop_stalled(self, schedule: "Schedule") -> None:
        """Give up connections that bring nothing; libcurl's own limit is an average over longer."""
        since = time.monotonic() - self._timeout
        for curl, slot in list(self._busy.items()):
            if slot.heard < since:
                attempt = self._release(curl)
                label = attempt.transfer.label
                schedule.ended(attempt, Passing(f"{label}: nothing came in time"))

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
        error = self._busy[curl].end(code, message)
        attempt = self._release(curl)
        if error is not None:
            schedule.ended(attempt, error)
        elif attempt.sink.written <= INLINE:
            schedule.complete(attempt)
        else:
            finishers.submit(schedule.complete, attempt)

    def _close(self, schedule: "Schedule") -> None:
        for curl in list(self._busy):
            schedule.ended(self._release(curl), Abandoned())
        self._multi.close()
