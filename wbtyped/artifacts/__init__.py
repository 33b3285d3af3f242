"""Artifacts: types, collections, versions, files and manifests.

`lineage` puts the classes together that lead to one another, runs included; `contents` downloads
the files of a version. Downloads of any kind of file are in `wbtyped.download`.
"""

from .artifact import ArtifactTTL
from .collections import ArtifactCollections, ProjectArtifactCollections
from .compat import (
    artifact_collection_edge_name,
    artifact_collection_plural_edge_name,
    server_supports_artifact_collections_gql_edges,
)
from .contents.differences import ArtifactDifferences
from .contents.entry import ArtifactManifestEntry
from .contents.manifest import ArtifactManifest
from .lineage import Artifact, ArtifactCollection, ArtifactFiles, Artifacts, RunArtifacts
from .typed_versions import TypedArtifact, TypedArtifacts
from .types import ArtifactType, ArtifactTypes

__all__ = [
    "Artifact",
    "ArtifactCollection",
    "ArtifactCollections",
    "ArtifactDifferences",
    "ArtifactFiles",
    "ArtifactManifest",
    "ArtifactManifestEntry",
    "ArtifactTTL",
    "ArtifactType",
    "ArtifactTypes",
    "Artifacts",
    "ProjectArtifactCollections",
    "RunArtifacts",
    "TypedArtifact",
    "TypedArtifacts",
    "artifact_collection_edge_name",
    "artifact_collection_plural_edge_name",
    "server_supports_artifact_collections_gql_edges",
]
