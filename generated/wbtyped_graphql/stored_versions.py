# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import (  # noqa: F401
    PageInfo,
    StoredVersion,
    StoredVersionAliases,
    StoredVersionArtifactMemberships,
    StoredVersionCreatedByRun,
    StoredVersionCreatedByUser,
    StoredVersionTags,
    StoredVersionUsedBy,
)


class StoredVersions(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    project: Optional["StoredVersionsProject"]
    "One project by entity and name."


class StoredVersionsProject(BaseModel, frozen=True):
    """A container for runs and artifacts, owned by an entity. A project named `wandb-registry-...` is a
    registry."""

    artifact_type: Optional["StoredVersionsProjectArtifactType"]
    "One artifact type of this project."


class StoredVersionsProjectArtifactType(BaseModel, frozen=True):
    """A kind of artifacts in a project, such as `dataset` or `model`. A collection has exactly one."""

    artifact_collection: Optional["StoredVersionsProjectArtifactTypeArtifactCollection"]
    "One collection of this type; null if it is of another type."


class StoredVersionsProjectArtifactTypeArtifactCollection(BaseModel, frozen=True):
    """A named series of versions: those logged under one name (sequence), or those linked together by
    users (portfolio)."""

    artifacts: Optional["StoredVersionsProjectArtifactTypeArtifactCollectionArtifacts"]
    "Versions of the collection. The interface allows null; both kinds of collections promise a value."


class StoredVersionsProjectArtifactTypeArtifactCollectionArtifacts(BaseModel, frozen=True):
    """A page of the versions of one collection."""

    edges: list["StoredVersionsProjectArtifactTypeArtifactCollectionArtifactsEdges"]
    "The versions of this page, in order."
    page_info: "StoredVersionsProjectArtifactTypeArtifactCollectionArtifactsPageInfo"
    "Where this page ends, and whether more follow."


class StoredVersionsProjectArtifactTypeArtifactCollectionArtifactsEdges(BaseModel, frozen=True):
    """A version on a page, with its position in the list."""

    version: str
    "`vN`, counted in the collection that is listed."
    cursor: str
    "Opaque position of this version; pass it as `after` to get what follows."
    node: "StoredVersionsProjectArtifactTypeArtifactCollectionArtifactsEdgesNode"
    "The version itself. May be null; skip such an edge."


class StoredVersionsProjectArtifactTypeArtifactCollectionArtifactsEdgesNode(
    StoredVersion, frozen=True
):
    """One version of an artifact: a set of files that never changes after it was committed."""

    metadata: str | None = None
    "JSON object that the writer attached; null if there is none."
    current_manifest: Optional[
        "StoredVersionsProjectArtifactTypeArtifactCollectionArtifactsEdgesNodeCurrentManifest"
    ]
    "List of the files, as last uploaded; null before that."


class StoredVersionsProjectArtifactTypeArtifactCollectionArtifactsEdgesNodeCurrentManifest(
    BaseModel, frozen=True
):
    """The list of the files of a version, itself a JSON file."""

    file: "StoredVersionsProjectArtifactTypeArtifactCollectionArtifactsEdgesNodeCurrentManifestFile"
    "The JSON file. Read it at `directUrl`; write it at `uploadUrl`."


class StoredVersionsProjectArtifactTypeArtifactCollectionArtifactsEdgesNodeCurrentManifestFile(
    BaseModel, frozen=True
):
    """A file of a run or of an artifact version: its name, its digests, and its URLs."""

    direct_url: str
    "URL of the content: a signed URL in object storage. It expires and needs no API key. For a reference, the URL referred to."


StoredVersionsProjectArtifactTypeArtifactCollectionArtifactsPageInfo = PageInfo
