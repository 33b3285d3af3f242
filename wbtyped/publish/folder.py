"""Which files of a folder belong to a version, and which names are allowed."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..download.disk.safe_names import checked_parts
from ..errors import DiskError, UsageError
from ..name_patterns import matches_glob
from ..user_warnings import warn_user

VERSION_CONTROL_FOLDERS = frozenset({".git", ".hg", ".svn"})
"""Never published: they hold the history of the folder, and often secrets."""
SECRET_NAMES = (".env", ".env.*", ".netrc", "_netrc", "id_rsa", "id_ed25519", "*.pem", "*.key")


def files_below(folder: Path, ignore: Sequence[str]) -> Iterator[tuple[Path, str]]:
    """Yield the files below a folder, sorted, each with its name relative to the folder.

    A link to a file counts as the file. A link to a folder raises UsageError: it may lead anywhere,
    or in a circle. So does whatever is neither a file nor a folder.
    """
    for parent, folders, names in os.walk(folder, onerror=_raise):
        base = Path(parent).relative_to(folder).as_posix()
        prefix = "" if base == "." else f"{base}/"
        folders[:] = sorted(
            name
            for name in folders
            if name not in VERSION_CONTROL_FOLDERS and not _is_ignored(f"{prefix}{name}", ignore)
        )
        for name in folders:
            if Path(parent, name).is_symlink():
                raise UsageError(
                    f"{Path(parent, name)} is a link to a folder, which is not followed;"
                    " add the folder itself, or leave the link out with ignore="
                )
        for name in sorted(names):
            if name not in VERSION_CONTROL_FOLDERS and not _is_ignored(f"{prefix}{name}", ignore):
                path = Path(parent, name)
                if not path.is_file():
                    raise UsageError(
                        f"{path} is not a regular file, so it cannot be published; leave it out"
                        " with ignore="
                    )
                yield path, f"{prefix}{name}"


def _raise(error: OSError) -> None:
    raise DiskError(f"{error.filename} cannot be read: {error.strerror}") from error


def _is_ignored(name: str, ignore: Sequence[str]) -> bool:
    return any(matches_glob(name, pattern) for pattern in ignore)


def check_name(name: str) -> str:
    """Return the name of a file in a version; raises UnsafePathError for one that is not safe."""
    checked_parts(name, windows=False)
    return name


def warn_of_secrets(names: Sequence[str]) -> None:
    """Warn of files that usually contain keys or passwords."""
    found = [name for name in names if _is_ignored(name, SECRET_NAMES)]
    if found:
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        warn_user(f"{found[0]}{more} may contain secrets; leave out such files with ignore=")
