"""Plan the download of run files: what is needed, and from which URLs."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from wbtyped_graphql import calls
from wbtyped_graphql.fragments import RunFileAddress
from wbtyped_graphql.operation import Operation
from wbtyped_graphql.operations import RUN_FILE_ADDRESSES_GQL

from ..download.batch import Batch, BatchOptions, ListedFiles, PlannedFile
from ..download.disk.folder_tree import FolderTree
from ..download.disk.safe_names import SafeNames
from ..download.local_files import FileSpec, LocalFiles
from ..download.results import FailedFile
from ..download.target import Target
from ..download.transfer import RefreshUrls, Transfer
from ..errors import NotFoundError, WbtypedError
from ..transport.cursors import Cursors
from ..transport.pagination import Paginator
from .ref import FileSelection, missing_run

if TYPE_CHECKING:
    from wbtyped_graphql.run_file_addresses import RunFileAddresses as Result
    from wbtyped_graphql.run_file_addresses import RunFileAddressesProjectRunFiles as Page

URLS_PER_PAGE = 1000
"""Files per request."""


class NamedFile(NamedTuple):
    """A listed file, and where it is to be written."""

    file: RunFileAddress
    spec: FileSpec


def make_batch(files: FileSelection, root: Path, replace: bool, options: BatchOptions) -> Batch:
    """Build the download of the files of a list."""
    tree = FolderTree(root)
    return Batch(
        files.client.transport,
        tree,
        options,
        plan(files, root, replace, options.local_files(tree)),
        f"the list of {files.run.full_path}",
    )


def plan(
    files: FileSelection, root: Path, replace: bool, local_files: LocalFiles
) -> Iterator[PlannedFile | ListedFiles]:
    """Yield what has to be done for each file, while the list is being read."""
    names = SafeNames(root)
    unseen = {name for name in files.names if name}
    refresh: RefreshUrls = partial(signed_urls, files)

    listed = SignedUrls(files, files.names)
    for page in listed.pages():
        yield ListedFiles(len(page), sum(file.size_bytes for file in page), listed.at_end)
        named: list[NamedFile] = []
        for file in page:
            unseen.discard(file.name)
            try:
                spec = file_spec(file, files, names.target(file.name), replace)
                named.append(NamedFile(file, spec))
            except WbtypedError as error:
                yield FailedFile(file.name, error)
        outcomes = local_files.check(named, lambda named: named.spec.target, attrgetter("spec"))
        for (file, spec), outcome in outcomes:
            if isinstance(outcome, WbtypedError):
                yield FailedFile(file.name, outcome)
            else:
                yield outcome or make_transfer(file, files, spec, refresh)
    yield ListedFiles(len(unseen), 0, is_last=True)
    for name in sorted(unseen):
        message = f"the server did not list file {name!r} of {files.run.full_path}"
        yield FailedFile(name, NotFoundError(message, path=name, missing="file"))


def label_of(file: RunFileAddress, files: FileSelection) -> str:
    """Return the name of a file for errors."""
    return f"file {file.name!r} of {files.run.full_path}"


def file_spec(
    file: RunFileAddress, files: FileSelection, target: Target, replace: bool
) -> FileSpec:
    """Return the target and the known content of a file; raises NotFoundError."""
    if file.updated_at is None:
        label = label_of(file, files)
        raise NotFoundError(f"{label} does not exist", path=file.name, missing="file")
    return FileSpec(file.name, target, file.size_bytes, file.md5, "MD5", replace)


def make_transfer(
    file: RunFileAddress, files: FileSelection, spec: FileSpec, refresh: RefreshUrls
) -> Transfer:
    """Build the transfer of a file."""
    return Transfer(
        url=files.client.transport.absolute(file.direct_url),
        target=spec.target,
        size=file.size_bytes,
        md5=file.md5,
        label=label_of(file, files),
        name=file.name,
        replace=spec.replace,
        refresh_urls=refresh,
        refresh_name=file.name,
    )


def signed_urls(files: FileSelection, names: Sequence[str]) -> Mapping[str, str]:
    """Return new signed URLs by file name; files that no longer exist are left out."""
    absolute = files.client.transport.absolute
    return {
        file.name: absolute(file.direct_url)
        for page in SignedUrls(files, names).pages()
        for file in page
        if file.updated_at is not None
    }


class SignedUrls(Paginator["Result", RunFileAddress, RunFileAddress]):
    """Pages of what a download needs to know of the files of a list (query RunFileAddresses)."""

    __slots__ = ("at_end", "files", "names")

    QUERY: ClassVar[str] = RUN_FILE_ADDRESSES_GQL

    def __init__(
        self, files: FileSelection, names: Sequence[str | None], per_page: int = URLS_PER_PAGE
    ) -> None:
        self.files: FileSelection = files
        self.names: list[str | None] = list(names)
        self.at_end: bool = False
        """Whether the page that `pages()` yielded last ends the list."""
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
            pattern=None if self.names else self.files.sent_pattern,
        )

    def _connection(self, result: "Result") -> "Page":
        run = result.project.run if result.project else None
        if run is None or run.files is None:
            missing = "files" if run else "run" if result.project else "project"
            raise missing_run(self.files.run, missing)
        return run.files

    def _next_cursor(self, result: "Result", seen: Cursors) -> str | None:
        following = super()._next_cursor(result, seen)
        self.at_end = following is None
        return following

    def _keeps(self, item: RunFileAddress) -> bool:
        return self.files.keeps(item.name)

    def _item(self, node: RunFileAddress) -> RunFileAddress:
        return node
