"""Name the object that an operation is about, for errors: users know runs, not queries."""

from collections.abc import Mapping

from wbtyped_graphql.operation import Operation, ResultT

PROJECT = "project {entity}/{project}"
RUN = "run {entity}/{project}/{name}"
FILES = "files of run {entity}/{project}/{name}"
HISTORY = "history of run {entity}/{project}/{name}"
USER = "run {entity}/{project}/{run}"
UPLOADED = "new files of " + USER
ARTIFACT = "artifact {entity}/{project}/{name}"
COLLECTION = "artifact collection {entity}/{project}/{name}"
TAGGED = "artifact collection {entity}/{project}/{collection}"
REGISTRIES = "registries of organization {organization}"
SERVER = "the server's version and features"
# For operations that know only an id; those who send them say more by `Operation.about`.
SOME_ARTIFACT = "an artifact version"
SOME_COLLECTION = "an artifact collection"
NEW_ARTIFACT = "a new artifact version"

SUBJECTS: Mapping[str, str] = {
    "AddArtifactAliases": SOME_ARTIFACT,
    "AddArtifactCollectionTags": TAGGED,
    "ArtifactById": SOME_ARTIFACT,
    "ArtifactByName": ARTIFACT,
    "ArtifactByPath": ARTIFACT,
    "ArtifactCollectionAliases": SOME_COLLECTION,
    "ArtifactCollections": "artifact collections of type {typeName} in " + PROJECT,
    "ArtifactCreatedBy": SOME_ARTIFACT,
    "ArtifactFileAddresses": SOME_ARTIFACT,
    "ArtifactFileEntries": SOME_ARTIFACT,
    "ArtifactFilesById": SOME_ARTIFACT,
    "ArtifactLineage": SOME_ARTIFACT,
    "ArtifactManifest": SOME_ARTIFACT,
    "ArtifactPlaces": SOME_ARTIFACT,
    "ArtifactTypes": "artifact types of " + PROJECT,
    "ArtifactUsedBy": SOME_ARTIFACT,
    "Artifacts": "versions in " + TAGGED,
    "CommitArtifact": NEW_ARTIFACT,
    "CreateArtifact": NEW_ARTIFACT,
    "CreateArtifactFiles": NEW_ARTIFACT,
    "CreateArtifactManifest": NEW_ARTIFACT,
    "CreatePublishingRun": RUN,
    "CreateRegistry": PROJECT,
    "CompleteMultipartUploadArtifact": NEW_ARTIFACT,
    "CollectionOrType": "artifact collection or type {entity}/{project}/{name}",
    "CreateRun": RUN,
    "CreateRunFiles": UPLOADED,
    "DeleteArtifact": SOME_ARTIFACT,
    "DeleteArtifactAliases": SOME_ARTIFACT,
    "DeleteArtifactCollectionTags": TAGGED,
    "DeleteArtifactPortfolio": SOME_COLLECTION,
    "DeleteArtifactSequence": SOME_COLLECTION,
    "DeleteRun": "a run",
    "DeleteRunFiles": "files of a run",
    "DigestAlgorithms": TAGGED,
    "EntityOrganizations": "organizations of entity {entity}",
    "GetArtifactCollection": COLLECTION,
    "GetArtifactType": "artifact type {typeName} of " + PROJECT,
    "GetProject": PROJECT,
    "GetRegistry": "registry {organization}/{project}",
    "GetRun": RUN,
    "GetRunData": RUN,
    "GetRunState": RUN,
    "GetServerInfo": SERVER,
    "GetViewer": "the account of the API key",
    "LatestVersion": TAGGED,
    "LinkArtifact": SOME_ARTIFACT,
    "LogArtifact": "artifacts of " + USER,
    "MarkRunFilesUploaded": UPLOADED,
    "MirroredRunVersions": "artifacts of " + RUN,
    "MirroredRuns": "runs of " + PROJECT,
    "MirroredUsers": SOME_ARTIFACT,
    "MirroredVersions": "versions in " + TAGGED,
    "MoreRunFileSizes": FILES,
    "MoveArtifactSequence": SOME_COLLECTION,
    "ProjectArtifactCollections": "artifact collections of " + PROJECT,
    "Projects": "projects of entity {entity}",
    "Registries": REGISTRIES,
    "RegistryCollections": "collections in " + REGISTRIES,
    "RegistryFeatures": REGISTRIES,
    "RegistryTypes": "artifact types of " + PROJECT,
    "RegistryVersions": "versions in " + REGISTRIES,
    "RestoreRun": "a run",
    "RunArtifacts": "artifacts of " + RUN,
    "RunEvents": "system metrics of " + RUN,
    "RunFileAddresses": FILES,
    "RunFileSizes": "runs of " + PROJECT,
    "RunFiles": FILES,
    "RunHistory": HISTORY,
    "RunHistoryExtent": HISTORY,
    "RunLineage": "artifacts of " + RUN,
    "ProjectNames": PROJECT,
    "Runs": "runs of " + PROJECT,
    "RunsWithData": "runs of " + PROJECT,
    "SampledRunHistory": HISTORY,
    "ServerFeatures": SERVER,
    "StopRun": "a run",
    "StoredVersionById": SOME_ARTIFACT,
    "StoredVersions": "versions in " + TAGGED,
    "UnlinkArtifact": SOME_ARTIFACT,
    "UpdateArtifact": SOME_ARTIFACT,
    "UpdateArtifactManifest": NEW_ARTIFACT,
    "UpdateArtifactPortfolio": SOME_COLLECTION,
    "UpdateArtifactSequence": SOME_COLLECTION,
    "UpsertProject": "project {entity}/{name}",
    "UseArtifact": "artifacts of " + USER,
}
"""The subject of each operation, with its variables in braces."""


def subject_of(operation: Operation[ResultT]) -> str:
    """Return what an operation is about; the name of one that is not ours."""
    if operation.subject is not None:
        return operation.subject
    template = SUBJECTS.get(operation.name, operation.name.replace("{", "{{").replace("}", "}}"))
    try:
        return template.format_map(operation.variables)
    except KeyError:
        return operation.name
