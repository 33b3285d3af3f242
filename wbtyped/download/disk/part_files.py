"""Part files beside their targets: which are ours, and which can be resumed.

Each is called `.wbtyped-<owner>-….part`, where the owner is the random id of the download that
writes it. In the root of the download, the owner keeps a journal, `.wbtyped-<owner>.part`: its
first line says what it is, the others name the folders with such files. A file that no journal
tells of is never touched, whatever its name.

The journal stays locked while its owner is running, so that files left by a killed process can be
journaled_folders from those that another is writing at this moment.
"""

import hashlib
import itertools
import json
import os
import re
import stat
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from io import FileIO
from typing import NamedTuple

from ...errors import WbtypedError
from .folder import CREATE_FLAGS, READ_WRITE_FLAGS, Folder, write_all

if sys.platform != "win32":
    import fcntl

STALE_SECONDS = 7 * 24 * 3600.0
"""Age from which a part file is removed, whatever it is a part of."""
IDLE_SECONDS = 3600.0
"""Seconds without a write after which a part file counts as abandoned, where locks fail."""
JOURNAL_LIMIT_BYTES = 64 * 1024 * 1024
"""Bytes of a journal that are read: enough for more than a million folders."""
SUFFIX = ".part"
JOURNAL_NAME = re.compile(r"\.wbtyped-([0-9a-f]{16})\.part")
PART_NAME = re.compile(r"\.wbtyped-([0-9a-f]{16})-(?:([0-9a-f]{8})-([0-9a-f]{8})-)?[0-9]+\.part")
"""Groups: the owner; for what can be resumed, hashes of the name of the target and the digest."""

InFolder = Callable[[str], AbstractContextManager[Folder]]
"""Open a folder by its path below the root; raises OSError or UnsafePathError."""


def short_hash(string: str) -> str:
    """Return a hash of eight characters."""
    return hashlib.blake2b(string.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()


def new_owner_id() -> str:
    """Return the id of a new download."""
    return os.urandom(8).hex()


def journal_name(owner: str) -> str:
    """Return the file name of an owner's journal."""
    return f".wbtyped-{owner}{SUFFIX}"


def journal_header(owner: str) -> bytes:
    """Return the first line of an owner's journal, which proves that it is one."""
    return (
        f"wbtyped: files .wbtyped-{owner}-*{SUFFIX} in these folders are unfinished downloads\n"
    ).encode()


def journal_entry(folder: str) -> bytes:
    """Return the line of a journal that names a folder."""
    return f"{json.dumps(folder)}\n".encode()


def part_name(owner: str, number: int, target: str | None = None, digest: str | None = None) -> str:
    """Return the name of a part file; with target and digest, a later call can resume it.

    It is short, however long the name of the target: names have a limit of 255 bytes.
    """
    if target is None or digest is None:
        return f".wbtyped-{owner}-{number}{SUFFIX}"
    return f".wbtyped-{owner}-{short_hash(target)}-{short_hash(digest)}-{number}{SUFFIX}"


def try_lock(stream: FileIO) -> bool | None:
    """Lock a file until it is closed; False if another process holds it, None if unknown."""
    if sys.platform == "win32":  # there, an open file can be neither renamed nor removed
        return True
    try:
        fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return None
    return True


def unlock(stream: FileIO) -> None:
    """Close and unlock a file, also for copies that forked processes hold."""
    with suppress(OSError, ValueError):
        if sys.platform != "win32":
            fcntl.flock(stream.fileno(), fcntl.LOCK_UN)
    stream.close()


class LeftoverPart(NamedTuple):
    """A part file whose owner is gone."""

    folder: str
    name: str
    owner: str
    target: str
    digest: str
    size: int


class PartFiles:
    """The part files below a root: ours, and those whose owners are gone.

    Folders are named by their paths below the root.
    """

    def __init__(self, root: Folder, in_folder: InFolder) -> None:
        self._root = root
        self._in_folder = in_folder
        self._owner = new_owner_id()
        self._part_numbers = itertools.count()
        self._journal: FileIO | None = None
        self._journaled: set[str] = set()
        """The folders that our journal names."""
        self._keep_journal = False
        self._lock = threading.Lock()
        self._leftovers: list[LeftoverPart] | None = None
        self._adopted: dict[str, FileIO] = {}
        """Journals of owners that are gone, locked while we may touch their files."""
        self._maybe_running: set[str] = set()
        """Those of them that may still be running, as nothing can be locked."""

    def new_name(self, folder: str, target: str | None = None, digest: str | None = None) -> str:
        """Return the name of a new part file, after adding its folder to the journal."""
        if folder not in self._journaled:
            with self._lock:
                self._write_journal(folder)
        return part_name(self._owner, next(self._part_numbers), target, digest)

    def _write_journal(self, folder: str) -> None:
        if self._journal is None:
            journal = FileIO(self._root.open(journal_name(self._owner), CREATE_FLAGS), "r+b")
            # A journal without its first line is ignored, so nobody looks before it is locked.
            try_lock(journal)
            write_all(journal.fileno(), journal_header(self._owner))
            self._journal = journal
        write_all(self._journal.fileno(), journal_entry(folder))
        self._journaled.add(folder)

    def take(self, folder: str, target: str, digest: str | None) -> tuple[str, FileIO] | None:
        """Take over the largest part file of this target and content; remove the others of it.

        Without a digest, nothing tells whether a part file can be resumed, so all are removed.
        """
        self.sweep()
        key = (folder, short_hash(target))
        with self._lock:
            found = [part for part in self._leftovers or () if (part.folder, part.target) == key]
        found.sort(key=lambda part: part.size, reverse=True)
        taken: tuple[str, FileIO] | None = None
        for part in found:
            with suppress(OSError, WbtypedError), self._in_folder(folder) as opened:
                if taken is None and digest is not None and part.digest == short_hash(digest):
                    name = self.new_name(folder, target, digest)
                    opened.replace(part.name, name)
                    taken = name, FileIO(opened.open(name, READ_WRITE_FLAGS), "r+b")
                else:
                    opened.unlink(part.name)
                self._forget(part)
        return taken

    def _forget(self, leftover: LeftoverPart) -> None:
        with self._lock:
            if self._leftovers is not None:
                self._leftovers.remove(leftover)

    # Part files whose owners are gone.

    def sweep(self) -> None:
        """Find part files whose owners are gone, once; remove those that cannot be resumed."""
        with self._lock:
            if self._leftovers is not None:
                return
            self._leftovers = []
            with suppress(OSError):
                for name in self._root.names():
                    found = JOURNAL_NAME.fullmatch(name) if name.startswith(".wbtyped-") else None
                    if found is not None and found[1] != self._owner:
                        with suppress(OSError):
                            self._adopt(found[1])

    def _adopt(self, owner: str) -> None:
        """Take over the part files of an owner that is gone, if its journal is valid."""
        status = self._root.status(journal_name(owner))
        if not stat.S_ISREG(status.st_mode):
            return
        journal = FileIO(self._root.open(journal_name(owner), READ_WRITE_FLAGS), "r+b")
        lines = journal.read(JOURNAL_LIMIT_BYTES).splitlines(keepends=True)
        held = try_lock(journal) if lines[:1] == [journal_header(owner)] else False
        if held is False:
            journal.close()
            return
        self._adopted[owner] = journal
        if held is None and time.time() - status.st_mtime < IDLE_SECONDS:
            self._maybe_running.add(owner)
        for folder in journaled_folders(lines[1:]):
            with suppress(OSError, WbtypedError), self._in_folder(folder) as opened:
                for found in map(PART_NAME.fullmatch, opened.names()):
                    if found is not None and found[1] == owner:
                        self._collect(folder, opened, found, sure=held is True)

    def _collect(self, path: str, folder: Folder, found: re.Match[str], *, sure: bool) -> None:
        """Record a part file that may be resumed; remove one that cannot."""
        status = folder.status(found[0])
        age = time.time() - status.st_mtime
        if not stat.S_ISREG(status.st_mode):
            return
        if not sure and age < IDLE_SECONDS:
            self._maybe_running.add(found[1])
            return
        if found[2] is None or age > STALE_SECONDS:
            folder.unlink(found[0])
        elif self._leftovers is not None:
            leftover = LeftoverPart(path, found[0], found[1], found[2], found[3], status.st_size)
            self._leftovers.append(leftover)

    # The end.

    def keep(self) -> None:
        """Keep our journal, as a part file is left to a later call."""
        self._keep_journal = True

    def close(self) -> None:
        """Remove the journals that name no part files any more."""
        with self._lock:
            journal, self._journal = self._journal, None
            if journal is not None:
                self._close_journal(self._owner, journal, remove=not self._keep_journal)
            left = {part.owner for part in self._leftovers or ()} | self._maybe_running
            for owner, journal in self._adopted.items():
                self._close_journal(owner, journal, remove=owner not in left)
            self._adopted.clear()

    def _close_journal(self, owner: str, journal: FileIO, *, remove: bool) -> None:
        unlock(journal)
        if remove:
            with suppress(OSError):
                self._root.unlink(journal_name(owner))


def journaled_folders(lines: list[bytes]) -> Iterator[str]:
    """Yield the folders that a journal names; a killed process may leave its last line cut off."""
    seen: set[str] = set()
    for line in lines:
        with suppress(ValueError):
            folder: object = json.loads(line)
            if isinstance(folder, str) and folder not in seen:
                seen.add(folder)
                yield folder
