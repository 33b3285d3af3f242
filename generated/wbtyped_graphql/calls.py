# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

"""One function per operation, returning an `Operation` value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .base_model import UNSET, UnsetType
from .enums import ArtifactDigestAlgorithm
from .operation import Envelope, Operation
from .operations import (
    ADD_ARTIFACT_ALIASES_GQL,
    ADD_ARTIFACT_COLLECTION_TAGS_GQL,
    ARTIFACT_BY_ID_GQL,
    ARTIFACT_BY_NAME_GQL,
    ARTIFACT_BY_PATH_GQL,
    ARTIFACT_COLLECTION_ALIASES_GQL,
    ARTIFACT_COLLECTIONS_GQL,
    ARTIFACT_CREATED_BY_GQL,
    ARTIFACT_FILE_ADDRESSES_GQL,
    ARTIFACT_FILE_ENTRIES_GQL,
    ARTIFACT_FILES_BY_ID_GQL,
    ARTIFACT_LINEAGE_GQL,
    ARTIFACT_MANIFEST_GQL,
    ARTIFACT_PLACES_GQL,
    ARTIFACT_TYPES_GQL,
    ARTIFACT_USED_BY_GQL,
    ARTIFACTS_GQL,
    COLLECTION_OR_TYPE_GQL,
    COMMIT_ARTIFACT_GQL,
    COMPLETE_MULTIPART_UPLOAD_ARTIFACT_GQL,
    CREATE_ARTIFACT_FILES_GQL,
    CREATE_ARTIFACT_GQL,
    CREATE_ARTIFACT_MANIFEST_GQL,
    CREATE_PUBLISHING_RUN_GQL,
    CREATE_REGISTRY_GQL,
    CREATE_RUN_FILES_GQL,
    CREATE_RUN_GQL,
    DELETE_ARTIFACT_ALIASES_GQL,
    DELETE_ARTIFACT_COLLECTION_TAGS_GQL,
    DELETE_ARTIFACT_GQL,
    DELETE_ARTIFACT_PORTFOLIO_GQL,
    DELETE_ARTIFACT_SEQUENCE_GQL,
    DELETE_RUN_FILES_GQL,
    DELETE_RUN_GQL,
    DIGEST_ALGORITHMS_GQL,
    ENTITY_ORGANIZATIONS_GQL,
    GET_ARTIFACT_COLLECTION_GQL,
    GET_ARTIFACT_TYPE_GQL,
    GET_PROJECT_GQL,
    GET_REGISTRY_GQL,
    GET_RUN_DATA_GQL,
    GET_RUN_GQL,
    GET_RUN_STATE_GQL,
    GET_SERVER_INFO_GQL,
    GET_VIEWER_GQL,
    LATEST_VERSION_GQL,
    LINK_ARTIFACT_GQL,
    LOG_ARTIFACT_GQL,
    MARK_RUN_FILES_UPLOADED_GQL,
    MIRRORED_RUN_VERSIONS_GQL,
    MIRRORED_RUNS_GQL,
    MIRRORED_USERS_GQL,
    MIRRORED_VERSIONS_GQL,
    MORE_RUN_FILE_SIZES_GQL,
    MOVE_ARTIFACT_SEQUENCE_GQL,
    PROJECT_ARTIFACT_COLLECTIONS_GQL,
    PROJECT_NAMES_GQL,
    PROJECTS_GQL,
    REGISTRIES_GQL,
    REGISTRY_COLLECTIONS_GQL,
    REGISTRY_FEATURES_GQL,
    REGISTRY_TYPES_GQL,
    REGISTRY_VERSIONS_GQL,
    RESTORE_RUN_GQL,
    RUN_ARTIFACTS_GQL,
    RUN_EVENTS_GQL,
    RUN_FILE_ADDRESSES_GQL,
    RUN_FILE_SIZES_GQL,
    RUN_FILES_GQL,
    RUN_HISTORY_EXTENT_GQL,
    RUN_HISTORY_GQL,
    RUN_LINEAGE_GQL,
    RUNS_GQL,
    RUNS_WITH_DATA_GQL,
    SAMPLED_RUN_HISTORY_GQL,
    SERVER_FEATURES_GQL,
    STOP_RUN_GQL,
    STORED_VERSION_BY_ID_GQL,
    STORED_VERSIONS_GQL,
    UNLINK_ARTIFACT_GQL,
    UPDATE_ARTIFACT_GQL,
    UPDATE_ARTIFACT_MANIFEST_GQL,
    UPDATE_ARTIFACT_PORTFOLIO_GQL,
    UPDATE_ARTIFACT_SEQUENCE_GQL,
    UPSERT_PROJECT_GQL,
    USE_ARTIFACT_GQL,
)

if TYPE_CHECKING:
    from .add_artifact_aliases import AddArtifactAliases
    from .add_artifact_collection_tags import AddArtifactCollectionTags
    from .artifact_by_id import ArtifactById
    from .artifact_by_name import ArtifactByName
    from .artifact_by_path import ArtifactByPath
    from .artifact_collection_aliases import ArtifactCollectionAliases
    from .artifact_collections import ArtifactCollections
    from .artifact_created_by import ArtifactCreatedBy
    from .artifact_file_addresses import ArtifactFileAddresses
    from .artifact_file_entries import ArtifactFileEntries
    from .artifact_files_by_id import ArtifactFilesById
    from .artifact_lineage import ArtifactLineage
    from .artifact_manifest import ArtifactManifest
    from .artifact_places import ArtifactPlaces
    from .artifact_types import ArtifactTypes
    from .artifact_used_by import ArtifactUsedBy
    from .artifacts import Artifacts
    from .collection_or_type import CollectionOrType
    from .commit_artifact import CommitArtifact
    from .complete_multipart_upload_artifact import CompleteMultipartUploadArtifact
    from .create_artifact import CreateArtifact
    from .create_artifact_files import CreateArtifactFiles
    from .create_artifact_manifest import CreateArtifactManifest
    from .create_publishing_run import CreatePublishingRun
    from .create_registry import CreateRegistry
    from .create_run import CreateRun
    from .create_run_files import CreateRunFiles
    from .delete_artifact import DeleteArtifact
    from .delete_artifact_aliases import DeleteArtifactAliases
    from .delete_artifact_collection_tags import DeleteArtifactCollectionTags
    from .delete_artifact_portfolio import DeleteArtifactPortfolio
    from .delete_artifact_sequence import DeleteArtifactSequence
    from .delete_run import DeleteRun
    from .delete_run_files import DeleteRunFiles
    from .digest_algorithms import DigestAlgorithms
    from .entity_organizations import EntityOrganizations
    from .get_artifact_collection import GetArtifactCollection
    from .get_artifact_type import GetArtifactType
    from .get_project import GetProject
    from .get_registry import GetRegistry
    from .get_run import GetRun
    from .get_run_data import GetRunData
    from .get_run_state import GetRunState
    from .get_server_info import GetServerInfo
    from .get_viewer import GetViewer
    from .input_types import (
        ArtifactAliasInput,
        ArtifactCollectionAliasInput,
        ArtifactTypeInput,
        CompleteMultipartUploadArtifactInput,
        CreateArtifactFilesInput,
        CreateArtifactInput,
        CreateArtifactManifestInput,
        LinkArtifactInput,
        TagInput,
        UpdateArtifactInput,
        UpsertBucketInput,
    )
    from .latest_version import LatestVersion
    from .link_artifact import LinkArtifact
    from .log_artifact import LogArtifact
    from .mark_run_files_uploaded import MarkRunFilesUploaded
    from .mirrored_run_versions import MirroredRunVersions
    from .mirrored_runs import MirroredRuns
    from .mirrored_users import MirroredUsers
    from .mirrored_versions import MirroredVersions
    from .more_run_file_sizes import MoreRunFileSizes
    from .move_artifact_sequence import MoveArtifactSequence
    from .project_artifact_collections import ProjectArtifactCollections
    from .project_names import ProjectNames
    from .projects import Projects
    from .registries import Registries
    from .registry_collections import RegistryCollections
    from .registry_features import RegistryFeatures
    from .registry_types import RegistryTypes
    from .registry_versions import RegistryVersions
    from .restore_run import RestoreRun
    from .run_artifacts import RunArtifacts
    from .run_events import RunEvents
    from .run_file_addresses import RunFileAddresses
    from .run_file_sizes import RunFileSizes
    from .run_files import RunFiles
    from .run_history import RunHistory
    from .run_history_extent import RunHistoryExtent
    from .run_lineage import RunLineage
    from .runs import Runs
    from .runs_with_data import RunsWithData
    from .sampled_run_history import SampledRunHistory
    from .server_features import ServerFeatures
    from .stop_run import StopRun
    from .stored_version_by_id import StoredVersionById
    from .stored_versions import StoredVersions
    from .unlink_artifact import UnlinkArtifact
    from .update_artifact import UpdateArtifact
    from .update_artifact_manifest import UpdateArtifactManifest
    from .update_artifact_portfolio import UpdateArtifactPortfolio
    from .update_artifact_sequence import UpdateArtifactSequence
    from .upsert_project import UpsertProject
    from .use_artifact import UseArtifact


def artifact_collections(
    *,
    entity: str,
    project: str,
    type_name: str,
    cursor: str | None | UnsetType = UNSET,
    per_page: int | None | UnsetType = UNSET,
    filters: str | None | UnsetType = UNSET,
    order: str | None | UnsetType = UNSET,
) -> Operation[ArtifactCollections]:
    """The collections of one type, both sequences and portfolios.

    Pages: `perPage` collections at a time from after `cursor`.

    Used by: artifacts.ArtifactCollections
    Needs: feature ARTIFACT_COLLECTIONS_FILTERING_SORTING for `filters` and `order`"""
    from .artifact_collections import ArtifactCollections

    variables: dict[str, object] = {
        "entity": entity,
        "project": project,
        "typeName": type_name,
        "cursor": cursor,
        "perPage": per_page,
        "filters": filters,
        "order": order,
    }
    return Operation(
        ARTIFACT_COLLECTIONS_GQL,
        "ArtifactCollections",
        variables,
        envelope=Envelope[ArtifactCollections],
    )


def project_artifact_collections(
    *,
    entity: str,
    project: str,
    cursor: str | None | UnsetType = UNSET,
    per_page: int | None | UnsetType = UNSET,
    filters: str | None | UnsetType = UNSET,
    order: str | None | UnsetType = UNSET,
) -> Operation[ProjectArtifactCollections]:
    """The collections of a project, of all types. Without a filter, `filters` is removed from the
    document, because older servers do not have the argument here.

    Pages: `perPage` collections at a time from after `cursor`.

    Used by: artifacts.ProjectArtifactCollections
    Needs: feature ARTIFACT_COLLECTIONS_FILTERING_SORTING for `filters` and `order`"""
    from .project_artifact_collections import ProjectArtifactCollections

    variables: dict[str, object] = {
        "entity": entity,
        "project": project,
        "cursor": cursor,
        "perPage": per_page,
        "filters": filters,
        "order": order,
    }
    return Operation(
        PROJECT_ARTIFACT_COLLECTIONS_GQL,
        "ProjectArtifactCollections",
        variables,
        envelope=Envelope[ProjectArtifactCollections],
    )


def get_artifact_collection(
    *, entity: str, project: str, type_name: str, name: str
) -> Operation[GetArtifactCollection]:
    """One collection by type and name; null if the project has no such collection.

    Used by: Api.artifact_collection, artifacts.ArtifactCollection.load"""
    from .get_artifact_collection import GetArtifactCollection

    variables: dict[str, object] = {
        "entity": entity,
        "project": project,
        "typeName": type_name,
        "name": name,
    }
    return Operation(
        GET_ARTIFACT_COLLECTION_GQL,
        "GetArtifactCollection",
        variables,
        envelope=Envelope[GetArtifactCollection],
    )


def artifact_collection_aliases(
    *,
    id: str,
    cursor: str | None | UnsetType = UNSET,
    per_page: int | None | UnsetType = UNSET,
) -> Operation[ArtifactCollectionAliases]:
    """The aliases of all versions in a collection.

    Pages: `perPage` aliases at a time from after `cursor`; the official client requests 1000.

    Used by: artifacts.ArtifactCollection.aliases"""
    from .artifact_collection_aliases import ArtifactCollectionAliases

    variables: dict[str, object] = {"id": id, "cursor": cursor, "perPage": per_page}
    return Operation(
        ARTIFACT_COLLECTION_ALIASES_GQL,
        "ArtifactCollectionAliases",
        variables,
        envelope=Envelope[ArtifactCollectionAliases],
    )


def project_names(
    *,
    entity: str,
    project: str,
    cursor: str | None | UnsetType = UNSET,
    per_page: int | None | UnsetType = UNSET,
) -> Operation[ProjectNames]:
    """The collections of a project, of all types, with only their types and aliases.

    Pages: `perPage` collections at a time from after `cursor`.

    Used by: codegen.find_names"""
    from .project_names import ProjectNames

    variables: dict[str, object] = {
        "entity": entity,
        "project": project,
        "cursor": cursor,
        "perPage": per_page,
    }
    return Operation(PROJECT_NAMES_GQL, "ProjectNames", variables, envelope=Envelope[ProjectNames])


def update_artifact_sequence(
    *,
    id: str,
    name: str | None | UnsetType = UNSET,
    description: str | None | UnsetType = UNSET,
) -> Operation[UpdateArtifactSequence]:
    """Change the name or description of a sequence.

    Used by: artifacts.ArtifactCollection.save
    Repeatable: yes, the second call changes nothing"""
    from .update_artifact_sequence import UpdateArtifactSequence

    variables: dict[str, object] = {"id": id, "name": name, "description": description}
    return Operation(
        UPDATE_ARTIFACT_SEQUENCE_GQL,
        "UpdateArtifactSequence",
        variables,
        envelope=Envelope[UpdateArtifactSequence],
    )


def update_artifact_portfolio(
    *,
    id: str,
    name: str | None | UnsetType = UNSET,
    description: str | None | UnsetType = UNSET,
) -> Operation[UpdateArtifactPortfolio]:
    """Change the name or description of a portfolio.

    Used by: artifacts.ArtifactCollection.save
    Repeatable: yes, the second call changes nothing"""
    from .update_artifact_portfolio import UpdateArtifactPortfolio

    variables: dict[str, object] = {"id": id, "name": name, "description": description}
    return Operation(
        UPDATE_ARTIFACT_PORTFOLIO_GQL,
        "UpdateArtifactPortfolio",
        variables,
        envelope=Envelope[UpdateArtifactPortfolio],
    )


def move_artifact_sequence(*, id: str, type_name: str) -> Operation[MoveArtifactSequence]:
    """Change the type of a sequence; the server creates the type if it does not exist.

    Used by: artifacts.ArtifactCollection.save
    Repeatable: yes, the second call changes nothing"""
    from .move_artifact_sequence import MoveArtifactSequence

    variables: dict[str, object] = {"id": id, "typeName": type_name}
    return Operation(
        MOVE_ARTIFACT_SEQUENCE_GQL,
        "MoveArtifactSequence",
        variables,
        envelope=Envelope[MoveArtifactSequence],
    )


def delete_artifact_sequence(*, id: str) -> Operation[DeleteArtifactSequence]:
    """Delete a sequence with all its versions.

    Used by: artifacts.ArtifactCollection.delete
    Repeatable: yes, deleting it again changes nothing"""
    from .delete_artifact_sequence import DeleteArtifactSequence

    variables: dict[str, object] = {"id": id}
    return Operation(
        DELETE_ARTIFACT_SEQUENCE_GQL,
        "DeleteArtifactSequence",
        variables,
        envelope=Envelope[DeleteArtifactSequence],
    )


def delete_artifact_portfolio(*, id: str) -> Operation[DeleteArtifactPortfolio]:
    """Delete a portfolio and its links, but not the linked versions.

    Used by: artifacts.ArtifactCollection.delete
    Repeatable: yes, deleting it again changes nothing"""
    from .delete_artifact_portfolio import DeleteArtifactPortfolio

    variables: dict[str, object] = {"id": id}
    return Operation(
        DELETE_ARTIFACT_PORTFOLIO_GQL,
        "DeleteArtifactPortfolio",
        variables,
        envelope=Envelope[DeleteArtifactPortfolio],
    )


def add_artifact_collection_tags(
    *, entity: str, project: str, collection: str, tags: list[TagInput]
) -> Operation[AddArtifactCollectionTags]:
    """Add tags to a collection, at most 20 per call.

    Used by: artifacts.ArtifactCollection.save
    Repeatable: yes, adding a tag again changes nothing"""
    from .add_artifact_collection_tags import AddArtifactCollectionTags

    variables: dict[str, object] = {
        "entity": entity,
        "project": project,
        "collection": collection,
        "tags": tags,
    }
    return Operation(
        ADD_ARTIFACT_COLLECTION_TAGS_GQL,
        "AddArtifactCollectionTags",
        variables,
        envelope=Envelope[AddArtifactCollectionTags],
    )


def delete_artifact_collection_tags(
    *, entity: str, project: str, collection: str, tags: list[TagInput]
) -> Operation[DeleteArtifactCollectionTags]:
    """Remove tags from a collection, at most 20 per call.

    Used by: artifacts.ArtifactCollection.save
    Repeatable: yes, removing a tag again changes nothing"""
    from .delete_artifact_collection_tags import DeleteArtifactCollectionTags

    variables: dict[str, object] = {
        "entity": entity,
        "project": project,
        "collection": collection,
        "tags": tags,
    }
    return Operation(
        DELETE_ARTIFACT_COLLECTION_TAGS_GQL,
        "DeleteArtifactCollectionTags",
        variables,
        envelope=Envelope[DeleteArtifactCollectionTags],
    )


def artifact_files_by_id(
    *,
    id: str,
    file_names: list[str] | None | UnsetType = UNSET,
    file_cursor: str | None | UnsetType = UNSET,
    file_limit: int | None | UnsetType = UNSET,
) -> Operation[ArtifactFilesById]:
    """The files of a version by its id, which works on every server and does not depend on links. The
    official client selects the same files through the collection, which needs a feature.

    Pages: `fileLimit` files at a time from after `fileCursor`; the official client requests up
    to 5000. `fileNames` selects exact paths; paths that do not exist are omitted.

    Rows: versions have up to millions of files.
    Used by: artifacts.ArtifactFiles"""
    from .artifact_files_by_id import ArtifactFilesById

    variables: dict[str, object] = {
        "id": id,
        "fileNames": file_names,
        "fileCursor": file_cursor,
        "fileLimit": file_limit,
    }
    return Operation(
        ARTIFACT_FILES_BY_ID_GQL,
        "ArtifactFilesById",
        variables,
        envelope=Envelope[ArtifactFilesById],
    )


def artifact_file_addresses(
    *,
    id: str,
    file_names: list[str] | None | UnsetType = UNSET,
    file_cursor: str | None | UnsetType = UNSET,
    file_limit: int | None | UnsetType = UNSET,
) -> Operation[ArtifactFileAddresses]:
    """The path and the download URL of the files of a version, for downloads of many files. Everything
    else about the files is in the manifest.

    Pages: `fileLimit` files at a time from after `fileCursor`. `fileNames` selects exact paths.

    Rows: versions have up to millions of files, and a download asks for the URL of each.
    Used by: artifacts.Artifact.download"""
    from .artifact_file_addresses import ArtifactFileAddresses

    variables: dict[str, object] = {
        "id": id,
        "fileNames": file_names,
        "fileCursor": file_cursor,
        "fileLimit": file_limit,
    }
    return Operation(
        ARTIFACT_FILE_ADDRESSES_GQL,
        "ArtifactFileAddresses",
        variables,
        envelope=Envelope[ArtifactFileAddresses],
    )


def artifact_file_entries(
    *,
    id: str,
    file_names: list[str] | None | UnsetType = UNSET,
    file_limit: int | None | UnsetType = UNSET,
) -> Operation[ArtifactFileEntries]:
    """What a download of named files of a version needs: their digests, sizes and download URLs. For few
    of many files, this is less than the manifest.

    `digest` is null on servers that do not know it. A reference has the URL it refers to as its
    `directUrl`; whether a server lists references at all depends on the server.

    Pages: one request for each 1000 of `fileNames`; paths that do not exist are omitted.

    Used by: artifacts.ArtifactFiles.download"""
    from .artifact_file_entries import ArtifactFileEntries

    variables: dict[str, object] = {
        "id": id,
        "fileNames": file_names,
        "fileLimit": file_limit,
    }
    return Operation(
        ARTIFACT_FILE_ENTRIES_GQL,
        "ArtifactFileEntries",
        variables,
        envelope=Envelope[ArtifactFileEntries],
    )


def artifact_types(
    *,
    entity: str,
    project: str,
    cursor: str | None | UnsetType = UNSET,
    per_page: int | None | UnsetType = UNSET,
) -> Operation[ArtifactTypes]:
    """The artifact types in a project.

    Pages: `perPage` types at a time from after `cursor`. The server provides no total.

    Used by: artifacts.ArtifactTypes"""
    from .artifact_types import ArtifactTypes

    variables: dict[str, object] = {
        "entity": entity,
        "project": project,
        "cursor": cursor,
        "perPage": per_page,
    }
    return Operation(
        ARTIFACT_TYPES_GQL, "ArtifactTypes", variables, envelope=Envelope[ArtifactTypes]
    )


def get_artifact_type(*, entity: str, project: str, type_name: str) -> Operation[GetArtifactType]:
    """One artifact type by name; null if the project has no such type.

    Used by: artifacts.ArtifactType"""
    from .get_artifact_type import GetArtifactType

    variables: dict[str, object] = {
        "entity": entity,
        "project": project,
        "typeName": type_name,
    }
    return Operation(
        GET_ARTIFACT_TYPE_GQL,
        "GetArtifactType",
        variables,
        envelope=Envelope[GetArtifactType],
    )


def artifacts(
    *,
    entity: str,
    project: str,
    type_name: str,
    collection: str,
    cursor: str | None | UnsetType = UNSET,
    per_page: int | None | UnsetType = UNSET,
    order: str | None | UnsetType = UNSET,
    filters: str | None | UnsetType = UNSET,
) -> Operation[Artifacts]:
    """The versions in a collection. The edge has the version's number in that collection.

    Pages: `perPage` versions at a time from after `cursor`.
    `filters` is a MongoDB-style condition as JSON, `order` a field prefixed with `+` or `-`.

    Used by: artifacts.Artifacts"""
    from .artifacts import Artifacts

    variables: dict[str, object] = {
        "entity": entity,
        "project": project,
        "typeName": type_name,
        "collection": collection,
        "cursor": cursor,
        "perPage": per_page,
        "order": order,
        "filters": filters,
    }
    return Operation(ARTIFACTS_GQL, "Artifacts", variables, envelope=Envelope[Artifacts])


def run_artifacts(
    *,
    entity: str,
    project: str,
    name: str,
    logged: bool,
    used: bool,
    cursor: str | None | UnsetType = UNSET,
    per_page: int | None | UnsetType = UNSET,
) -> Operation[RunArtifacts]:
    """The versions that a run logged, or those that it used: one of `logged` and `used` is true.

    Pages: `perPage` versions at a time from after `cursor`.

    Used by: artifacts.RunArtifacts"""
    from .run_artifacts import RunArtifacts

    variables: dict[str, object] = {
        "entity": entity,
        "project": project,
        "name": name,
        "logged": logged,
        "used": used,
        "cursor": cursor,
        "perPage": per_page,
    }
    return Operation(RUN_ARTIFACTS_GQL, "RunArtifacts", variables, envelope=Envelope[RunArtifacts])


def artifact_by_path(*, entity: str, project: str, name: str) -> Operation[ArtifactByPath]:
    """The version that `collection:alias` refers to in a project, and its membership in the collection.
    Without an alias it is the latest version.

    Used by: Api.artifact
    Needs: feature PROJECT_ARTIFACT_COLLECTION_MEMBERSHIP"""
    from .artifact_by_path import ArtifactByPath

    variables: dict[str, object] = {"entity": entity, "project": project, "name": name}
    return Operation(
        ARTIFACT_BY_PATH_GQL,
        "ArtifactByPath",
        variables,
        envelope=Envelope[ArtifactByPath],
    )


def artifact_by_name(*, entity: str, project: str, name: str) -> Operation[ArtifactByName]:
    """The same for servers without memberships: only the version.

    Used by: Api.artifact"""
    from .artifact_by_name import ArtifactByName

    variables: dict[str, object] = {"entity": entity, "project": project, "name": name}
    return Operation(
        ARTIFACT_BY_NAME_GQL,
        "ArtifactByName",
        variables,
        envelope=Envelope[ArtifactByName],
    )


def artifact_by_id(*, id: str) -> Operation[ArtifactById]:
    """One version by its id, whatever collections it is in.

    Used by: artifacts.Artifact"""
    from .artifact_by_id import ArtifactById

    variables: dict[str, object] = {"id": id}
    return Operation(ARTIFACT_BY_ID_GQL, "ArtifactById", variables, envelope=Envelope[ArtifactById])


def artifact_manifest(*, id: str) -> Operation[ArtifactManifest]:
    """The URL to download the manifest of a version from storage.

    Used by: artifacts.Artifact.manifest"""
    from .artifact_manifest import ArtifactManifest

    variables: dict[str, object] = {"id": id}
    return Operation(
        ARTIFACT_MANIFEST_GQL,
        "ArtifactManifest",
        variables,
        envelope=Envelope[ArtifactManifest],
    )


def artifact_used_by(
    *,
    id: str,
    cursor: str | None | UnsetType = UNSET,
    per_page: int | None | UnsetType = UNSET,
) -> Operation[ArtifactUsedBy]:
    """The runs that used a version.

    Pages: `perPage` runs at a time from after `cursor`; without it, as many as the server chooses.

    Used by: artifacts.Artifact.used_by"""
    from .artifact_used_by import ArtifactUsedBy

    variables: dict[str, object] = {"id": id, "cursor": cursor, "perPage": per_page}
    return Operation(
        ARTIFACT_USED_BY_GQL,
        "ArtifactUsedBy",
        variables,
        envelope=Envelope[ArtifactUsedBy],
    )


def artifact_created_by(*, id: str) -> Operation[ArtifactCreatedBy]:
    """The run that created a version; for another creator, such as a user, no fields are selected.

    Used by: artifacts.Artifact.logged_by"""
    from .artifact_created_by import ArtifactCreatedBy

    variables: dict[str, object] = {"id": id}
    return Operation(
        ARTIFACT_CREATED_BY_GQL,
        "ArtifactCreatedBy",
        variables,
        envelope=Envelope[ArtifactCreatedBy],
    )


def artifact_lineage(*, id: str) -> Operation[ArtifactLineage]:
    """Where a version comes from and who used it: its creator, its users, and its collections, in one
    request. `usedBy` is one page.

    Used by: artifacts.Artifact.lineage"""
    from .artifact_lineage import ArtifactLineage

    variables: dict[str, object] = {"id": id}
    return Operation(
        ARTIFACT_LINEAGE_GQL,
        "ArtifactLineage",
        variables,
        envelope=Envelope[ArtifactLineage],
    )


def run_lineage(
    *,
    entity: str,
    project: str,
    name: str,
    per_page: int | None | UnsetType = UNSET,
) -> Operation[RunLineage]:
    """The versions that a run used and logged, in one request.

    Pages: only the first `perPage` of each; a picture of more could not be read.

    Used by: Run.lineage"""
    from .run_lineage import RunLineage

    variables: dict[str, object] = {
        "entity": entity,
        "project": project,
        "name": name,
        "perPage": per_page,
    }
    return Operation(RUN_LINEAGE_GQL, "RunLineage", variables, envelope=Envelope[RunLineage])


def artifact_places(*, id: str) -> Operation[ArtifactPlaces]:
    """Every membership of a version: its own sequence and the portfolios it is linked to.

    Used by: artifacts.Artifact.linked_artifacts"""
    from .artifact_places import ArtifactPlaces

    variables: dict[str, object] = {"id": id}
    return Operation(
        ARTIFACT_PLACES_GQL,
        "ArtifactPlaces",
        variables,
        envelope=Envelope[ArtifactPlaces],
    )


def update_artifact(*, input: UpdateArtifactInput) -> Operation[UpdateArtifact]:
    """Change the given properties of a version: description, metadata, time to live, tags.

    Used by: artifacts.Artifact.save
    Repeatable: yes, the second call changes nothing"""
    from .update_artifact import UpdateArtifact

    variables: dict[str, object] = {"input": input}
    return Operation(
        UPDATE_ARTIFACT_GQL,
        "UpdateArtifact",
        variables,
        envelope=Envelope[UpdateArtifact],
    )


def delete_artifact(
    *, id: str, delete_aliases: bool | None | UnsetType = UNSET
) -> Operation[DeleteArtifact]:
    """Delete a version. The server rejects one that has aliases unless `deleteAliases` is true.

    Used by: artifacts.Artifact.delete
    Repeatable: yes, deleting it again changes nothing"""
    from .delete_artifact import DeleteArtifact

    variables: dict[str, object] = {"id": id, "deleteAliases": delete_aliases}
    return Operation(
        DELETE_ARTIFACT_GQL,
        "DeleteArtifact",
        variables,
        envelope=Envelope[DeleteArtifact],
    )


def add_artifact_aliases(
    *, id: str, aliases: list[ArtifactCollectionAliasInput]
) -> Operation[AddArtifactAliases]:
    """Add aliases to a version; they move from other versions of the same collection.

    Used by: artifacts.Artifact.save
    Repeatable: yes, adding an alias again changes nothing"""
    from .add_artifact_aliases import AddArtifactAliases

    variables: dict[str, object] = {"id": id, "aliases": aliases}
    return Operation(
        ADD_ARTIFACT_ALIASES_GQL,
        "AddArtifactAliases",
        variables,
        envelope=Envelope[AddArtifactAliases],
    )


def delete_artifact_aliases(
    *, id: str, aliases: list[ArtifactCollectionAliasInput]
) -> Operation[DeleteArtifactAliases]:
    """Remove aliases from a version, in the given collections.

    Used by: artifacts.Artifact.save
    Repeatable: yes, removing an alias again changes nothing"""
    from .delete_artifact_aliases import DeleteArtifactAliases

    variables: dict[str, object] = {"id": id, "aliases": aliases}
    return Operation(
        DELETE_ARTIFACT_ALIASES_GQL,
        "DeleteArtifactAliases",
        variables,
        envelope=Envelope[DeleteArtifactAliases],
    )


def link_artifact(*, input: LinkArtifactInput) -> Operation[LinkArtifact]:
    """Link a version to a portfolio; the server creates the portfolio if it does not exist.

    Used by: artifacts.Artifact.link
    Repeatable: yes, linking it again changes nothing"""
    from .link_artifact import LinkArtifact

    variables: dict[str, object] = {"input": input}
    return Operation(LINK_ARTIFACT_GQL, "LinkArtifact", variables, envelope=Envelope[LinkArtifact])


def unlink_artifact(*, id: str, portfolio: str) -> Operation[UnlinkArtifact]:
    """Unlink a version from a portfolio; the version itself is not deleted.

    Used by: artifacts.Artifact.unlink
    Repeatable: yes, unlinking it again changes nothing"""
    from .unlink_artifact import UnlinkArtifact

    variables: dict[str, object] = {"id": id, "portfolio": portfolio}
    return Operation(
        UNLINK_ARTIFACT_GQL,
        "UnlinkArtifact",
        variables,
        envelope=Envelope[UnlinkArtifact],
    )


def use_artifact(
    *,
    entity: str,
    project: str,
    run: str,
    id: str,
    used_as: str | None | UnsetType = UNSET,
    artifact_entity: str | None | UnsetType = UNSET,
    artifact_project: str | None | UnsetType = UNSET,
) -> Operation[UseArtifact]:
    """Record that a run uses a version. `artifactEntity` and `artifactProject` are where it was found;
    they are removed from the document for servers that do not have these arguments.

    Used by: Run.use_artifact
    Needs: feature USE_ARTIFACT_WITH_ENTITY_AND_PROJECT_INFORMATION for where it was found
    Repeatable: yes, a run uses a version once"""
    from .use_artifact import UseArtifact

    variables: dict[str, object] = {
        "entity": entity,
        "project": project,
        "run": run,
        "id": id,
        "usedAs": used_as,
        "artifactEntity": artifact_entity,
        "artifactProject": artifact_project,
    }
    return Operation(USE_ARTIFACT_GQL, "UseArtifact", variables, envelope=Envelope[UseArtifact])


def log_artifact(
    *,
    entity: str,
    project: str,
    run: str,
    type_name: str,
    collection: str,
    digest: str,
    digest_algorithm: ArtifactDigestAlgorithm,
    aliases: list[ArtifactAliasInput] | None | UnsetType = UNSET,
    tags: list[TagInput] | None | UnsetType = UNSET,
) -> Operation[LogArtifact]:
    """Record that a run logs a version that exists, by its digest; the server creates no second one.

    Used by: Run.log_artifact
    Repeatable: yes, the second call finds the version"""
    from .log_artifact import LogArtifact

    variables: dict[str, object] = {
        "entity": entity,
        "project": project,
        "run": run,
        "typeName": type_name,
        "collection": collection,
        "digest": digest,
        "digestAlgorithm": digest_algorithm,
        "aliases": aliases,
        "tags": tags,
    }
    return Operation(LOG_ARTIFACT_GQL, "LogArtifact", variables, envelope=Envelope[LogArtifact])


def run_files(
    *,
    entity: str,
    project: str,
    name: str,
    file_cursor: str | None | UnsetType = UNSET,
    file_limit: int | None | UnsetType = UNSET,
    file_names: list[str | None] | None | UnsetType = UNSET,
    upload: bool | None | UnsetType = UNSET,
    pattern: str | None | UnsetType = UNSET,
) -> Operation[RunFiles]:
    """The files of a run.

    Pages: `fileLimit` files at a time from after `fileCursor`, in the server's own stable order. The
    server's limit is not published; 1000 is known to work.
    `fileNames` selects exact names and returns a node for each, even if it does not exist. `pattern`
    is SQL LIKE: `%` is any string, `_` any character. `fileCount` ignores both filters.

    Rows: runs have up to millions of files.
    Used by: Files, Run.file"""
    from .run_files import RunFiles

    variables: dict[str, object] = {
        "entity": entity,
        "project": project,
        "name": name,
        "fileCursor": file_cursor,
        "fileLimit": file_limit,
        "fileNames": file_names,
        "upload": upload,
        "pattern": pattern,
    }
    return Operation(RUN_FILES_GQL, "RunFiles", variables, envelope=Envelope[RunFiles])


def run_file_addresses(
    *,
    entity: str,
    project: str,
    name: str,
    file_cursor: str | None | UnsetType = UNSET,
    file_limit: int | None | UnsetType = UNSET,
    file_names: list[str | None] | None | UnsetType = UNSET,
    pattern: str | None | UnsetType = UNSET,
) -> Operation[RunFileAddresses]:
    """The files of a run with what a download of many files needs: URL, size, digest, and whether the
    file exists.

    Pages: `fileLimit` files at a time from after `fileCursor`; `fileNames` and `pattern` are as in
    RunFiles.

    Used by: Files.download, Run.metadata"""
    from .run_file_addresses import RunFileAddresses

    variables: dict[str, object] = {
        "entity": entity,
        "project": project,
        "name": name,
        "fileCursor": file_cursor,
        "fileLimit": file_limit,
        "fileNames": file_names,
        "pattern": pattern,
    }
    return Operation(
        RUN_FILE_ADDRESSES_GQL,
        "RunFileAddresses",
        variables,
        envelope=Envelope[RunFileAddresses],
    )


def create_run_files(
    *, entity: str, project: str, run: str, files: list[str]
) -> Operation[CreateRunFiles]:
    """Request upload URLs for new files of a run: one entry per name, in the order requested. Send the
    headers with every upload.

    Used by: Run.upload_file
    Needs: server 0.63 or newer
    Repeatable: yes, it only signs URLs"""
    from .create_run_files import CreateRunFiles

    variables: dict[str, object] = {
        "entity": entity,
        "project": project,
        "run": run,
        "files": files,
    }
    return Operation(
        CREATE_RUN_FILES_GQL,
        "CreateRunFiles",
        variables,
        envelope=Envelope[CreateRunFiles],
    )


def mark_run_files_uploaded(
    *, entity: str, project: str, run: str, files: list[str]
) -> Operation[MarkRunFilesUploaded]:
    """Report that these files were uploaded. Servers that do not watch their storage list a file only
    after this.

    Used by: Run.upload_file
    Needs: feature MARK_RUN_FILES_UPLOADED
    Repeatable: yes"""
    from .mark_run_files_uploaded import MarkRunFilesUploaded

    variables: dict[str, object] = {
        "entity": entity,
        "project": project,
        "run": run,
        "files": files,
    }
    return Operation(
        MARK_RUN_FILES_UPLOADED_GQL,
        "MarkRunFilesUploaded",
        variables,
        envelope=Envelope[MarkRunFilesUploaded],
    )


def delete_run_files(
    *, files: list[str], project_id: int | None | UnsetType = UNSET
) -> Operation[DeleteRunFiles]:
    """Delete files of one project by their ids.

    Used by: File.delete
    Needs: server 0.63 or newer for `projectId`
    Repeatable: yes, deleting them again changes nothing"""
    from .delete_run_files import DeleteRunFiles

    variables: dict[str, object] = {"files": files, "projectId": project_id}
    return Operation(
        DELETE_RUN_FILES_GQL,
        "DeleteRunFiles",
        variables,
        envelope=Envelope[DeleteRunFiles],
    )


def mirrored_runs(
    *,
    entity: str,
    project: str,
    cursor: str | None | UnsetType = UNSET,
    per_page: int | None | UnsetType = UNSET,
    file_limit: int | None | UnsetType = UNSET,
    version_limit: int | None | UnsetType = UNSET,
) -> Operation[MirroredRuns]:
    """The runs of a project with all that a mirror keeps of them: config, summary, the versions that each
    logged and used (the first `versionLimit`), and its first `fileLimit` files with their URLs.

    Pages: `perPage` runs at a time from after `cursor`, oldest first.

    Used by: Api.mirror"""
    from .mirrored_runs import MirroredRuns

    variables: dict[str, object] = {
        "entity": entity,
        "project": project,
        "cursor": cursor,
        "perPage": per_page,
        "fileLimit": file_limit,
        "versionLimit": version_limit,
    }
    return Operation(MIRRORED_RUNS_GQL, "MirroredRuns", variables, envelope=Envelope[MirroredRuns])


def mirrored_run_versions(
    *,
    entity: str,
    project: str,
    name: str,
    logged: bool,
    used: bool,
    cursor: str | None | UnsetType = UNSET,
    per_page: int | None | UnsetType = UNSET,
) -> Operation[MirroredRunVersions]:
    """Further versions that a run logged, or that it used: one of `logged` and `used` is true.

    Pages: `perPage` versions at a time from after `cursor`.

    Used by: Api.mirror"""
    from .mirrored_run_versions import MirroredRunVersions

    variables: dict[str, object] = {
        "entity": entity,
        "project": project,
        "name": name,
        "logged": logged,
        "used": used,
        "cursor": cursor,
        "perPage": per_page,
    }
    return Operation(
        MIRRORED_RUN_VERSIONS_GQL,
        "MirroredRunVersions",
        variables,
        envelope=Envelope[MirroredRunVersions],
    )


def run_events(
    *,
    entity: str,
    project: str,
    name: str,
    samples: int | None | UnsetType = UNSET,
) -> Operation[RunEvents]:
    """The system metrics of a run, each entry as a JSON string; evenly chosen if there are more than
    `samples`. Servers cannot be asked for a part of them.

    Used by: Api.mirror"""
    from .run_events import RunEvents

    variables: dict[str, object] = {
        "entity": entity,
        "project": project,
        "name": name,
        "samples": samples,
    }
    return Operation(RUN_EVENTS_GQL, "RunEvents", variables, envelope=Envelope[RunEvents])


def mirrored_versions(
    *,
    entity: str,
    project: str,
    type_name: str,
    collection: str,
    cursor: str | None | UnsetType = UNSET,
    per_page: int | None | UnsetType = UNSET,
    user_limit: int | None | UnsetType = UNSET,
) -> Operation[MirroredVersions]:
    """The versions in a collection with all that a mirror keeps of them: names, links, and lineage with
    the first `userLimit` runs that used each.

    Pages: `perPage` versions at a time from after `cursor`.

    Used by: Api.mirror"""
    from .mirrored_versions import MirroredVersions

    variables: dict[str, object] = {
        "entity": entity,
        "project": project,
        "typeName": type_name,
        "collection": collection,
        "cursor": cursor,
        "perPage": per_page,
        "userLimit": user_limit,
    }
    return Operation(
        MIRRORED_VERSIONS_GQL,
        "MirroredVersions",
        variables,
        envelope=Envelope[MirroredVersions],
    )


def mirrored_users(
    *,
    id: str,
    cursor: str | None | UnsetType = UNSET,
    per_page: int | None | UnsetType = UNSET,
) -> Operation[MirroredUsers]:
    """Further runs that used a version.

    Pages: `perPage` runs at a time from after `cursor`.

    Used by: Api.mirror"""
    from .mirrored_users import MirroredUsers

    variables: dict[str, object] = {"id": id, "cursor": cursor, "perPage": per_page}
    return Operation(
        MIRRORED_USERS_GQL, "MirroredUsers", variables, envelope=Envelope[MirroredUsers]
    )


def restore_run(*, input: UpsertBucketInput) -> Operation[RestoreRun]:
    """Create a run by its short id, or change it, to what a mirror says about it.

    Used by: Api.restore
    Repeatable: yes, the second call changes nothing"""
    from .restore_run import RestoreRun

    variables: dict[str, object] = {"input": input}
    return Operation(RESTORE_RUN_GQL, "RestoreRun", variables, envelope=Envelope[RestoreRun])


def collection_or_type(*, entity: str, project: str, name: str) -> Operation[CollectionOrType]:
    """What a name in a project stands for on the side of artifacts: a collection of any type, or an
    artifact type. Each is null if the project has none of this name.

    Used by: Api.from_path"""
    from .collection_or_type import CollectionOrType

    variables: dict[str, object] = {"entity": entity, "project": project, "name": name}
    return Operation(
        COLLECTION_OR_TYPE_GQL,
        "CollectionOrType",
        variables,
        envelope=Envelope[CollectionOrType],
    )


def get_project(*, entity: str, project: str) -> Operation[GetProject]:
    """One project by name; null if it does not exist or the API key may not see it.

    Used by: Api.project"""
    from .get_project import GetProject

    variables: dict[str, object] = {"entity": entity, "project": project}
    return Operation(GET_PROJECT_GQL, "GetProject", variables, envelope=Envelope[GetProject])


def projects(
    *,
    entity: str,
    cursor: str | None | UnsetType = UNSET,
    per_page: int | None | UnsetType = UNSET,
) -> Operation[Projects]:
    """The projects of a user or team. Null if the entity does not exist or the API key may not see it.

    Pages: `perPage` projects at a time from after `cursor`. The server provides no total.

    Used by: Projects"""
    from .projects import Projects

    variables: dict[str, object] = {
        "entity": entity,
        "cursor": cursor,
        "perPage": per_page,
    }
    return Operation(PROJECTS_GQL, "Projects", variables, envelope=Envelope[Projects])


def upsert_project(*, entity: str, name: str) -> Operation[UpsertProject]:
    """Create a project, or return the existing one with this name unchanged.

    Used by: Api.create_project
    Repeatable: yes, the second call finds the project"""
    from .upsert_project import UpsertProject

    variables: dict[str, object] = {"entity": entity, "name": name}
    return Operation(
        UPSERT_PROJECT_GQL, "UpsertProject", variables, envelope=Envelope[UpsertProject]
    )


def create_artifact(*, input: CreateArtifactInput) -> Operation[CreateArtifact]:
    """Start a new version, which is invisible until it is committed, or find the one with this content.
    Its project, type and collection are created if they are missing.

    Used by: Api.publish
    Repeatable: yes, the same `clientID` returns the same version"""
    from .create_artifact import CreateArtifact

    variables: dict[str, object] = {"input": input}
    return Operation(
        CREATE_ARTIFACT_GQL,
        "CreateArtifact",
        variables,
        envelope=Envelope[CreateArtifact],
    )


def create_publishing_run(
    *,
    entity: str,
    project: str,
    name: str,
    job_type: str | None | UnsetType = UNSET,
) -> Operation[CreatePublishingRun]:
    """Create a run that logs one version, on a server that accepts none without a run.

    Used by: Api.publish
    Repeatable: yes, the second call finds the run"""
    from .create_publishing_run import CreatePublishingRun

    variables: dict[str, object] = {
        "entity": entity,
        "project": project,
        "name": name,
        "jobType": job_type,
    }
    return Operation(
        CREATE_PUBLISHING_RUN_GQL,
        "CreatePublishingRun",
        variables,
        envelope=Envelope[CreatePublishingRun],
    )


def create_artifact_manifest(
    *, input: CreateArtifactManifestInput
) -> Operation[CreateArtifactManifest]:
    """Announce the manifest of a version that is not committed yet: first without a digest, later with
    the digest of its file, to get the URL to upload that to.

    Used by: Api.publish
    Repeatable: yes, the second call finds the manifest"""
    from .create_artifact_manifest import CreateArtifactManifest

    variables: dict[str, object] = {"input": input}
    return Operation(
        CREATE_ARTIFACT_MANIFEST_GQL,
        "CreateArtifactManifest",
        variables,
        envelope=Envelope[CreateArtifactManifest],
    )


def create_artifact_files(*, input: CreateArtifactFilesInput) -> Operation[CreateArtifactFiles]:
    """Request upload URLs for files of a version that is not committed yet, in the order given. A null
    URL means that the server has the content already.

    A file whose parts are announced by their MD5s gets a URL for each of them, besides one for the
    whole, if the server's storage takes parts.

    Used by: Api.publish
    Repeatable: yes, it only signs URLs"""
    from .create_artifact_files import CreateArtifactFiles

    variables: dict[str, object] = {"input": input}
    return Operation(
        CREATE_ARTIFACT_FILES_GQL,
        "CreateArtifactFiles",
        variables,
        envelope=Envelope[CreateArtifactFiles],
    )


def latest_version(*, entity: str, project: str, collection: str) -> Operation[LatestVersion]:
    """The newest version of a sequence, which an incremental version extends; null for a new sequence.

    Used by: Api.publish"""
    from .latest_version import LatestVersion

    variables: dict[str, object] = {
        "entity": entity,
        "project": project,
        "collection": collection,
    }
    return Operation(
        LATEST_VERSION_GQL, "LatestVersion", variables, envelope=Envelope[LatestVersion]
    )


def digest_algorithms(*, entity: str, project: str, collection: str) -> Operation[DigestAlgorithms]:
    """Whether the versions of an entity may have XXH128 digests, and which ones those of a sequence have.

    Used by: Api.publish
    Needs: feature ARTIFACT_DIGEST_ALGORITHM"""
    from .digest_algorithms import DigestAlgorithms

    variables: dict[str, object] = {
        "entity": entity,
        "project": project,
        "collection": collection,
    }
    return Operation(
        DIGEST_ALGORITHMS_GQL,
        "DigestAlgorithms",
        variables,
        envelope=Envelope[DigestAlgorithms],
    )


def update_artifact_manifest(*, id: str, digest: str) -> Operation[UpdateArtifactManifest]:
    """Announce the digest of an incremental manifest, to get the URL to upload it to.

    Used by: Api.publish
    Repeatable: yes, the same digest is recorded again"""
    from .update_artifact_manifest import UpdateArtifactManifest

    variables: dict[str, object] = {"id": id, "digest": digest}
    return Operation(
        UPDATE_ARTIFACT_MANIFEST_GQL,
        "UpdateArtifactManifest",
        variables,
        envelope=Envelope[UpdateArtifactManifest],
    )


def complete_multipart_upload_artifact(
    *, input: CompleteMultipartUploadArtifactInput
) -> Operation[CompleteMultipartUploadArtifact]:
    """Join the parts of a file once all are uploaded. `hexMD5` is what storage returned as the `ETag` of
    the part, with its quotes.

    Used by: Api.publish
    Needs: server 0.63 or newer
    Repeatable: yes, joined parts stay as they are"""
    from .complete_multipart_upload_artifact import CompleteMultipartUploadArtifact

    variables: dict[str, object] = {"input": input}
    return Operation(
        COMPLETE_MULTIPART_UPLOAD_ARTIFACT_GQL,
        "CompleteMultipartUploadArtifact",
        variables,
        envelope=Envelope[CompleteMultipartUploadArtifact],
    )


def commit_artifact(*, id: str) -> Operation[CommitArtifact]:
    """Commit a version once its files and its manifest are uploaded: now it is visible, and immutable.

    Used by: Api.publish
    Repeatable: yes, a committed version stays as it is"""
    from .commit_artifact import CommitArtifact

    variables: dict[str, object] = {"id": id}
    return Operation(
        COMMIT_ARTIFACT_GQL,
        "CommitArtifact",
        variables,
        envelope=Envelope[CommitArtifact],
    )


def registries(
    *,
    organization: str,
    filters: str | None | UnsetType = UNSET,
    order: str | None | UnsetType = UNSET,
    cursor: str | None | UnsetType = UNSET,
    per_page: int | None | UnsetType = UNSET,
) -> Operation[Registries]:
    """The projects of the entity that owns an organization's registries: the registries. Null if the
    organization does not exist or the API key may not see it. Without a filter, `filters` is removed
    from the document, because older servers do not have the argument here.

    Pages: `perPage` projects at a time from after `cursor`. The server provides no total.

    Used by: Registries
    Needs: feature ARTIFACT_REGISTRY_SEARCH for `filters` and `order`"""
    from .registries import Registries

    variables: dict[str, object] = {
        "organization": organization,
        "filters": filters,
        "order": order,
        "cursor": cursor,
        "perPage": per_page,
    }
    return Operation(REGISTRIES_GQL, "Registries", variables, envelope=Envelope[Registries])


def get_registry(*, organization: str, project: str) -> Operation[GetRegistry]:
    """One registry of an organization, by the full name of its project; null if there is none. And the
    entity that owns the registries.

    Used by: Api.registry, Api.create_registry, Registry.load"""
    from .get_registry import GetRegistry

    variables: dict[str, object] = {"organization": organization, "project": project}
    return Operation(GET_REGISTRY_GQL, "GetRegistry", variables, envelope=Envelope[GetRegistry])


def registry_types(*, entity: str, project: str) -> Operation[RegistryTypes]:
    """The artifact types that a registry accepts: those of the list, or all of them.

    Used by: Registry.artifact_types, Registry.allow_all_artifact_types
    Needs: feature INCLUDE_ARTIFACT_TYPES_IN_REGISTRY_CREATION"""
    from .registry_types import RegistryTypes

    variables: dict[str, object] = {"entity": entity, "project": project}
    return Operation(
        REGISTRY_TYPES_GQL, "RegistryTypes", variables, envelope=Envelope[RegistryTypes]
    )


def registry_collections(
    *,
    organization: str,
    registry_filters: str | None | UnsetType = UNSET,
    filters: str | None | UnsetType = UNSET,
    order: str | None | UnsetType = UNSET,
    cursor: str | None | UnsetType = UNSET,
    per_page: int | None | UnsetType = UNSET,
) -> Operation[RegistryCollections]:
    """The collections in the registries of an organization. The filters select registries and
    collections; null selects all of them.

    Pages: `perPage` collections at a time from after `cursor`.

    Used by: RegistryCollections
    Needs: feature ARTIFACT_REGISTRY_SEARCH"""
    from .registry_collections import RegistryCollections

    variables: dict[str, object] = {
        "organization": organization,
        "registryFilters": registry_filters,
        "filters": filters,
        "order": order,
        "cursor": cursor,
        "perPage": per_page,
    }
    return Operation(
        REGISTRY_COLLECTIONS_GQL,
        "RegistryCollections",
        variables,
        envelope=Envelope[RegistryCollections],
    )


def registry_versions(
    *,
    organization: str,
    registry_filters: str | None | UnsetType = UNSET,
    collection_filters: str | None | UnsetType = UNSET,
    filters: str | None | UnsetType = UNSET,
    order: str | None | UnsetType = UNSET,
    cursor: str | None | UnsetType = UNSET,
    per_page: int | None | UnsetType = UNSET,
) -> Operation[RegistryVersions]:
    """The versions in the registries of an organization, each as a member of a collection. The filters
    select registries, collections and versions; null selects all of them.

    Pages: `perPage` versions at a time from after `cursor`. The server provides no total.

    Used by: RegistryVersions
    Needs: feature ARTIFACT_REGISTRY_SEARCH"""
    from .registry_versions import RegistryVersions

    variables: dict[str, object] = {
        "organization": organization,
        "registryFilters": registry_filters,
        "collectionFilters": collection_filters,
        "filters": filters,
        "order": order,
        "cursor": cursor,
        "perPage": per_page,
    }
    return Operation(
        REGISTRY_VERSIONS_GQL,
        "RegistryVersions",
        variables,
        envelope=Envelope[RegistryVersions],
    )


def registry_features(*, organization: str) -> Operation[RegistryFeatures]:
    """How the registries of an organization are searched: with advanced search, some fields of filters
    have other names, and versions can be ordered.

    Used by: RegistryVersions
    Needs: feature ARTIFACT_COLLECTIONS_FILTERING_SORTING"""
    from .registry_features import RegistryFeatures

    variables: dict[str, object] = {"organization": organization}
    return Operation(
        REGISTRY_FEATURES_GQL,
        "RegistryFeatures",
        variables,
        envelope=Envelope[RegistryFeatures],
    )


def create_registry(
    *,
    entity: str,
    project: str,
    access: str,
    allow_all: bool,
    description: str | None | UnsetType = UNSET,
    types: list[ArtifactTypeInput] | None | UnsetType = UNSET,
) -> Operation[CreateRegistry]:
    """Create a registry: a project of the entity that owns the registries of an organization. One that
    exists would be changed, so look for it first.

    Used by: Api.create_registry
    Needs: feature INCLUDE_ARTIFACT_TYPES_IN_REGISTRY_CREATION
    Repeatable: yes, the second call finds the registry"""
    from .create_registry import CreateRegistry

    variables: dict[str, object] = {
        "entity": entity,
        "project": project,
        "access": access,
        "description": description,
        "allowAll": allow_all,
        "types": types,
    }
    return Operation(
        CREATE_REGISTRY_GQL,
        "CreateRegistry",
        variables,
        envelope=Envelope[CreateRegistry],
    )


def get_run(*, entity: str, project: str, name: str) -> Operation[GetRun]:
    """One run by its short id, with its config and summary. `project` is null if the project is missing,
    `run` if only the run is.

    Used by: Api.run, Run.load"""
    from .get_run import GetRun

    variables: dict[str, object] = {"entity": entity, "project": project, "name": name}
    return Operation(GET_RUN_GQL, "GetRun", variables, envelope=Envelope[GetRun])


def get_run_data(*, entity: str, project: str, name: str) -> Operation[GetRunData]:
    """Config and summary of one run, for a run that was listed without them.

    Used by: Run.config, Run.summary"""
    from .get_run_data import GetRunData

    variables: dict[str, object] = {"entity": entity, "project": project, "name": name}
    return Operation(GET_RUN_DATA_GQL, "GetRunData", variables, envelope=Envelope[GetRunData])


def get_run_state(*, entity: str, project: str, name: str) -> Operation[GetRunState]:
    """The state of one run, as short as possible: it is requested every few seconds.

    Used by: Run.wait_until_finished"""
    from .get_run_state import GetRunState

    variables: dict[str, object] = {"entity": entity, "project": project, "name": name}
    return Operation(GET_RUN_STATE_GQL, "GetRunState", variables, envelope=Envelope[GetRunState])


def runs(
    *,
    entity: str,
    project: str,
    filters: str | None | UnsetType = UNSET,
    order: str | None | UnsetType = UNSET,
    cursor: str | None | UnsetType = UNSET,
    per_page: int | None | UnsetType = UNSET,
) -> Operation[Runs]:
    """The runs of a project that match a filter, and how many there are.

    Pages: `perPage` runs at a time from after `cursor`.

    Used by: Runs"""
    from .runs import Runs

    variables: dict[str, object] = {
        "entity": entity,
        "project": project,
        "filters": filters,
        "order": order,
        "cursor": cursor,
        "perPage": per_page,
    }
    return Operation(RUNS_GQL, "Runs", variables, envelope=Envelope[Runs])


def runs_with_data(
    *,
    entity: str,
    project: str,
    filters: str | None | UnsetType = UNSET,
    order: str | None | UnsetType = UNSET,
    cursor: str | None | UnsetType = UNSET,
    per_page: int | None | UnsetType = UNSET,
) -> Operation[RunsWithData]:
    """The same, with the config and the summary of each run: one request per page instead of one per run.

    Pages: `perPage` runs at a time from after `cursor`.

    Used by: Runs"""
    from .runs_with_data import RunsWithData

    variables: dict[str, object] = {
        "entity": entity,
        "project": project,
        "filters": filters,
        "order": order,
        "cursor": cursor,
        "perPage": per_page,
    }
    return Operation(RUNS_WITH_DATA_GQL, "RunsWithData", variables, envelope=Envelope[RunsWithData])


def run_history_extent(*, entity: str, project: str, name: str) -> Operation[RunHistoryExtent]:
    """The last step that a run logged, in `historyKeys`, and how many steps it logged.

    Used by: Run.scan_history, Run.last_history_step"""
    from .run_history_extent import RunHistoryExtent

    variables: dict[str, object] = {"entity": entity, "project": project, "name": name}
    return Operation(
        RUN_HISTORY_EXTENT_GQL,
        "RunHistoryExtent",
        variables,
        envelope=Envelope[RunHistoryExtent],
    )


def run_history(
    *,
    entity: str,
    project: str,
    name: str,
    min_step: int | None | UnsetType = UNSET,
    max_step: int | None | UnsetType = UNSET,
    samples: int | None | UnsetType = UNSET,
) -> Operation[RunHistory]:
    """Logged steps from `minStep` to before `maxStep`, each as a JSON string; evenly chosen if there are
    more than `samples`.

    Used by: Run.history, Run.scan_history"""
    from .run_history import RunHistory

    variables: dict[str, object] = {
        "entity": entity,
        "project": project,
        "name": name,
        "minStep": min_step,
        "maxStep": max_step,
        "samples": samples,
    }
    return Operation(RUN_HISTORY_GQL, "RunHistory", variables, envelope=Envelope[RunHistory])


def sampled_run_history(
    *, entity: str, project: str, name: str, specs: list[str]
) -> Operation[SampledRunHistory]:
    """The steps that logged certain metrics: for each of `specs`, JSON objects with `keys` and `samples`,
    a list of JSON objects.

    Used by: Run.history, Run.scan_history"""
    from .sampled_run_history import SampledRunHistory

    variables: dict[str, object] = {
        "entity": entity,
        "project": project,
        "name": name,
        "specs": specs,
    }
    return Operation(
        SAMPLED_RUN_HISTORY_GQL,
        "SampledRunHistory",
        variables,
        envelope=Envelope[SampledRunHistory],
    )


def create_run(
    *,
    entity: str,
    project: str,
    name: str,
    state: str | None | UnsetType = UNSET,
) -> Operation[CreateRun]:
    """Create a run by its short id, and its project if that is missing; return the run if it exists.

    Used by: Api.create_run
    Repeatable: yes, the second call finds the run"""
    from .create_run import CreateRun

    variables: dict[str, object] = {
        "entity": entity,
        "project": project,
        "name": name,
        "state": state,
    }
    return Operation(CREATE_RUN_GQL, "CreateRun", variables, envelope=Envelope[CreateRun])


def delete_run(
    *, id: str, delete_artifacts: bool | None | UnsetType = UNSET
) -> Operation[DeleteRun]:
    """Delete a run with its files, and on request with the versions that it logged.

    Used by: Run.delete
    Repeatable: no, deleting it again is an error"""
    from .delete_run import DeleteRun

    variables: dict[str, object] = {"id": id, "deleteArtifacts": delete_artifacts}
    return Operation(
        DELETE_RUN_GQL,
        "DeleteRun",
        variables,
        envelope=Envelope[DeleteRun],
        repeatable=False,
    )


def stop_run(*, id: str) -> Operation[StopRun]:
    """Ask the process behind a run to stop; it is told with the response to what it logs next.

    Used by: Run.stop
    Repeatable: yes, asking again changes nothing"""
    from .stop_run import StopRun

    variables: dict[str, object] = {"id": id}
    return Operation(STOP_RUN_GQL, "StopRun", variables, envelope=Envelope[StopRun])


def server_features() -> Operation[ServerFeatures]:
    """The features of the server by name. Requested once per client; a server too old to have the field
    counts as having no features.

    Used by: Client
    Needs: server with `ServerInfo.features`"""
    from .server_features import ServerFeatures

    variables: dict[str, object] = {}
    return Operation(
        SERVER_FEATURES_GQL,
        "ServerFeatures",
        variables,
        envelope=Envelope[ServerFeatures],
    )


def get_server_info() -> Operation[GetServerInfo]:
    """The version of the server, and the client versions that it supports.

    Used by: Client"""
    from .get_server_info import GetServerInfo

    variables: dict[str, object] = {}
    return Operation(
        GET_SERVER_INFO_GQL,
        "GetServerInfo",
        variables,
        envelope=Envelope[GetServerInfo],
    )


def get_viewer() -> Operation[GetViewer]:
    """The account behind the API key; null if the server does not recognise the key.

    Used by: Api.viewer, Api.default_entity"""
    from .get_viewer import GetViewer

    variables: dict[str, object] = {}
    return Operation(GET_VIEWER_GQL, "GetViewer", variables, envelope=Envelope[GetViewer])


def entity_organizations(*, entity: str) -> Operation[EntityOrganizations]:
    """The organizations that an entity belongs to, and the entities that own their registries: one for a
    team, any number for the entity of an account.

    Used by: Api.artifact, artifacts.Artifact.link
    Needs: server 0.50 or newer"""
    from .entity_organizations import EntityOrganizations

    variables: dict[str, object] = {"entity": entity}
    return Operation(
        ENTITY_ORGANIZATIONS_GQL,
        "EntityOrganizations",
        variables,
        envelope=Envelope[EntityOrganizations],
    )


def stored_versions(
    *,
    entity: str,
    project: str,
    type_name: str,
    collection: str,
    with_metadata: bool,
    cursor: str | None | UnsetType = UNSET,
    per_page: int | None | UnsetType = UNSET,
    filters: str | None | UnsetType = UNSET,
) -> Operation[StoredVersions]:
    """The versions in a collection with what decides about keeping them: names, users, links, and where
    the manifest is. `metadata` is sent only if a rule reads it.

    Pages: `perPage` versions at a time from after `cursor`, newest first.

    Used by: Api.usage, Api.plan_prune"""
    from .stored_versions import StoredVersions

    variables: dict[str, object] = {
        "entity": entity,
        "project": project,
        "typeName": type_name,
        "collection": collection,
        "cursor": cursor,
        "perPage": per_page,
        "filters": filters,
        "withMetadata": with_metadata,
    }
    return Operation(
        STORED_VERSIONS_GQL,
        "StoredVersions",
        variables,
        envelope=Envelope[StoredVersions],
    )


def stored_version_by_id(*, id: str) -> Operation[StoredVersionById]:
    """What may have changed about a version since a plan to delete it was made, with the newest version
    of its collection.

    Used by: Api.apply_plan"""
    from .stored_version_by_id import StoredVersionById

    variables: dict[str, object] = {"id": id}
    return Operation(
        STORED_VERSION_BY_ID_GQL,
        "StoredVersionById",
        variables,
        envelope=Envelope[StoredVersionById],
    )


def run_file_sizes(
    *,
    entity: str,
    project: str,
    cursor: str | None | UnsetType = UNSET,
    per_page: int | None | UnsetType = UNSET,
    file_limit: int | None | UnsetType = UNSET,
) -> Operation[RunFileSizes]:
    """The runs of a project with the names and sizes of their files: the first `fileLimit` of each.

    Pages: `perPage` runs at a time from after `cursor`.

    Used by: Api.usage, Api.plan_prune_files"""
    from .run_file_sizes import RunFileSizes

    variables: dict[str, object] = {
        "entity": entity,
        "project": project,
        "cursor": cursor,
        "perPage": per_page,
        "fileLimit": file_limit,
    }
    return Operation(RUN_FILE_SIZES_GQL, "RunFileSizes", variables, envelope=Envelope[RunFileSizes])


def more_run_file_sizes(
    *,
    entity: str,
    project: str,
    name: str,
    cursor: str | None | UnsetType = UNSET,
    file_limit: int | None | UnsetType = UNSET,
) -> Operation[MoreRunFileSizes]:
    """Further files of one run with their sizes.

    Pages: `fileLimit` files at a time from after `cursor`.

    Used by: Api.usage, Api.plan_prune_files"""
    from .more_run_file_sizes import MoreRunFileSizes

    variables: dict[str, object] = {
        "entity": entity,
        "project": project,
        "name": name,
        "cursor": cursor,
        "fileLimit": file_limit,
    }
    return Operation(
        MORE_RUN_FILE_SIZES_GQL,
        "MoreRunFileSizes",
        variables,
        envelope=Envelope[MoreRunFileSizes],
    )
