"""`wbtyped cat`: write files to stdout."""

from collections.abc import Sequence

from ..api import Api
from ..artifacts.lineage import Artifact, Run
from ..errors import UsageError
from ..paths import is_url
from .fetch_one import STDOUT, run_file, version_file
from .get import GetOptions, get_one
from .targets import Target, files_named, find_target, wrong_kind


def write_files(
    path: str, names: Sequence[str], type_name: str | None, base_url: str | None
) -> int:
    """Write the named files to stdout, one after the other; return the exit code."""
    options = GetOptions(output=STDOUT, base_url=base_url)
    with options.connect() as api:
        if not names and not is_url(path, api.settings.pages) and not is_version(path):
            path, name = split_file_path(path)
            names = [name]
        elif not (names := files_named(api, path, names)):
            raise no_file(path)
        target = find_target(api, path, type_name)
        # All of them, since what follows a gap would be at the wrong place.
        return max(write_file(api, target, path, name, options) for name in names)


def write_file(api: Api, target: Target, path: str, name: str, options: GetOptions) -> int:
    """Write one file to stdout; return the exit code."""
    if isinstance(target, Run):
        return get_one(api, run_file(target, name), options)
    if isinstance(target, Artifact):
        return get_one(api, version_file(target, target.get_entry(name)), options)
    raise wrong_kind(path, target, "a run or an artifact version")


def is_version(path: str) -> bool:
    """Return True for the path of a version, perhaps with a file after it."""
    return any(":" in part for part in path.split("/")[:3])


def no_file(path: str) -> UsageError:
    """Build the error for a path without a file."""
    return UsageError(
        f"{path!r} names no file; write the file after the path, as in wbtyped cat {path} NAME"
    )


def split_file_path(path: str) -> tuple[str, str]:
    """Split `entity/project/run/NAME`; raises UsageError for a path without a name."""
    parts = path.strip("/ ").replace("/runs/", "/", 1).split("/", 3)
    if len(parts) < 4:
        raise no_file(path)
    return "/".join(parts[:3]), parts[3]
