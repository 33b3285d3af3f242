"""Upload the files and the manifest of a version that is not committed yet, and commit it."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from wbtyped_graphql import calls
from wbtyped_graphql.create_artifact_files import (
    CreateArtifactFilesCreateArtifactFilesFilesEdgesNode as AssignedUpload,
)
from wbtyped_graphql.create_artifact_manifest import (
    CreateArtifactManifestCreateArtifactManifestArtifactManifest as AnnouncedManifest,
)
from wbtyped_graphql.enums import ArtifactManifestType, ArtifactStorageLayout
from wbtyped_graphql.input_types import (
    CreateArtifactFilesInput,
    CreateArtifactFileSpecInput,
    CreateArtifactManifestInput,
)

from ..artifacts.contents.entry import ArtifactManifestEntry
from ..artifacts.contents.manifest import ArtifactManifest
from ..artifacts.contents.url_pages import path_batches
from ..errors import DiskError, SchemaMismatchError, TransportError
from ..runs.upload import upload_headers
from ..transport.client import Client
from ..transport.flow import Flow, ask
from .blocking import in_flow
from .facts import Target, VersionFacts
from .local_content import LocalContent

PARALLEL_UPLOADS = 16
MANIFEST_NAME = "wandb_manifest.json"
STORAGE_POLICY = "wandb-storage-policy-v1"
EXPIRED_STATUSES = frozenset({401, 403})
"""With these, storage refuses a signed URL that has expired."""


def build_manifest(
    contents: Mapping[str, LocalContent], births: Mapping[str, str] | None = None
) -> ArtifactManifest:
    """Return the manifest of a version; `births` are the versions that brought the contents."""
    entries = {
        name: ArtifactManifestEntry(
            name, contents[name].md5, contents[name].size, None, (births or {}).get(name)
        )
        for name in sorted(contents)
    }
    return ArtifactManifest(1, STORAGE_POLICY, "V2", None, entries, "MD5")


@dataclass(frozen=True, slots=True)
class VersionUpload:
    """The upload of one version that is not committed yet."""

    client: Client
    target: Target
    facts: VersionFacts
    artifact_id: str

    @property
    def what(self) -> str:
        """What errors are about."""
        return f"version of {self.target.path}"

    def run(self, contents: Mapping[str, LocalContent]) -> Flow[None]:
        """Upload the files that the server does not have, then the manifest, and commit."""
        manifest_id = (yield from self._announce_manifest("")).id
        births: dict[str, str] = {}
        for page in path_batches(list(contents)):
            births |= yield from self._upload_page({name: contents[name] for name in page})
        body = json.dumps(build_manifest(contents, births).to_manifest_json()).encode()
        md5 = base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
        announced = yield from self._announce_manifest(md5)
        if announced.id != manifest_id or announced.file.upload_url is None:
            raise self._mismatch("CreateArtifactManifest")
        url, headers = announced.file.upload_url, announced.file.upload_headers
        yield from in_flow(lambda: self._put("manifest", url, headers, len(body), lambda: body))
        yield from ask(calls.commit_artifact(id=self.artifact_id), self.what)

    def _announce_manifest(self, digest: str) -> Flow[AnnouncedManifest]:
        wanted = CreateArtifactManifestInput(
            artifact_id=self.artifact_id,
            name=MANIFEST_NAME,
            digest=digest,
            entity_name=self.target.entity,
            project_name=self.target.project,
            run_name=self.facts.run or "",
            type_=ArtifactManifestType.FULL,
        )
        result = yield from ask(calls.create_artifact_manifest(input=wanted), self.what)
        if result.create_artifact_manifest is None:
            raise self._mismatch("CreateArtifactManifest")
        return result.create_artifact_manifest.artifact_manifest

    def _upload_page(self, contents: Mapping[str, LocalContent]) -> Flow[dict[str, str]]:
        """Upload files; return for each the id of the version that brought its content."""
        assigned = yield from self._assign(contents)
        births = {name: self._birth(upload) for name, upload in assigned.items()}
        expired = yield from in_flow(lambda: self._send_all(contents, assigned))
        if expired:
            renewed = yield from self._assign({name: contents[name] for name in expired})
            still = yield from in_flow(lambda: self._send_all(contents, renewed))
            if still:
                raise TransportError(
                    f"upload of {still[0]!r} to {self.target.path}: storage refuses a new URL"
                )
        return births

    def _birth(self, upload: AssignedUpload) -> str:
        return upload.artifact.id if upload.artifact else self.artifact_id

    def _assign(self, contents: Mapping[str, LocalContent]) -> Flow[dict[str, AssignedUpload]]:
        """Request upload URLs; the response keeps the order of the request."""
        specs = [
            CreateArtifactFileSpecInput(artifact_id=self.artifact_id, name=name, md5=content.md5)
            for name, content in contents.items()
        ]
        wanted = CreateArtifactFilesInput(
            artifact_files=specs, storage_layout=ArtifactStorageLayout.V2
        )
        result = yield from ask(calls.create_artifact_files(input=wanted), self.what)
        edges = result.create_artifact_files.files.edges if result.create_artifact_files else []
        nodes = [edge.node for edge in edges if edge.node]
        if len(nodes) != len(specs):
            raise self._mismatch("CreateArtifactFiles")
        return dict(zip(contents, nodes, strict=True))

    def _send_all(
        self, contents: Mapping[str, LocalContent], assigned: Mapping[str, AssignedUpload]
    ) -> list[str]:
        """Upload files in parallel; return those whose URLs have expired."""
        expired: list[str] = []
        with ThreadPoolExecutor(PARALLEL_UPLOADS) as threads:
            uploads = {
                threads.submit(
                    self._put, name, upload.upload_url, upload.upload_headers,
                    contents[name].size, contents[name].body,
                ): name
                for name, upload in assigned.items()
                if upload.upload_url is not None
            }  # fmt: skip
            try:
                for done in as_completed(uploads):
                    try:
                        done.result()
                    except TransportError as error:
                        if error.status not in EXPIRED_STATUSES:
                            raise
                        expired.append(uploads[done])
            except BaseException:
                threads.shutdown(wait=False, cancel_futures=True)
                raise
        return expired

    def _put(
        self,
        name: str,
        url: str,
        headers: Sequence[str],
        size: int,
        body: Callable[[], bytes | Iterable[bytes]],
    ) -> None:
        sent = {**upload_headers(headers), "Content-Length": str(size)}
        transport = self.client.transport
        what = f"upload of {name!r} to {self.target.path}"
        try:
            transport.put(what, transport.absolute(url), body, sent)
        except DiskError:
            raise
        except OSError as error:
            raise DiskError(f"{what}: the file cannot be read: {error.strerror}") from error

    def _mismatch(self, operation: str) -> SchemaMismatchError:
        return SchemaMismatchError(
            f"{self.what}: the response does not contain what was requested", operation=operation
        )
