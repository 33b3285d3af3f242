# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from pydantic import Field

from .base_model import BaseModel


class CreateArtifactFiles(BaseModel, frozen=True):
    """Everything that can be changed. Each field takes one `input`. The payload is null, with an error, if
    the change was rejected."""

    create_artifact_files: Optional["CreateArtifactFilesCreateArtifactFiles"]
    "Request upload URLs for files of a pending version. The response keeps the order and number of the request."


class CreateArtifactFilesCreateArtifactFiles(BaseModel, frozen=True):
    """Result of `createArtifactFiles`."""

    files: "CreateArtifactFilesCreateArtifactFilesFiles"
    "The files with their upload URLs, in the order and number of the request. `uploadUrl` is null if the content is there already."


class CreateArtifactFilesCreateArtifactFilesFiles(BaseModel, frozen=True):
    """A page of files."""

    edges: list["CreateArtifactFilesCreateArtifactFilesFilesEdges"]
    "The files of this page, in order."


class CreateArtifactFilesCreateArtifactFilesFilesEdges(BaseModel, frozen=True):
    """A file on a page, with its position in the list."""

    node: Optional["CreateArtifactFilesCreateArtifactFilesFilesEdgesNode"]
    "The file itself. May be null; skip such an edge."


class CreateArtifactFilesCreateArtifactFilesFilesEdgesNode(BaseModel, frozen=True):
    """A file of a run or of an artifact version: its name, its digests, and its URLs."""

    name: str
    "Path relative to the run or artifact, with `/` between folders. Unsafe names are possible; check before writing."
    storage_path: str | None
    "Key of the content in its bucket; a multipart upload is completed with it."
    upload_url: str | None
    "Signed URL for an HTTP PUT of the content; null if the server already has it."
    upload_headers: list[str]
    "HTTP headers to send with the upload, each as `Name:value`."
    upload_multipart_urls: Optional[
        "CreateArtifactFilesCreateArtifactFilesFilesEdgesNodeUploadMultipartUrls"
    ]
    "Where to upload the parts of a large file. Null unless parts were announced in `CreateArtifactFileSpecInput.uploadPartsInput`. Since server 0.63 at the latest."
    artifact: Optional["CreateArtifactFilesCreateArtifactFilesFilesEdgesNodeArtifact"]
    "Version that the file belongs to; for deduplicated content the version it was first uploaded with. Null for files of runs."


class CreateArtifactFilesCreateArtifactFilesFilesEdgesNodeUploadMultipartUrls(
    BaseModel, frozen=True
):
    """Where to upload a file in parts. Since server 0.63 at the latest."""

    upload_id: str = Field(validation_alias="uploadID", serialization_alias="uploadID")
    "Id of this upload at the storage provider. Whether its type is `String` or `ID` is not confirmed."
    upload_url_parts: (
        list[
            "CreateArtifactFilesCreateArtifactFilesFilesEdgesNodeUploadMultipartUrlsUploadUrlParts"
        ]
        | None
    )
    "Upload URLs of the parts. Nullability not confirmed."


class CreateArtifactFilesCreateArtifactFilesFilesEdgesNodeUploadMultipartUrlsUploadUrlParts(
    BaseModel, frozen=True
):
    """Where to upload one part of a file. Since server 0.63 at the latest."""

    part_number: int
    "Number of the part, from 1."
    upload_url: str
    "Signed URL for an HTTP PUT of the part. The `ETag` of the response is needed to complete the upload."


class CreateArtifactFilesCreateArtifactFilesFilesEdgesNodeArtifact(BaseModel, frozen=True):
    """One version of an artifact: a set of files that never changes after it was committed."""

    id: str
    "Opaque id of the version, as it appears in manifests and references."
