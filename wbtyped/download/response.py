"""What an answer means for a transfer, whichever engine brought it."""

from collections.abc import Mapping
from typing import NoReturn

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
from .disk.verified_writer import VerifiedWriter
from .recorded_reference import ENCODINGS
from .transfer import SplitRequested, Transfer, UrlExpired


class ResponseHandler:
    """Judges the head of an answer, and takes its body to the sink."""

    def __init__(
        self,
        transfer: Transfer,
        sink: VerifiedWriter,
        window: float = DEFAULT_TIMEOUT,
        hosts: HostPolicy | None = None,
    ) -> None:
        self._transfer = transfer
        self._hosts = hosts
        self._sink = sink
        self._window = window
        """Seconds in which a body has to bring something."""
        self._validators = Validators("", "", "")
        self._redirects: RedirectChain | None = None
        self._measured = False
        self._size = transfer.size
        """Bytes that the content has to have; None where that cannot be said."""
        self._come = 0
        """Bytes of the body as it goes over the wire."""
        self._diverted = False
        self._total: int | None = None
        """Bytes of the whole content as it goes over the wire, where the server has said so."""
        self._stop: int | None = None
        """Where the part ends that the present response brings."""
        self._pace: tuple[float, int] = (0.0, 0)
        """When the present window began, and how many bytes it has brought."""
        self.ranges: bool = False
        """Whether the server has said that it sends parts of this content, just as it is."""
        self.began: tuple[float, int] = (0.0, 0)
        """When the last answer began, and how many bytes were there before."""
        self._decoder: Decoder | None = None

    def start(self) -> None:
        """Begin a try: at the URL that was given, wherever it led before."""
        self._redirects = None

    def request(self) -> tuple[WebUrl, dict[str, str]]:
        """Return where to ask, and what goes along; raises TransportError."""
        if self._redirects is None:
            transfer = self._transfer
            self._redirects = RedirectChain(
                transfer.label, transfer.url, transfer.headers, self._hosts,
                is_reference=transfer.recorded is not None,
            )  # fmt: skip
        return self._redirects.url, {**self._headers(), **self._redirects.headers()}

    def _headers(self) -> dict[str, str]:
        """Return what to ask with: from where on, and of which content."""
        sent = {"Accept-Encoding": "identity"}
        piece = self._transfer.piece
        if piece is not None:
            sent["Range"] = f"bytes={piece.start + self._sink.written}-{piece.stop - 1}"
            return sent
        if not self._sink.written:
            if self._transfer.recorded is not None:
                sent["Accept-Encoding"] = ENCODINGS
            return sent
        condition = self._validators.condition
        if not condition and self._transfer.digest is None:
            # Nothing would tell whether the rest is of the same content.
            self._sink.restart()
            return sent
        sent["Range"] = f"bytes={self._sink.written}-"
        if condition:
            sent["If-Range"] = condition
        return sent

    def begin(self, status: int, headers: Mapping[str, str]) -> bool:
        """Take the head of a response; raises what speaks against its body.

        False says that it is a redirect, so that `request` names another URL. `headers` has names
        in lower case.
        """
        if self._redirects is not None and self._redirects.follow(status, headers):
            return False
        if status == 206:
            self._continue(headers)
        elif status == 200 and self._transfer.piece is not None:
            raise TransportError(f"{self._transfer.label}: the server sends the whole", status=200)
        elif status == 200:
            # Also the answer of a server that does not know ranges, or has another content now.
            self._sink.restart()
            self._validators = validators(headers)
            self._total, self._stop = content_length(headers), None
        else:
            self._refuse(status, headers)
        self._check_recorded(header(headers, "etag"))
        self._measured = "content-length" in headers
        self._decoder = decoder_for(headers, self._transfer.label)
        if self._decoder is not None:
            self._total = None
        self._expect()
        accepted = status == 206 or header(headers, "accept-ranges").lower() == "bytes"
        self.ranges = accepted and self._decoder is None
        self.began = monotonic(), self._sink.written
        self._pace = self.began[0], 0
        return True

    def _refuse(self, status: int, headers: Mapping[str, str]) -> NoReturn:
        if status in {412, 416}:
            self._sink.restart()
        redirected = self._redirects is not None and self._redirects.hops > 0
        signed = redirected or not self._transfer.headers
        refuse(self._transfer.label, status, headers, signed=signed, redirected=redirected)

    def _continue(self, headers: Mapping[str, str]) -> None:
        """Take the head of a part; what is there stays only if both are of the same content."""
        found = content_range(headers)
        start, stop, size = self._transfer.piece or (0, None, self._size)
        at = start + self._sink.written
        fits = (
            found is not None
            and found.start == at
            and (stop is None or found.stop <= stop)
            and (size is None or found.total in {None, size})
            and not content_encodings(headers)
            # Of a piece, the whole that it belongs to has a digest.
            and (self._transfer.piece is not None or self._goes_on(headers, found.total))
        )
        if not fits or found is None:
            self._sink.restart()
            raise TransientError(
                f"{self._transfer.label}: the server sent another part than asked for"
            )
        self._stop = found.stop - start
        self._total = self._total if found.total is None else found.total
        if not any(self._validators):
            # The first part is of an earlier call.
            self._validators = validators(headers)

    def _goes_on(self, headers: Mapping[str, str], total: int | None) -> bool:
        """Tell whether a part is of the content that the first part was of."""
        if not self._sink.written:
            # Nothing is there, so no part was asked for.
            return False
        if self._transfer.digest is not None:
            return True
        known = self._total
        same_total = known is None or total is None or known == total
        return same_total and self._validators.is_same(validators(headers))

    def _check_recorded(self, etag: str) -> None:
        """Raise when what a reference refers to is not what it was."""
        recorded = self._transfer.recorded
        if recorded is not None and (reason := recorded.mismatch(etag)):
            raise ChecksumError(
                f"{self._transfer.label}: {shown_url(self._transfer.url)}: {reason}",
                expected=recorded.etag or "",
                actual=etag,
            )

    def _expect(self) -> None:
        """Say how many bytes have to come, once it is known whether they are encoded.

        The size of a reference was that of the response, encoded or not, so it is compared as the
        bytes come only where neither that response nor this one may have been encoded.
        """
        recorded = self._transfer.recorded
        if recorded is None:
            return
        exact = self._decoder is None and recorded.size_is_exact
        self._size = recorded.size if exact else None
        self._sink.expect(self._size)
        self._come = 0

    def _check_encoded_size(self) -> None:
        """Raise when nothing but its size was recorded of a reference, and it has another now."""
        recorded = self._transfer.recorded
        if recorded is None or recorded.etag is not None or recorded.size is None:
            return
        if recorded.size not in {self._come, self._sink.written}:
            raise ChecksumError(
                f"{self._transfer.label}: it has changed since it was referred to:"
                f" {recorded.size} bytes then, {self._come} now ({self._sink.written} decoded)",
                expected=str(recorded.size),
                actual=str(self._come),
            )

    def write(self, block: bytes) -> None:
        """Take a part of the body."""
        if self._diverted:
            self._diverted = False
            raise SplitRequested
        self._check_pace(len(block))
        self._come += len(block)
        if self._decoder is None:
            self._sink.write(block)
            if self._stop is not None and self._sink.written > self._stop:
                self._sink.restart()
                raise TransientError(f"{self._transfer.label}: the part is longer than announced")
            return
        try:
            for plain in self._decoder.decode(block):
                self._sink.write(plain)
        except BrokenBody as error:
            raise TransientError(
                f"{self._transfer.label}: the compressed content is broken"
            ) from error

    def _check_pace(self, size: int) -> None:
        """Raise Passing when a window of time has brought next to nothing."""
        since, come = self._pace
        come += size
        now = monotonic()
        if now - since < self._window:
            self._pace = since, come
            return
        if come < SLOWEST_BYTES_PER_SECOND * (now - since):
            raise TransientError(
                f"{self._transfer.label}: {come} bytes in {now - since:.0f} s, which is too slow"
            )
        self._pace = now, 0

    def end(self) -> None:
        """Take the end of the body; raises when it came too early."""
        if self._decoder is not None:
            try:
                self._decoder.finish()
            except BrokenBody as error:
                label = self._transfer.label
                raise TransientError(f"{label}: the compressed content was cut off") from error
            self._check_encoded_size()
            return
        written = self._sink.written
        size = self._size
        # Nothing but the end of the connection may have said that this is the end.
        early = not self._measured and size is not None and written < size
        if self._transfer.piece is None and self._total is not None and written < self._total:
            # One that brought the wrong size from the beginning is for the sink to refuse.
            early = early or size is None
        if early or (self._stop is not None and written < self._stop):
            raise TransientError(f"{self._transfer.label}: the content was cut off")

    def divert(self) -> None:
        """Have the transfer end at its next block."""
        self._diverted = True

    def broken(self) -> None:
        """Note that the body broke off; what was compressed cannot be continued."""
        if self._decoder is not None:
            self._sink.restart()


def refuse(
    label: str, status: int, headers: Mapping[str, str], *, signed: bool, redirected: bool = False
) -> NoReturn:
    """Raise what the status of an answer means that brings no content.

    `signed` tells that the address carried its own permission, which may have run out.
    """
    if status in {412, 416}:
        raise TransientError(f"{label}: what came before is not of use any more")
    if is_retryable(status):
        raise TransientError(f"{label}: HTTP {status}", status=status, headers=headers)
    if status == 404:
        raise NotFoundError(f"{label} does not exist in storage", path=label, missing="file")
    if status == 403 and redirected:
        # Asking again where the redirect came from brings a new signature.
        raise TransientError(f"{label}: storage refused the signed address", status=status)
    if status in {401, 403}:
        error = f"{label}: the API key does not allow to read it (HTTP {status})"
        raise UrlExpired(error) if signed else AuthenticationError(error)
    raise TransportError(f"{label}: HTTP {status} instead of the content", status=status)
