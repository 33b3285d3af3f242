"""Upload the files and the manifest of a version that is not committed yet, and commit it."""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from wbtyped_graphql import calls
from wbtyped_graphql.create_artifact_manifest import (
    CreateArtifactManifestCreateArtifactManifestArtifactManifest as AnnouncedManifest,
)
from wbtyped_graphql.input_types import CreateArtifactManifestInput

from ...errors import SchemaMismatchError
from ...runs.upload import upload_headers
from ...transport.blocking import in_flow
from ...transport.client import Client
from ...transport.flow import Flow, ask
from ...upload.batch import UploadBatch
from ...upload.batch_options import BatchOptions
from .content_uploads import ContentUploads
from .facts import Target, VersionFacts
from .local_content import LocalContent
from .manifest_spec import ManifestSpec

if TYPE_CHECKING:
    # For start-up: only incremental versions need it.
    from wbtyped_graphql.update_artifact_manifest import (
        UpdateArtifactManifestUpdateArtifactManifestArtifactManifest as UpdatedManifest,
    )


class VersionUpload(NamedTuple):
    """The upload of one version that is not committed yet."""

    client: Client
    target: Target
    facts: VersionFacts
    artifact_id: str
    options: BatchOptions
    spec: ManifestSpec

    @property
    def what(self) -> str:
        """What errors are about."""
        return f"version of {self.target.path}"

    def run(self, contents: Mapping[str, LocalContent]) -> Flow[None]:
        """Upload the files that the server does not have, then the manifest, and commit."""
        manifest_id = (yield from self._announce_manifest("")).id
        body = yield from self._upload_contents(contents)
        md5 = base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
        announced = yield from self._announce_digest(manifest_id, md5)
        if announced.id != manifest_id or announced.file.upload_url is None:
            raise self._mismatch("CreateArtifactManifest")
        url, headers = announced.file.upload_url, announced.file.upload_headers
        yield from in_flow(lambda: self._put("manifest", url, headers, body))
        yield from ask(calls.commit_artifact(id=self.artifact_id), self.what)

    def _announce_manifest(self, digest: str) -> Flow[AnnouncedManifest]:
        wanted = CreateArtifactManifestInput(
            artifact_id=self.artifact_id,
            name=self.spec.name,
            digest=digest,
            entity_name=self.target.entity,
            project_name=self.target.project,
            run_name=self.facts.run or "",
            type_=self.spec.type,
        )
        if self.spec.base_id is not None:
            wanted = wanted.model_copy(update={"base_artifact_id": self.spec.base_id})
        result = yield from ask(calls.create_artifact_manifest(input=wanted), self.what)
        if result.create_artifact_manifest is None:
            raise self._mismatch("CreateArtifactManifest")
        return result.create_artifact_manifest.artifact_manifest

    def _announce_digest(
        self, manifest_id: str, md5: str
    ) -> Flow["AnnouncedManifest | UpdatedManifest"]:
        """Announce the digest of the manifest's file, and return where to upload that."""
        if not self.spec.is_incremental:
            return (yield from self._announce_manifest(md5))
        update = calls.update_artifact_manifest(id=manifest_id, digest=md5)
        result = yield from ask(update, self.what)
        if result.update_artifact_manifest is None:
            raise self._mismatch("UpdateArtifactManifest")
        return result.update_artifact_manifest.artifact_manifest

    def _upload_contents(self, contents: Mapping[str, LocalContent]) -> Flow[bytes]:
        """Upload files, and return the manifest, which is built meanwhile."""
        with UploadBatch(self.client.transport, self.options) as batch:
            uploads = ContentUploads(
                self.client, self.target, self.artifact_id, batch, contents,
                digest_algorithm=self.spec.digest_algorithm,
            )  # fmt: skip
            yield from uploads.start()
            births = uploads.births
            body = self._manifest(contents, births)
            yield from uploads.finish()
            # A file whose URL expired may have come to the server with another version meanwhile.
            return body if uploads.births == births else self._manifest(contents, uploads.births)

    def _manifest(self, contents: Mapping[str, LocalContent], births: Mapping[str, str]) -> bytes:
        return json.dumps(self.spec.build(contents, births).to_manifest_json()).encode()

    def _put(self, name: str, url: str, headers: Sequence[str], body: bytes) -> None:
        """Upload something that is in memory."""
        sent = {**upload_headers(headers), "Content-Length": str(len(body))}
        transport = self.client.transport
        what = f"upload of {name!r} to {self.target.path}"
        transport.put(what, transport.absolute(url), lambda: body, sent)

    def _mismatch(self, operation: str) -> SchemaMismatchError:
        return SchemaMismatchError(
            f"{self.what}: the response does not contain what was requested", operation=operation
        )
