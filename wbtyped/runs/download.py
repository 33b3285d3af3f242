"""Many files of a run: what has to be fetched, and from where."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from wbtyped_graphql import calls
from wbtyped_graphql.fragments import RunFileAddress
from wbtyped_graphql.operation import Operation
from wbtyped_graphql.operations import RUN_FILE_ADDRESSES_GQL

from ..download.batch import Batch, BatchOptions, PlannedFile
from ..download.disk.digests import IsCancelled
from ..download.disk.folder_tree import FolderTree
from ..download.disk.safe_names import SafeNames
from ..download.local_files import LARGE_BYTES, FileSpec, LocalFiles, map_large_in_threads
from ..download.results import FailedFile
from ..download.transfer import Source, Transfer
from ..errors import NotFoundError, WbtypedError
from ..transport.pagination import Paginator
from .ref import FileSelection, missing_run

if TYPE_CHECKING:
    from wbtyped_graphql.run_file_addresses import RunFileAddresses as Result
    from wbtyped_graphql.run_file_addresses import RunFileAddressesProjectRunFiles as Page

FILES_PER_PAGE = 1000
"""Files that one request brings."""


def make_batch(files: FileSelection, root: Path, replace: bool, options: BatchOptions) -> Batch:
    """Return what downloads the files of a list, ready to run."""
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
) -> Iterator[PlannedFile]:
    """Yield what becomes of each file, while the list is being read."""
    names = SafeNames(root)
    unseen = {name for name in files.names if name}
    source: Source = partial(signed_urls, files)

    def work(file: RunFileAddress, is_cancelled: IsCancelled) -> PlannedFile:
        try:
            spec = file_spec(file, files, names.place(file.name), replace)
            return local_files.look(spec, is_cancelled) or make_transfer(file, files, spec, source)
        except WbtypedError as error:
            return FailedFile(file.name, error)

    for page in SignedUrls(files, files.names).pages():
        for file, planned in map_large_in_threads(
            work, page, lambda file: file.size_bytes >= LARGE_BYTES
        ):
            unseen.discard(file.name)
            yield planned
    for name in sorted(unseen):
        said = f"the server says nothing of file {name!r} of {files.run.full_path}"
        yield FailedFile(name, NotFoundError(said, path=name, missing="file"))


def label_of(file: RunFileAddress, files: FileSelection) -> str:
    """Return what a file is called in errors."""
    return f"file {file.name!r} of {files.run.full_path}"


def file_spec(file: RunFileAddress, files: FileSelection, target: Path, replace: bool) -> FileSpec:
    """Return what is known of a file, and where it is to be."""
    if file.updated_at is None:
        label = label_of(file, files)
        raise NotFoundError(f"{label} does not exist", path=file.name, missing="file")
    return FileSpec(file.name, target, file.size_bytes, file.md5, "MD5", replace)


def make_transfer(
    file: RunFileAddress, files: FileSelection, spec: FileSpec, source: Source
) -> Transfer:
    """Return what fetches a file."""
    return Transfer(
        url=files.client.transport.absolute(file.direct_url),
        target=spec.target,
        size=file.size_bytes,
        md5=file.md5,
        label=label_of(file, files),
        name=file.name,
        replace=spec.replace,
        source=source,
        source_name=file.name,
    )


def signed_urls(files: FileSelection, names: Sequence[str]) -> Mapping[str, str]:
    """Return new addresses in place of those that have run out."""
    absolute = files.client.transport.absolute
    return {
        file.name: absolute(file.direct_url)
        for page in SignedUrls(files, names).pages()
        for file in page
        if file.updated_at is not None
    }


class SignedUrls(Paginator["Result", RunFileAddress, RunFileAddress]):
    """What a download needs to know of the files of a list (query RunFileAddresses)."""

    __slots__ = ("files", "names")

    QUERY: ClassVar[str] = RUN_FILE_ADDRESSES_GQL

    def __init__(
        self, files: FileSelection, names: Sequence[str | None], per_page: int = FILES_PER_PAGE
    ) -> None:
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
            raise missing_run(self.files.run, missing)
        return run.files

    def _item(self, node: RunFileAddress) -> RunFileAddress:
        return node
