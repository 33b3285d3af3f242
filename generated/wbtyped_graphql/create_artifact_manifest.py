# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel


class CreateArtifactManifest(BaseModel, frozen=True):
    """Everything that can be changed. Each field takes one `input`. The payload is null, with an error, if
    the change was rejected."""

    create_artifact_manifest: Optional["CreateArtifactManifestCreateArtifactManifest"]
    "Create the manifest of a pending version, or set its digest when called again."


class CreateArtifactManifestCreateArtifactManifest(BaseModel, frozen=True):
    """Result of `createArtifactManifest`."""

    artifact_manifest: "CreateArtifactManifestCreateArtifactManifestArtifactManifest"
    "The manifest, with its file and the URL to upload it to."


class CreateArtifactManifestCreateArtifactManifestArtifactManifest(BaseModel, frozen=True):
    """The list of the files of a version, itself a JSON file."""

    id: str
    "Opaque id, for `CreateArtifactFileSpecInput.artifactManifestID`."
    file: "CreateArtifactManifestCreateArtifactManifestArtifactManifestFile"
    "The JSON file. Read it at `directUrl`; write it at `uploadUrl`."


class CreateArtifactManifestCreateArtifactManifestArtifactManifestFile(BaseModel, frozen=True):
    """A file of a run or of an artifact version: its name, its digests, and its URLs."""

    upload_url: str | None
    "Signed URL for an HTTP PUT of the content; null if the server already has it."
    upload_headers: list[str]
    "HTTP headers to send with the upload, each as `Name:value`."
