"""Upload many files to a run: which ones, what the server has already, and what follows."""

import os
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from os import PathLike
from pathlib import Path

from wbtyped_graphql import calls
from wbtyped_graphql.fragments import RunFileAddress

from .. import arguments
from ..download.disk.digests import DIGEST_THREADS
from ..errors import DiskError, TransportError, UsageError, WbtypedError
from ..name_patterns import check_glob, matches_glob
from ..transport.blocking import in_flow
from ..transport.client import Client
from ..transport.flow import Flow, ask
from ..upload.batch import UploadBatch
from ..upload.batch_options import BatchOptions
from ..upload.local_body import LocalBody
from ..upload.local_digest import digest_file
from ..upload.results import UploadResult
from ..upload.schedule import EXPIRED_STATUSES, Upload
from .download import SignedUrls
from .ref import FileSelection, RunIdentity
from .upload import MARK_UPLOADED, LocalFile, UploadPaths, name_below, upload_headers

FILES_PER_PAGE = 500
"""Files for which one request asks what the server has, or where to upload them."""
MAX_URL_REFRESHES = 3
"""Times that expired URLs are requested again."""


def find_files(
    paths: UploadPaths, root: str | PathLike[str], glob: str | None = None
) -> list[LocalFile]:
    """Return the files at some paths and in folders below them, named relative to `root`.

    Raises UsageError for a path that does not exist or is not below `root`, or if nothing is found,
    and DiskError for a folder that cannot be read.
    """
    if glob is not None:
        check_glob(arguments.string("glob", glob))
    if isinstance(paths, str | PathLike):
        listed = [arguments.location("paths", paths)]
    elif isinstance(paths, list | tuple):
        listed = [arguments.location("each of paths", path) for path in paths]
    else:
        raise arguments.wrong("paths", "a path or a list of paths", paths)
    top = arguments.location("root", root)
    found = {
        file.name: file
        for path in listed
        for each in (files_below(path) if path.is_dir() else [path])
        # What no pattern selects may be anything: a socket, for instance.
        if glob is None or matches_glob(name_below(each, top), glob)
        for file in [LocalFile.find(each, top)]
    }
    if not found:
        if not listed:
            raise UsageError("paths is empty: there is nothing to upload")
        matching = f" that match {glob!r}" if glob is not None else ""
        raise UsageError(f"no files{matching} in {', '.join(map(str, listed))}")
    return list(found.values())


def files_below(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder, sorted; links to folders are not followed."""
    for parent, folders, names in os.walk(folder, onerror=_raise):
        folders.sort()
        for name in sorted(names):
            yield Path(parent, name)


def _raise(error: OSError) -> None:
    raise DiskError(f"{error.filename} cannot be read: {error.strerror}") from error


def upload_files(
    client: Client, run: RunIdentity, files: Sequence[LocalFile], options: BatchOptions
) -> Flow[UploadResult]:
    """Upload files, and return what was uploaded and what the server had already."""
    with UploadBatch(client.transport, options) as batch:
        yield from RunUpload(client, run, batch).run(files)
    return batch.result


class RunUpload:
    """The upload of files to one run; each page is sent while the next one is looked at."""

    def __init__(self, client: Client, run: RunIdentity, batch: UploadBatch) -> None:
        self._client = client
        self._run = run
        self._batch = batch
        # Filled by the threads that upload, and emptied by the flow.
        self._expired: deque[Upload] = deque()
        self._uploaded: deque[str] = deque()

    def run(self, files: Sequence[LocalFile]) -> Flow[None]:
        """Upload files."""
        bodies = yield from in_flow(lambda: self._look_at(files))
        self._batch.expect(len(files), sum(body.size for body in bodies.values()))
        names = list(bodies)
        try:
            for start in range(0, len(names), FILES_PER_PAGE):
                page = {name: bodies[name] for name in names[start : start + FILES_PER_PAGE]}
                yield from self._upload_page(page)
                yield from self._batch.wait_for_room()
                yield from self._mark_uploaded()
            yield from self._finish()
        except WbtypedError:
            yield from self._mark_uploaded()
            raise

    def _look_at(self, files: Sequence[LocalFile]) -> dict[str, LocalBody]:
        """Return the bodies of files by name; those that cannot be read have failed."""
        found: dict[str, LocalBody] = {}
        for file in files:
            try:
                found[file.name] = LocalBody.of(file.path)
            except DiskError as error:
                self._batch.file_failed(file.name, error)
        return found

    def _upload_page(self, page: Mapping[str, LocalBody]) -> Flow[None]:
        known = yield from self._known_files(list(page))
        changed = yield from in_flow(lambda: self._skip_present(page, known))
        if changed:
            yield from self._send(changed)

    def _known_files(self, names: Sequence[str]) -> Flow[dict[str, RunFileAddress]]:
        """Return what the server has under these names."""
        listed = SignedUrls(FileSelection(self._client, self._run, names, None), names)
        files = yield from listed.load_items(slice(None))
        return {file.name: file for file in files if file.updated_at is not None}

    def _skip_present(
        self, page: Mapping[str, LocalBody], known: Mapping[str, RunFileAddress]
    ) -> dict[str, LocalBody]:
        """Return the files that the server does not have with their content."""

        def is_present(name: str) -> bool:
            file, body = known.get(name), page[name]
            if file is None or file.md5 is None or file.size_bytes != body.size:
                return False
            digested = digest_file(body.path)
            return digested.md5 == file.md5

        def check(name: str) -> bool | WbtypedError:
            try:
                return is_present(name)
            except (DiskError, UsageError) as error:
                return error

        with ThreadPoolExecutor(DIGEST_THREADS) as threads:
            outcomes = dict(zip(page, threads.map(check, page), strict=True))
        for name, outcome in outcomes.items():
            if outcome is True:
                self._batch.file_done("skipped", name, page[name].size)
            elif outcome is not False:
                self._batch.file_failed(name, outcome)
        return {name: page[name] for name, outcome in outcomes.items() if outcome is False}

    def _finish(self) -> Flow[None]:
        """Wait for all uploads; those whose URLs have expired are started again."""
        yield from self._batch.finish()
        while self._expired:
            expired = [self._expired.popleft() for _ in range(len(self._expired))]
            for start in range(0, len(expired), FILES_PER_PAGE):
                page = expired[start : start + FILES_PER_PAGE]
                refreshes = 1 + max(upload.refreshes for upload in page)
                yield from self._send({upload.name: upload.body for upload in page}, refreshes)
            yield from self._batch.finish()
        yield from self._mark_uploaded()

    def _send(self, bodies: Mapping[str, LocalBody], refreshes: int = 0) -> Flow[None]:
        """Request upload URLs, and start the uploads."""
        run, names = self._run, list(bodies)
        result = yield from ask(
            calls.create_run_files(entity=run.entity, project=run.project, run=run.id, files=names)
        )
        created = result.create_run_files
        urls = {file.name: file.upload_url for file in (created.files if created else None) or []}
        headers = upload_headers((created.upload_headers if created else None) or [])
        uploads: list[Upload] = []
        for name, body in bodies.items():
            what = f"upload of {name!r}"
            try:
                target, sent = self._batch.target(what, urls.get(name), headers)
            except TransportError as error:
                self._batch.file_failed(name, error)
            else:
                upload = Upload(what, name, target, sent, body, self._settled, refreshes=refreshes)
                uploads.append(upload)
        self._batch.add(uploads)

    def _settled(self, upload: Upload, error: Exception | None) -> None:
        if error is None:
            self._uploaded.append(upload.name)
            self._batch.file_done("uploaded", upload.name, upload.body.size)
        elif (
            isinstance(error, TransportError)
            and error.status in EXPIRED_STATUSES
            and upload.refreshes < MAX_URL_REFRESHES
        ):
            self._expired.append(upload)
        else:
            self._batch.file_failed(upload.name, error)

    def _mark_uploaded(self) -> Flow[None]:
        """Tell the server which files are complete, if it needs to be told."""
        names = [self._uploaded.popleft() for _ in range(len(self._uploaded))]
        if not names or MARK_UPLOADED not in (yield from self._client.load_features()):
            return
        run = self._run
        yield from ask(
            calls.mark_run_files_uploaded(
                entity=run.entity, project=run.project, run=run.id, files=names
            )
        )
