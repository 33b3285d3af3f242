"""The files of a run: list, download, delete."""

from __future__ import annotations

import io
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Generic, Self, TypeVar, Unpack, cast

from pydantic import JsonValue
from wbtyped_graphql import calls, fragments
from wbtyped_graphql.operation import Operation
from wbtyped_graphql.operations import RUN_FILES_GQL

from .. import arguments
from ..download.content_reader import (
    BUFFER_BYTES,
    AsyncContentReader,
    ReadMode,
    check_open,
    check_range,
    open_content,
)
from ..download.options import DownloadOptions, OnError
from ..errors import NotFoundError, UsageError
from ..name_patterns import check_glob, matches_glob
from ..notebook import Record
from ..transport.client import Client, HasClient
from ..transport.cursors import Cursors
from ..transport.nodes import iso, parse_node, time_of_row
from ..transport.pagination import Position, SizedPaginator, row_nodes, row_position
from ..user_warnings import warn_user
from .ref import FileSelection, RunRef, missing_run
from .s3_uri import s3_uri

if TYPE_CHECKING:
    from wbtyped_graphql.artifact_files_by_id_rows import ArtifactFileRow
    from wbtyped_graphql.delete_run_files import DeleteRunFiles
    from wbtyped_graphql.run_files_rows import (
        RunFileRow,
        RunFilesProjectRunFilesRow,
        RunFilesProjectRunRow,
        RunFilesRow,
    )

    from ..download.batch import Batch
    from ..download.recorded_reference import Recorded
    from ..download.results import DownloadResult
    from ..download.stored_content import StoredContent
    from ..download.transfer import Transfer
    from ..transport.http import Transport


if TYPE_CHECKING:

    class FileRow(RunFileRow, total=False):
        """A row of a file of a run, or of an artifact, which says more."""

        digest: str | None
        storagePath: str | None  # noqa: N815 - the name on the wire


RunT_co = TypeVar("RunT_co", bound=RunRef, covariant=True)


class StandaloneFile(Record, Generic[RunT_co]):
    """A file of a run or of an artifact, generic over the class of its run; see `File`."""

    __slots__ = ("_node", "_row", "client", "run")

    __columns__: ClassVar[tuple[str, ...]] = ("name", "size", "mimetype", "updated_at")

    client: Client
    """The client that sends requests."""
    run: RunT_co | None
    """The run that the file belongs to, if any."""

    def __init__(
        self,
        client: Client,
        attrs: fragments.RunFile | fragments.ArtifactFile | Mapping[str, object],
        run: RunT_co | None = None,
    ) -> None:
        arguments.instance("client", client, Client)
        if run is not None:
            arguments.instance("run", run, "Run")
        node = (
            attrs
            if isinstance(attrs, fragments.ArtifactFile)
            else parse_node(fragments.RunFile, attrs, "a File")
        )
        self.client = client
        self.run = run
        self._row: FileRow = cast("FileRow", node.model_dump(by_alias=True))
        self._node: fragments.RunFile | fragments.ArtifactFile | None = node

    @classmethod
    def __of_row__(
        cls,
        client: Client,
        row: RunFileRow | ArtifactFileRow,
        run: RunT_co | None = None,  # ty: ignore[invalid-generic-class] # as in `__init__`
    ) -> Self:
        """Return the file of a row that is valid already: lists make thousands of them."""
        file = cls.__new__(cls)
        file.client = client
        file.run = run
        file._row = cast("FileRow", row)
        file._node = None
        return file

    @property
    def attrs(self) -> fragments.RunFile | fragments.ArtifactFile:
        """The typed node; `attrs.updated_at` is a datetime in UTC."""
        if self._node is None:
            kind = fragments.ArtifactFile if "storagePath" in self._row else fragments.RunFile
            self._node = kind.model_validate({**self._row, "updatedAt": self._updated_at})
        return self._node

    def __repr__(self) -> str:
        return f"<File {self.name} ({self.mimetype}) {self.size:,} bytes>"

    def to_dict(self) -> dict[str, JsonValue]:
        """Return name, size, mimetype, md5, digest and updated_at, but no URL: it may be signed."""
        return {
            "name": self.name,
            "size": self.size,
            "mimetype": self.mimetype,
            "md5": self.md5,
            "digest": self.digest,
            "updated_at": self.updated_at,
        }

    @property
    def id(self) -> str:
        """The file's id on the server, opaque."""
        return self._row["id"]

    @property
    def name(self) -> str:
        """The name in the run, with `/` between folders."""
        return self._row["name"]

    @property
    def url(self) -> str | None:
        """URL on the API's host; requires the API key and may redirect to storage."""
        return self._row["url"]

    @property
    def direct_url(self) -> str:
        """Signed URL in storage; requires no key, and expires."""
        return self._row["directUrl"]

    @property
    def size(self) -> int:
        """Size in bytes; 0 for a file that does not exist."""
        return self._row["sizeBytes"]

    @property
    def sizeBytes(self) -> int:  # noqa: N802 - the documented name
        """Size in bytes; the same as `size`."""
        return self._row["sizeBytes"]

    @property
    def md5(self) -> str | None:
        """MD5 of the file, 16 bytes in base64; None if the server does not know it."""
        return self._row["md5"]

    @property
    def digest(self) -> str | None:
        """Digest of an artifact file, in base64 or as its storage provides it; else None."""
        return self._row.get("digest")

    @property
    def storage_path(self) -> str | None:
        """Path of an artifact file in its bucket; else None."""
        return self._row.get("storagePath")

    @property
    def mimetype(self) -> str | None:
        """Media type as guessed by the server, such as `image/png`."""
        return self._row["mimetype"]

    @property
    def updated_at(self) -> str | None:
        """When the file last changed: ISO 8601 in UTC; None for a file that does not exist."""
        return iso(updated) if (updated := self._updated_at) else None

    @property
    def _updated_at(self) -> datetime | None:
        moment = self._row["updatedAt"]
        return None if moment is None else time_of_row(moment, self._label)

    directUrl = direct_url  # noqa: N815 - the wire names work too, as in the official client
    updatedAt = updated_at  # noqa: N815

    @property
    def path_uri(self) -> str:
        """URI of the file in its bucket: `s3://bucket/key`, or the URI of a reference.

        An empty string, with a warning, for other kinds of storage.
        """
        direct = self.direct_url
        if not direct:
            warn_user(f"file {self.name}: no direct_url, so no path_uri")
            return ""
        if direct == self.url:
            return direct
        uri = s3_uri(direct)
        if uri is None:
            warn_user(f"file {self.name}: path_uri is only known for S3 storage")
        return uri or ""

    def delete(self) -> None:
        """Delete the file on the server (mutation DeleteRunFiles).

        Raises UsageError for a file that does not belong to a run.
        """
        self.client.send(self._delete_operation())

    async def adelete(self) -> None:
        """Asynchronous form of `delete`."""
        await self.client.asend(self._delete_operation())

    def _delete_operation(self) -> Operation[DeleteRunFiles]:
        if self.run is None:
            raise UsageError(f"file {self.name}: only files of a run can be deleted")
        delete = calls.delete_run_files(files=[self.id], project_id=self.run.project_internal_id)
        return delete.about(f"file {self.name!r} of {self.run.full_path}")

    def download(
        self,
        root: str | PathLike[str] = ".",
        replace: bool = False,
        exist_ok: bool = False,
        api: HasClient | None = None,
    ) -> io.TextIOWrapper:
        """Download to `root`/`name` and return the file, open for reading as text.

        The file is written under a temporary name, verified by size and MD5, and only then renamed
        into place; missing folders are created. If it exists already, FileExistsError (also a
        ValueError) is raised, unless `exist_ok` (open the existing file) or `replace` (download and
        overwrite it) is set. `api` is an `Api` to use instead of the one that the file came from.

        Raises UnsafePathError for a name that leads outside `root`, NotFoundError, ChecksumError,
        TransportError, and DiskError.

        Example:
            >>> with run.file("config.yaml").download("downloads") as text:
            ...     text.read()
            'lr: 0.1'
        """
        return open_text(self.save(root, replace=replace, exist_ok=exist_ok, api=api))

    async def adownload(
        self,
        root: str | PathLike[str] = ".",
        replace: bool = False,
        exist_ok: bool = False,
        api: HasClient | None = None,
    ) -> io.TextIOWrapper:
        """Asynchronous form of `download`."""
        return open_text(await self.asave(root, replace=replace, exist_ok=exist_ok, api=api))

    def save(
        self,
        root: str | PathLike[str] = ".",
        *,
        replace: bool = False,
        exist_ok: bool = False,
        api: HasClient | None = None,
    ) -> Path:
        """Download to `root`/`name` and return the path; otherwise like `download`.

        Example:
            >>> path = run.file("model.pt").save("downloads", exist_ok=True)
            >>> path.read_bytes()
            b'weights'
        """
        from ..download.single import fetch

        transport = self._transport(api, replace, exist_ok)
        transfer = self._transfer(root, transport, replace)
        return fetch(transport, transfer, Path(root), exist_ok=exist_ok)

    async def asave(
        self,
        root: str | PathLike[str] = ".",
        *,
        replace: bool = False,
        exist_ok: bool = False,
        api: HasClient | None = None,
    ) -> Path:
        """Asynchronous form of `save`."""
        from ..download.single import afetch

        transport = self._transport(api, replace, exist_ok)
        transfer = self._transfer(root, transport, replace)
        return await afetch(transport, transfer, Path(root), exist_ok=exist_ok)

    def read(self, start: int = 0, end: int | None = None) -> bytes:
        """Return the bytes from `start` up to, not including, `end`: by default the whole file.

        Negative positions count from the end, as in slices. Only what is asked for is requested. A
        whole file is verified by its digest; a part of it by the size of the file, and by its ETag,
        so that parts read through one object belong to the same content.

        Raises NotFoundError, ChecksumError, and TransportError.

        Example:
            >>> file = run.file("model.pt")
            >>> file.read(), file.read(0, 3), file.read(-3)
            (b'weights', b'wei', b'hts')
        """
        check_range(start, end)
        return self.client.run(self._content().read(start, end))

    async def aread(self, start: int = 0, end: int | None = None) -> bytes:
        """Asynchronous form of `read`."""
        check_range(start, end)
        return await self.client.arun(self._content().read(start, end))

    def open(self, mode: ReadMode = "rb", buffer_size: int = BUFFER_BYTES) -> io.BufferedReader:
        """Open the file in storage for reading; nothing is written to disk.

        It can be read from any position with `seek`. Small reads fetch `buffer_size` bytes at once.
        For text, wrap it in `io.TextIOWrapper`.

        Example:
            >>> with run.file("model.pt").open() as file:
            ...     file.seek(-3, 2)
            ...     file.read()
            4
            b'hts'
        """
        check_open(mode, buffer_size)
        return open_content(self._content(), buffer_size)

    async def aopen(self) -> AsyncContentReader:
        """Asynchronous form of `open`, whose methods `read` and `seek` are awaited.

        It has no buffer: each read is a request.
        """
        return AsyncContentReader(self._content())

    def _content(self) -> StoredContent:
        from ..download.stored_content import StoredContent
        from .file_content import ListedFileUrl, RunFileUrl

        label, direct = self._label, self.direct_url
        if self._row["updatedAt"] is None:
            raise NotFoundError(f"{label} does not exist", path=self.name, missing="file")
        recorded = self._recorded()
        return StoredContent(
            self.client,
            label,
            RunFileUrl(self.client, self.run, self.name, direct)
            if self.run
            else ListedFileUrl(self.client, label, direct, self.url),
            size=recorded.size if recorded else self.size,
            digest=None if recorded else self.md5,
            recorded=recorded,
        )

    @property
    def _label(self) -> str:
        """The file, for errors."""
        return f"file {self.name!r}" + (f" of {self.run.full_path}" if self.run else "")

    def _recorded(self) -> Recorded | None:
        """Return what an artifact recorded of a reference; None for a file of its own."""
        from ..download.recorded_reference import recorded_of

        if self.digest is None or self.url != self.direct_url:
            return None
        # Both are the URL of the reference.
        return recorded_of(self.direct_url, self.digest, self.size, None)

    def _transport(self, api: HasClient | None, replace: bool, exist_ok: bool) -> Transport:
        """Check the arguments of a download, and return the connections to use."""
        arguments.check_flags(replace=replace, exist_ok=exist_ok)
        if api is not None:
            arguments.instance("api", api, "Api")
        return (self.client if api is None else api.client).transport

    def _transfer(self, root: str | PathLike[str], transport: Transport, replace: bool) -> Transfer:
        from ..download.disk.safe_names import safe_target
        from ..download.transfer import Transfer

        folder, label = arguments.location("root", root), self._label
        if self._row["updatedAt"] is None:
            raise NotFoundError(f"{label} does not exist", path=self.name, missing="file")
        # Listed with `upload`, `url` is an upload URL; only a URL of the API itself can be read.
        url = transport.absolute(self.url or "")
        authorization = transport.authorization(url)
        recorded = self._recorded()
        return Transfer(
            url=url if authorization else transport.absolute(self.direct_url),
            target=safe_target(folder, self.name),
            size=recorded.size if recorded else self.size,
            md5=None if recorded else self.md5,
            recorded=recorded,
            label=label,
            name=self.name,
            headers=authorization,
            replace=replace,
        )


FileT = TypeVar("FileT", bound=StandaloneFile[RunRef])
RunT = TypeVar("RunT", bound=RunRef)


class FileList(SizedPaginator["RunFilesRow", "RunFileRow", FileT], Generic[RunT, FileT]):
    """The files of a run, generic over the classes of both; see `Files`."""

    __slots__ = ("glob", "names", "pattern", "run", "upload")

    QUERY: ClassVar[str] = RUN_FILES_GQL

    def __init__(
        self,
        client: Client,
        run: RunT,
        names: Sequence[str] | None = None,
        per_page: int = 50,
        upload: bool = False,
        pattern: str | None = None,
        *,
        glob: str | None = None,
        start: str | None = None,
    ) -> None:
        arguments.instance("run", run, "Run")
        arguments.check_optional_strings(pattern=pattern)
        listed = [] if names is None else arguments.strings("names", names, "file names")
        if "" in listed:
            raise UsageError(f"files of {run.full_path}: names contains an empty string")
        if listed and pattern:
            raise UsageError(
                f"files of {run.full_path}: names and pattern cannot be combined; pass one of them"
            )
        self.run: RunT = run
        self.names: list[str | None] = [*listed]
        self.upload: bool = arguments.flag("upload", upload)
        self.pattern: str | None = pattern
        self.glob: str | None = check_glob(glob)
        if glob is not None and (listed or pattern):
            other = "names" if listed else "pattern"
            raise UsageError(
                f"files of {run.full_path}: glob and {other} cannot be combined; pass one of them"
            )
        super().__init__(client, per_page=per_page, start=start)

    def __repr__(self) -> str:
        return f"<Files {self.run.full_path}>"

    def download(
        self,
        root: str | PathLike[str] = ".",
        *,
        replace: bool = False,
        on_error: OnError = "raise",
        **options: Unpack[DownloadOptions],
    ) -> DownloadResult:
        """Download all files of the list below `root`, in parallel, and report each outcome.

        Downloads start while the list is still being read. Each file is verified by size and MD5
        before it is renamed into place. An existing file is kept if its content is right; otherwise
        it raises FileExistsError, unless `replace` is set to overwrite it.

        The first failure ends the download and is raised. With `on_error="collect"` the other files
        are still downloaded, and the result lists the failures. A later call resumes an interrupted
        download. See `DownloadOptions` for the other options.

        Example:
            >>> result = run.files(glob="media/**").download("downloads", on_error="collect")
            >>> result.written, result.failed
            (['media/digit.png'], [])
        """
        return self._checked(self._batch(root, replace, on_error, options).run())

    async def adownload(
        self,
        root: str | PathLike[str] = ".",
        *,
        replace: bool = False,
        on_error: OnError = "raise",
        **options: Unpack[DownloadOptions],
    ) -> DownloadResult:
        """Asynchronous form of `download`."""
        return self._checked(await self._batch(root, replace, on_error, options).arun())

    def _checked(self, result: DownloadResult) -> DownloadResult:
        found = result.written or result.cached or result.kept or result.failed
        self.selection.check_matches(len(found))
        return result

    def _batch(
        self,
        root: str | PathLike[str],
        replace: bool,
        on_error: OnError,
        options: DownloadOptions,
    ) -> Batch:
        # Imported late: the download engine doubles the import time of the package.
        from ..download.batch import build_options
        from .download import make_batch

        folder = arguments.location("root", root)
        arguments.check_flags(replace=replace)
        built = build_options(self.client.settings, options, on_error)
        return make_batch(self.selection, folder, replace, built)

    @property
    def selection(self) -> FileSelection:
        """The run and the files of it that the list contains."""
        return FileSelection(self.client, self.run, self.names, self.pattern, self.glob)

    def _operation(self, cursor: str | None) -> Operation[RunFilesRow]:
        # Imported late: only lists need it.
        from wbtyped_graphql.run_files_rows import RunFilesRow

        return calls.run_files(
            entity=self.run.entity,
            project=self.run.project,
            name=self.run.id,
            file_cursor=cursor,
            file_limit=self.per_page,
            file_names=self.names,
            upload=self.upload,
            pattern=self.selection.sent_pattern,
        ).read_as(RunFilesRow)

    def _run(self, result: RunFilesRow) -> RunFilesProjectRunRow:
        project = result["project"]
        if project is None:
            raise missing_run(self.run, "project")
        if project["run"] is None:
            raise missing_run(self.run, "run")
        return project["run"]

    def _page(self, result: RunFilesRow) -> RunFilesProjectRunFilesRow:
        files = self._run(result)["files"]
        if files is None:
            raise missing_run(self.run, "files")
        return files

    def _nodes(self, result: RunFilesRow) -> list[RunFileRow]:
        return row_nodes(self._page(result)["edges"])

    def _position(self, result: RunFilesRow) -> Position:
        page = self._page(result)
        return row_position(page["edges"], page["pageInfo"])

    def _total(self, result: RunFilesRow) -> int:
        return self._run(result)["fileCount"] or 0

    def _counts_items(self) -> bool:
        # The server's total is that of the run, whatever is selected.
        return bool(self.names or self.pattern or self.glob)

    def _keeps(self, item: FileT) -> bool:
        return self.glob is None or matches_glob(item.name, self.glob)

    def _next_cursor(self, result: RunFilesRow, seen: Cursors) -> str | None:
        following = super()._next_cursor(result, seen)
        if following is None and seen.is_first:
            self.selection.check_matches(len(self._page(result)["edges"]))
        return following

    @abstractmethod
    def _item(self, node: RunFileRow) -> FileT: ...


def open_text(path: Path) -> io.TextIOWrapper:
    """Open a downloaded file as text in the platform's encoding, as the documented method does."""
    return path.open()
