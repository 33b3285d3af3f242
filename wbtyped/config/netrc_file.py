"""Write an API key to netrc, as the official client does."""

import os
import shlex
import tempfile
from contextlib import suppress
from pathlib import Path

from ..errors import DiskError, UsageError

USER = "user"
"""The login of every entry; servers ignore it."""


def write_netrc_key(file: Path, machine: str, key: str) -> None:
    """Replace the entry of a machine and keep the others; only the owner can read the file.

    It is renamed into place. Raises DiskError, and UsageError for a file that is not UTF-8.
    """
    # Where netrc is a link, its target is replaced.
    file = Path(os.path.realpath(file))
    try:
        replace_file(file, with_entry(read_lines(file), machine, key))
    except OSError as error:
        raise DiskError(f"{file} cannot be written: {error.strerror or error}") from error


def read_lines(file: Path) -> list[str]:
    """Return the lines of a file; none if it does not exist."""
    try:
        return file.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    except UnicodeDecodeError:
        raise UsageError(f"{file} is not UTF-8; fix the file") from None


def with_entry(lines: list[str], machine: str, key: str) -> str:
    """Return the text of netrc with an entry at the end, and without a former one."""
    kept: list[str] = []
    in_entry = False
    for line in lines:
        words = netrc_words(line)
        if words[:1] in (["machine"], ["default"]):
            in_entry = words[:2] == ["machine", machine]
        if not in_entry:
            kept.append(line)
    entry = [f"machine {shlex.quote(machine)}", f"  login {USER}", f"  password {shlex.quote(key)}"]
    return "\n".join([*kept, *entry, ""])


def netrc_words(line: str) -> list[str]:
    """Return the words of a line, without the quotes around them."""
    try:
        return shlex.split(line)
    except ValueError:
        return line.split()


def replace_file(file: Path, text: str) -> None:
    """Write a file that only its owner can read, and rename it into place."""
    file.parent.mkdir(parents=True, exist_ok=True)
    # mkstemp creates files with mode 0600.
    descriptor, part = tempfile.mkstemp(dir=file.parent, prefix=f"{file.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        Path(part).replace(file)
    except BaseException:
        with suppress(OSError):
            Path(part).unlink()
        raise
