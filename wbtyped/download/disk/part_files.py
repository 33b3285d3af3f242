"""Unfinished files beside their targets: told for certain from what is not ours.

Each is called `.wbtyped-<owner>-….part`, where the owner is the download that writes it, as a
random number. In the root of the download the owner keeps a journal, `.wbtyped-<owner>.part`,
which says in its first line what it is and then names the folders that hold such files. A file of
which no journal tells is never touched, whatever it is called.

The journal is locked as long as its owner is at work, so that what a killed process left can be
told from what another one is writing at this moment.
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
from dataclasses import dataclass
from io import FileIO

from ...errors import WbtypedError
from .folder import CREATE_FLAGS, READ_WRITE, Folder, write_all

if sys.platform != "win32":
    import fcntl

STALE_SECONDS = 7 * 24 * 3600.0
"""Seconds after which a part is of no use to anybody, whatever it is of."""
IDLE_AFTER = 3600.0
"""Seconds without a write after which nobody is writing a part, where nothing can be locked."""
JOURNAL_LIMIT = 64 * 1024 * 1024
"""Bytes of a journal that are read; more than a million folders have."""
SUFFIX = ".part"
JOURNAL = re.compile(r"\.wbtyped-([0-9a-f]{16})\.part")
PART = re.compile(r"\.wbtyped-([0-9a-f]{16})-(?:([0-9a-f]{8})-([0-9a-f]{8})-)?[0-9]+\.part")
"""Owner, and for what can be continued: the target, the digest of the content."""

InFolder = Callable[[str], AbstractContextManager[Folder]]
"""Opens a folder by its path below the root; raises OSError or UnsafePathError."""


def short(text: str) -> str:
    """Return eight characters that stand for a text."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()


def new_owner() -> str:
    """Return a number that no other download has."""
    return os.urandom(8).hex()


def journal_name(owner: str) -> str:
    """Return the name of an owner's journal."""
    return f".wbtyped-{owner}{SUFFIX}"


def first_line(owner: str) -> bytes:
    """Return what the journal of an owner begins with."""
    return (
        f"wbtyped: files .wbtyped-{owner}-*{SUFFIX} in these folders are unfinished downloads\n"
    ).encode()


def folder_line(folder: str) -> bytes:
    """Return how a journal names a folder."""
    return f"{json.dumps(folder)}\n".encode()


def part_name(owner: str, number: int, target: str | None = None, digest: str | None = None) -> str:
    """Return the name of an unfinished file; it can be continued by target and digest.

    Short whatever the target is called: names have a limit of 255 bytes.
    """
    if target is None or digest is None:
        return f".wbtyped-{owner}-{number}{SUFFIX}"
    return f".wbtyped-{owner}-{short(target)}-{short(digest)}-{number}{SUFFIX}"


def lock(stream: FileIO) -> bool | None:
    """Hold a journal as long as it is open; False when another has it, None when it is unknown."""
    if sys.platform == "win32":  # where a file that is open can be neither renamed nor removed
        return True
    try:
        fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return None
    return True


def unlock(stream: FileIO) -> None:
    """Let go of a journal, also of the copies that forked processes have."""
    with suppress(OSError, ValueError):
        if sys.platform != "win32":
            fcntl.flock(stream.fileno(), fcntl.LOCK_UN)
    stream.close()


@dataclass(slots=True)
class Leftover:
    """A part that its owner has left behind."""

    folder: str
    name: str
    owner: str
    target: str
    digest: str
    size: int


class PartFiles:
    """The unfinished files below a root: ours, and what others have left behind.

    Folders are named by their paths below the root.
    """

    def __init__(self, root: Folder, in_folder: InFolder) -> None:
        self._root = root
        self._in_folder = in_folder
        self._owner = new_owner()
        self._numbers = itertools.count()
        self._journal: FileIO | None = None
        self._told: set[str] = set()
        """Folders that the journal names."""
        self._kept = False
        self._lock = threading.Lock()
        self._leftovers: list[Leftover] | None = None
        self._adopted: dict[str, FileIO] = {}
        """Journals of owners that are gone, locked as long as we may touch what is theirs."""
        self._unsure: set[str] = set()
        """Those of them that may be at work for all we know."""

    def new_name(self, folder: str, target: str | None = None, digest: str | None = None) -> str:
        """Return a name for an unfinished file in a folder, once the journal tells of it."""
        if folder not in self._told:
            with self._lock:
                self._tell(folder)
        return part_name(self._owner, next(self._numbers), target, digest)

    def _tell(self, folder: str) -> None:
        if self._journal is None:
            journal = FileIO(self._root.open(journal_name(self._owner), CREATE_FLAGS), "r+b")
            # Nobody looks at a journal without its first line, so it is held before anyone does.
            lock(journal)
            write_all(journal.fileno(), first_line(self._owner))
            self._journal = journal
        write_all(self._journal.fileno(), folder_line(folder))
        self._told.add(folder)

    def take(self, folder: str, target: str, digest: str | None) -> tuple[str, FileIO] | None:
        """Return the largest part of this target and content, now ours; remove the others of it.

        Without a digest nothing tells whether a part is still of use, so all are removed.
        """
        self.sweep()
        place = (folder, short(target))
        with self._lock:
            found = [e for e in self._leftovers or () if (e.folder, e.target) == place]
        found.sort(key=lambda each: each.size, reverse=True)
        taken: tuple[str, FileIO] | None = None
        for each in found:
            with suppress(OSError, WbtypedError), self._in_folder(folder) as opened:
                if taken is None and digest is not None and each.digest == short(digest):
                    name = self.new_name(folder, target, digest)
                    opened.replace(each.name, name)
                    taken = name, FileIO(opened.open(name, READ_WRITE), "r+b")
                else:
                    opened.unlink(each.name)
                self._forget(each)
        return taken

    def _forget(self, leftover: Leftover) -> None:
        with self._lock:
            if self._leftovers is not None:
                self._leftovers.remove(leftover)

    # What others have left behind.

    def sweep(self) -> None:
        """Look once for parts whose owners are gone, and remove those that are of no use."""
        with self._lock:
            if self._leftovers is not None:
                return
            self._leftovers = []
            with suppress(OSError):
                for name in self._root.names():
                    found = JOURNAL.fullmatch(name) if name.startswith(".wbtyped-") else None
                    if found is not None and found[1] != self._owner:
                        with suppress(OSError):
                            self._adopt(found[1])

    def _adopt(self, owner: str) -> None:
        """Take over what an owner has left, if its journal is one of ours and it is gone."""
        status = self._root.status(journal_name(owner))
        if not stat.S_ISREG(status.st_mode):
            return
        journal = FileIO(self._root.open(journal_name(owner), READ_WRITE), "r+b")
        lines = journal.read(JOURNAL_LIMIT).splitlines(keepends=True)
        held = lock(journal) if lines[:1] == [first_line(owner)] else False
        if held is False:
            journal.close()
            return
        self._adopted[owner] = journal
        if held is None and time.time() - status.st_mtime < IDLE_AFTER:
            self._unsure.add(owner)
        for folder in told(lines[1:]):
            with suppress(OSError, WbtypedError), self._in_folder(folder) as opened:
                for found in map(PART.fullmatch, opened.names()):
                    if found is not None and found[1] == owner:
                        self._judge(folder, opened, found, sure=held is True)

    def _judge(self, path: str, folder: Folder, found: re.Match[str], *, sure: bool) -> None:
        """Note a part that may be continued, and remove one that is of no use."""
        status = folder.status(found[0])
        age = time.time() - status.st_mtime
        if not stat.S_ISREG(status.st_mode):
            return
        if not sure and age < IDLE_AFTER:
            self._unsure.add(found[1])
            return
        if found[2] is None or age > STALE_SECONDS:
            folder.unlink(found[0])
        elif self._leftovers is not None:
            leftover = Leftover(path, found[0], found[1], found[2], found[3], status.st_size)
            self._leftovers.append(leftover)

    # The end.

    def keep(self) -> None:
        """Leave a part of ours, and so the journal, to a later call."""
        self._kept = True

    def close(self) -> None:
        """Remove the journals that tell of nothing any more."""
        with self._lock:
            journal, self._journal = self._journal, None
            if journal is not None:
                self._close_journal(self._owner, journal, remove=not self._kept)
            left = {each.owner for each in self._leftovers or ()} | self._unsure
            for owner, journal in self._adopted.items():
                self._close_journal(owner, journal, remove=owner not in left)
            self._adopted.clear()

    def _close_journal(self, owner: str, journal: FileIO, *, remove: bool) -> None:
        unlock(journal)
        if remove:
            with suppress(OSError):
                self._root.unlink(journal_name(owner))


def told(lines: list[bytes]) -> Iterator[str]:
    """Yield the folders that a journal names; of a killed process, the last line may be cut off."""
    seen: set[str] = set()
    for line in lines:
        with suppress(ValueError):
            folder: object = json.loads(line)
            if isinstance(folder, str) and folder not in seen:
                seen.add(folder)
                yield folder
