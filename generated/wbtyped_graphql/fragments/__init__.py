# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

"""The objects that users see: one module for each fragment, imported on first use."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .artifact import Artifact as Artifact
    from .artifact import ArtifactAliases as ArtifactAliases
    from .artifact import ArtifactAliasesArtifactCollection as ArtifactAliasesArtifactCollection
    from .artifact import ArtifactArtifactSequence as ArtifactArtifactSequence
    from .artifact import ArtifactArtifactSequenceProject as ArtifactArtifactSequenceProject
    from .artifact import ArtifactArtifactType as ArtifactArtifactType
    from .artifact import ArtifactTags as ArtifactTags
    from .artifact_collection import ArtifactCollection as ArtifactCollection
    from .artifact_collection import (
        ArtifactCollectionDefaultArtifactType as ArtifactCollectionDefaultArtifactType,
    )
    from .artifact_collection import ArtifactCollectionProject as ArtifactCollectionProject
    from .artifact_collection import ArtifactCollectionTags as ArtifactCollectionTags
    from .artifact_collection import ArtifactCollectionTagsEdges as ArtifactCollectionTagsEdges
    from .artifact_collection import (
        ArtifactCollectionTagsEdgesNode as ArtifactCollectionTagsEdgesNode,
    )
    from .artifact_file import ArtifactFile as ArtifactFile
    from .artifact_file_address import ArtifactFileAddress as ArtifactFileAddress
    from .artifact_file_entry import ArtifactFileEntry as ArtifactFileEntry
    from .artifact_type import ArtifactType as ArtifactType
    from .collection_names import CollectionNames as CollectionNames
    from .collection_names import CollectionNamesAliases as CollectionNamesAliases
    from .collection_names import CollectionNamesAliasesEdges as CollectionNamesAliasesEdges
    from .collection_names import CollectionNamesAliasesEdgesNode as CollectionNamesAliasesEdgesNode
    from .collection_names import CollectionNamesAliasesPageInfo as CollectionNamesAliasesPageInfo
    from .collection_names import (
        CollectionNamesDefaultArtifactType as CollectionNamesDefaultArtifactType,
    )
    from .collection_place import CollectionPlace as CollectionPlace
    from .collection_place import CollectionPlaceProject as CollectionPlaceProject
    from .creator import Creator as Creator
    from .lineage_version import LineageVersion as LineageVersion
    from .lineage_version import LineageVersionArtifactSequence as LineageVersionArtifactSequence
    from .lineage_version import (
        LineageVersionArtifactSequenceProject as LineageVersionArtifactSequenceProject,
    )
    from .lineage_version import LineageVersionArtifactType as LineageVersionArtifactType
    from .member_version import MemberVersion as MemberVersion
    from .member_version import MemberVersionArtifact as MemberVersionArtifact
    from .membership import Membership as Membership
    from .membership import MembershipAliases as MembershipAliases
    from .membership import MembershipArtifactCollection as MembershipArtifactCollection
    from .organization import Organization as Organization
    from .organization import OrganizationOrgEntity as OrganizationOrgEntity
    from .page_info import PageInfo as PageInfo
    from .project import Project as Project
    from .project_place import ProjectPlace as ProjectPlace
    from .registry_details import RegistryDetails as RegistryDetails
    from .registry_details import RegistryDetailsArtifactTypes as RegistryDetailsArtifactTypes
    from .registry_details import (
        RegistryDetailsArtifactTypesEdges as RegistryDetailsArtifactTypesEdges,
    )
    from .registry_details import (
        RegistryDetailsArtifactTypesEdgesNode as RegistryDetailsArtifactTypesEdgesNode,
    )
    from .run import Run as Run
    from .run import RunUser as RunUser
    from .run_data import RunData as RunData
    from .run_file import RunFile as RunFile
    from .run_file_address import RunFileAddress as RunFileAddress
    from .stored_file import StoredFile as StoredFile
    from .stored_version import StoredVersion as StoredVersion
    from .stored_version import StoredVersionAliases as StoredVersionAliases
    from .stored_version import (
        StoredVersionAliasesArtifactCollection as StoredVersionAliasesArtifactCollection,
    )
    from .stored_version import StoredVersionArtifactMemberships as StoredVersionArtifactMemberships
    from .stored_version import (
        StoredVersionArtifactMembershipsEdges as StoredVersionArtifactMembershipsEdges,
    )
    from .stored_version import (
        StoredVersionArtifactMembershipsEdgesNode as StoredVersionArtifactMembershipsEdgesNode,
    )
    from .stored_version import (
        StoredVersionArtifactMembershipsEdgesNodeArtifactCollection as StoredVersionArtifactMembershipsEdgesNodeArtifactCollection,
    )
    from .stored_version import StoredVersionCreatedByRun as StoredVersionCreatedByRun
    from .stored_version import StoredVersionCreatedByRunProject as StoredVersionCreatedByRunProject
    from .stored_version import StoredVersionCreatedByUser as StoredVersionCreatedByUser
    from .stored_version import StoredVersionTags as StoredVersionTags
    from .stored_version import StoredVersionUsedBy as StoredVersionUsedBy
    from .stored_version import StoredVersionUsedByEdges as StoredVersionUsedByEdges
    from .stored_version import StoredVersionUsedByEdgesNode as StoredVersionUsedByEdgesNode
    from .stored_version import (
        StoredVersionUsedByEdgesNodeProject as StoredVersionUsedByEdgesNodeProject,
    )
    from .stored_version import StoredVersionUsedByPageInfo as StoredVersionUsedByPageInfo
    from .tag import Tag as Tag
    from .used_versions_of_run import UsedVersionsOfRun as UsedVersionsOfRun
    from .used_versions_of_run import UsedVersionsOfRunEdges as UsedVersionsOfRunEdges
    from .used_versions_of_run import UsedVersionsOfRunEdgesNode as UsedVersionsOfRunEdgesNode
    from .used_versions_of_run import UsedVersionsOfRunPageInfo as UsedVersionsOfRunPageInfo
    from .user import User as User
    from .user import UserTeams as UserTeams
    from .user import UserTeamsEdges as UserTeamsEdges
    from .user import UserTeamsEdgesNode as UserTeamsEdgesNode
    from .users_of_version import UsersOfVersion as UsersOfVersion
    from .users_of_version import UsersOfVersionEdges as UsersOfVersionEdges
    from .users_of_version import UsersOfVersionEdgesNode as UsersOfVersionEdgesNode
    from .users_of_version import UsersOfVersionEdgesNodeProject as UsersOfVersionEdgesNodeProject
    from .users_of_version import UsersOfVersionPageInfo as UsersOfVersionPageInfo
    from .version_place import VersionPlace as VersionPlace
    from .version_place import VersionPlaceArtifactSequence as VersionPlaceArtifactSequence
    from .version_place import (
        VersionPlaceArtifactSequenceProject as VersionPlaceArtifactSequenceProject,
    )
    from .versions_of_run import VersionsOfRun as VersionsOfRun
    from .versions_of_run import VersionsOfRunEdges as VersionsOfRunEdges
    from .versions_of_run import VersionsOfRunEdgesNode as VersionsOfRunEdgesNode
    from .versions_of_run import VersionsOfRunPageInfo as VersionsOfRunPageInfo

_MODULES = {
    "ProjectPlace": "project_place",
    "CollectionPlace": "collection_place",
    "CollectionPlaceProject": "collection_place",
    "Tag": "tag",
    "Artifact": "artifact",
    "ArtifactArtifactSequence": "artifact",
    "ArtifactArtifactSequenceProject": "artifact",
    "ArtifactArtifactType": "artifact",
    "ArtifactTags": "artifact",
    "ArtifactAliases": "artifact",
    "ArtifactAliasesArtifactCollection": "artifact",
    "ArtifactCollection": "artifact_collection",
    "ArtifactCollectionProject": "artifact_collection",
    "ArtifactCollectionDefaultArtifactType": "artifact_collection",
    "ArtifactCollectionTags": "artifact_collection",
    "ArtifactCollectionTagsEdges": "artifact_collection",
    "ArtifactCollectionTagsEdgesNode": "artifact_collection",
    "ArtifactFile": "artifact_file",
    "ArtifactFileAddress": "artifact_file_address",
    "ArtifactFileEntry": "artifact_file_entry",
    "ArtifactType": "artifact_type",
    "PageInfo": "page_info",
    "CollectionNames": "collection_names",
    "CollectionNamesDefaultArtifactType": "collection_names",
    "CollectionNamesAliases": "collection_names",
    "CollectionNamesAliasesEdges": "collection_names",
    "CollectionNamesAliasesEdgesNode": "collection_names",
    "CollectionNamesAliasesPageInfo": "collection_names",
    "Creator": "creator",
    "LineageVersion": "lineage_version",
    "LineageVersionArtifactType": "lineage_version",
    "LineageVersionArtifactSequence": "lineage_version",
    "LineageVersionArtifactSequenceProject": "lineage_version",
    "Membership": "membership",
    "MembershipAliases": "membership",
    "MembershipArtifactCollection": "membership",
    "MemberVersion": "member_version",
    "MemberVersionArtifact": "member_version",
    "Organization": "organization",
    "OrganizationOrgEntity": "organization",
    "Project": "project",
    "RegistryDetails": "registry_details",
    "RegistryDetailsArtifactTypes": "registry_details",
    "RegistryDetailsArtifactTypesEdges": "registry_details",
    "RegistryDetailsArtifactTypesEdgesNode": "registry_details",
    "Run": "run",
    "RunUser": "run",
    "RunData": "run_data",
    "RunFile": "run_file",
    "RunFileAddress": "run_file_address",
    "StoredFile": "stored_file",
    "StoredVersion": "stored_version",
    "StoredVersionTags": "stored_version",
    "StoredVersionAliases": "stored_version",
    "StoredVersionAliasesArtifactCollection": "stored_version",
    "StoredVersionCreatedByRun": "stored_version",
    "StoredVersionCreatedByRunProject": "stored_version",
    "StoredVersionCreatedByUser": "stored_version",
    "StoredVersionUsedBy": "stored_version",
    "StoredVersionUsedByEdges": "stored_version",
    "StoredVersionUsedByEdgesNode": "stored_version",
    "StoredVersionUsedByEdgesNodeProject": "stored_version",
    "StoredVersionUsedByPageInfo": "stored_version",
    "StoredVersionArtifactMemberships": "stored_version",
    "StoredVersionArtifactMembershipsEdges": "stored_version",
    "StoredVersionArtifactMembershipsEdgesNode": "stored_version",
    "StoredVersionArtifactMembershipsEdgesNodeArtifactCollection": "stored_version",
    "VersionPlace": "version_place",
    "VersionPlaceArtifactSequence": "version_place",
    "VersionPlaceArtifactSequenceProject": "version_place",
    "UsedVersionsOfRun": "used_versions_of_run",
    "UsedVersionsOfRunEdges": "used_versions_of_run",
    "UsedVersionsOfRunEdgesNode": "used_versions_of_run",
    "UsedVersionsOfRunPageInfo": "used_versions_of_run",
    "User": "user",
    "UserTeams": "user",
    "UserTeamsEdges": "user",
    "UserTeamsEdgesNode": "user",
    "UsersOfVersion": "users_of_version",
    "UsersOfVersionEdges": "users_of_version",
    "UsersOfVersionEdgesNode": "users_of_version",
    "UsersOfVersionEdgesNodeProject": "users_of_version",
    "UsersOfVersionPageInfo": "users_of_version",
    "VersionsOfRun": "versions_of_run",
    "VersionsOfRunEdges": "versions_of_run",
    "VersionsOfRunEdgesNode": "versions_of_run",
    "VersionsOfRunPageInfo": "versions_of_run",
}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import a class from its module."""
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f".{_MODULES[name]}", __name__), name)

    def __dir__() -> list[str]:
        """List the classes."""
        return sorted(_MODULES)
