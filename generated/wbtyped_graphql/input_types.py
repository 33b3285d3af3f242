# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from pydantic import Field

from .base_model import BaseModel
from .enums import (
    ArtifactDigestAlgorithm,
    ArtifactManifestType,
    ArtifactStorageLayout,
    CompleteMultipartAction,
)


class UpsertBucketInput(BaseModel, frozen=True):
    """Arguments of `upsertBucket`. Null leaves a value unchanged."""

    client_mutation_id: str | None = None
    "Any string; the payload returns it, to match responses to requests. Servers ignore it."
    commit: str | None = None
    "Commit of the source code, as a hexadecimal hash."
    config: str | None = None
    'Configuration as a JSON object of the form `{"KEY": {"value": VALUE}}`.'
    debug: bool | None = None
    "Marks the run as one for debugging."
    description: str | None = None
    "Description on the run's page."
    display_name: str | None = None
    "Title of the run."
    entity_name: str | None = None
    "Entity that owns the project. Null stands for the caller's default entity."
    framework: str | None = None
    "Machine learning framework, such as `torch`."
    group_name: str | None = None
    "Name of the group that the run belongs to."
    host: str | None = None
    "Name of the machine."
    id: str | None = None
    "Opaque `id` of the run to change, instead of entity, project and run id."
    job_program: str | None = None
    "Path of the program."
    job_repo: str | None = None
    "URL of the source repository."
    job_type: str | None = None
    "What the run does, such as `train`."
    model_name: str | None = None
    "Project of the run, by its name without the entity."
    name: str | None = None
    "Run id of the run to create or change."
    notes: str | None = None
    "Notes of a user about the run."
    run_queue_item_id: str | None = None
    "Entry of a launch queue that started the run."
    state: str | None = None
    "New state, such as `running`."
    summary_metrics: str | None = None
    "Summary of the metrics, as a JSON object; replaces all of it."
    sweep: str | None = None
    "Short id of the sweep that the run belongs to."
    tags: list[str | None] | None = None
    "Tags of the run; replaces all of them."


class ArtifactAliasInput(BaseModel, frozen=True):
    """An alias in a collection of the current project."""

    alias: str
    "The alias as a string: at most 128 characters, without `/` and `:`."
    artifact_collection_name: str
    "Collection that it is valid in."


class ArtifactCollectionAliasInput(BaseModel, frozen=True):
    """An alias in a collection of any project."""

    alias: str
    "The alias as a string: at most 128 characters, without `/` and `:`."
    artifact_collection_name: str
    "Collection that it is valid in."
    entity_name: str
    "Entity that owns the project of that collection."
    project_name: str
    "Project of that collection, by its name without the entity."


class TagInput(BaseModel, frozen=True):
    """A tag to set or to remove. Added after mid-2023; the server version is not known."""

    attributes: str | None = None
    "JSON object of further values. That the type is `JSONString` is inferred."
    tag_category_name: str | None = None
    "Category of the tag, at most 128 characters; null for none."
    tag_name: str
    "The tag as a string: letters, digits, `-`, `_` and inner spaces, at most 128 characters."


class CreateArtifactInput(BaseModel, frozen=True):
    """Arguments of `createArtifact`."""

    aliases: list["ArtifactAliasInput"] | None = None
    "Aliases that the version gets when it is committed."
    artifact_collection_name: str | None = None
    "Sequence that the version is logged to. Give this or `artifactCollectionNames`."
    artifact_collection_names: list[str] | None = None
    "Sequences that the version is logged to; clients send one."
    artifact_type_name: str
    "Type of the version; must be the type of the sequence."
    client_id: str | None = Field(
        validation_alias="clientID", default=None, serialization_alias="clientID"
    )
    "Id that the client created for the version: 128 lower-case letters and digits. Sending it again\nreturns the same version."
    client_mutation_id: str | None = None
    "Any string; the payload returns it, to match responses to requests. Servers ignore it."
    description: str | None = None
    "Free-form description of the version."
    digest: str
    "Hexadecimal digest over the paths and digests of all files, computed as in `Artifact.digest`."
    digest_algorithm: ArtifactDigestAlgorithm
    "Algorithm that `digest` is computed with."
    distributed_id: str | None = Field(
        validation_alias="distributedID",
        default=None,
        serialization_alias="distributedID",
    )
    "Name that several writers of one version share; each of them gets the same version."
    enable_digest_deduplication: bool | None = None
    "Whether to return a committed version of the same content instead of a new one."
    entity_name: str
    "Entity that owns the project."
    history_step: int | None = None
    "Step of the run's history that the version belongs to."
    labels: str | None = None
    "JSON object of labels; predecessor of tags."
    metadata: str | None = None
    "JSON object to attach, at most 100 keys by the official SDK's rule."
    project_name: str
    "Project that the version is logged to."
    run_name: str | None = None
    "Run id of the run that writes the version; null if an account creates it."
    sequence_client_id: str | None = Field(
        validation_alias="sequenceClientID",
        default=None,
        serialization_alias="sequenceClientID",
    )
    "Id that the client created for the sequence, by the same rules as `clientID`."
    storage_region: str | None = None
    "Region to store the files in; null for the server's own. Added after mid-2023; the server version\nis not known."
    tags: list["TagInput"] | None = None
    "Tags of the version. Since server 0.58."
    ttl_duration_seconds: int | None = None
    "Time to live in seconds; -1 to follow an inherited rule, -2 never to expire. Since server 0.63 at\nthe latest."


class UpdateArtifactInput(BaseModel, frozen=True):
    """Arguments of `updateArtifact`. Null leaves a value unchanged."""

    aliases: list["ArtifactAliasInput"] | None = None
    "New aliases. Current clients use `addAliases` and `deleteAliases`."
    artifact_id: str = Field(validation_alias="artifactID", serialization_alias="artifactID")
    "Opaque `id` of the version, not its path."
    client_mutation_id: str | None = None
    "Any string; the payload returns it, to match responses to requests. Servers ignore it."
    description: str | None = None
    "New description; an empty string to clear it."
    labels: str | None = None
    "New labels as a JSON object."
    metadata: str | None = None
    "New metadata as a JSON object; replaces all of it."
    tags_to_add: list["TagInput"] | None = None
    "Tags to set. Since server 0.63 at the latest."
    tags_to_delete: list["TagInput"] | None = None
    "Tags to remove. Since server 0.63 at the latest."
    ttl_duration_seconds: int | None = None
    "New time to live in seconds; -1 to follow an inherited rule, -2 never to expire. Since server 0.63\nat the latest."


class LinkArtifactInput(BaseModel, frozen=True):
    """Arguments of `linkArtifact`. The version is named by `artifactID` or `clientID`, the portfolio by
    its id or its path."""

    aliases: list["ArtifactAliasInput"] | None = None
    "Aliases that the version gets in the portfolio."
    artifact_id: str | None = Field(
        validation_alias="artifactID", default=None, serialization_alias="artifactID"
    )
    "Opaque `id` of the version, not its path."
    artifact_portfolio_id: str | None = Field(
        validation_alias="artifactPortfolioID",
        default=None,
        serialization_alias="artifactPortfolioID",
    )
    "Opaque `id` of the portfolio, not its name."
    artifact_portfolio_name: str | None = None
    "Name of the portfolio; created if missing."
    client_id: str | None = Field(
        validation_alias="clientID", default=None, serialization_alias="clientID"
    )
    "Id that the client created for the version."
    client_mutation_id: str | None = None
    "Any string; the payload returns it, to match responses to requests. Servers ignore it."
    entity_name: str | None = None
    "Entity that owns the project of the portfolio."
    project_name: str | None = None
    "Project of the portfolio, or the registry."


class CreateArtifactManifestInput(BaseModel, frozen=True):
    """Arguments of `createArtifactManifest`. Calling it again with a digest creates the upload URL of the
    manifest."""

    artifact_id: str = Field(validation_alias="artifactID", serialization_alias="artifactID")
    "Opaque `id` of the version, not its path."
    base_artifact_id: str | None = Field(
        validation_alias="baseArtifactID",
        default=None,
        serialization_alias="baseArtifactID",
    )
    "`id` of the version that an incremental manifest builds on; null for none."
    client_mutation_id: str | None = None
    "Any string; the payload returns it, to match responses to requests. Servers ignore it."
    digest: str
    "Base64 of the MD5 of the manifest file; an empty string as long as it is not written."
    entity_name: str
    "Entity that owns the project."
    name: str
    "File name, such as `wandb_manifest.json`; incremental and patch manifests have their kind before\n`.json`."
    project_name: str
    "Project of the version, by its name without the entity."
    run_name: str
    "Run id of the run that writes the version. That an empty string stands for none is not confirmed."
    type_: ArtifactManifestType = Field(
        validation_alias="type",
        default=ArtifactManifestType.FULL,
        serialization_alias="type",
    )
    "How the manifest relates to that of another version. That the default is `FULL` is inferred."


class UploadPartsInput(BaseModel, frozen=True):
    """One part of a large upload. Since server 0.63 at the latest."""

    hex_md_5: str = Field(validation_alias="hexMD5", serialization_alias="hexMD5")
    "MD5 of the part in hexadecimal. When completing an upload: the `ETag` of the response, with its\nquotes."
    part_number: int
    "Number of the part, from 1."


class CreateArtifactFileSpecInput(BaseModel, frozen=True):
    """A file of a pending version that is about to be uploaded."""

    artifact_id: str = Field(validation_alias="artifactID", serialization_alias="artifactID")
    "Opaque `id` of the version, not its path."
    artifact_manifest_id: str | None = Field(
        validation_alias="artifactManifestID",
        default=None,
        serialization_alias="artifactManifestID",
    )
    "Opaque `id` of the version's manifest, as returned by `createArtifactManifest`; null if there is\nnone yet."
    digest: str | None = None
    "Base64 digest by the algorithm of the artifact; the same as `md5` for MD5. Added after mid-2023;\nthe server version is not known. Only where the server reports the feature\n`ARTIFACT_DIGEST_ALGORITHM`."
    md5: str
    "Base64 of the 16 bytes of the content's MD5, whatever the algorithm of the artifact."
    mimetype: str | None = None
    "MIME type; null if it is not known."
    name: str
    "Path inside the artifact."
    upload_parts_input: list["UploadPartsInput"] | None = None
    "Parts, for a file that is uploaded in parts (2 GiB and more in the official SDK); null otherwise.\nSince server 0.63 at the latest."


class CreateArtifactFilesInput(BaseModel, frozen=True):
    """Arguments of `createArtifactFiles`."""

    artifact_files: list["CreateArtifactFileSpecInput"]
    "The files. Clients send up to 2000 at a time."
    client_mutation_id: str | None = None
    "Any string; the payload returns it, to match responses to requests. Servers ignore it."
    cloud_region_id: str | None = Field(
        validation_alias="cloudRegionID",
        default=None,
        serialization_alias="cloudRegionID",
    )
    "`id` of the region to store them in; null for the server's own."
    digest_algorithm: ArtifactDigestAlgorithm | None = None
    "Algorithm of the digests of the files. Added after mid-2023; the server version is not known. Only\nwhere the server reports the feature `ARTIFACT_DIGEST_ALGORITHM`."
    storage_layout: ArtifactStorageLayout = ArtifactStorageLayout.V1
    "How the keys in storage are built. That the default is `V1` is inferred; clients send `V2`."


class CompleteMultipartUploadArtifactInput(BaseModel, frozen=True):
    """Arguments of `completeMultipartUploadArtifact`. Since server 0.63 at the latest. Known from one
    query only, which always sends all five."""

    artifact_id: str | None = Field(
        validation_alias="artifactID", default=None, serialization_alias="artifactID"
    )
    "Opaque `id` of the version, not its path. Nullability not confirmed."
    complete_multipart_action: CompleteMultipartAction | None = None
    "What to do with the parts. Nullability not confirmed."
    completed_parts: list["UploadPartsInput"] | None = None
    "All parts in order; `hexMD5` holds the `ETag` that storage returned, with its quotes. Nullability\nnot confirmed."
    storage_path: str | None = None
    "`storagePath` of the file. Nullability not confirmed."
    upload_id: str | None = Field(
        validation_alias="uploadID", default=None, serialization_alias="uploadID"
    )
    "`uploadID` of the upload. Nullability not confirmed."


class ArtifactTypeInput(BaseModel, frozen=True):
    """An artifact type that a registry accepts. Added after mid-2023; the server version is not known."""

    description: str | None = None
    "Free-form description of the type; null for none."
    name: str
    "Name of the type, at most 128 characters: letters, digits, `-`, `_`, `.` and inner spaces."
