"""One file by itself."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from .. import errors
from .disk.folder_tree import FolderTree
from .engines.choice import choose
from .local_files import is_there
from .schedule import Schedule
from .transfer import Transfer

if TYPE_CHECKING:
    from ..transport.http import Transport


class Single:
    """Fetches one file, in the thread that asks for it."""

    def __init__(self, transport: "Transport", transfer: Transfer, root: Path) -> None:
        self._transfer = transfer
        self._error: Exception | None = None
        self._engine = choose("httpx", 1).make(transport)
        budget, timeout = transport.retries.budget, transport.settings.timeout
        self._schedule = Schedule(
            1,
            budget,
            self._settled,
            FolderTree(root),
            window=timeout,
            hosts=transport.hosts,
        )

    def _settled(self, _: Transfer, error: Exception | None) -> None:
        self._error = error

    def run(self) -> Path:
        """Fetch it and return its path."""
        self._schedule.add(self._transfer)
        self._schedule.finish()
        try:
            self._engine.run(self._schedule)
        finally:
            self._schedule.release()
        if self._error is not None:
            raise self._error
        return self._transfer.target

    def cancel(self) -> None:
        """End it at once; called from another thread."""
        self._schedule.cancel()
        self._engine.interrupt()


def fetch(
    transport: "Transport", transfer: Transfer, root: Path, *, exist_ok: bool = False
) -> Path:
    """Fetch a file to below `root`, unless it may stay as it is, and return its path."""
    return kept(transfer, exist_ok=exist_ok) or Single(transport, transfer, root).run()


async def afetch(
    transport: "Transport", transfer: Transfer, root: Path, *, exist_ok: bool = False
) -> Path:
    """Do the same from a coroutine, in a thread; cancelling ends the transfer."""
    if path := kept(transfer, exist_ok=exist_ok):
        return path
    single = Single(transport, transfer, root)
    try:
        return await asyncio.to_thread(single.run)
    except asyncio.CancelledError:
        single.cancel()
        raise


def kept(transfer: Transfer, *, exist_ok: bool) -> Path | None:
    """Return the path of a file that stays as it is; None when it is to be fetched."""
    target = transfer.target
    if transfer.replace or not is_there(target):
        return None
    if exist_ok:
        return target
    raise errors.FileExistsError(
        f"{target} exists; pass replace=True to fetch it anew, or exist_ok=True to keep it"
    )
