"""Map file names from a server to safe paths below a folder."""

import os
import re
import stat
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path, PureWindowsPath
from typing import NoReturn

from ...errors import UnsafePathError
from ..target import Target

COMPONENT_LIMIT_BYTES = 255
"""Bytes in one component of a path; no common file system allows more."""
SEPARATORS = re.compile(r"[/\\]")
CONTROL_CHARACTER = re.compile(r"[\x00-\x1f\x7f-\x9f]")
FORBIDDEN_ON_WINDOWS = re.compile(r'[<>:"|?*]')
DEVICE_ON_WINDOWS = re.compile(
    r"(con|conin\$|conout\$|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])\s*(\..*)?", re.IGNORECASE
)
_PLAIN_PART = r"[A-Za-z0-9_-][A-Za-z0-9_. -]{0,200}"
PLAIN_NAME = re.compile(rf"(?:{_PLAIN_PART}/)*{_PLAIN_PART}")
"""Names that every check but those of Windows accepts, as most are: one match costs a tenth."""
JUNCTION_TAG = 0xA0000003
"""Reparse tag of a junction on Windows; folders of cloud storage have other tags."""
IN_THE_WAY = "remove it or rename it"
"""What to do about what is where a folder has to be."""


def safe_target(
    root: str | os.PathLike[str], name: str, *, windows: bool = os.name == "nt"
) -> Path:
    """Return the path of `name` below `root`, or raise UnsafePathError and touch nothing.

    Refused are names that leave the folder (absolute, with a drive, with `..`), names that the
    platform cannot represent, and paths that lead through a link or a file below `root`; `root`
    itself may be a link. The file itself may be a link, as long as the caller replaces it
    (`VerifiedWriter` does) and does not write through it.
    """
    parts = checked_parts(name, windows=windows)
    _check_parents(name, root, parts)
    return Path(root, *parts)


class SafeNames:
    """Maps many names to paths below a folder, and refuses two that mean the same path.

    `fold` tells whether the file system ignores case; None looks. If it does not, no names are
    remembered.
    """

    def __init__(
        self, root: Path, *, windows: bool = os.name == "nt", fold: bool | None = None
    ) -> None:
        self._root = root
        self._root_string = str(root)
        self._windows = windows
        self._fold = ignores_case(root) if fold is None else fold
        self._taken: dict[str, str] = {}
        self._last_folder = ""

    def target(self, name: str) -> Target:
        """Return the path of a name, or raise UnsafePathError and touch nothing."""
        if self._windows or PLAIN_NAME.fullmatch(name) is None:
            parts = checked_parts(name, windows=self._windows)
            folder, file = os.sep.join(parts[:-1]), parts[-1]  # noqa: PTH118
        else:
            folder, _, file = name.rpartition("/")
        # Most names are in the same folder as the one before, which need not be checked again.
        if folder != self._last_folder:
            _check_parents(name, self._root, checked_parts(name, windows=self._windows))
            self._last_folder = folder
        if self._fold:
            other = self._taken.setdefault(folded(name), name)
            if other != name:
                _refuse(name, f"on this file system it is the same as {other!r}")
        return Target(self._root_string, folder, file)


def require_targets(names: Sequence[str], safe_names: SafeNames) -> dict[str, Target]:
    """Return the path of every name; raises UnsafePathError, and touches nothing, for any."""
    targets, refused = resolve_targets(names, safe_names)
    for error in refused.values():
        raise error
    return targets


def resolve_targets(
    names: Sequence[str], safe_names: SafeNames
) -> tuple[dict[str, Target], dict[str, UnsafePathError]]:
    """Return the paths of all safe names, and the errors for the others."""
    targets: dict[str, Target] = {}
    refused: dict[str, UnsafePathError] = {}
    taken = set(names)
    free: set[str] = set()
    for name in names:
        try:
            _refuse_file_as_folder(name, taken, free)
            targets[name] = safe_names.target(name)
        except UnsafePathError as error:
            refused[name] = error
    return targets, refused


def _refuse_file_as_folder(name: str, taken: set[str], free: set[str]) -> None:
    """Raise if a folder of a name is itself a file; `free` remembers those that are not."""
    folder = name.rpartition("/")[0]
    while folder and folder not in free:
        if folder in taken:
            _refuse(name, f"{folder!r} is a file, not a folder; {IN_THE_WAY}")
        free.add(folder)
        folder = folder.rpartition("/")[0]


def folded(name: str) -> str:
    """Return the same string for all names that a case-insensitive file system takes for one."""
    if name.isascii():
        return name.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())


def ignores_case(root: Path) -> bool:
    """Return True if the file system takes `a` for `A`; tried on an existing folder."""
    folder = root.absolute()
    while folder != folder.parent:
        swapped = folder.with_name(folder.name.swapcase())
        # A folder that may not be looked at tells nothing, and one above it may.
        with suppress(OSError):
            if swapped != folder and folder.exists():
                return swapped.exists() and swapped.samefile(folder)
        folder = folder.parent
    return False


def checked_parts(name: str, *, windows: bool) -> list[str]:
    """Return the parts of a name, after checking each of them."""
    if not name:
        _refuse(name, "it is empty")
    if CONTROL_CHARACTER.search(name):
        _refuse(name, "it holds control characters")
    if name.startswith(("/", "\\")):
        _refuse(name, "it is absolute")
    if ":" in name and PureWindowsPath(name).drive:
        _refuse(name, "it starts with the letter of a drive, as on Windows")
    # A backslash is an ordinary character to POSIX, but the same name must be safe anywhere.
    if any(part in {"", ".", ".."} for part in SEPARATORS.split(name)):
        _refuse(name, "one of its parts is empty, '.' or '..'")
    parts = SEPARATORS.split(name) if windows else name.split("/")
    for part in parts:
        _check_part(name, part, windows=windows)
    return parts


def _check_part(name: str, part: str, *, windows: bool) -> None:
    try:
        length = len(part) if part.isascii() else len(part.encode("utf-8"))
        os.fsencode(part)
    except UnicodeEncodeError:
        _refuse(name, "it is not valid Unicode, or this machine's file names cannot hold it")
    if length > COMPONENT_LIMIT_BYTES:
        _refuse(name, f"one of its parts is longer than {COMPONENT_LIMIT_BYTES} bytes")
    if not windows:
        return
    if FORBIDDEN_ON_WINDOWS.search(part) or part[-1] in " .":
        _refuse(name, "Windows cannot hold it")
    if DEVICE_ON_WINDOWS.fullmatch(part):
        _refuse(name, "Windows keeps it for a device")


def _check_parents(name: str, root: str | os.PathLike[str], parts: Sequence[str]) -> None:
    """Raise if the path of a file leads through a link or a file."""
    folder = Path(root)
    for part in parts[:-1]:
        folder = folder / part
        _check_parent(name, folder)


def _check_parent(name: str, folder: Path) -> None:
    """Raise if the path of a folder is a link or a file."""
    try:
        status = folder.lstat()
    except FileNotFoundError:
        return
    except NotADirectoryError:
        _refuse(name, f"{folder.parent} is a file, not a folder; {IN_THE_WAY}")
    except OSError as error:
        _refuse(name, f"{folder} cannot be examined: {error.strerror}")
    if stat.S_ISLNK(status.st_mode) or is_junction(status):
        _refuse(name, f"{folder} is a link and may lead anywhere; {IN_THE_WAY}")
    if not stat.S_ISDIR(status.st_mode):
        _refuse(name, f"{folder} is a file, not a folder; {IN_THE_WAY}")


def is_junction(status: os.stat_result) -> bool:
    """Return True for a junction, a link between folders on Windows."""
    return getattr(status, "st_reparse_tag", 0) == JUNCTION_TAG


def _refuse(name: str, reason: str) -> NoReturn:
    raise UnsafePathError(f"file name {name!r} from the server is refused: {reason}")
