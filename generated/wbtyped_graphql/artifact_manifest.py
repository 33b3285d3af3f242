# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel


class ArtifactManifest(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    artifact: Optional["ArtifactManifestArtifact"]
    "One artifact version by its GraphQL id. Versions by path are found through `Project`."


class ArtifactManifestArtifact(BaseModel, frozen=True):
    """One version of an artifact: a set of files that never changes after it was committed."""

    current_manifest: Optional["ArtifactManifestArtifactCurrentManifest"]
    "List of the files, as last uploaded; null before that."


class ArtifactManifestArtifactCurrentManifest(BaseModel, frozen=True):
    """The list of the files of a version, itself a JSON file."""

    file: "ArtifactManifestArtifactCurrentManifestFile"
    "The JSON file. Read it at `directUrl`; write it at `uploadUrl`."


class ArtifactManifestArtifactCurrentManifestFile(BaseModel, frozen=True):
    """A file of a run or of an artifact version: its name, its digests, and its URLs."""

    direct_url: str
    "URL of the content: a signed URL in object storage. It expires and needs no API key. For a reference, the URL referred to."
