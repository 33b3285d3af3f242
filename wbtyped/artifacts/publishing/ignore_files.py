"""Files `.wandbignore`: what they exclude from a version, in the syntax of `.gitignore`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import DiskError, UsageError
from ...extras import import_optional

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec
    from pathspec.pattern import Pattern

IGNORE_FILE = ".wandbignore"
FOLDER_END = "ps_d"
"""Group in the expressions of `pathspec`: the slash after what a pattern matches."""


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

    def decides(self, path: str) -> bool | None:
        """Return whether a path is excluded, or None if no pattern matches it.

        What is in a folder is asked for only if the folder is not excluded. So a pattern that
        matches the folder, which the library takes for a match of all in it, says nothing here.
        """
        path = path.removeprefix(self.prefix)
        for pattern in reversed([*self.spec.patterns]):
            if pattern.include is not None and _matches_itself(pattern, path):
                return pattern.include
        return None


def _matches_itself(pattern: "Pattern", path: str) -> bool:
    """Return True if a pattern matches a path, and not just a folder that it is in."""
    regex: re.Pattern[str] | None = getattr(pattern, "regex", None)
    if regex is None:
        return False
    if FOLDER_END not in regex.groupindex:
        # `a/**` matches all that is in the folder, but not the folder.
        return regex.search(path.removesuffix("/")) is not None
    # `*/` is the expression of a slash, anywhere.
    return any(found.end(FOLDER_END) in {-1, len(path)} for found in regex.finditer(path))


def excluded_by(files: Sequence[IgnoreFile], name: str, *, is_folder: bool) -> bool:
    """Return True if a name is excluded: the last matching pattern of the deepest file decides."""
    path = f"{name}/" if is_folder else name
    for file in reversed(files):
        decided = file.decides(path)
        if decided is not None:
            return decided
    return False
