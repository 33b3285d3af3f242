# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel


class CompleteMultipartUploadArtifact(BaseModel, frozen=True):
    """Everything that can be changed. Each field takes one `input`. The payload is null, with an error, if
    the change was rejected."""

    complete_multipart_upload_artifact: Optional[
        "CompleteMultipartUploadArtifactCompleteMultipartUploadArtifact"
    ]
    "Complete a multipart upload. Since server 0.63 at the latest."


class CompleteMultipartUploadArtifactCompleteMultipartUploadArtifact(BaseModel, frozen=True):
    """Result of `completeMultipartUploadArtifact`. Since server 0.63 at the latest."""

    digest: str | None
    "Digest of the whole content as storage knows it; null if it knows none."
