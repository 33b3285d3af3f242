"""What a response means for a transfer, whichever engine received it."""

from collections.abc import Mapping
from typing import NoReturn, Protocol

from ..clock import monotonic
from ..config.hosts import HostPolicy
from ..config.settings import DEFAULT_TIMEOUT
from ..errors import AuthenticationError, ChecksumError, NotFoundError, TransportError
from ..transport.content_decoding import BrokenBody, Decoder, decoder_for
from ..transport.redirects import RedirectChain
from ..transport.response_headers import (
    Validators,
    content_encodings,
    content_length,
    content_range,
    header,
    validators,
)
from ..transport.retries import SLOWEST_BYTES_PER_SECOND, TransientError, is_retryable
from ..urls import WebUrl, shown_url
from .recorded_reference import ENCODINGS
from .transfer import SplitRequested, Transfer, UrlExpired


class BodyWriter(Protocol):
    """What takes the content of a response: a `VerifiedWriter`, or memory."""

    written: int
    """Bytes received so far."""

    def write(self, block: bytes | bytearray | memoryview) -> None:
        """Add a block; raises ChecksumError as soon as there are more bytes than expected."""

    def expect_size(self, size: int | None) -> None:
        """Change the expected size; None skips that check."""

    def restart(self) -> None:
        """Discard everything so far; the next block is the first."""


class ResponseHandler:
    """Decides on status and headers of a response, and passes its body to the writer."""

    def __init__(
        self,
        transfer: Transfer,
        writer: BodyWriter,
        stall_timeout: float = DEFAULT_TIMEOUT,
        hosts: HostPolicy | None = None,
    ) -> None:
        self._transfer = transfer
        self._hosts = hosts
        self._writer = writer
        self._stall_timeout = stall_timeout
        """Seconds without noticeable progress after which a transfer is stopped."""
        self._validators = Validators("", "", "")
        self._redirects: RedirectChain | None = None
        self._has_length = False
        self._size = transfer.size
        """Bytes that the content must have; None if unknown."""
        self._received = 0
        """Bytes of the body as sent over the wire."""
        self._stop_requested = False
        self._total: int | None = None
        """Bytes of the whole content as sent over the wire, if the server has told."""
        self._range_stop: int | None = None
        """Where the range of the current response ends; None if it is the whole content."""
        self._progress: tuple[float, int] = (0.0, 0)
        """When speed was last measured, and the bytes received since."""
        self.accepts_ranges: bool = False
        """Whether the server sends ranges of this content, unencoded."""
        self.body_started: tuple[float, int] = (0.0, 0)
        """When the last body began, and how many bytes were written before."""
        self._decoder: Decoder | None = None

    def start(self) -> None:
        """Begin a try: at the original URL, wherever it redirected before."""
        self._redirects = None

    @property
    def server(self) -> str:
        """The server of the last request, as a URL without a path; empty before the first one."""
        return "" if self._redirects is None else self._redirects.url.server

    def request(self) -> tuple[WebUrl, dict[str, str]]:
        """Return URL and headers of the next request; raises TransportError."""
        if self._redirects is None:
            transfer = self._transfer
            self._redirects = RedirectChain(
                transfer.label, transfer.url, transfer.headers, self._hosts,
                is_reference=transfer.recorded is not None,
            )  # fmt: skip
        return self._redirects.url, {**self._headers(), **self._redirects.headers()}

    def _headers(self) -> dict[str, str]:
        """Return the headers for range and encoding."""
        headers = {"Accept-Encoding": "identity"}
        piece = self._transfer.piece
        if piece is not None:
            headers["Range"] = f"bytes={piece.start + self._writer.written}-{piece.stop - 1}"
            return headers
        if not self._writer.written:
            if self._transfer.recorded is not None:
                headers["Accept-Encoding"] = ENCODINGS
            return headers
        condition = self._validators.condition
        if not condition and self._transfer.digest is None:
            # Nothing would tell whether the rest belongs to the same content.
            self._writer.restart()
            return headers
        headers["Range"] = f"bytes={self._writer.written}-"
        if condition:
            headers["If-Range"] = condition
        return headers

    def begin(self, status: int, headers: Mapping[str, str]) -> bool:
        """Process status and headers; raise if the body cannot be used.

        Return False for a redirect: `request` then returns its target. `headers` has names in lower
        case.
        """
        if self._redirects is not None and self._redirects.follow(status, headers):
            return False
        if status == 206:
            self._begin_range(headers)
        elif status == 200:
            self._begin_whole(headers)
        else:
            self._raise_for_status(status, headers)
        self._check_recorded(header(headers, "etag"))
        self._has_length = "content-length" in headers
        self._decoder = decoder_for(headers, self._transfer.label)
        if self._decoder is not None:
            self._total = None
        self._expect_size()
        accepted = status == 206 or header(headers, "accept-ranges").lower() == "bytes"
        self.accepts_ranges = accepted and self._decoder is None
        now = monotonic()
        self.body_started = now, self._writer.written
        self._progress = now, 0
        return True

    def _raise_for_status(self, status: int, headers: Mapping[str, str]) -> NoReturn:
        if status in {412, 416}:
            self._writer.restart()
        redirected = self._redirects is not None and self._redirects.hops > 0
        signed = redirected or not self._transfer.headers
        raise_for_status(
            self._transfer.label, status, headers, signed=signed, redirected=redirected
        )

    def _begin_whole(self, headers: Mapping[str, str]) -> None:
        """Process the headers of the whole content, which restarts the file.

        It may come although a range was requested: from a server that does not support ranges, or
        has different content now.
        """
        if self._transfer.piece is not None:
            label = self._transfer.label
            raise TransportError(f"{label}: the server ignored the requested range", status=200)
        self._writer.restart()
        self._validators = validators(headers)
        self._total, self._range_stop = content_length(headers), None

    def _begin_range(self, headers: Mapping[str, str]) -> None:
        """Process the headers of a range; restart unless it continues what was written."""
        found = content_range(headers)
        start, stop, size = self._transfer.piece or (0, None, self._size)
        expected_start = start + self._writer.written
        fits = (
            found is not None
            and found.start == expected_start
            and (stop is None or found.stop <= stop)
            and (size is None or found.total in {None, size})
            and not content_encodings(headers)
            # A piece is verified together with the whole file, by its digest.
            and (self._transfer.piece is not None or self._is_same_content(headers, found.total))
        )
        if not fits or found is None:
            self._writer.restart()
            raise TransientError(
                f"{self._transfer.label}: the server sent a different range than requested"
            )
        self._range_stop = found.stop - start
        self._total = self._total if found.total is None else found.total
        if not any(self._validators):
            # The beginning was written by an earlier call.
            self._validators = validators(headers)

    def _is_same_content(self, headers: Mapping[str, str], total: int | None) -> bool:
        """Return True if a range belongs to the content that was written before it."""
        if not self._writer.written:
            # Nothing was written, so no range was requested.
            return False
        if self._transfer.digest is not None:
            return True
        known = self._total
        same_total = known is None or total is None or known == total
        return same_total and self._validators.is_same(validators(headers))

    def _check_recorded(self, etag: str) -> None:
        """Raise if the target of a reference has changed since it was recorded."""
        recorded = self._transfer.recorded
        if recorded is not None and (reason := recorded.mismatch(etag)):
            raise ChecksumError(
                f"{self._transfer.label}: {shown_url(self._transfer.url)}: {reason}",
                expected=recorded.etag or "",
                actual=etag,
            )

    def _expect_size(self) -> None:
        """Set the expected size of a reference, once it is known whether the body is encoded.

        The recorded size is that of a response, encoded or not. So it is the size of the content
        only if neither that response nor this one may have been encoded.
        """
        recorded = self._transfer.recorded
        if recorded is None:
            return
        exact = self._decoder is None and recorded.size_is_exact
        self._size = recorded.size if exact else None
        self._writer.expect_size(self._size)
        self._received = 0

    def _check_encoded_size(self) -> None:
        """Raise if only the size of a reference was recorded, and it differs now."""
        recorded = self._transfer.recorded
        if recorded is None or recorded.etag is not None or recorded.size is None:
            return
        if recorded.size not in {self._received, self._writer.written}:
            raise ChecksumError(
                f"{self._transfer.label}: it has changed since the reference was recorded:"
                f" {recorded.size} bytes then, {self._received} now"
                f" ({self._writer.written} decoded)",
                expected=str(recorded.size),
                actual=str(self._received),
            )

    def write(self, block: bytes) -> None:
        """Process a block of the body."""
        if self._stop_requested:
            self._stop_requested = False
            raise SplitRequested
        self._check_speed(len(block))
        self._received += len(block)
        if self._decoder is None:
            self._writer.write(block)
            if self._range_stop is not None and self._writer.written > self._range_stop:
                self._writer.restart()
                raise TransientError(
                    f"{self._transfer.label}: the server sent more than the announced range"
                )
            return
        try:
            for plain in self._decoder.decode(block):
                self._writer.write(plain)
        except BrokenBody as error:
            raise TransientError(
                f"{self._transfer.label}: the compressed body is corrupt"
            ) from error

    def _check_speed(self, size: int) -> None:
        """Raise TransientError if next to nothing was received within the stall timeout."""
        since, received = self._progress
        received += size
        now = monotonic()
        seconds = now - since
        if seconds < self._stall_timeout:
            self._progress = since, received
            return
        if received < SLOWEST_BYTES_PER_SECOND * seconds:
            raise TransientError(
                f"{self._transfer.label}: only {received} bytes received in {seconds:.0f} s"
            )
        self._progress = now, 0

    def end(self) -> None:
        """Process the end of the body; raise if it came too early."""
        if self._decoder is not None:
            self._end_decoding(self._decoder)
            return
        written = self._writer.written
        size = self._size
        # Without a Content-Length, a broken connection looks like the end of the body.
        early = not self._has_length and size is not None and written < size
        if self._transfer.piece is None and self._total is not None and written < self._total:
            # A response that announced the wrong size from the start is for the writer to reject.
            early = early or size is None
        if early or (self._range_stop is not None and written < self._range_stop):
            raise TransientError(f"{self._transfer.label}: the body was cut off")

    def _end_decoding(self, decoder: Decoder) -> None:
        try:
            decoder.finish()
        except BrokenBody as error:
            label = self._transfer.label
            raise TransientError(f"{label}: the compressed body was cut off") from error
        self._check_encoded_size()

    def request_stop(self) -> None:
        """Ask the transfer to stop at its next block."""
        self._stop_requested = True

    def interrupted(self) -> None:
        """Prepare for a retry after an interrupted body; a compressed one cannot be resumed."""
        if self._decoder is not None:
            self._writer.restart()


def raise_for_status(
    label: str, status: int, headers: Mapping[str, str], *, signed: bool, redirected: bool = False
) -> NoReturn:
    """Raise the error for a status without content.

    `signed` means that the URL carried its own permission, which may have expired.
    """
    if status in {412, 416}:
        raise TransientError(f"{label}: the partial file can no longer be resumed")
    if is_retryable(status):
        raise TransientError(f"{label}: HTTP {status}", status=status, headers=headers)
    if status == 404:
        raise NotFoundError(f"{label} does not exist in storage", path=label, missing="file")
    if status == 403 and redirected:
        # Following the redirect again brings a new signature.
        raise TransientError(f"{label}: storage refused the signed URL", status=status)
    if status in {401, 403}:
        message = f"{label}: the API key has no permission to read it (HTTP {status})"
        raise UrlExpired(message) if signed else AuthenticationError(message)
    raise TransportError(f"{label}: HTTP {status} instead of the content", status=status)
