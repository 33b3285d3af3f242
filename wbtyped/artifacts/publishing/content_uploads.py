"""Upload the contents of a version: those that the server lacks, large ones in parts."""

import base64
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from wbtyped_graphql import calls
from wbtyped_graphql.create_artifact_files import (
    CreateArtifactFilesCreateArtifactFilesFilesEdgesNode as AssignedUpload,
)
from wbtyped_graphql.enums import (
    ArtifactDigestAlgorithm,
    ArtifactStorageLayout,
    CompleteMultipartAction,
)
from wbtyped_graphql.input_types import (
    CompleteMultipartUploadArtifactInput,
    CreateArtifactFilesInput,
    CreateArtifactFileSpecInput,
    UploadPartsInput,
)

from ...errors import SchemaMismatchError, TransportError, WbtypedError
from ...runs.upload import upload_headers
from ...transport.client import Client
from ...transport.flow import Flow, ask
from ...transport.retries import is_retryable
from ...upload.batch import UploadBatch
from ...upload.local_body import modified
from ...upload.local_digest import digest_file
from ...upload.saved_parts import PartsUpload, SavedParts
from ...upload.schedule import EXPIRED_STATUSES, Upload
from ..contents.url_pages import path_batches
from .facts import Target
from .local_content import LocalContent

MAX_URL_REFRESHES = 3
"""Times that expired URLs are requested again."""
CONTENT_MD5, CONTENT_TYPE = "content-md5", "content-type"


@dataclass(slots=True, eq=False)
class FileInParts:
    """A large file on its way."""

    name: str
    content: LocalContent
    parts: PartsUpload
    saved: SavedParts
    refreshes: int
    has_earlier_parts: bool = False
    """Whether an earlier call has sent some of the parts: storage may have lost them since."""
    is_unlisted: bool = False
    """Whether the server has begun another upload since, so that no new URLs can be had."""


@dataclass
class ContentUploads:
    """Uploads contents for a version that is not committed yet."""

    client: Client
    target: Target
    artifact_id: str
    batch: UploadBatch
    contents: Mapping[str, LocalContent]
    layout: ArtifactStorageLayout = ArtifactStorageLayout.V2
    digest_algorithm: ArtifactDigestAlgorithm = ArtifactDigestAlgorithm.MANIFEST_MD5
    # Filled by the threads that upload, and emptied by the flow.
    _expired: deque[tuple[str, int]] = field(default_factory=deque[tuple[str, int]], init=False)
    _complete: deque[FileInParts] = field(default_factory=deque[FileInParts], init=False)
    _births: dict[str, str] = field(default_factory=dict[str, str], init=False)
    _abandoned: set[str] = field(default_factory=set[str], init=False)
    """Files in parts whose saved upload storage no longer knows."""

    @property
    def what(self) -> str:
        """What errors are about."""
        return f"version of {self.target.path}"

    @property
    def births(self) -> Mapping[str, str]:
        """By name, the version that brought each content; known as soon as uploads are started."""
        return dict(self._births)

    def start(self) -> Flow[None]:
        """Start to upload what the server lacks."""
        self.batch.expect(len(self.contents), sum(c.size for c in self.contents.values()))
        for page in path_batches(list(self.contents)):
            yield from self._request(page)
            yield from self.batch.wait_for_room()

    def finish(self) -> Flow[None]:
        """Wait until the server has all contents."""
        yield from self.batch.finish()
        while self._expired or self._complete:
            yield from self._join_parts()
            expired = dict(self._expired.popleft() for _ in range(len(self._expired)))
            for page in path_batches(list(expired)):
                yield from self._request(page, 1 + max(expired[name] for name in page))
            yield from self.batch.finish()

    def _request(self, names: Sequence[str], refreshes: int = 0) -> Flow[None]:
        """Request upload URLs, and start the uploads; the response keeps the order."""
        specs = [
            CreateArtifactFileSpecInput(
                artifact_id=self.artifact_id,
                name=name,
                md5=self.contents[name].md5,
                upload_parts_input=part_inputs(self.contents[name]),
            )
            for name in names
        ]
        wanted = CreateArtifactFilesInput(artifact_files=specs, storage_layout=self.layout)
        if self.digest_algorithm != ArtifactDigestAlgorithm.MANIFEST_MD5:
            # Only servers with other digests know these fields.
            digests = [{"digest": self.contents[name].digest} for name in names]
            named = [spec.model_copy(update=d) for spec, d in zip(specs, digests, strict=True)]
            changes = {"artifact_files": named, "digest_algorithm": self.digest_algorithm}
            wanted = wanted.model_copy(update=changes)
        result = yield from ask(calls.create_artifact_files(input=wanted), self.what)
        edges = result.create_artifact_files.files.edges if result.create_artifact_files else []
        nodes = [edge.node for edge in edges if edge.node]
        if len(nodes) != len(specs):
            raise SchemaMismatchError(
                f"{self.what}: the response does not contain what was requested",
                operation="CreateArtifactFiles",
            )
        uploads: list[Upload] = []
        for name, node in zip(names, nodes, strict=True):
            self._births[name] = node.artifact.id if node.artifact else self.artifact_id
            uploads += self._uploads(name, node, refreshes)
        self.batch.add(uploads)

    def _uploads(self, name: str, node: AssignedUpload, refreshes: int) -> Sequence[Upload]:
        """Return the requests that upload a file."""
        content = self.contents[name]
        if node.upload_url is None:
            if content.parts:  # of a call that was killed once storage had joined them
                self._saved(content).remove()
            self.batch.file_done("skipped", name, content.size)
            return ()
        if content.parts and (parts := self._parts(content, node)):
            return self._part_uploads(self._file_in_parts(name, parts, refreshes), node)
        headers = upload_headers(node.upload_headers)
        url, sent = self.batch.target(self._label(name), node.upload_url, headers)
        is_verified = any(header.lower() == CONTENT_MD5 for header in headers)
        body = content.body(verify=not is_verified)
        upload = Upload(self._label(name), name, url, sent, body, self._settled)
        upload.refreshes = refreshes
        return (upload,)

    def _label(self, name: str) -> str:
        return f"upload of {name!r} to {self.target.path}"

    def _settled(self, upload: Upload, error: Exception | None) -> None:
        if error is None:
            self.batch.file_done("uploaded", upload.name, upload.body.size)
        elif is_expired(error) and upload.refreshes < MAX_URL_REFRESHES:
            self._expired.append((upload.name, upload.refreshes))
        else:
            self._failed(upload, error)

    def _failed(self, upload: Upload, error: Exception) -> None:
        """End the upload; storage refuses the content of a file that was modified, for instance."""
        content = self.contents[upload.name]
        if isinstance(error, TransportError) and error.status is not None:
            try:
                if digest_file(content.path).md5 != content.md5:
                    error = modified(content.path)
            except WbtypedError as unreadable:
                error = unreadable
        self.batch.file_failed(upload.name, error)

    # Large files.

    def _parts(self, content: LocalContent, node: AssignedUpload) -> PartsUpload | None:
        """Return the upload in parts that the server has begun; None if its storage has none."""
        multipart, path = node.upload_multipart_urls, node.storage_path
        if multipart is None or path is None:
            return None
        urls = {part.part_number: part.upload_url for part in multipart.upload_url_parts or []}
        if len(urls) != len(content.parts):
            return None
        return PartsUpload(self.artifact_id, multipart.upload_id, path, content.part_bytes, urls)

    def _file_in_parts(self, name: str, parts: PartsUpload, refreshes: int) -> FileInParts:
        """Return a file with the parts that an earlier call has sent."""
        content = self.contents[name]
        saved = self._saved(content)
        earlier = saved.load(self.artifact_id, parts.part_bytes)
        if earlier is None or name in self._abandoned:
            return FileInParts(name, content, parts, saved, refreshes)
        is_unlisted = earlier.upload_id != parts.upload_id
        if not is_unlisted:
            earlier.urls = parts.urls
        return FileInParts(name, content, earlier, saved, refreshes, True, is_unlisted)

    def _saved(self, content: LocalContent) -> SavedParts:
        return SavedParts(self.client.settings, self.target.path, content.md5)

    def _part_uploads(self, file: FileInParts, node: AssignedUpload) -> Sequence[Upload]:
        """Return the requests for the parts that storage does not have."""
        types = {
            header: value
            for header, value in upload_headers(node.upload_headers).items()
            if header.lower() == CONTENT_TYPE
        }
        uploads: list[Upload] = []
        for number, hex_md5 in enumerate(file.content.parts, 1):
            body = file.content.part_body(number)
            if number in file.parts.etags:
                self.batch.part_done(body.size, resumed=True)
                continue
            label = f"{self._label(file.name)}, part {number}"
            md5 = base64.b64encode(bytes.fromhex(hex_md5)).decode()
            headers = {"Content-MD5": md5, **types}
            url, sent = self.batch.target(label, file.parts.urls.get(number), headers)

            def settled(upload: Upload, error: Exception | None, file: FileInParts = file) -> None:
                self._part_settled(file, upload, error)

            uploads.append(Upload(label, file.name, url, sent, body, settled, part=number))
        if not uploads:
            self._complete.append(file)
        return uploads

    def _part_settled(self, file: FileInParts, upload: Upload, error: Exception | None) -> None:
        if error is None and not upload.etag:
            error = TransportError(f"{upload.label}: storage returned no ETag")
        if error is None:
            with self.batch.lock:
                file.parts.etags[upload.part] = upload.etag
                is_complete = len(file.parts.etags) == len(file.content.parts)
                file.saved.save(file.parts)
            self.batch.part_done(upload.body.size)
            if is_complete:
                self._complete.append(file)
            return
        can_refresh = file.refreshes < MAX_URL_REFRESHES
        if is_expired(error) and can_refresh and not file.is_unlisted:
            self._expired.append((file.name, file.refreshes))
        elif file.has_earlier_parts and can_refresh and is_refused(error):
            self._begin_anew(file)
        else:
            self._failed(upload, error)

    def _begin_anew(self, file: FileInParts) -> None:
        """Send all parts of a file, since storage has forgotten what an earlier call began."""
        if file.name not in self._abandoned:
            self._abandoned.add(file.name)
            numbers = list(file.parts.etags)
            self.batch.parts_joined(sum(file.content.part_body(n).size for n in numbers))
        self._expired.append((file.name, file.refreshes))

    def _join_parts(self) -> Flow[None]:
        """Let storage join the parts of files that are complete."""
        while self._complete:
            file = self._complete.popleft()
            etags = sorted(file.parts.etags.items())
            wanted = CompleteMultipartUploadArtifactInput(
                artifact_id=self.artifact_id,
                complete_multipart_action=CompleteMultipartAction.Complete,
                completed_parts=[UploadPartsInput(part_number=n, hex_md_5=tag) for n, tag in etags],
                storage_path=file.parts.storage_path,
                upload_id=file.parts.upload_id,
            )
            joined = calls.complete_multipart_upload_artifact(input=wanted)
            try:
                yield from ask(joined, self._label(file.name))
            except WbtypedError:
                if not file.has_earlier_parts:
                    raise
                self._begin_anew(file)
                continue
            finally:
                # If it fails, the next call begins anew.
                file.saved.remove()
            self.batch.parts_joined(file.content.size)
            self.batch.file_done("uploaded", file.name, file.content.size)


def part_inputs(content: LocalContent) -> list[UploadPartsInput] | None:
    """Return the announcement of the parts of a large file."""
    parts = enumerate(content.parts, 1)
    return [UploadPartsInput(part_number=n, hex_md_5=md5) for n, md5 in parts] or None


def is_expired(error: Exception | None) -> bool:
    """Return True if storage refuses a URL that has perhaps expired."""
    return isinstance(error, TransportError) and error.status in EXPIRED_STATUSES


def is_refused(error: Exception | None) -> bool:
    """Return True if storage has refused a request for good."""
    status = error.status if isinstance(error, TransportError) else None
    return status is not None and 400 <= status < 500 and not is_retryable(status)
