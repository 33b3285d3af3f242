"""Typed client for the run files and artifacts of Weights & Biases.

Start with `Api`:

    from wbtyped import Api

    for file in Api().run("entity/project/run").files():
        print(file.name, file.size)
"""

from importlib import import_module
from typing import TYPE_CHECKING

from .import_pause import collector_paused

if TYPE_CHECKING:
    from . import errors as errors
    from .accounts.users import User
    from .api import Api
    from .artifacts.artifact import ArtifactTTL
    from .artifacts.collections import ArtifactCollections, ProjectArtifactCollections
    from .artifacts.contents.differences import ArtifactDifferences
    from .artifacts.contents.entry import ArtifactManifestEntry
    from .artifacts.contents.manifest import ArtifactManifest
    from .artifacts.contents.version_diff import ArtifactDiff
    from .artifacts.lineage import (
        Artifact,
        ArtifactCollection,
        ArtifactFiles,
        Artifacts,
        File,
        Files,
        Run,
        RunArtifacts,
        Runs,
    )
    from .artifacts.lineage_graph import LineageEdge, LineageGraph, LineageNode
    from .artifacts.typed_versions import TypedArtifact, TypedArtifacts
    from .artifacts.types import ArtifactType, ArtifactTypes
    from .config.response_limits import ResponseLimits
    from .download.content_reader import AsyncContentReader
    from .download.options import DownloadOptions
    from .download.progress import DownloadProgress
    from .download.results import DownloadResult, FailedFile
    from .errors import CommError as CommError
    from .errors import Error as Error
    from .mirror.report import MirrorProgress, MirrorReport
    from .named_project import NamedProject
    from .projects.project import Project
    from .projects.project_list import Projects
    from .projects.registries import Registries
    from .projects.registry import Registry
    from .projects.registry_contents import RegistryCollections, RegistryVersions
    from .storage.applied import PruneResult
    from .storage.inventory import ScanProgress
    from .storage.prune_plan import PlannedFile, PlannedVersion, PrunePlan
    from .storage.usage_report import UsageReport
    from .storage.usage_values import UsageGroup, VersionUsage
    from .transport.client import Client
    from .transport.pagination import Paginator, SizedPaginator
    from .upload.options import UploadOptions
    from .upload.results import UploadResult

__all__ = [
    "Api",
    "Artifact",
    "ArtifactCollection",
    "ArtifactCollections",
    "ArtifactDiff",
    "ArtifactDifferences",
    "ArtifactFiles",
    "ArtifactManifest",
    "ArtifactManifestEntry",
    "ArtifactTTL",
    "ArtifactType",
    "ArtifactTypes",
    "Artifacts",
    "AsyncContentReader",
    "Client",
    "DownloadOptions",
    "DownloadProgress",
    "DownloadResult",
    "FailedFile",
    "File",
    "Files",
    "LineageEdge",
    "LineageGraph",
    "LineageNode",
    "MirrorProgress",
    "MirrorReport",
    "NamedProject",
    "Paginator",
    "PlannedFile",
    "PlannedVersion",
    "Project",
    "ProjectArtifactCollections",
    "Projects",
    "PrunePlan",
    "PruneResult",
    "Registries",
    "Registry",
    "RegistryCollections",
    "RegistryVersions",
    "ResponseLimits",
    "Run",
    "RunArtifacts",
    "Runs",
    "ScanProgress",
    "SizedPaginator",
    "TypedArtifact",
    "TypedArtifacts",
    "UploadOptions",
    "UploadResult",
    "UsageGroup",
    "UsageReport",
    "User",
    "VersionUsage",
]

# Imported on first use: pytest loads this package in every session, because of the fixture.
_MODULES = {
    "Api": "api",
    "Artifact": "artifacts.lineage",
    "ArtifactCollection": "artifacts.lineage",
    "ArtifactCollections": "artifacts.collections",
    "ArtifactDiff": "artifacts.contents.version_diff",
    "ArtifactDifferences": "artifacts.contents.differences",
    "ArtifactFiles": "artifacts.lineage",
    "ArtifactManifest": "artifacts.contents.manifest",
    "ArtifactManifestEntry": "artifacts.contents.entry",
    "ArtifactTTL": "artifacts.artifact",
    "ArtifactType": "artifacts.types",
    "ArtifactTypes": "artifacts.types",
    "Artifacts": "artifacts.lineage",
    "AsyncContentReader": "download.content_reader",
    "Client": "transport.client",
    "DownloadOptions": "download.options",
    "DownloadProgress": "download.progress",
    "DownloadResult": "download.results",
    "FailedFile": "download.results",
    "File": "artifacts.lineage",
    "Files": "artifacts.lineage",
    "LineageEdge": "artifacts.lineage_graph",
    "LineageGraph": "artifacts.lineage_graph",
    "LineageNode": "artifacts.lineage_graph",
    "MirrorProgress": "mirror.report",
    "MirrorReport": "mirror.report",
    "NamedProject": "named_project",
    "Paginator": "transport.pagination",
    "PlannedFile": "storage.prune_plan",
    "PlannedVersion": "storage.prune_plan",
    "Project": "projects.project",
    "ProjectArtifactCollections": "artifacts.collections",
    "Projects": "projects.project_list",
    "PrunePlan": "storage.prune_plan",
    "PruneResult": "storage.applied",
    "Registries": "projects.registries",
    "Registry": "projects.registry",
    "RegistryCollections": "projects.registry_contents",
    "RegistryVersions": "projects.registry_contents",
    "ResponseLimits": "config.response_limits",
    "Run": "artifacts.lineage",
    "RunArtifacts": "artifacts.lineage",
    "Runs": "artifacts.lineage",
    "ScanProgress": "storage.inventory",
    "SizedPaginator": "transport.pagination",
    "TypedArtifact": "artifacts.typed_versions",
    "TypedArtifacts": "artifacts.typed_versions",
    "UploadOptions": "upload.options",
    "UploadResult": "upload.results",
    "UsageGroup": "storage.usage_values",
    "UsageReport": "storage.usage_report",
    "User": "accounts.users",
    "VersionUsage": "storage.usage_values",
}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import a public name from its module."""
        if name == "errors":
            return import_module(".errors", __name__)
        if name in {"CommError", "Error"}:  # what scripts for the official client catch
            return getattr(import_module(".errors", __name__), name)
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        with collector_paused():
            return getattr(import_module(f".{_MODULES[name]}", __name__), name)

    def __dir__() -> list[str]:
        """List the public names."""
        return sorted(__all__)
