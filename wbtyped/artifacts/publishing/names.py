"""Names of files in a version: refused, or warned of, if not everybody could download them.

A name that no reader may use is refused: absolute, with `..` or an empty part, with control
characters, not valid Unicode, or longer than 255 bytes in one part; so is a name that is a folder
of another. A name that only some platforms cannot hold causes a warning: characters and names that
Windows reserves, and names that differ by case or Unicode form alone.
"""

import re
from collections.abc import Collection, Sequence
from pathlib import PurePosixPath

from ...download.disk.safe_names import PLAIN_NAME, checked_parts, folded
from ...errors import UnsafePathError, UsageError
from ...name_patterns import glob_expression
from ...user_warnings import warn_user

SECRET_NAMES = (
    ".env", ".env.*", ".netrc", "_netrc", ".pgpass", ".pypirc", ".npmrc", ".git-credentials",
    ".htpasswd", ".aws/credentials", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "*.pem", "*.key",
    "*.p12", "*.pfx", "*.kdbx", "*.jks", "*.keystore",
)  # fmt: skip
"""Names of files that usually contain keys or passwords."""
EXAMPLE_NAMES = (".env.example", ".env.sample", ".env.template", ".env.dist")
"""Names of files that show others how to write one with secrets."""
SECRETS, EXAMPLES = (
    re.compile("|".join(glob_expression(name).pattern for name in names), re.DOTALL)
    for names in (SECRET_NAMES, EXAMPLE_NAMES)
)
LAST_ON_WINDOWS = re.compile(r"[ .](?:/|$)")
"""Windows drops these at the end of a name."""
DEVICES = re.compile(r"(?i)(?:^|/)(?:con|prn|aux|nul|com[0-9]|lpt[0-9])\s*(?:\.[^/]*)?(?:/|$)")


def check_name(name: str) -> str:
    """Return the name of a file in a version; raises UnsafePathError for one that is not safe."""
    try:
        checked_parts(name, windows=False)
    except UnsafePathError as error:
        reason = str(error).rpartition(" is refused: ")[2]
        raise UnsafePathError(f"name {name!r} in a version is refused: {reason}") from None
    return name


def given_name(name: str) -> str:
    """Return a name that a user gives, without `.` and repeated slashes; raises UnsafePathError."""
    is_file = bool(name) and not name.endswith("/")
    return check_name(str(PurePosixPath(name)) if is_file else name)


def folder_prefix(name: str | None) -> str:
    """Return what the names of all files in a folder of the version start with."""
    path = PurePosixPath(name or "")
    return f"{path}/" if path.parts else ""


def check_names(names: Sequence[str], kept: Collection[str] = ()) -> None:
    """Check the names of a version together, and warn of what others could not download.

    `kept` are those of an earlier version, of which nobody is warned again. Raises UsageError for a
    name that is also a folder.
    """
    taken = {*names, *kept}
    folders: set[str] = set()
    for name in taken:
        folder = name.rpartition("/")[0]
        while folder and folder not in folders:
            if folder in taken:
                raise UsageError(
                    f"{folder} would be a file and, for {name}, a folder; rename one of them"
                )
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    warn_of_secrets(names)
    _warn_of_windows(names)
    _warn_of_same(names)


def warn_of_secrets(names: Sequence[str]) -> None:
    """Warn of files that usually contain keys or passwords."""
    found = [name for name in names if SECRETS.fullmatch(name) and not EXAMPLES.fullmatch(name)]
    if found:
        warn_user(
            f"{_listed(found)} may contain secrets; leave out such files with ignore= (--ignore)"
        )


def _warn_of_windows(names: Sequence[str]) -> None:
    found = [name for name in names if not _fits_windows(name)]
    if found:
        warn_user(f"{_listed(found)} cannot be downloaded on Windows: rename it if that matters")


def _warn_of_same(names: Sequence[str]) -> None:
    by_folded: dict[str, str] = {}
    found = [
        f"{name!r} and {other!r}"
        for name in names
        if (other := by_folded.setdefault(_folded(name), name)) != name
    ]
    if found:
        warn_user(
            f"{_listed(found)} cannot be downloaded together on Windows and macOS, where upper and"
            " lower case are the same; rename one of them if that matters"
        )


def _fits_windows(name: str) -> bool:
    if PLAIN_NAME.fullmatch(name):  # as most are, and each step counts
        return not (LAST_ON_WINDOWS.search(name) or DEVICES.search(name))
    if "\\" in name:
        return False
    try:
        checked_parts(name, windows=True)
    except UnsafePathError:
        return False
    return True


def _folded(name: str) -> str:
    return name.lower() if name.isascii() else folded(name)


def _listed(found: Sequence[str]) -> str:
    more = f" and {len(found) - 1:,} more" if len(found) > 1 else ""
    return f"{found[0]}{more}"
