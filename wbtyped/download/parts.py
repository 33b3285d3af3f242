"""Temporary files beside their targets: named so that a later call finds and continues them.

A part is locked as long as somebody writes it, so that what a killed process left can be told from
what another one is writing at this moment.
"""

import hashlib
import os
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from io import FileIO
from pathlib import Path

if sys.platform != "win32":
    import fcntl

SUFFIX = ".part"
STALE_AFTER = 7 * 24 * 3600.0
"""Seconds after which a part is of no use to anybody, whatever it is of."""
WHOLE = ".whole-"
"""How a file is called that is written at once, so that nobody holds or continues it."""
WHOLE_AFTER = 3600.0
"""Seconds after which such a file was left behind."""
NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
ATTEMPTS = 100
"""Tries to make a part while others remove the folder it belongs to."""


def short(text: str) -> str:
    """Return eight characters that stand for a text."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()


def part_name(target: Path, digest: str | None) -> str:
    """Return a new name: of the target, of the content it is to have, and of this try.

    Short whatever the target is called: names have a limit of 255 bytes.
    """
    return f".{short(target.name)}-{short(digest or '')}-{os.urandom(8).hex()}{SUFFIX}"


def whole_name() -> str:
    """Return a new name for a file that is written at once."""
    return f"{WHOLE}0-{os.urandom(8).hex()}{SUFFIX}"


def lock(stream: FileIO) -> bool:
    """Hold a part as long as it is open; False when somebody else has it."""
    if sys.platform == "win32":  # which does not let go of a file that is open
        return True
    try:
        fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        # A file system without locks: whoever has a name to itself has the file.
        return True
    return True


def create(target: Path, digest: str | None, made: list[Path]) -> tuple[Path, FileIO]:
    """Make a new part beside its target, with the folders that are missing, noted in `made`."""
    path = target.with_name(part_name(target, digest))
    stream = FileIO(open_new(path, made), "wb")
    lock(stream)
    return path, stream


def open_new(path: str | Path, made: list[Path]) -> int:
    """Make a new file, with the folders that are missing, and return its descriptor."""
    for _ in range(ATTEMPTS):
        try:
            # Made in the usual mode, so that the umask of the process decides the permissions.
            return os.open(path, NEW, 0o666)
        except FileNotFoundError:
            # Another transfer that made the folder may leave at this moment and take it along.
            make_folders(Path(path).parent, made)
    return os.open(path, NEW, 0o666)


def make_folders(folder: Path, made: list[Path]) -> None:
    """Make a folder and those above it, and note which ones are new."""
    missing: list[Path] = []
    while not folder.exists() and folder != folder.parent:
        missing.append(folder)
        folder = folder.parent
    for folder in reversed(missing):
        # Another transfer may make the same folder at the same time.
        with suppress(FileExistsError):
            folder.mkdir()
            made.append(folder)


class Leftovers:
    """Parts that others have left behind, looked up once for each folder."""

    def __init__(self) -> None:
        self._found: dict[str, dict[str, list[Path]]] = {}

    def sweep(self, folder: str) -> None:
        """Remove what is too old in a folder, looked at for the first time."""
        if folder not in self._found:
            self._found[folder] = scan(folder)

    def take(self, target: Path, digest: str | None) -> tuple[Path, FileIO] | None:
        """Return the largest part of this target and content, open and held; remove the others.

        Without a digest nothing tells whether a part is still of use, so all are removed.
        """
        wanted = f".{short(target.name)}-{short(digest or '')}-"
        held = [*self._held(target)]
        fitting = [each for each in held if digest is not None and each[0].name.startswith(wanted)]
        best = max(fitting, key=lambda each: each[0].stat().st_size, default=None)
        for path, stream in held:
            if best is None or path != best[0]:
                remove(path, stream)
        return best

    def _held(self, target: Path) -> Iterator[tuple[Path, FileIO]]:
        """Yield the parts of a target that nobody is writing."""
        folder = str(target.parent)
        self.sweep(folder)
        for path in self._found[folder].pop(short(target.name), ()):
            with suppress(OSError):
                stream = path.open("r+b", buffering=0)
                if lock(stream):
                    yield path, stream
                else:
                    stream.close()


def scan(folder: str) -> dict[str, list[Path]]:
    """Return the parts in a folder by the target they are of; those too old are removed."""
    found: dict[str, list[Path]] = {}
    now = time.time()
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if not entry.name.endswith(SUFFIX) or entry.name.count("-") != 2:
                continue
            with suppress(OSError):
                if not entry.is_file(follow_symlinks=False):
                    continue
                if is_stale(entry, now):
                    Path(entry.path).unlink()
                    continue
            found.setdefault(entry.name[1:].partition("-")[0], []).append(Path(entry.path))
    return found


def is_stale(entry: os.DirEntry[str], now: float) -> bool:
    """Tell whether a part is too old to be of use."""
    if entry.name.startswith(WHOLE):
        # It may be a link to an old content, and only its name is new.
        return now - entry.stat().st_ctime > WHOLE_AFTER
    return now - entry.stat().st_mtime > STALE_AFTER


def remove(path: Path, stream: FileIO) -> None:
    """Close a part and delete it."""
    with suppress(OSError):
        stream.close()
    with suppress(OSError):
        path.unlink()
