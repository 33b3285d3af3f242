"""What every fast lane does with a small file that has been received."""

import base64
from collections.abc import Mapping

from ...errors import WbtypedError
from ..disk.digests import new_hash
from ..response import raise_for_status
from ..schedule import OddFile, Schedule, SmallFile
from ..transfer import Transfer

INLINE_BYTES = 64 * 1024
"""Size up to which a file is verified and written by the thread that moves bytes: that takes less
time than passing it to another."""


FINISHER_THREADS = 2
"""Threads that verify larger files and rename them into place."""


class SmallFinisher:
    """Verifies small files, renames them into place, and reports to the schedule.

    Whatever deviates, be it a status, a wrong size or digest, or the disk, goes back to the
    schedule as an attempt of the usual way, which retries, follows redirects, refreshes URLs and
    reports errors.
    """

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule
        self._done: list[SmallFile] = []
        self._odd: list[OddFile] = []

    def finish(self, transfer: Transfer, blocks: list[bytes]) -> None:
        """Verify and write a file; `report` tells the schedule."""
        content = b"".join(blocks)
        if self._place(transfer, content):
            self._done.append(SmallFile(transfer, content))
        else:
            self._odd.append(OddFile(transfer, None))

    def finish_and_report(self, transfer: Transfer, blocks: list[bytes]) -> None:
        """Verify and write a file and tell the schedule; callable from any thread."""
        content = b"".join(blocks)
        if self._place(transfer, content):
            self._schedule.finish_small([SmallFile(transfer, content)], [])
        else:
            self._schedule.finish_small([], [OddFile(transfer, None)])

    def _place(self, transfer: Transfer, content: bytes) -> bool:
        if len(content) != transfer.size:
            return False
        digest = new_hash("XXH128" if transfer.xxh128 else "MD5")
        digest.update(content)
        if base64.b64encode(digest.digest()).decode() != transfer.digest:
            return False
        try:
            self._schedule.tree.place(transfer.target, [content], replace=transfer.replace)
        except (OSError, WbtypedError):
            # The usual way fails in the same way, and says why.
            return False
        return True

    def hand_over(self, transfer: Transfer, error: Exception | None = None) -> None:
        """Leave a file to the usual way; `error` is how its first try ended, if that is known."""
        self._odd.append(OddFile(transfer, error))

    def hand_over_status(self, transfer: Transfer, status: int, headers: Mapping[str, str]) -> None:
        """Leave a file to the usual way, after a response without content."""
        error: Exception | None = None
        if status >= 400:
            try:
                raise_for_status(transfer.label, status, headers, signed=True)
            except Exception as caught:
                error = caught
        self.hand_over(transfer, error)

    def report(self) -> None:
        """Tell the schedule the outcomes since the last call."""
        if self._done or self._odd:
            self._schedule.finish_small(self._done, self._odd)
            self._done, self._odd = [], []
