"""Transfers for tests of decisions, and what becomes of them on disk."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from wbtyped.download.attempt import Attempt
from wbtyped.download.disk.folder_tree import FolderTree
from wbtyped.download.disk.verified_writer import VerifiedWriter
from wbtyped.download.recorded_reference import Recorded
from wbtyped.download.response import ResponseHandler
from wbtyped.download.transfer import Piece, Transfer

URL = "http://storage.test/x"


def md5(content: bytes) -> str:
    return base64.b64encode(hashlib.md5(content).digest()).decode()


def transfer_to(
    target: Path,
    content: bytes | None = None,
    *,
    size: int | None = None,
    url: str = URL,
    headers: Mapping[str, str] | None = None,
    piece: Piece | None = None,
    recorded: Recorded | None = None,
) -> Transfer:
    """Build a transfer; with `content`, its size and digest are known."""
    digest = None if content is None else md5(content)
    known = len(content) if content is not None else size
    return Transfer(
        url, target, known, digest, "file 'x'", "x",
        headers=headers or {}, piece=piece, recorded=recorded,
    )  # fmt: skip


def refreshable(transfer: Transfer) -> Transfer:
    """Give a transfer a source of new URLs."""
    transfer.refresh_urls = no_urls
    transfer.refresh_name = transfer.name
    return transfer


def no_urls(names: Sequence[str]) -> Mapping[str, str]:
    """Stand for a source of URLs, which the tests of decisions never ask."""
    raise AssertionError(names)


def writer_for(transfer: Transfer, tree: FolderTree | None = None) -> VerifiedWriter:
    return VerifiedWriter(
        transfer.target, size=transfer.size, md5=transfer.md5, label=transfer.label, tree=tree
    )


def writer_of(attempt: Attempt) -> VerifiedWriter:
    return attempt.writer


def handler_of(attempt: Attempt) -> ResponseHandler:
    return attempt.handler


def new_handler(transfer: Transfer, window: float = 10) -> tuple[ResponseHandler, VerifiedWriter]:
    """Return what judges the responses of a transfer, and what takes their bodies."""
    writer = writer_for(transfer)
    return ResponseHandler(transfer, writer, window), writer


def give(attempt: Attempt, status: int, headers: Mapping[str, str], body: bytes = b"") -> None:
    """Have an attempt ask, and take a response; raises what the response means."""
    handler = handler_of(attempt)
    handler.request()
    handler.begin(status, headers)
    handler.write(body)


def range_of(attempt: Attempt) -> tuple[int, int | None] | None:
    """Return the bytes that an attempt asks for: from the first to before the second."""
    asked = handler_of(attempt).request()[1].get("Range")
    if asked is None:
        return None
    start, stop = asked.removeprefix("bytes=").split("-")
    return int(start), int(stop) + 1 if stop else None


def give_content(attempt: Attempt, content: bytes) -> None:
    """Have an attempt ask, and take what it asks for of a content."""
    asked = range_of(attempt)
    if asked is None:
        give(attempt, 200, {"accept-ranges": "bytes"}, content)
        return
    start, stop = asked[0], len(content) if asked[1] is None else asked[1]
    if start >= len(content):
        give(attempt, 416, {})
    span = f"bytes {start}-{stop - 1}/{len(content)}"
    give(attempt, 206, {"content-range": span}, content[start:stop])


def saved(root: Path) -> dict[str, bytes]:
    """Return the files that have their names; unfinished ones and their journals are hidden."""
    return {n: content for n, content in files_below(root).items() if Path(n).name[0] != "."}


def files_below(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }
