"""The upload of a version whose manifest is not merely that of its uploaded files."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from wbtyped_graphql import calls
from wbtyped_graphql.create_artifact_files import (
    CreateArtifactFilesCreateArtifactFilesFilesEdgesNode as AssignedUpload,
)
from wbtyped_graphql.create_artifact_manifest import (
    CreateArtifactManifestCreateArtifactManifestArtifactManifest as AnnouncedManifest,
)
from wbtyped_graphql.enums import ArtifactStorageLayout
from wbtyped_graphql.input_types import (
    CreateArtifactFilesInput,
    CreateArtifactFileSpecInput,
    CreateArtifactManifestInput,
)
from wbtyped_graphql.update_artifact_manifest import (
    UpdateArtifactManifestUpdateArtifactManifestArtifactManifest as UpdatedManifest,
)

from ..artifacts.contents.url_pages import path_batches
from ..transport.client import Client
from ..transport.flow import Flow, ask
from .blocking import in_flow
from .facts import Target, VersionFacts
from .local_content import LocalContent
from .manifest_spec import STORAGE_LAYOUT, ManifestSpec
from .upload import VersionUpload


def version_upload(
    client: Client, target: Target, facts: VersionFacts, artifact_id: str, spec: ManifestSpec
) -> VersionUpload:
    """Return the upload of a version with the manifest that `spec` says."""
    if spec == ManifestSpec():
        return VersionUpload(client, target, facts, artifact_id)
    return ManifestUpload(client, target, facts, artifact_id, spec)


@dataclass(frozen=True, slots=True)
class ManifestUpload(VersionUpload):
    """The upload of a version with references, files of an earlier version, or another format."""

    spec: ManifestSpec

    def run(self, contents: Mapping[str, LocalContent]) -> Flow[None]:
        """Upload the files that the server does not have, then the manifest, and commit."""
        manifest_id = (yield from self._announce_manifest("")).id
        births: dict[str, str] = {}
        for page in path_batches(list(contents)):
            births |= yield from self._upload_page({name: contents[name] for name in page})
        body = json.dumps(self.spec.build(contents, births).to_manifest_json()).encode()
        md5 = base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
        announced = yield from self._announce_digest(manifest_id, md5)
        if announced.id != manifest_id or announced.file.upload_url is None:
            raise self._mismatch("CreateArtifactManifest")
        url, headers = announced.file.upload_url, announced.file.upload_headers
        yield from in_flow(lambda: self._put("manifest", url, headers, len(body), lambda: body))
        yield from ask(calls.commit_artifact(id=self.artifact_id), self.what)

    def _announce_manifest(self, digest: str) -> Flow[AnnouncedManifest]:
        wanted = CreateArtifactManifestInput(
            artifact_id=self.artifact_id,
            base_artifact_id=self.spec.base_id,
            name=self.spec.name,
            digest=digest,
            entity_name=self.target.entity,
            project_name=self.target.project,
            run_name=self.facts.run or "",
            type_=self.spec.type,
        )
        result = yield from ask(calls.create_artifact_manifest(input=wanted), self.what)
        if result.create_artifact_manifest is None:
            raise self._mismatch("CreateArtifactManifest")
        return result.create_artifact_manifest.artifact_manifest

    def _announce_digest(
        self, manifest_id: str, md5: str
    ) -> Flow[AnnouncedManifest | UpdatedManifest]:
        """Announce the digest of the manifest's file, and return where to upload that."""
        if not self.spec.is_incremental:
            return (yield from self._announce_manifest(md5))
        update = calls.update_artifact_manifest(id=manifest_id, digest=md5)
        result = yield from ask(update, self.what)
        if result.update_artifact_manifest is None:
            raise self._mismatch("UpdateArtifactManifest")
        return result.update_artifact_manifest.artifact_manifest

    def _assign(self, contents: Mapping[str, LocalContent]) -> Flow[dict[str, AssignedUpload]]:
        """Request upload URLs; the response keeps the order of the request."""
        specs = [
            CreateArtifactFileSpecInput(artifact_id=self.artifact_id, name=name, md5=content.md5)
            for name, content in contents.items()
        ]
        wanted = CreateArtifactFilesInput(
            artifact_files=specs, storage_layout=ArtifactStorageLayout(STORAGE_LAYOUT)
        )
        if self.spec.algorithm != "MD5":
            # Only servers with XXH128 know these fields.
            digests = [content.digest for content in contents.values()]
            specs = [
                spec.model_copy(update={"digest": digest})
                for spec, digest in zip(specs, digests, strict=True)
            ]
            changes = {"artifact_files": specs, "digest_algorithm": self.spec.digest_algorithm}
            wanted = wanted.model_copy(update=changes)
        result = yield from ask(calls.create_artifact_files(input=wanted), self.what)
        edges = result.create_artifact_files.files.edges if result.create_artifact_files else []
        nodes = [edge.node for edge in edges if edge.node]
        if len(nodes) != len(specs):
            raise self._mismatch("CreateArtifactFiles")
        return dict(zip(contents, nodes, strict=True))
