"""The folders below a download root, each opened once and reached without following a link."""

import os
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from .folder import CREATE_FLAGS, READ, Folder
from .part_files import PartFiles

OPEN_LIMIT = 32
"""Folders that stay open though nobody uses them; a process may often open no more than 256."""
ATTEMPTS = 100
"""Tries to enter a folder while others remove it."""


@dataclass(eq=False, slots=True)
class OpenFolder:
    """A folder of the tree; `key` is its path below the root, `made` that it was made here."""

    folder: Folder
    key: str
    parent: "OpenFolder | None"
    made: bool
    users: int = 0


class FolderTree:
    """The folders below a root. Safe to use from many threads.

    `root` itself may be a link. Folders that were made and are empty in the end are removed by
    `close`. A forked process has no part in it: there, `close` does nothing.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._top = os.path.abspath(root)
        self._open: dict[str, OpenFolder] = {}
        self._replaced: list[OpenFolder] = []
        """Folders whose paths lead elsewhere now."""
        self._above: list[str] = []
        """Folders above the root, and the root, that were made."""
        self._parts: PartFiles | None = None
        self._lock = threading.RLock()
        self._process = os.getpid()

    # Paths.

    def find(self, target: Path) -> OpenFolder | None:
        """Return the folder of a target, to be left again; None when it does not exist.

        Raises UnsafePathError when the way to it leads through a link or a file.
        """
        with suppress(FileNotFoundError, NotADirectoryError):
            return self._enter(self.key_of(target), make=False)
        return None

    def enter(self, target: Path) -> OpenFolder:
        """Return the folder of a target, made if it is missing, to be left again."""
        key = self.key_of(target)
        for _ in range(ATTEMPTS):
            # Another transfer that made a folder above may leave at this moment and take it along.
            with suppress(FileNotFoundError):
                return self._enter(key, make=True)
        return self._enter(key, make=True)

    def leave(self, opened: OpenFolder) -> None:
        """Say that a folder is not used any more."""
        with self._lock:
            opened.users -= 1

    def read(self, target: Path) -> FileIO:
        """Open a file, which must not be a link; raises OSError."""
        with self.inside(self.key_of(target)) as folder:
            return FileIO(folder.open(target.name, READ), "rb")

    def remove(self, target: Path) -> None:
        """Remove a file or a link; raises OSError."""
        with self.inside(self.key_of(target)) as folder:
            folder.unlink(target.name)

    @contextmanager
    def inside(self, key: str) -> Generator[Folder]:
        """Enter a folder by its path below the root; raises FileNotFoundError when it is gone."""
        opened = self._enter(key, make=False)
        try:
            yield opened.folder
        finally:
            self.leave(opened)

    def key_of(self, target: Path) -> str:
        """Return the path of a target's folder below the root."""
        path, root = os.path.dirname(target), str(self.root)
        if path == root:
            return ""
        if path.startswith(root) and path[len(root)] == os.sep:
            return path[len(root) + 1 :]
        found = str(Path(path).relative_to(self.root))
        return "" if found == "." else found

    # Unfinished files.

    def create(self, target: Path, digest: str | None) -> tuple[OpenFolder, str, FileIO]:
        """Make an unfinished file beside a target, in a folder to be left again.

        With a digest, a later call can continue it.
        """
        for attempt in range(ATTEMPTS):
            opened = self.enter(target)
            try:
                name = self._part_files().new_name(opened.key, target.name, digest)
                number = opened.folder.open(name, CREATE_FLAGS)
            except FileNotFoundError:
                # The folder was removed since it was opened.
                self.leave(opened)
                if attempt == ATTEMPTS - 1:
                    raise
            except BaseException:
                self.leave(opened)
                raise
            else:
                return opened, name, FileIO(number, "r+b")
        raise AssertionError("unreachable")

    def new_name(self, opened: OpenFolder) -> str:
        """Return the name of one more unfinished file in a folder."""
        return self._part_files().new_name(opened.key)

    def take(self, opened: OpenFolder, name: str, digest: str | None) -> tuple[str, FileIO] | None:
        """Return what an earlier download has left of a file, if it is of use."""
        return self._part_files().take(opened.key, name, digest)

    def sweep(self) -> None:
        """Remove what earlier downloads have left that is of no use."""
        with suppress(OSError):
            self._part_files(make=False).sweep()

    def keep_parts(self) -> None:
        """Leave unfinished files to a later call."""
        self._part_files().keep()

    def _part_files(self, *, make: bool = True) -> PartFiles:
        with self._lock:
            if self._parts is None:
                root = self._enter("", make=make)
                self._parts = PartFiles(root.folder, self.inside)
            return self._parts

    # Opening and closing.

    def _enter(self, key: str, *, make: bool) -> OpenFolder:
        with self._lock:
            opened = self._open.get(key)
            if opened is not None and not opened.folder.is_current():
                # Whoever uses it still has it; the others get what is there now.
                self._replaced.append(self._open.pop(key))
                opened = None
            if opened is not None:
                opened.users += 1
                return opened
            opened = self._open[key] = self._opened(key, make=make)
            opened.users += 1
            self._close_unused()
            return opened

    def _opened(self, key: str, *, make: bool) -> OpenFolder:
        if not key:
            if make:
                self._make_root()
            return OpenFolder(Folder(self._top, follow=True), key, None, made=False)
        above, name = os.path.split(key)
        parent = self._enter(above, make=make)
        try:
            folder, made = self._child(parent.folder, name, make=make)
        except BaseException:
            self.leave(parent)
            raise
        return OpenFolder(folder, key, parent, made)

    def _child(self, parent: Folder, name: str, *, make: bool) -> tuple[Folder, bool]:
        """Open a folder in another, and tell whether it was made for that."""
        try:
            return parent.child(name), False
        except FileNotFoundError:
            if not make:
                raise
        made = False
        with suppress(FileExistsError):
            parent.mkdir(name)
            made = True
        return parent.child(name), made

    def _make_root(self) -> None:
        path, missing = self._top, list[str]()
        while not os.path.exists(path) and path != os.path.dirname(path):
            missing.append(path)
            path = os.path.dirname(path)
        for path in reversed(missing):
            # Another transfer may make the same folder at the same time.
            with suppress(FileExistsError):
                os.mkdir(path)
                self._above.append(path)

    def _close_unused(self) -> None:
        """Close what nobody uses, if that is much; the deepest first, as they use those above."""
        if len(self._open) <= OPEN_LIMIT:
            return
        for key in sorted(self._open, key=len, reverse=True):
            if not self._open[key].users:
                self._let_go(self._open.pop(key))

    def _let_go(self, opened: OpenFolder) -> None:
        made = opened.made and opened.folder.is_current()
        opened.folder.close()
        if opened.parent is None:
            return
        if made:
            # Of a folder that holds anything, nothing becomes of this.
            with suppress(OSError):
                opened.parent.folder.rmdir(os.path.basename(opened.key))
        opened.parent.users -= 1

    def close(self) -> None:
        """Close all folders and the journal, and remove folders that were made for nothing."""
        if os.getpid() != self._process:
            return
        if self._parts is not None:
            self._parts.close()
        with self._lock:
            self._parts = None
            for key in sorted(self._open, key=len, reverse=True):
                self._let_go(self._open.pop(key))
            while self._replaced:
                self._let_go(self._replaced.pop())
            for path in reversed(self._above):
                with suppress(OSError):
                    os.rmdir(path)
            self._above.clear()
