"""Artifacts: types, collections, versions, files and manifests."""

from .artifact import Artifact, ArtifactTTL
from .collections import ArtifactCollection, ArtifactCollections, ProjectArtifactCollections
from .compat import (
    artifact_collection_edge_name,
    artifact_collection_plural_edge_name,
    server_supports_artifact_collections_gql_edges,
)
from .contents import ArtifactDifferences
from .files import ArtifactFiles
from .manifest import ArtifactManifest, ArtifactManifestEntry
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
