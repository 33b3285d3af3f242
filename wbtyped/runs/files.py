"""The files of a run: list, download, delete."""

import io
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from wbtyped_graphql import calls
from wbtyped_graphql.fragments import ArtifactFile, RunFile
from wbtyped_graphql.operation import Operation
from wbtyped_graphql.operations import RUN_FILES_GQL

from .. import arguments
from ..config.cache import CacheOption
from ..errors import NotFoundError, UsageError
from ..transport.client import Client
from ..transport.nodes import iso, parse_node
from ..transport.pagination import SizedPaginator
from ..user_warnings import warn_user
from .s3_uri import s3_uri

if TYPE_CHECKING:
    from wbtyped_graphql.delete_run_files import DeleteRunFiles
    from wbtyped_graphql.run_files import (
        RunFiles,
        RunFilesProjectRun,
        RunFilesProjectRunFiles,
    )

    from ..api import Api
    from ..download.batch import OnError
    from ..download.engines.choice import EngineName
    from ..download.progress import Progress
    from ..download.results import DownloadResult
    from ..download.transfer import Transfer
    from ..transport.http import Transport
    from .run import Run


class Files(SizedPaginator["RunFiles", RunFile, "File"]):
    """The files of a run, fetched page by page (query RunFiles).

    `names` picks exact names; the server answers with one file for each, also for a name that does
    not exist: such a file has `updated_at` None and size 0. `pattern` picks by SQL LIKE (`%` any
    text, `_` one character), as in `"media/%.png"`. Both together raise UsageError, which is a
    ValueError.

    `per_page` is how many files one request brings. With `upload=True` the `url` of each file is
    where its content can be sent instead of fetched. `start` is the `cursor` of an earlier list: go
    on there.

    With `names`, `len()` counts the files of the list, for which it reads all of it. Otherwise it
    counts all files of the run, whatever `pattern` says, because that is what the server counts.
    """

    __slots__ = ("names", "pattern", "run", "upload")

    QUERY: ClassVar[str] = RUN_FILES_GQL

    def __init__(
        self,
        client: Client,
        run: "Run",
        names: Sequence[str] | None = None,
        per_page: int = 50,
        upload: bool = False,
        pattern: str | None = None,
        *,
        start: str | None = None,
    ) -> None:
        arguments.instance("run", run, "Run")
        arguments.check_optional_strings(pattern=pattern)
        listed = [] if names is None else arguments.strings("names", names, "file names")
        if "" in listed:
            raise UsageError(f"files of {run.full_path}: a name in names is empty")
        if listed and pattern:
            raise UsageError(
                f"files of {run.full_path}: names and pattern cannot be combined; "
                "give either a list of names or a pattern"
            )
        self.run = run
        self.names: list[str | None] = [*listed]
        self.upload: bool = arguments.flag("upload", upload)
        self.pattern = pattern
        super().__init__(client, per_page=per_page, start=start)

    def __repr__(self) -> str:
        return f"<Files {self.run.full_path}>"

    def download(
        self,
        root: str | PathLike[str] = ".",
        *,
        replace: bool = False,
        on_error: "OnError" = "raise",
        progress: "Progress" = None,
        engine: "EngineName | None" = None,
        jobs: int | None = None,
        fsync: bool = False,
        cache: CacheOption = None,
    ) -> "DownloadResult":
        """Download all files of the list below `root`, many at once, and say what became of each.

        Files are fetched while the list is still being read, in pages of their own. Each is checked
        by size and MD5 before it takes its name; one that is there and right is kept. One with
        other content is FileExistsError, unless `replace` says to fetch it anew.

        The first failure ends the download and is raised; with `on_error="collect"` the others are
        fetched all the same, and the result lists what failed. A later call goes on where this one
        was ended. For `progress`, `engine`, `jobs`, `fsync` and `cache` see
        `Artifact.download`.
        """
        from ..download.batch import build_options
        from .download import make_batch

        folder = arguments.location("root", root)
        arguments.check_flags(replace=replace)
        settings = self.client.settings
        options = build_options(settings, cache, progress, engine, jobs, fsync, on_error)
        return make_batch(self, folder, replace, options).run()

    async def adownload(
        self,
        root: str | PathLike[str] = ".",
        *,
        replace: bool = False,
        on_error: "OnError" = "raise",
        progress: "Progress" = None,
        engine: "EngineName | None" = None,
        jobs: int | None = None,
        fsync: bool = False,
        cache: CacheOption = None,
    ) -> "DownloadResult":
        """Download all files of the list, from a coroutine; otherwise as `download`."""
        from ..download.batch import build_options
        from .download import make_batch

        folder = arguments.location("root", root)
        arguments.check_flags(replace=replace)
        settings = self.client.settings
        options = build_options(settings, cache, progress, engine, jobs, fsync, on_error)
        return await make_batch(self, folder, replace, options).arun()

    def _operation(self, cursor: str | None) -> Operation["RunFiles"]:
        return calls.run_files(
            entity=self.run.entity,
            project=self.run.project,
            name=self.run.id,
            file_cursor=cursor,
            file_limit=self.per_page,
            file_names=self.names,
            upload=self.upload,
            pattern=self.pattern,
        )

    def _run(self, result: "RunFiles") -> "RunFilesProjectRun":
        if result.project is None:
            raise self.run.missing("project")
        if result.project.run is None:
            raise self.run.missing("run")
        return result.project.run

    def _connection(self, result: "RunFiles") -> "RunFilesProjectRunFiles":
        files = self._run(result).files
        if files is None:
            raise self.run.missing("files")
        return files

    def _total(self, result: "RunFiles") -> int:
        return self._run(result).file_count or 0

    def _counts_items(self) -> bool:
        return bool(self.names)

    def _item(self, node: RunFile) -> "File":
        return File(self.client, node, self.run)


class File:
    """One file of a run.

    `attrs` is the typed node as the server sent it, or a mapping with the wire names of its fields.
    The properties below read from it and send nothing.
    """

    __slots__ = ("attrs", "client", "run")

    client: Client
    """What requests go through."""
    attrs: RunFile | ArtifactFile
    """The typed node; `attrs.updated_at` is a datetime in UTC."""
    run: "Run | None"
    """The run that the file belongs to."""

    def __init__(
        self,
        client: Client,
        attrs: RunFile | ArtifactFile | Mapping[str, object],
        run: "Run | None" = None,
    ) -> None:
        arguments.instance("client", client, Client)
        if run is not None:
            arguments.instance("run", run, "Run")
        self.client = client
        self.attrs = (
            attrs if isinstance(attrs, ArtifactFile) else parse_node(RunFile, attrs, "a File")
        )
        self.run = run

    def __repr__(self) -> str:
        return f"<File {self.name} ({self.mimetype}) {self.size:,} bytes>"

    @property
    def id(self) -> str:
        """The server's own id of the file, opaque."""
        return self.attrs.id

    @property
    def name(self) -> str:
        """The name within the run, with `/` between folders."""
        return self.attrs.name

    @property
    def url(self) -> str | None:
        """Address on the API host; needs the API key and may redirect to storage."""
        return self.attrs.url

    @property
    def direct_url(self) -> str:
        """Signed address in storage; needs no key and expires."""
        return self.attrs.direct_url

    @property
    def size(self) -> int:
        """Size in bytes; 0 for a file that does not exist."""
        return self.attrs.size_bytes

    @property
    def sizeBytes(self) -> int:  # noqa: N802 - the documented name
        """Size in bytes; the same as `size`."""
        return self.attrs.size_bytes

    @property
    def md5(self) -> str | None:
        """MD5 of the content, 16 bytes in base64; None when the server does not know it."""
        return self.attrs.md5

    @property
    def digest(self) -> str | None:
        """Digest of a file of an artifact, in base64 or as its storage has it; else None."""
        return self.attrs.digest if isinstance(self.attrs, ArtifactFile) else None

    @property
    def storage_path(self) -> str | None:
        """Where a file of an artifact lies in its bucket; else None."""
        return self.attrs.storage_path if isinstance(self.attrs, ArtifactFile) else None

    @property
    def mimetype(self) -> str | None:
        """Type of the content as the server guessed it, such as `image/png`."""
        return self.attrs.mimetype

    @property
    def updated_at(self) -> str | None:
        """When the content last changed: ISO 8601 in UTC; None for a file that does not exist."""
        return iso(self.attrs.updated_at) if self.attrs.updated_at else None

    directUrl = direct_url  # noqa: N815 - the wire names work too, as in the official client
    updatedAt = updated_at  # noqa: N815

    @property
    def path_uri(self) -> str:
        """Where the file lies in the bucket: `s3://bucket/key`, or the URI of a reference.

        An empty text, with a warning, for files in other kinds of storage.
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

        Raises UsageError for a file that does not come from a run.
        """
        self.client.send(self._deletion())

    async def adelete(self) -> None:
        """Delete the file on the server, from a coroutine."""
        await self.client.asend(self._deletion())

    def _deletion(self) -> Operation["DeleteRunFiles"]:
        if self.run is None:
            raise UsageError(f"file {self.name}: only files of a run can be deleted")
        return calls.delete_run_files(files=[self.id], project_id=self.run.project_internal_id)

    def download(
        self,
        root: str | PathLike[str] = ".",
        replace: bool = False,
        exist_ok: bool = False,
        api: "Api | None" = None,
    ) -> io.TextIOWrapper:
        """Download to `root`/`name` and return the file, open for reading as text.

        The content is streamed to a temporary file, checked against size and MD5, and only then
        takes its name; missing folders are made. An existing file raises FileExistsError (also a
        ValueError), unless `exist_ok` says to leave and open it, or `replace` to fetch it anew.
        `api` is the connection to use instead of the one the file came from.

        Raises UnsafePathError for a name that leads out of `root`, NotFoundError, ChecksumError,
        TransportError, and DiskError.
        """
        return open_text(self.save(root, replace=replace, exist_ok=exist_ok, api=api))

    async def adownload(
        self,
        root: str | PathLike[str] = ".",
        replace: bool = False,
        exist_ok: bool = False,
        api: "Api | None" = None,
    ) -> io.TextIOWrapper:
        """Download from a coroutine; otherwise as `download`."""
        return open_text(await self.asave(root, replace=replace, exist_ok=exist_ok, api=api))

    def save(
        self,
        root: str | PathLike[str] = ".",
        *,
        replace: bool = False,
        exist_ok: bool = False,
        api: "Api | None" = None,
    ) -> Path:
        """Download to `root`/`name` and return the path; otherwise as `download`."""
        from ..download.single import fetch

        transport = self._chosen(api, replace, exist_ok)
        transfer = self._transfer(root, transport, replace)
        return fetch(transport, transfer, Path(root), exist_ok=exist_ok)

    async def asave(
        self,
        root: str | PathLike[str] = ".",
        *,
        replace: bool = False,
        exist_ok: bool = False,
        api: "Api | None" = None,
    ) -> Path:
        """Download from a coroutine and return the path; otherwise as `download`."""
        from ..download.single import afetch

        transport = self._chosen(api, replace, exist_ok)
        transfer = self._transfer(root, transport, replace)
        return await afetch(transport, transfer, Path(root), exist_ok=exist_ok)

    def _chosen(self, api: "Api | None", replace: bool, exist_ok: bool) -> "Transport":
        """Check what a download was told, and return the connections that it uses."""
        arguments.check_flags(replace=replace, exist_ok=exist_ok)
        if api is not None:
            arguments.instance("api", api, "Api")
        return (self.client if api is None else api.client).transport

    def _transfer(
        self, root: str | PathLike[str], transport: "Transport", replace: bool
    ) -> "Transfer":
        from ..download.disk.safe_names import safe_target
        from ..download.recorded_reference import recorded_of
        from ..download.transfer import Transfer

        folder = arguments.location("root", root)
        label = f"file {self.name!r}" + (f" of {self.run.full_path}" if self.run else "")
        if self.attrs.updated_at is None:
            raise NotFoundError(f"{label} does not exist", path=self.name, missing="file")
        # Listed with `upload`, `url` is for sending; only the API's own address is for reading.
        url = transport.absolute(self.url or "")
        authorization = transport.authorization(url)
        recorded = None
        if self.digest is not None and self.url == self.direct_url:
            # Both name what a reference refers to.
            recorded = recorded_of(self.direct_url, self.digest, self.size, None)
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


def open_text(path: Path) -> io.TextIOWrapper:
    """Open a downloaded file as text in the platform's encoding, as the documented method does."""
    return path.open()
