"""The file system: W&B's files for everything that takes fsspec URLs."""

import asyncio
import errno
import os
import threading
import weakref
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, ClassVar, TypeVar

from fsspec.asyn import sync
from fsspec.callbacks import DEFAULT_CALLBACK, Callback
from fsspec.utils import isfilelike

from .. import arguments
from ..api import Api
from ..config.cache import CacheOption
from ..download.cache.store import Cache, open_cache
from ..download.engines.choice import MAX_JOBS
from ..download.stored_content import StoredContent
from ..errors import NotFoundError, UnsafePathError, UsageError
from ..transport.flow import Flow
from .base_classes import AsyncFileSystem
from .batched_downloads import BatchedDownloads, RunFile, VersionFile
from .cached_contents import add_to_cache, read_cached
from .current_settings import CurrentSettings
from .file_details import FileInfo, folder_info
from .listings import check_parent, list_parent
from .locations import Location, ParentFolder, RunLocation, VersionLocation, parse_location
from .merged_ranges import MAX_GAP_BYTES, MergedRange, merge_ranges
from .open_file import ReadableFile, StreamedFile, WritableFile
from .run_folder import RunFolder, RunName
from .server_cache import MAX_VERSIONS, Pin, ServerCache, shared_cache
from .version_folder import VersionFolder

T = TypeVar("T")
ALIAS_SECONDS = 60.0
"""How long an alias stands for the same version, and a list of run files is used."""
DEFAULT_JOBS = 32
OPTIONS_OF_FSSPEC = {
    "listings_expiry_time", "max_paths", "skip_instance_cache", "use_listings_cache",
}  # fmt: skip
"""Options that every file system of fsspec takes."""


class WandbFileSystem(AsyncFileSystem):
    """W&B's files under `wandb://`, for everything that takes URLs of fsspec.

    - `wandb://entity/project/runs/RUN/FILE`: a file of a run; these can be written and deleted, too
    - `wandb://entity/project/COLLECTION:ALIAS/FILE`: a file of a version, also in a registry
    - `wandb://entity/project/artifacts/TYPE/COLLECTION/ALIAS/FILE`: the same, for those who list

    The server and the key come from arguments, or are found as by `Api`. What is known of versions
    is shared by all instances in a process; an alias is looked up again after `alias_seconds`.

    A pickled instance contains no key, and the versions that its paths have led to: so all workers
    of a job read the same data, though `latest` moves on. `pinned` holds these; pickling fills it.

    `cache` keeps whole contents on this machine, as for `Api`. `jobs` is the number of parallel
    requests. With `asynchronous=True`, its methods that start with `_` are awaited.

    Example:
        >>> fs = WandbFileSystem()
        >>> fs.ls("my-team/mnist/digits:latest", detail=False)
        ['my-team/mnist/digits:latest/test.csv', 'my-team/mnist/digits:latest/train.csv']
        >>> fs.cat("wandb://my-team/mnist/digits:latest/train.csv", end=4)
        b'rows'
        >>> with fs.open("my-team/mnist/runs/run-1/notes.txt", "w") as file:
        ...     file.write("hello")
        5
        >>> fs.size("my-team/mnist/runs/run-1/notes.txt")
        5
    """

    protocol: ClassVar[str | tuple[str, ...]] = "wandb"
    root_marker: ClassVar[str] = ""
    async_impl: ClassVar[bool] = True
    environment: ClassVar[CurrentSettings] = CurrentSettings()
    """With the options, this tells fsspec whether an instance that it has is the one wanted."""
    _extra_tokenize_attributes: ClassVar[tuple[str, ...]] = ("environment",)

    def __init__(
        self,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        cache: CacheOption = None,
        offline: bool | None = None,
        timeout: float | None = None,
        alias_seconds: float = ALIAS_SECONDS,
        jobs: int = DEFAULT_JOBS,
        pinned: Mapping[str, str] | None = None,
        asynchronous: bool = False,
        loop: asyncio.AbstractEventLoop | None = None,
        batch_size: int | None = None,
        **storage_options: object,
    ) -> None:
        arguments.check_optional_strings(base_url=base_url, api_key=api_key)
        arguments.whole_number("jobs", jobs, 1, MAX_JOBS)
        arguments.optional_mapping("pinned", pinned)
        if alias_seconds != 0:
            arguments.positive_number("alias_seconds", alias_seconds)
        if unknown := sorted(storage_options.keys() - OPTIONS_OF_FSSPEC):
            raise UsageError(
                f"unknown options of wandb:// {unknown}; allowed are alias_seconds, api_key,"
                " base_url, batch_size, cache, jobs, offline, pinned, timeout"
            )
        super().__init__(
            asynchronous=asynchronous, loop=loop, batch_size=batch_size, **storage_options
        )
        self._api_options: dict[str, Any] = {
            "base_url": base_url, "api_key": api_key, "cache": cache, "offline": offline,
            "timeout": timeout,
        }  # fmt: skip
        self._alias_seconds = alias_seconds
        self._jobs = jobs
        self._pinned: dict[str, str] = dict(pinned or {})
        self._lock = threading.Lock()
        self._api: Api | None = None
        self._used: dict[str, VersionFolder] = {}
        """The versions that paths have led to, of the latest paths."""
        self._slots: weakref.WeakKeyDictionary[
            asyncio.AbstractEventLoop, tuple[asyncio.Semaphore, BatchedDownloads]
        ] = weakref.WeakKeyDictionary()

    def __reduce__(self) -> tuple[object, ...]:
        return _unpickled, (type(self), self.options_for_workers())

    def options_for_workers(self) -> dict[str, object]:
        """Return the options of an equal instance in another process, without the key.

        `pinned` are the versions that paths have led to, at most the latest 256.
        """
        options = {name: value for name, value in self.storage_options.items() if name != "api_key"}
        # A copy, since other threads may add to it.
        pinned = {path: Pin.of(folder).text() for path, folder in dict(self._used).items()}
        return {**options, "pinned": {**self._pinned, **pinned}}

    def to_dict(self, *, include_password: bool = True) -> dict[str, Any]:
        """Return what `from_dict` makes an equal instance of; it contains no key."""
        described = super().to_dict(include_password=include_password)
        described.pop("api_key", None)
        return described

    @property
    def api(self) -> Api:
        """The client that sends requests; it looks for a key when it is first needed."""
        with self._lock:
            if self._api is None:
                self._api = Api(**self._api_options)
            return self._api

    @property
    def _shared(self) -> ServerCache:
        return shared_cache(self.api.settings)

    @property
    def _disk_cache(self) -> Cache | None:
        return open_cache(self.api.settings.cache)

    def _of_loop(self) -> tuple[asyncio.Semaphore, BatchedDownloads]:
        """Return what limits requests of the running event loop, and its downloads."""
        loop = asyncio.get_running_loop()
        if loop not in self._slots:
            self._slots[loop] = (
                asyncio.Semaphore(self._jobs), BatchedDownloads(self.api, self._jobs)
            )  # fmt: skip
        return self._slots[loop]

    async def _request(self, flow: Flow[T]) -> T:
        """Send the requests of a flow; what is missing raises FileNotFoundError."""
        try:
            return await self.api.client.arun(flow)
        except NotFoundError as error:
            raise FileNotFoundError(str(error)) from error

    # Where a path leads.

    def _locate(self, path: str) -> Location:
        stripped: str = self._strip_protocol(path)
        try:
            return parse_location(stripped)
        except UsageError as error:
            raise FileNotFoundError(str(error)) from error

    def _version(self, location: VersionLocation) -> Flow[VersionFolder]:
        """Return the version that a path leads to: the pinned one, if there is one."""
        path = location.path
        if path not in self._pinned:
            folder = yield from self._shared.find_version(self.api, path, self._alias_seconds)
            self._note_use(path, folder)
        elif path in self._used:
            folder = self._used[path]
        else:
            pinned = Pin.parse(self._pinned[path]).folder(self.api)
            folder = self._shared.add_version(pinned)
            self._note_use(path, folder)
        found_type = folder.version.node.artifact_type.name
        if location.type not in {None, found_type}:
            raise FileNotFoundError(
                f"artifact {path} is of type {found_type!r}, not {location.type!r}"
            )
        return folder

    def _note_use(self, path: str, folder: VersionFolder) -> None:
        """Note the version that a path has led to."""
        with self._lock:
            self._used[path] = folder
            if len(self._used) > MAX_VERSIONS:
                del self._used[next(iter(self._used))]

    def _run(self, location: RunLocation) -> RunFolder:
        run = RunName(location.entity, location.project, location.run)
        return self._shared.find_run(self.api, run, self._alias_seconds)

    def _find_info(self, location: VersionLocation | RunLocation) -> Flow[FileInfo | None]:
        file = location.file.rstrip("/")
        if isinstance(location, RunLocation):
            return (yield from self._run(location).info(file, location.root))
        folder = yield from self._version(location)
        return (yield from folder.info(file, location.root, self._disk_cache))

    def _find_children(self, location: VersionLocation | RunLocation) -> Flow[list[FileInfo]]:
        if isinstance(location, RunLocation):
            return (yield from self._run(location).children(location.file, location.root))
        folder = yield from self._version(location)
        return (yield from folder.children(location.file, location.root, self._disk_cache))

    def _find_below(self, location: VersionLocation | RunLocation) -> Flow[list[FileInfo]]:
        if isinstance(location, RunLocation):
            return (yield from self._run(location).below(location.file, location.root))
        folder = yield from self._version(location)
        return (yield from folder.below(location.file, location.root, self._disk_cache))

    def _find_content(self, location: Location, path: str) -> Flow[StoredContent]:
        """Return the content of a file; raises FileNotFoundError, IsADirectoryError."""
        if isinstance(location, ParentFolder) or not location.file:
            raise IsADirectoryError(errno.EISDIR, "is a folder", path)
        try:
            if isinstance(location, RunLocation):
                return (yield from self._run(location).content(location.file))
            folder = yield from self._version(location)
            return (yield from folder.content(location.file, self._disk_cache))
        except FileNotFoundError:
            info = yield from self._find_info(location)
            if info is not None:
                raise IsADirectoryError(errno.EISDIR, "is a folder", path) from None
            raise

    # Details and lists.

    async def _info(self, path: str, **_: object) -> FileInfo:
        location = self._locate(path)
        if isinstance(location, ParentFolder):
            await self._check_parent(location)
            return folder_info("/".join(location.parts))
        info = await self._request(self._find_info(location))
        if info is None:
            raise FileNotFoundError(errno.ENOENT, "no such file or folder", path)
        return info

    async def _check_parent(self, location: ParentFolder) -> None:
        try:
            await check_parent(self.api, location.parts)
        except NotFoundError as error:
            raise FileNotFoundError(str(error)) from error

    async def _ls(self, path: str, detail: bool = True, **_: object) -> list[FileInfo] | list[str]:
        location = self._locate(path)
        if isinstance(location, ParentFolder):
            infos = await self._list_parent(location)
        else:
            infos = await self._request(self._find_children(location))
            if not infos:
                # An empty version, a file, or nothing.
                info = await self._info(path)
                infos = [info] if info["type"] == "file" else []
        return infos if detail else [info["name"] for info in infos]

    async def _list_parent(self, location: ParentFolder) -> list[FileInfo]:
        try:
            return await list_parent(self.api, location.parts)
        except NotFoundError as error:
            raise FileNotFoundError(str(error)) from error

    async def _find(
        self, path: str, maxdepth: int | None = None, withdirs: bool = False, **kwargs: object
    ) -> Any:
        location = self._locate(path)
        if maxdepth is not None or withdirs or isinstance(location, ParentFolder):
            return await super()._find(path, maxdepth=maxdepth, withdirs=withdirs, **kwargs)
        infos = await self._request(self._find_below(location))
        if not infos:
            info = await self._request(self._find_info(location))
            infos = [info] if info is not None and info["type"] == "file" else []
        found = {info["name"]: info for info in infos}
        return found if kwargs.get("detail") else list(found)

    def modified(self, path: str) -> datetime:
        """Return when a file was written; for a version, when that was created."""
        info = self.info(path)
        if "mtime" not in info:
            raise FileNotFoundError(f"wandb://{info['name']} has no time")
        return datetime.fromtimestamp(info["mtime"], UTC)

    def created(self, path: str) -> datetime:
        """Return the same as `modified`: files are replaced as a whole."""
        return self.modified(path)

    def ukey(self, path: str) -> str:
        """Return a string that changes with the content: the digest, as far as there is one."""
        info = self.info(path)
        return info.get("digest") or f"{info['size']}-{info.get('mtime')}"

    def checksum(self, path: str) -> int:
        """Return a number that changes with the content."""
        return int.from_bytes(self.ukey(path).encode())

    def sign(self, path: str, expiration: int | None = None, **_: object) -> str:
        """Return the signed URL of a file, with which anybody can read it until it expires.

        The server decides how long that is: an `expiration` is refused.
        """
        if expiration is not None:
            raise UsageError("the server decides when signed URLs expire; leave expiration out")
        return sync(self.loop, self._sign, path)

    async def _sign(self, path: str) -> str:
        content = await self._request(self._find_content(self._locate(path), path))
        found = await self._request(content.find_url(None))
        return self.api.client.transport.absolute(found.url)

    def invalidate_cache(self, path: str | None = None) -> None:
        """Forget what is known of the server in this process; pinned versions stay."""
        if path is None:
            self._shared.clear()
            return
        location = self._locate(path)
        if isinstance(location, RunLocation):
            self._shared.forget_run(RunName(location.entity, location.project, location.run))
        elif isinstance(location, VersionLocation):
            self._shared.forget_alias(location.path)

    # Reading.

    async def _cat_file(
        self, path: str, start: int | None = None, end: int | None = None, **_: object
    ) -> bytes:
        content = await self._request(self._find_content(self._locate(path), path))
        return await self._read_content(content, start, end)

    async def _cat(self, path: Any, recursive: bool = False, **kwargs: Any) -> Any:
        if recursive:
            # Without the folders, which have no content.
            roots: list[str] = await self._expand_path(path)
            path = [file for root in roots for file in await self._find(root)]
        return await super()._cat(path, **kwargs)

    async def _read_content(
        self, content: StoredContent, start: int | None, end: int | None
    ) -> bytes:
        """Return bytes of a content, from the cache if it has them."""
        is_whole = content.size is None or slice(start, end).indices(content.size)[:2] == (
            0, content.size,
        )  # fmt: skip
        cache = self._disk_cache
        if cache is not None:
            cached = await asyncio.to_thread(read_cached, cache, content, start, end)
            if cached is not None:
                return cached
        async with self._of_loop()[0]:
            data = await self._request(content.read(start or 0, end))
        if cache is not None and is_whole:
            await asyncio.to_thread(add_to_cache, cache, content, data)
        return data

    async def _cat_ranges(
        self,
        paths: Sequence[str],
        starts: Sequence[int | None] | int | None,
        ends: Sequence[int | None] | int | None,
        max_gap: int | None = None,
        batch_size: int | None = None,  # noqa: ARG002 - `jobs` says how many
        on_error: str = "return",
        **_: object,
    ) -> list[bytes | Exception]:
        first, last = per_path(starts, paths), per_path(ends, paths)
        numbers: dict[str, list[int]] = {}
        for number, path in enumerate(paths):
            numbers.setdefault(path, []).append(number)
        gap = MAX_GAP_BYTES if max_gap is None else max_gap
        results: list[bytes | Exception] = [b""] * len(paths)

        async def read(path: str) -> None:
            wanted = [(first[number], last[number]) for number in numbers[path]]
            found = await self._read_ranges(path, wanted, gap)
            for number, result in zip(numbers[path], found, strict=True):
                results[number] = result

        await asyncio.gather(*(read(path) for path in numbers))
        failed = next((result for result in results if isinstance(result, Exception)), None)
        if failed is not None and on_error == "raise":
            raise failed
        return results

    async def _read_ranges(
        self, path: str, wanted: Sequence[tuple[int | None, int | None]], gap: int
    ) -> list[bytes | Exception]:
        """Return ranges of one file, or the error of each that failed."""
        try:
            content = await self._request(self._find_content(self._locate(path), path))
            size = await self._request(content.load_size())
        except Exception as error:
            return [error] * len(wanted)
        ranges = [slice(start, end).indices(size)[:2] for start, end in wanted]
        results: list[bytes | Exception] = [b""] * len(wanted)

        async def read(merged: MergedRange) -> None:
            try:
                data = await self._read_content(content, merged.start, merged.stop)
            except Exception as error:
                for number in merged.members:
                    results[number] = error
                return
            for number in merged.members:
                start, stop = ranges[number]
                results[number] = data[start - merged.start : stop - merged.start]

        await asyncio.gather(*(read(merged) for merged in merge_ranges(ranges, gap)))
        return results

    def _open(
        self,
        path: str,
        mode: str = "rb",
        block_size: int | str | None = None,
        autocommit: bool = True,
        cache_type: str | None = None,
        cache_options: dict[str, object] | None = None,
        **_: object,
    ) -> ReadableFile | WritableFile:
        if mode == "rb":
            info, content = sync(self.loop, self._open_content, path)

            def fetch(start: int, end: int) -> bytes:
                return sync(self.loop, self._read_content, content, start, end)

            return ReadableFile(
                self, path, info, fetch, block_size, cache_type or "sequential", cache_options
            )
        if mode not in {"wb", "xb"}:
            raise ValueError(f"files of W&B cannot be opened with mode {mode!r}; use rb, wb or xb")
        location = self._writable(path)
        if mode == "xb" and self.exists(path):
            raise FileExistsError(errno.EEXIST, "exists already", path)

        def upload(source: Path) -> None:
            sync(self.loop, self._upload, source, location)

        return WritableFile(self, path, mode, upload, autocommit=autocommit)

    async def _open_content(self, path: str) -> tuple[dict[str, Any], StoredContent]:
        """Return what an open file needs; the version of a path does not change meanwhile."""
        location = self._locate(path)
        content = await self._request(self._find_content(location, path))
        info = await self._info(path)
        size = await self._request(content.load_size())
        return {**info, "size": size}, content

    async def open_async(self, path: str, mode: str = "rb", **_: object) -> StreamedFile:
        """Open a file for reading on the running event loop."""
        if mode != "rb":
            raise ValueError(f"files can be opened for reading only here, not with {mode!r}")
        info, content = await self._open_content(path)

        async def fetch(start: int, end: int) -> bytes:
            return await self._read_content(content, start, end)

        return StreamedFile(self, path, info, fetch)

    # Downloading.

    async def _get(self, rpath: Any, lpath: Any, **kwargs: Any) -> Any:
        # All at once: they are downloaded in one batch, which limits how many are in progress.
        kwargs.setdefault("batch_size", -1)
        return await super()._get(rpath, lpath, **kwargs)

    async def _get_file(
        self, rpath: str, lpath: Any, callback: Callback = DEFAULT_CALLBACK, **_: object
    ) -> None:
        if isfilelike(lpath):
            lpath.write(await self._cat_file(rpath))
            return
        location = self._locate(rpath)
        info = await self._info(rpath)
        if info["type"] == "directory":
            await asyncio.to_thread(os.makedirs, lpath, exist_ok=True)
            return
        if isinstance(location, ParentFolder) or ".." in location.file.split("/"):
            raise UnsafePathError(f"{rpath} would lead outside of the folder to download to")
        callback.set_size(info["size"] or 0)
        downloads = self._of_loop()[1]
        if isinstance(location, RunLocation):
            folder = self._run(location)
            file = await self._request(folder.find_file(location.file))
            if file is not None:
                await downloads.download(RunFile(folder, file, os.fspath(lpath)))
        else:
            version = await self._request(self._version(location))
            entry = await self._request(version.find_entry(location.file, self._disk_cache))
            if entry is not None:
                await downloads.download(VersionFile(version, entry, os.fspath(lpath)))
        callback.relative_update(info["size"] or 0)

    # Writing, to runs only.

    def _writable(self, path: str) -> RunLocation:
        """Return where a file of a run is to be written, or raise OSError."""
        location = self._locate(path)
        if not isinstance(location, RunLocation):
            kind = "versions are" if isinstance(location, VersionLocation) else "this folder is"
            raise OSError(errno.EROFS, f"{kind} read-only; only files of runs can be written", path)
        if not location.file:
            raise IsADirectoryError(errno.EISDIR, "is a folder", path)
        if {"", ".", ".."} & set(location.file.split("/")):
            raise OSError(errno.EINVAL, "no file of a run can have this name", path)
        return location

    async def _upload(self, source: Path, location: RunLocation) -> None:
        folder = self._run(location)
        try:
            await self._request(folder.upload(source, location.file))
        finally:
            self._shared.forget_run(folder.run)

    async def _put_file(
        self,
        lpath: str,
        rpath: str,
        callback: Callback = DEFAULT_CALLBACK,
        mode: str = "overwrite",
        **_: object,
    ) -> None:
        if await asyncio.to_thread(os.path.isdir, lpath):
            return
        location = self._writable(rpath)
        await self._check_new(rpath, mode)
        size = await asyncio.to_thread(os.path.getsize, lpath)
        callback.set_size(size)
        async with self._of_loop()[0]:
            await self._upload(Path(lpath), location)
        callback.relative_update(size)

    async def _pipe_file(
        self, path: str, value: bytes, mode: str = "overwrite", **_: object
    ) -> None:
        location = self._writable(path)
        await self._check_new(path, mode)
        with NamedTemporaryFile(prefix="wbtyped-", delete=False) as file:
            source = Path(file.name)
            file.write(value)
        try:
            async with self._of_loop()[0]:
                await self._upload(source, location)
        finally:
            source.unlink(missing_ok=True)

    async def _check_new(self, path: str, mode: str) -> None:
        if mode == "create" and await self._exists(path):
            raise FileExistsError(errno.EEXIST, "exists already", path)

    async def _makedirs(self, path: str, exist_ok: bool = False) -> None:  # noqa: ARG002
        """Do nothing: a folder of a run begins with its first file."""
        location = self._locate(path)
        if not isinstance(location, RunLocation):
            raise OSError(errno.EROFS, "only runs can be written to", path)

    async def _mkdir(self, path: str, create_parents: bool = True, **_: object) -> None:  # noqa: ARG002
        await self._makedirs(path, exist_ok=True)

    async def _rm_file(self, path: str, **_: object) -> None:
        await self._rm(path)

    async def _rm(
        self,
        path: str | list[str],
        recursive: bool = False,
        batch_size: int | None = None,  # noqa: ARG002
        maxdepth: int | None = None,
        **_: object,
    ) -> None:
        files: dict[RunName, list[str]] = {}
        for found in await self._expand_path(path, recursive=recursive, maxdepth=maxdepth):
            info = await self._info(found)
            if info["type"] == "directory":
                if not recursive:
                    raise IsADirectoryError(errno.EISDIR, "is a folder; use recursive=True", found)
                continue
            location = self._writable(found)
            run = RunName(location.entity, location.project, location.run)
            files.setdefault(run, []).append(location.file)
        for run, names in files.items():
            folder = self._shared.find_run(self.api, run, self._alias_seconds)
            try:
                await self._request(folder.delete(names))
            finally:
                self._shared.forget_run(run)


def per_path(
    values: Sequence[int | None] | int | None, paths: Sequence[str]
) -> Sequence[int | None]:
    """Return a value for each path: the one for all of them, or one each."""
    if values is None or isinstance(values, int):
        return [values] * len(paths)
    if len(values) != len(paths):
        raise UsageError(f"{len(paths)} paths need as many starts and ends, got {len(values)}")
    return values


def _unpickled(kind: type[WandbFileSystem], options: dict[str, Any]) -> WandbFileSystem:
    """Return the instance of this process with these options."""
    return kind(**options)
