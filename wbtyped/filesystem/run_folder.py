"""The files and folders of one run."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from wbtyped_graphql import calls
from wbtyped_graphql.fragments import RunFileAddress

from ..artifacts.contents.tree import VersionTree
from ..artifacts.contents.url_pages import URLS_PER_PAGE, path_batches
from ..artifacts.lineage import Files, Run
from ..download.stored_content import ContentUrl, StoredContent
from ..runs.download import SignedUrls
from ..runs.file_content import renew_urls
from ..runs.ref import FileSelection
from ..runs.upload import LocalFile, upload_local
from ..transport.client import Client
from ..transport.flow import Flow, ask
from ..transport.single_flight import SingleFlight
from .file_details import FileInfo, file_info, folder_info


@dataclass(frozen=True, slots=True)
class RunName:
    """A run that need not be loaded."""

    entity: str
    project: str
    id: str

    @property
    def full_path(self) -> str:
        """`entity/project/run`."""
        return f"{self.entity}/{self.project}/{self.id}"


class RunFolder:
    """One run, as far as its files were listed.

    A single file is looked up by a query of its own; folders take the list of all files.
    """

    def __init__(self, client: Client, run: RunName) -> None:
        self.client: Client = client
        self.run: RunName = run
        self._files: dict[str, RunFileAddress] = {}
        self._tree: VersionTree | None = None
        """All files, once they are listed."""
        self._requests: SingleFlight[None] = SingleFlight()

    def __repr__(self) -> str:
        return f"<RunFolder {self.run.full_path}>"

    def info(self, file: str, root: str) -> Flow[FileInfo | None]:
        """Return the details of a file or folder; None if there is neither.

        Raises NotFoundError for a run that does not exist.
        """
        if not file:
            run = yield from Run.find(self.client, self.run.entity, self.run.project, self.run.id)
            return folder_info(root, run.attrs.created_at)
        found = yield from self.find_file(file)
        if found is not None:
            return self._file_info(found, root)
        tree = yield from self._load_tree()
        return folder_info(f"{root}/{file}") if tree.is_folder(file) else None

    def children(self, folder: str, root: str) -> Flow[list[FileInfo]]:
        """Return the details of what is directly in a folder; empty if it does not exist."""
        tree = yield from self._load_tree()
        return [
            self._file_info(self._files[path], root) if is_file else folder_info(f"{root}/{path}")
            for path, is_file in tree.children(folder)
        ]

    def below(self, folder: str, root: str) -> Flow[list[FileInfo]]:
        """Return the details of all files below a folder, at any depth."""
        tree = yield from self._load_tree()
        return [self._file_info(self._files[path], root) for path in tree.below(folder)]

    def content(self, file: str) -> Flow[StoredContent]:
        """Return the content of a file; raises FileNotFoundError."""
        found = yield from self.find_file(file)
        label = f"file {file!r} of {self.run.full_path}"
        if found is None:
            raise FileNotFoundError(f"{label} does not exist")

        def find_url(expired: str | None, /) -> Flow[ContentUrl]:
            if expired is not None and self._files[file].direct_url == expired:
                yield from self._requests.share("urls", lambda: self._renew(file))
            return ContentUrl(self._files[file].direct_url)

        return StoredContent(self.client, label, find_url, size=found.size_bytes, digest=found.md5)

    def find_file(self, file: str) -> Flow[RunFileAddress | None]:
        """Return what the server lists of a file; None if there is no file at the path."""
        if file not in self._files and self._tree is None:
            yield from self._requests.share(f"file {file}", lambda: self.list_files([file]))
        return self._files.get(file)

    def upload(self, source: Path, file: str) -> Flow[None]:
        """Upload a local file under a name in the run."""
        yield from upload_local(self.client, self.run, LocalFile(source, file))

    def delete(self, files: Sequence[str]) -> Flow[None]:
        """Delete files, a page of them per request (query RunFiles, mutation DeleteRunFiles)."""
        run = yield from Run.find(self.client, self.run.entity, self.run.project, self.run.id)
        for names in path_batches(files):
            listed = Files(self.client, run, names, URLS_PER_PAGE)
            found = yield from listed.load_items(slice(None))
            ids = [file.id for file in found if file.updated_at is not None]
            if ids:
                delete = calls.delete_run_files(files=ids, project_id=run.project_internal_id)
                yield from ask(delete, f"files of {self.run.full_path}")

    def list_files(self, names: Sequence[str]) -> Flow[None]:
        """List some files, or all for no names (query RunFileAddresses)."""
        selection = FileSelection(self.client, self.run, names, None)
        listed = yield from SignedUrls(selection, names).load_items(slice(None))
        self._files.update((file.name, file) for file in listed if file.updated_at is not None)
        if not names:
            self._tree = VersionTree(self._files)

    def _load_tree(self) -> Flow[VersionTree]:
        if self._tree is None:
            yield from self._requests.share("", lambda: self.list_files([]))
        assert self._tree is not None  # noqa: S101 - just listed
        return self._tree

    def _renew(self, file: str) -> Flow[None]:
        """Renew the URLs of the files beside one."""
        names = self._tree.page_of(file) if self._tree else [*self._files][-URLS_PER_PAGE:]
        urls = yield from renew_urls(self.client, self.run, sorted({*names, file}))
        for name, url in urls.items():
            self._files[name] = self._files[name].model_copy(update={"direct_url": url})

    def _file_info(self, file: RunFileAddress, root: str) -> FileInfo:
        return file_info(f"{root}/{file.name}", file.size_bytes, file.updated_at, file.md5)
