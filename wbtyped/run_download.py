"""Many files of a run: what has to be fetched, and from where."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from . import errors
from .download.batch import Batch, Kept, Options, Planned
from .download.existing import is_right, is_there
from .download.names import SafeNames
from .download.results import FailedFile
from .download.transfer import Source, Transfer
from .errors import NotFoundError, WbtypedError
from .files import File, Files

PAGE = 1000
"""Files that one request brings."""


def batch_of(files: Files, root: Path, replace: bool, options: Options) -> Batch:
    """Return what downloads the files of a list, ready to run."""
    return Batch(
        files.client.transport,
        root,
        options,
        plan(files, root, replace),
        f"the list of {files.run.full_path}",
    )


def plan(files: Files, root: Path, replace: bool) -> Iterator[Planned]:
    """Yield what becomes of each file, while the list is being read."""
    names = SafeNames(root)
    unseen = {name for name in files.names if name}
    source: Source = partial(addresses, files)
    for page in again(files).pages():
        for file in page:
            unseen.discard(file.name)
            try:
                yield planned(file, files, names.place(file.name), replace, source)
            except WbtypedError as error:
                yield FailedFile(file.name, error)
    for name in sorted(unseen):
        said = f"the server says nothing of file {name!r} of {files.run.full_path}"
        yield FailedFile(name, NotFoundError(said, path=name, missing="file"))


def again(files: Files) -> Files:
    """Return the same list in large pages; the given one stays where it is."""
    names = [name for name in files.names if name] or None
    return Files(files.client, files.run, names, PAGE, pattern=files.pattern)


def planned(file: File, files: Files, target: Path, replace: bool, source: Source) -> Planned:
    """Return what becomes of one file."""
    label = f"file {file.name!r} of {files.run.full_path}"
    if file.updated_at is None:
        raise NotFoundError(f"{label} does not exist", path=file.name, missing="file")
    if is_right(target, file.size, file.md5, "MD5"):
        return Kept(file.name, file.size)
    if not replace and is_there(target):
        raise errors.FileExistsError(f"{target} has other content; see replace (--replace)")
    return Transfer(
        url=files.client.transport.absolute(file.direct_url),
        target=target,
        size=file.size,
        md5=file.md5,
        label=label,
        name=file.name,
        replace=replace,
        source=source,
        source_name=file.name,
    )


def addresses(files: Files, names: Sequence[str]) -> Mapping[str, str]:
    """Return new addresses in place of those that have run out."""
    absolute = files.client.transport.absolute
    listed = Files(files.client, files.run, names, PAGE).pages()
    return {
        file.name: absolute(file.direct_url)
        for page in listed
        for file in page
        if file.updated_at is not None
    }
