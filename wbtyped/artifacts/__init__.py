"""Artifacts: types, collections, versions, files and manifests.

`lineage` puts the classes together that lead to one another, runs included; `contents` downloads
the files of a version, `publishing` makes new ones. Downloads of any kind of file are in
`wbtyped.download`.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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

# Imported on first use: `Api` needs few of them.
_MODULES = {
    "Artifact": "lineage",
    "ArtifactCollection": "lineage",
    "ArtifactCollections": "collections",
    "ArtifactDifferences": "contents.differences",
    "ArtifactFiles": "lineage",
    "ArtifactManifest": "contents.manifest",
    "ArtifactManifestEntry": "contents.entry",
    "ArtifactTTL": "artifact",
    "ArtifactType": "types",
    "ArtifactTypes": "types",
    "Artifacts": "lineage",
    "ProjectArtifactCollections": "collections",
    "RunArtifacts": "lineage",
    "TypedArtifact": "typed_versions",
    "TypedArtifacts": "typed_versions",
    "artifact_collection_edge_name": "compat",
    "artifact_collection_plural_edge_name": "compat",
    "server_supports_artifact_collections_gql_edges": "compat",
}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import a public name from its module."""
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f".{_MODULES[name]}", __name__), name)

    def __dir__() -> list[str]:
        """List the public names."""
        return sorted(__all__)
