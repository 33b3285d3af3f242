"""Download a single file."""

import os
from pathlib import Path

from .. import errors
from ..config.api_key import another_key
from ..transport.http import Transport
from .disk.folder_tree import FolderTree
from .engines.choice import choose_engine
from .engines.engine import make_engine
from .schedule import Schedule
from .transfer import Transfer


class SingleDownload:
    """Downloads one file, in the calling thread."""

    def __init__(self, transport: Transport, transfer: Transfer, root: Path) -> None:
        self._transfer = transfer
        self._key_source = transport.settings.key_source
        self._error: Exception | None = None
        self._engine = make_engine(choose_engine("httpx", 1), transport)
        self._schedule = Schedule(
            1,
            transport.retries.budget,
            self._on_settled,
            FolderTree(root),
            stall_timeout=transport.settings.timeout,
            hosts=transport.hosts,
            reached=transport.retries.reached,
        )

    def _on_settled(self, _: Transfer, error: Exception | None) -> None:
        self._error = error

    def run(self) -> Path:
        """Download the file and return its path."""
        self._schedule.add(self._transfer)
        self._schedule.finish()
        try:
            self._engine.run(self._schedule)
        finally:
            self._schedule.release()
        if isinstance(self._error, errors.AuthenticationError):
            source = self._key_source
            raise errors.AuthenticationError(
                f"{self._error}; the key is from {source}: {another_key(source)}"
            ) from self._error
        if self._error is not None:
            raise self._error
        return Path(self._transfer.target)

    def cancel(self) -> None:
        """Stop immediately; called from another thread."""
        self._schedule.cancel()
        self._engine.interrupt()


def fetch(transport: Transport, transfer: Transfer, root: Path, *, exist_ok: bool = False) -> Path:
    """Download a file to below `root`, unless an existing one may stay, and return its path."""
    existing = existing_file(transfer, exist_ok=exist_ok)
    return existing or SingleDownload(transport, transfer, root).run()


async def afetch(
    transport: Transport, transfer: Transfer, root: Path, *, exist_ok: bool = False
) -> Path:
    """Do the same without blocking, in a thread; cancelling ends the transfer."""
    import asyncio  # late, for those who never run an event loop

    if path := existing_file(transfer, exist_ok=exist_ok):
        return path
    download = SingleDownload(transport, transfer, root)
    try:
        return await asyncio.to_thread(download.run)
    except asyncio.CancelledError:
        download.cancel()
        raise


def existing_file(transfer: Transfer, *, exist_ok: bool) -> Path | None:
    """Return the path of a file that stays as it is; None if it has to be downloaded."""
    target = transfer.target
    # A dangling link counts as existing, too.
    if transfer.replace or not os.path.lexists(target):
        return None
    if exist_ok:
        return Path(target)
    raise errors.FileExistsError(
        f"{target} exists; pass replace=True to download it again, or exist_ok=True to keep it"
    )
