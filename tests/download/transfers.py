"""Transfers for tests of decisions, and what becomes of them on disk."""

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path

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


def writer_for(transfer: Transfer) -> VerifiedWriter:
    return VerifiedWriter(
        transfer.target, size=transfer.size, md5=transfer.md5, label=transfer.label
    )


def handler_of(transfer: Transfer, window: float = 10) -> tuple[ResponseHandler, VerifiedWriter]:
    """Return what judges the responses of a transfer, and what takes their bodies."""
    writer = writer_for(transfer)
    return ResponseHandler(transfer, writer, window), writer


def files_below(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }
