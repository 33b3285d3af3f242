"""What every fast lane does with small files that have been received."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor

from ...errors import WbtypedError
from ..disk.digests import Algorithm, digest_of
from ..disk.folder_tree import FolderTree
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

    def __init__(self, schedule: Schedule, threads: Executor) -> None:
        self._schedule = schedule
        self._threads = threads
        self._received: list[SmallFile] = []
        self._larger: list[SmallFile] = []
        """Those of them that are worth another thread."""
        self._odd: list[OddFile] = []

    @property
    def has_files(self) -> bool:
        """Whether `report` has something to do."""
        return bool(self._received or self._larger or self._odd)

    def add(self, file: SmallFile) -> None:
        """Keep a received file; `report` verifies and writes it."""
        (self._received if len(file.content) <= INLINE_BYTES else self._larger).append(file)

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
        """Finish the files since the last call, and tell the schedule about all of them."""
        if self._received or self._odd:
            received, odd = self._received, self._odd
            self._received, self._odd = [], []
            self._finish(received, odd)
        if self._larger:
            larger, self._larger = self._larger, []
            for first in range(min(FINISHER_THREADS, len(larger))):
                self._threads.submit(self._finish, larger[first::FINISHER_THREADS])

    def _finish(self, received: Sequence[SmallFile], odd: Sequence[OddFile] = ()) -> None:
        """Verify and write files, and tell the schedule; callable from any thread."""
        by_folder: dict[str, list[SmallFile]] = defaultdict(list)
        deviating = [*odd]
        for file in received:
            if is_intact(file):
                by_folder[self._schedule.tree.key_of(file.transfer.target)].append(file)
            else:
                deviating.append(OddFile(file.transfer, None))
        placed: list[SmallFile] = []
        for files in by_folder.values():
            done = place(self._schedule.tree, files)
            placed += done
            # The usual way fails to write in the same way, and says why.
            deviating += [OddFile(file.transfer, None) for file in files[len(done) :]]
        self._schedule.finish_small(placed, deviating)


def is_intact(file: SmallFile) -> bool:
    """Return True if a received file has the size and the digest that it must have."""
    transfer = file.transfer
    if len(file.content) != transfer.size:
        return False
    algorithm: Algorithm = "XXH128" if transfer.xxh128 else "MD5"
    return digest_of(file.content, algorithm) == transfer.digest


def place(tree: FolderTree, files: Sequence[SmallFile]) -> Sequence[SmallFile]:
    """Write files of one folder and rename them into place; return those before the first error."""
    done = 0
    try:
        opened = tree.enter(files[0].transfer.target)
        try:
            for transfer, content in files:
                tree.place_in(opened, transfer.target, content, replace=transfer.replace)
                done += 1
        finally:
            tree.leave(opened)
    except (OSError, WbtypedError):
        return files[:done]
    return files
