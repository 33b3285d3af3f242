# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from .scalars import OpenEnum


class ArtifactState(OpenEnum):
    """State of a version. Newer servers may have further values."""

    COMMITTED = "COMMITTED"
    "Complete and immutable."
    DELETED = "DELETED"
    "Deleted; its files may no longer exist."
    PENDING = "PENDING"
    "Begun, but not closed: the upload is in progress or was abandoned."


class ArtifactDigestAlgorithm(OpenEnum):
    """Algorithm of the digests in a manifest and of the manifest's own digest."""

    MANIFEST_MD5 = "MANIFEST_MD5"
    "MD5: 16 bytes. Supported by all servers."
    MANIFEST_XXH128 = "MANIFEST_XXH128"
    "XXH3 with 128 bits. Added after mid-2023; the server version is not known. Only where the server reports the feature `ARTIFACT_DIGEST_ALGORITHM`."


class ArtifactManifestType(OpenEnum):
    """How a manifest relates to the one of another version."""

    FULL = "FULL"
    "Lists every file of the version."
    INCREMENTAL = "INCREMENTAL"
    "Lists only what was added to a base version; the server adds the rest."
    PATCH = "PATCH"
    "Lists the share of one of several writers; the server merges the shares."


class ArtifactStorageLayout(OpenEnum):
    """How the keys of stored artifact files are built."""

    V1 = "V1"
    "By digest and entity alone."
    V2 = "V2"
    "By digest and the version that the content was first uploaded with. Current clients request it."


class ArtifactCollectionState(OpenEnum):
    """Whether a collection can be used."""

    DELETED = "DELETED"
    "Deleted, with what was in it."
    READY = "READY"
    "In use."


class CompleteMultipartAction(OpenEnum):
    """How to end a multipart upload. Since server 0.63 at the latest. More values may exist."""

    Complete = "Complete"
    "Assemble the parts."
