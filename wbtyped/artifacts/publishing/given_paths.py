"""Fill a draft from the paths that users give to `Api.publish` and `Run.log_artifact`."""

import re
from collections.abc import Iterable, Sequence
from os import PathLike
from pathlib import Path

from ... import arguments
from ...errors import UsageError
from .draft import StandaloneDraft

ANY_URI = "://"
URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")
"""As a path, which has one slash for two."""


def add_paths(
    draft: StandaloneDraft,
    paths: str | PathLike[str] | Sequence[str | PathLike[str]],
    ignore: Iterable[str],
) -> None:
    """Add a folder, a file, or several of them; of several, folders keep their names."""
    patterns = arguments.strings("ignore", ignore, "patterns")
    if isinstance(paths, str | PathLike):
        listed: list[Path] = [arguments.location("paths", paths)]
    else:
        if not isinstance(paths, list | tuple):
            raise arguments.wrong("paths", "a path or a list of paths", paths)
        listed = [arguments.location("each of paths", path) for path in paths]
    is_one = len(listed) == 1
    for path in listed:
        if URI.match(str(path)) and not path.exists():
            raise UsageError(
                f"{path} is not a local path; a URI is referred to by Draft.add_reference"
            )
        if path.is_dir():
            draft.add_dir(path, None if is_one else path.resolve().name, ignore=patterns)
        else:
            draft.add_file(path)


def last_part(path: str | PathLike[str]) -> str:
    """Return the last part of a path or URI; of `.` that is the name of the folder."""
    name = arguments.location("artifact", path).name
    return name if name not in {"", ".."} else Path(path).resolve().name


def add_path_or_uri(draft: StandaloneDraft, path: str | PathLike[str]) -> None:
    """Add a local file or folder, or a URI to refer to."""
    if isinstance(path, str) and ANY_URI in path:
        draft.add_reference(path)
    elif arguments.location("artifact", path).is_dir():
        draft.add_dir(path)
    else:
        draft.add_file(path)
