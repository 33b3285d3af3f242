"""The folders below a download root, each opened once, without following links."""

import os
import threading
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from ..target import Location, Target
from .atomic import rename_into_place
from .folder import CREATE_FLAGS, READ_FLAGS, Folder, write_all
from .part_files import PartFiles

MAX_OPEN_FOLDERS = 32
"""Folders that stay open while unused; a process may often open no more than 256 files."""
ENTER_TRIES = 100
"""Tries to open a folder while others remove it."""


@dataclass(eq=False, slots=True)
class OpenFolder:
    """A folder of the tree; `key` is its path below the root, `made` means made by this tree."""

    folder: Folder
    key: str
    parent: "OpenFolder | None"
    made: bool
    users: int = 0


class FolderTree:
    """The folders below a root. Safe to use from many threads.

    `root` itself may be a link. `close` removes folders that were created and are empty in the end;
    in a forked process it does nothing.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._root_path = os.path.abspath(root)
        self._open: dict[str, OpenFolder] = {}
        self._replaced: list[OpenFolder] = []
        """Open folders whose paths lead elsewhere now."""
        self._made_above: list[str] = []
        """The root and folders above it, as far as they were created."""
        self._parts: PartFiles | None = None
        self.kept_parts: int = 0
        """The part files that were left to a later call."""
        self._lock = threading.RLock()
        self._process = os.getpid()

    # Paths.

    def find(self, target: Location) -> OpenFolder | None:
        """Return the folder of a target, or None if it does not exist; call `leave` afterwards.

        Raises UnsafePathError if its path leads through a link or a file.
        """
        try:
            return self._enter(self.key_of(target), make=False)
        except (FileNotFoundError, NotADirectoryError):
            return None

    def enter(self, target: Location) -> OpenFolder:
        """Return the folder of a target, created if missing; call `leave` afterwards."""
        key = self.key_of(target)
        for _ in range(ENTER_TRIES):
            try:
                return self._enter(key, make=True)
            except FileNotFoundError:
                # Another transfer that created a folder above was removing it at this moment.
                continue
        return self._enter(key, make=True)

    def leave(self, opened: OpenFolder) -> None:
        """Declare that a folder is no longer used."""
        with self._lock:
            opened.users -= 1

    def read(self, target: Location) -> FileIO:
        """Open a file that is not a link; raises OSError."""
        with self.inside(self.key_of(target)) as folder:
            return FileIO(folder.open(target.name, READ_FLAGS), "rb")

    def remove(self, target: Location) -> None:
        """Remove a file or a link; raises OSError."""
        with self.inside(self.key_of(target)) as folder:
            folder.unlink(target.name)

    @contextmanager
    def inside(self, key: str) -> Generator[Folder]:
        """Open a folder by its path below the root; raises FileNotFoundError if it is missing."""
        opened = self._enter(key, make=False)
        try:
            yield opened.folder
        finally:
            self.leave(opened)

    def key_of(self, target: Location) -> str:
        """Return the path of a target's folder below the root."""
        if isinstance(target, Target):
            return target.folder
        path, root = os.path.dirname(target), str(self.root)
        if path == root:
            return ""
        if path.startswith(root) and path[len(root)] == os.sep:
            return path[len(root) + 1 :]
        found = str(Path(path).relative_to(self.root))
        return "" if found == "." else found

    # Part files.

    def create(self, target: Location, digest: str | None) -> tuple[OpenFolder, str, FileIO]:
        """Create a part file beside a target and open it; call `leave` for its folder afterwards.

        With a digest, a later call can resume it.
        """
        opened, name, descriptor = self._create(target, digest)
        return opened, name, FileIO(descriptor, "r+b")

    def place(
        self, target: Location, blocks: Iterable[bytes], *, replace: bool, fsync: bool = False
    ) -> None:
        """Write a whole file and rename it into place; nothing is left if that fails."""
        opened, name, descriptor = self._create(target, None)
        try:
            fill(opened.folder, name, descriptor, target, blocks, replace=replace, fsync=fsync)
        finally:
            self.leave(opened)

    def place_in(
        self, opened: OpenFolder, target: Location, content: bytes, *, replace: bool
    ) -> None:
        """Do the same in a folder that has been entered; raises OSError if that was removed."""
        name = self._part_files().new_name(opened.key)
        descriptor = opened.folder.open(name, CREATE_FLAGS)
        fill(opened.folder, name, descriptor, target, [content], replace=replace)

    def _create(self, target: Location, digest: str | None) -> tuple[OpenFolder, str, int]:
        for attempt in range(ENTER_TRIES):
            opened = self.enter(target)
            try:
                name = self._part_files().new_name(opened.key, target.name, digest)
                number = opened.folder.open(name, CREATE_FLAGS)
            except FileNotFoundError:
                # The folder was removed since it was opened.
                self.leave(opened)
                if attempt == ENTER_TRIES - 1:
                    raise
            except BaseException:
                self.leave(opened)
                raise
            else:
                return opened, name, number
        raise AssertionError("unreachable")

    def new_name(self, opened: OpenFolder) -> str:
        """Return the name of a further part file in a folder."""
        return self._part_files().new_name(opened.key)

    def take(self, opened: OpenFolder, name: str, digest: str | None) -> tuple[str, FileIO] | None:
        """Return the part file that an earlier download left of a target, if it can be resumed."""
        return self._part_files().take(opened.key, name, digest)

    def sweep(self) -> None:
        """Remove part files of earlier downloads that cannot be resumed."""
        with suppress(OSError):
            self._part_files(make=False).sweep()

    def keep_part(self) -> None:
        """Leave a part file to a later call."""
        with self._lock:
            self.kept_parts += 1
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
                # Its users keep it; others get the folder that is there now.
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
            return OpenFolder(Folder(self._root_path, follow=True), key, None, made=False)
        parent_key, name = os.path.split(key)
        parent = self._enter(parent_key, make=make)
        try:
            folder, made = self._child(parent.folder, name, make=make)
        except BaseException:
            self.leave(parent)
            raise
        return OpenFolder(folder, key, parent, made)

    def _child(self, parent: Folder, name: str, *, make: bool) -> tuple[Folder, bool]:
        """Open a folder in another; also return whether it was created for that."""
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
        path, missing = self._root_path, list[str]()
        while not os.path.exists(path) and path != os.path.dirname(path):
            missing.append(path)
            path = os.path.dirname(path)
        for path in reversed(missing):
            # Another transfer may create the same folder at the same time.
            with suppress(FileExistsError):
                os.mkdir(path)
                self._made_above.append(path)

    def _close_unused(self) -> None:
        """Close unused folders if many are open; the deepest first, as they use those above."""
        if len(self._open) <= MAX_OPEN_FOLDERS:
            return
        for key in sorted(self._open, key=len, reverse=True):
            if not self._open[key].users:
                self._close(self._open.pop(key))

    def _close(self, opened: OpenFolder) -> None:
        made = opened.made and opened.folder.is_current()
        opened.folder.close()
        if opened.parent is None:
            return
        if made:
            # This fails, as it should, if the folder is not empty.
            with suppress(OSError):
                opened.parent.folder.rmdir(os.path.basename(opened.key))
        opened.parent.users -= 1

    def close(self) -> None:
        """Close all folders and the journal; remove folders that were created in vain."""
        if os.getpid() != self._process:
            return
        if self._parts is not None:
            self._parts.close()
        with self._lock:
            self._parts = None
            for key in sorted(self._open, key=len, reverse=True):
                self._close(self._open.pop(key))
            while self._replaced:
                self._close(self._replaced.pop())
            for path in reversed(self._made_above):
                with suppress(OSError):
                    os.rmdir(path)
            self._made_above.clear()


def fill(
    folder: Folder, name: str, descriptor: int, target: Location, blocks: Iterable[bytes],
    *, replace: bool, fsync: bool = False,
) -> None:  # fmt: skip
    """Write a new part file, whose descriptor this closes, and rename it into place."""
    try:
        try:
            for block in blocks:
                write_all(descriptor, block)
            if fsync:
                os.fsync(descriptor)
        finally:
            # Some file systems report a full disk only on close.
            os.close(descriptor)
        rename_into_place(folder, name, target, replace=replace)
        if fsync:
            folder.sync()
    except BaseException:
        with suppress(OSError):
            folder.unlink(name)
        raise
