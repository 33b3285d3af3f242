"""Many files of a run: what has to be fetched, and from where."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from . import errors
from .download.batch import Batch, Options, Planned
from .download.existing import LARGE, IsAbandoned, Stock, Wish, is_there, side_by_side
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
        plan(files, root, replace, options.stock),
        f"the list of {files.run.full_path}",
    )


def plan(files: Files, root: Path, replace: bool, stock: Stock) -> Iterator[Planned]:
    """Yield what becomes of each file, while the list is being read."""
    names = SafeNames(root)
    unseen = {name for name in files.names if name}
    source: Source = partial(addresses, files)

    def work(file: File, abandoned: IsAbandoned) -> Planned:
        try:
            wish = wish_of(file, files, names.place(file.name), replace)
            return stock.look(wish, abandoned) or transfer_of(file, files, wish, source)
        except WbtypedError as error:
            return FailedFile(file.name, error)

    for page in again(files).pages():
        for file, planned in side_by_side(work, page, lambda file: file.size >= LARGE):
            unseen.discard(file.name)
            yield planned
    for name in sorted(unseen):
        said = f"the server says nothing of file {name!r} of {files.run.full_path}"
        yield FailedFile(name, NotFoundError(said, path=name, missing="file"))


def again(files: Files) -> Files:
    """Return the same list in large pages; the given one stays where it is."""
    names = [name for name in files.names if name] or None
    return Files(files.client, files.run, names, PAGE, pattern=files.pattern)


def label_of(file: File, files: Files) -> str:
    """Return what a file is called in errors."""
    return f"file {file.name!r} of {files.run.full_path}"


def wish_of(file: File, files: Files, target: Path, replace: bool) -> Wish:
    """Return what is known of a file, and where it is to be."""
    if file.updated_at is None:
        label = label_of(file, files)
        raise NotFoundError(f"{label} does not exist", path=file.name, missing="file")
    return Wish(file.name, target, file.size, file.md5, "MD5", replace)


def transfer_of(file: File, files: Files, wish: Wish, source: Source) -> Transfer:
    """Return what fetches a file."""
    if not wish.replace and is_there(wish.target):
        raise errors.FileExistsError(f"{wish.target} has other content; see replace (--replace)")
    return Transfer(
        url=files.client.transport.absolute(file.direct_url),
        target=wish.target,
        size=file.size,
        md5=file.md5,
        label=label_of(file, files),
        name=file.name,
        replace=wish.replace,
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
