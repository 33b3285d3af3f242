# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel


class UpdateArtifactManifest(BaseModel, frozen=True):
    """Everything that can be changed. Each field takes one `input`. The payload is null, with an error, if
    the change was rejected."""

    update_artifact_manifest: Optional["UpdateArtifactManifestUpdateArtifactManifest"]
    "Set the digest of a manifest, and get the URL that its file is uploaded to."


class UpdateArtifactManifestUpdateArtifactManifest(BaseModel, frozen=True):
    """Result of `updateArtifactManifest`."""

    artifact_manifest: "UpdateArtifactManifestUpdateArtifactManifestArtifactManifest"
    "The manifest, with the URL to upload its file to."


class UpdateArtifactManifestUpdateArtifactManifestArtifactManifest(BaseModel, frozen=True):
    """The list of the files of a version, itself a JSON file."""

    id: str
    "Opaque id, for `CreateArtifactFileSpecInput.artifactManifestID`."
    file: "UpdateArtifactManifestUpdateArtifactManifestArtifactManifestFile"
    "The JSON file. Read it at `directUrl`; write it at `uploadUrl`."


class UpdateArtifactManifestUpdateArtifactManifestArtifactManifestFile(BaseModel, frozen=True):
    """A file of a run or of an artifact version: its name, its digests, and its URLs."""

    upload_url: str | None
    "Signed URL for an HTTP PUT of the content; null if the server already has it."
    upload_headers: list[str]
    "HTTP headers to send with the upload, each as `Name:value`."
