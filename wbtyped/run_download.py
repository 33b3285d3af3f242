"""Many files of a run: what has to be fetched, and from where."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from wbtyped_graphql import calls
from wbtyped_graphql.fragments import RunFileAddress
from wbtyped_graphql.operation import Operation
from wbtyped_graphql.operations import RUN_FILE_ADDRESSES_GQL

from .download.batch import Batch, Options, Planned
from .download.digests import IsAbandoned
from .download.existing import LARGE, Stock, Wish, side_by_side
from .download.names import SafeNames
from .download.results import FailedFile
from .download.transfer import Source, Transfer
from .download.tree import FolderTree
from .errors import NotFoundError, WbtypedError
from .files import Files
from .paginator import Paginator

if TYPE_CHECKING:
    from wbtyped_graphql.run_file_addresses import RunFileAddresses as Result
    from wbtyped_graphql.run_file_addresses import RunFileAddressesProjectRunFiles as Page

PAGE = 1000
"""Files that one request brings."""


def batch_of(files: Files, root: Path, replace: bool, options: Options) -> Batch:
    """Return what downloads the files of a list, ready to run."""
    tree = FolderTree(root)
    return Batch(
        files.client.transport,
        tree,
        options,
        plan(files, root, replace, options.stock(tree)),
        f"the list of {files.run.full_path}",
    )


def plan(files: Files, root: Path, replace: bool, stock: Stock) -> Iterator[Planned]:
    """Yield what becomes of each file, while the list is being read."""
    names = SafeNames(root)
    unseen = {name for name in files.names if name}
    source: Source = partial(addresses, files)

    def work(file: RunFileAddress, abandoned: IsAbandoned) -> Planned:
        try:
            wish = wish_of(file, files, names.place(file.name), replace)
            return stock.look(wish, abandoned) or transfer_of(file, files, wish, source)
        except WbtypedError as error:
            return FailedFile(file.name, error)

    for page in FileAddresses(files, files.names).pages():
        for file, planned in side_by_side(work, page, lambda file: file.size_bytes >= LARGE):
            unseen.discard(file.name)
            yield planned
    for name in sorted(unseen):
        said = f"the server says nothing of file {name!r} of {files.run.full_path}"
        yield FailedFile(name, NotFoundError(said, path=name, missing="file"))


def label_of(file: RunFileAddress, files: Files) -> str:
    """Return what a file is called in errors."""
    return f"file {file.name!r} of {files.run.full_path}"


def wish_of(file: RunFileAddress, files: Files, target: Path, replace: bool) -> Wish:
    """Return what is known of a file, and where it is to be."""
    if file.updated_at is None:
        label = label_of(file, files)
        raise NotFoundError(f"{label} does not exist", path=file.name, missing="file")
    return Wish(file.name, target, file.size_bytes, file.md5, "MD5", replace)


def transfer_of(file: RunFileAddress, files: Files, wish: Wish, source: Source) -> Transfer:
    """Return what fetches a file."""
    return Transfer(
        url=files.client.transport.absolute(file.direct_url),
        target=wish.target,
        size=file.size_bytes,
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
    return {
        file.name: absolute(file.direct_url)
        for page in FileAddresses(files, names).pages()
        for file in page
        if file.updated_at is not None
    }


class FileAddresses(Paginator["Result", RunFileAddress, RunFileAddress]):
    """What a download needs to know of the files of a list (query RunFileAddresses)."""

    __slots__ = ("files", "names")

    QUERY: ClassVar[str] = RUN_FILE_ADDRESSES_GQL

    def __init__(self, files: Files, names: Sequence[str | None], per_page: int = PAGE) -> None:
        self.files = files
        self.names: list[str | None] = list(names)
        super().__init__(files.client, per_page=per_page)

    def _operation(self, cursor: str | None) -> Operation["Result"]:
        run = self.files.run
        return calls.run_file_addresses(
            entity=run.entity,
            project=run.project,
            name=run.id,
            file_cursor=cursor,
            file_limit=self.per_page,
            file_names=self.names,
            pattern=None if self.names else self.files.pattern,
        )

    def _connection(self, result: "Result") -> "Page":
        run = result.project.run if result.project else None
        if run is None or run.files is None:
            missing = "files" if run else "run" if result.project else "project"
            raise self.files.run.missing(missing)
        return run.files

    def _item(self, node: RunFileAddress) -> RunFileAddress:
        return node
