"""Artifacts: types, collections, versions, files and manifests."""

from .artifact import Artifact
from .collection import ArtifactCollection
from .collections import ArtifactCollections, ProjectArtifactCollections
from .compat import (
    artifact_collection_edge_name,
    artifact_collection_plural_edge_name,
    server_supports_artifact_collections_gql_edges,
)
from .contents.download import ArtifactDifferences
from .contents.manifest import ArtifactManifest, ArtifactManifestEntry
from .editing import ArtifactTTL
from .files import ArtifactFiles
from .types import ArtifactType, ArtifactTypes
from .versions import Artifacts, RunArtifacts

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
    "artifact_collection_edge_name",
    "artifact_collection_plural_edge_name",
    "server_supports_artifact_collections_gql_edges",
]
