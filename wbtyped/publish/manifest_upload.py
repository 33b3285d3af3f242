"""The upload of a version whose manifest is not merely that of its uploaded files."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from wbtyped_graphql import calls

from ..artifacts.contents.url_pages import path_batches
from ..transport.client import Client
from ..transport.flow import Flow, ask
from .blocking import in_flow
from .facts import Target, VersionFacts
from .local_content import LocalContent
from .manifest_spec import ManifestSpec
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
    """The upload of a version with references, or files of an earlier version."""

    spec: ManifestSpec

    def run(self, contents: Mapping[str, LocalContent]) -> Flow[None]:
        """Upload the files that the server does not have, then the manifest, and commit."""
        manifest_id = (yield from self._announce_manifest("")).id
        births: dict[str, str] = {}
        for page in path_batches(list(contents)):
            births |= yield from self._upload_page({name: contents[name] for name in page})
        body = json.dumps(self.spec.build(contents, births).to_manifest_json()).encode()
        md5 = base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
        announced = yield from self._announce_manifest(md5)
        if announced.id != manifest_id or announced.file.upload_url is None:
            raise self._mismatch("CreateArtifactManifest")
        url, headers = announced.file.upload_url, announced.file.upload_headers
        yield from in_flow(lambda: self._put("manifest", url, headers, len(body), lambda: body))
        yield from ask(calls.commit_artifact(id=self.artifact_id), self.what)
