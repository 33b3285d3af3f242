"""Bring one file from a URL to its place on disk."""

import asyncio
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from .. import errors
from ..errors import AuthenticationError, ChecksumError, NotFoundError, TransportError
from ..retries import Passing
from ..transport import Transport, check_passing
from .sink import Sink


@dataclass(frozen=True, slots=True)
class Transfer:
    """What to fetch, and what has to arrive.

    `size` is in bytes, `md5` or `xxh128` the digest in base64; None where the server does not know.
    `etag`, without quotes, is what storage must call the content. `label` names the file in errors.
    """

    url: str
    target: Path
    size: int | None
    md5: str | None
    label: str
    xxh128: str | None = None
    etag: str | None = None


class Abandoned(Exception):  # noqa: N818 - never leaves the package
    """Nobody waits for the transfer any more."""


def fetch(
    transport: Transport,
    transfer: Transfer,
    *,
    replace: bool,
    exist_ok: bool,
    abandoned: threading.Event | None = None,
) -> Path:
    """Fetch a file unless it may stay as it is, and return its path."""
    target = transfer.target
    if not replace and os.path.lexists(target):
        if exist_ok:
            return target
        raise errors.FileExistsError(
            f"{target} exists; pass replace=True to fetch it anew, or exist_ok=True to keep it"
        )
    with Sink(
        target,
        size=transfer.size,
        md5=transfer.md5,
        label=transfer.label,
        xxh128=transfer.xxh128,
    ) as sink:

        def once() -> Path:
            sink.restart()
            _stop_if(abandoned)
            for block in _blocks(transport, transfer):
                _stop_if(abandoned)
                sink.write(block)
            return sink.commit(replace=replace)

        try:
            return transport.retries.call(once)
        except Passing as error:
            raise error.final() from error


async def afetch(
    transport: Transport, transfer: Transfer, *, replace: bool, exist_ok: bool
) -> Path:
    """Do the same from a coroutine, in a thread; cancelling ends the transfer at its next block."""
    abandoned = threading.Event()
    try:
        return await asyncio.to_thread(
            fetch, transport, transfer, replace=replace, exist_ok=exist_ok, abandoned=abandoned
        )
    except asyncio.CancelledError:
        abandoned.set()
        raise


def _stop_if(abandoned: threading.Event | None) -> None:
    if abandoned is not None and abandoned.is_set():
        raise Abandoned


def _blocks(transport: Transport, transfer: Transfer) -> Iterator[bytes]:
    """Yield the content as it arrives."""
    url = transport.absolute(transfer.url)
    with transport.get(transfer.label, url) as response:
        check_answer(transfer.label, response)
        check_etag(transfer, response)
        encoded = response.headers.get("Content-Encoding", "identity") != "identity"
        # Without a size, blocks come as they arrived: cutting them anew costs a copy.
        yield from response.iter_bytes() if encoded else response.iter_raw()


def check_etag(transfer: Transfer, response: httpx.Response) -> None:
    """Raise when what a reference refers to is not what it was."""
    found = response.headers.get("ETag", "").removeprefix("W/").strip('"')
    if transfer.etag is not None and found != transfer.etag:
        raise ChecksumError(
            f"{transfer.label}: {transfer.url} has changed since it was referred to",
            expected=transfer.etag,
            actual=found,
        )


def check_answer(label: str, response: httpx.Response) -> None:
    """Raise unless the answer is the content; `label` names it."""
    status = response.status_code
    check_passing(label, response)
    if status == 200:
        return
    if status == 404:
        raise NotFoundError(f"{label} does not exist in storage", path=label, missing="file")
    if status == 403 and response.history:
        # The signature of a redirect runs out; asking again brings a new one.
        raise Passing(f"{label}: storage refused the signed address", response=response)
    if status in {401, 403}:
        raise AuthenticationError(f"{label}: the API key does not allow to read it (HTTP {status})")
    raise TransportError(f"{label}: HTTP {status} instead of the content", status=status)
