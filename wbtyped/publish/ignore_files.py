"""Files `.wandbignore`: what they exclude from a version, in the syntax of `.gitignore`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import DiskError, UsageError
from ..extras import import_optional

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

IGNORE_FILE = ".wandbignore"


@dataclass(frozen=True, slots=True)
class IgnoreFile:
    """The patterns of one file; they are relative to its folder."""

    prefix: str
    """The folder, relative to the one that is published; empty, or with a slash at the end."""
    spec: "GitIgnoreSpec"

    @classmethod
    def read(cls, path: Path, prefix: str) -> "IgnoreFile":
        """Read a file; raises DiskError, UsageError, and ImportError without `pathspec`."""
        import_optional("wbtyped.publish", "pathspec", "ignore")
        from pathspec import GitIgnoreSpec

        try:
            lines = path.read_text(encoding="utf-8-sig").splitlines()
        except OSError as error:
            raise DiskError(f"{path} cannot be read: {error.strerror}") from error
        except UnicodeDecodeError:
            raise UsageError(f"{path} is not UTF-8") from None
        try:
            return cls(prefix, GitIgnoreSpec.from_lines(lines))
        except ValueError as error:
            raise UsageError(f"{path} has an invalid pattern: {error}") from None


def excluded_by(files: Sequence[IgnoreFile], name: str, *, is_folder: bool) -> bool:
    """Return True if a name is excluded: the last matching pattern of the deepest file decides."""
    path = f"{name}/" if is_folder else name
    for file in reversed(files):
        decided = file.spec.check_file(path.removeprefix(file.prefix)).include
        if decided is not None:
            return decided
    return False
