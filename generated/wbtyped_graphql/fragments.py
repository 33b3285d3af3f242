# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Annotated, Literal, Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import ArtifactState
from .scalars import DateTime
from .unions import OTHER, OtherType, by_typename, named


class ProjectPlace(BaseModel, frozen=True):
    """The fields of a project that paths need.

    Used by: artifacts.ArtifactCollection, artifacts.Artifact"""

    id: str
    "Opaque id, valid on this server only. Most are base64 of a kind and a number; do not rely on it."
    internal_id: str
    "Id of the project in storage: base64 of `ProjectInternalId:` and a number. Since server 0.51."
    name: str
    "Name of the project, unique under its owner, at most 128 characters, without `/ \\ # ? % :` or line breaks."
    entity_name: str
    "Name of the owner: the first part of the project's path."


class CollectionPlace(BaseModel, frozen=True):
    """The collection of an alias or a version, and its project.

    Used by: artifacts.Artifact"""

    typename__: str = Field(validation_alias="__typename", serialization_alias="__typename")
    "The name of the current Object type at runtime."
    id: str
    "Opaque id. Mutations take it as `artifactSequenceID` or `artifactPortfolioID`."
    name: str
    "Name of the collection, unique in its project, at most 128 characters, without `/` and `:`."
    project: Optional["CollectionPlaceProject"]
    "Project that the collection is in; null if the caller may not see it. Older servers (before March 2024) promise a value."


class CollectionPlaceProject(ProjectPlace, frozen=True):
    pass


class Tag(BaseModel, frozen=True):
    """A tag of a collection or version.

    Used by: artifacts.ArtifactCollection, artifacts.Artifact"""

    id: str
    "Opaque id of the tag."
    name: str
    "The tag as a string: letters, digits, `-`, `_` and inner spaces, at most 128 characters."


class Artifact(BaseModel, frozen=True):
    """One version of an artifact, whatever collection it was found in.

    `artifactSequence` and `versionIndex` are those of its own sequence. `metadata` is a JSON string
    that may be large; it is parsed on first access. `aliases` are those in all collections.

    Used by: artifacts.Artifact"""

    id: str
    "Opaque id of the version, as it appears in manifests and references."
    artifact_sequence: "ArtifactArtifactSequence"
    "Collection that the version was logged to."
    artifact_type: "ArtifactArtifactType"
    "Type of the version, such as `dataset`."
    version_index: int | None
    "N of `vN` in its sequence, from 0; null while it has no number."
    description: str | None
    "Free-form description of the version; null if there is none."
    metadata: str | None
    "JSON object that the writer attached; null if there is none."
    ttl_duration_seconds: int
    "Time to live in seconds from its creation; -2 when it never expires, -1 when it follows an inherited rule. Added after mid-2023; the server version is not known."
    ttl_is_inherited: bool
    "Whether the time to live comes from a rule and not from the version itself. Since server 0.63 at the latest."
    tags: list["ArtifactTags"]
    "Tags that users gave this version: a plain list, without pages. Added after mid-2023; the server version is not known."
    history_step: int | None
    "How many steps the run had logged when it wrote the version; null if no run did. The official SDK shows one less."
    state: ArtifactState
    "State of the version."
    size: int
    "Sum of the sizes of all entries, in bytes."
    digest: str
    "Hexadecimal digest of the line `wandb-artifact-manifest-v1` and one line `PATH:DIGEST` for each file, sorted by path. The same content has the same digest."
    commit_hash: str | None
    "Short hash that names the version in its collection; null while it has none."
    file_count: int
    "Number of entries in the manifest, references included."
    created_at: DateTime
    "When the version was begun."
    updated_at: DateTime | None
    "Last change of description, metadata or the like; null if there was none."
    aliases: list["ArtifactAliases"]
    "Names that point to this version, such as `latest`. Also `vN` where the server lists it."


class ArtifactArtifactSequence(BaseModel, frozen=True):
    """A collection of the versions logged under one name, numbered v0, v1, and so on."""

    typename__: Literal["ArtifactSequence"] = Field(
        validation_alias="__typename", serialization_alias="__typename"
    )
    "The name of the current Object type at runtime."
    id: str
    "Opaque id. Mutations take it as `artifactSequenceID` or `artifactPortfolioID`."
    name: str
    "Name of the collection, unique in its project, at most 128 characters, without `/` and `:`."
    project: Optional["ArtifactArtifactSequenceProject"]
    "Project that the collection is in; null if the caller may not see it. Older servers (before March 2024) promise a value."


class ArtifactArtifactSequenceProject(ProjectPlace, frozen=True):
    pass


class ArtifactArtifactType(BaseModel, frozen=True):
    """A kind of artifacts in a project, such as `dataset` or `model`. A collection has exactly one."""

    name: str
    "Name of the type, at most 128 characters: letters, digits, `-`, `_`, `.` and inner spaces. `wandb-...`, `job` and a few others are the SDK's own."


class ArtifactTags(Tag, frozen=True):
    pass


class ArtifactAliases(BaseModel, frozen=True):
    """A name that points to one version in one collection."""

    alias: str
    "The alias as a string, such as `latest` or `v3`: at most 128 characters, without `/` and `:`."
    artifact_collection: Optional["ArtifactAliasesArtifactCollection"]
    "Collection that it is valid in; null if the caller may not see it."


class ArtifactAliasesArtifactCollection(CollectionPlace, frozen=True):
    pass


class ArtifactCollection(BaseModel, frozen=True):
    """A collection of versions: a sequence holds the versions of one artifact, a portfolio links to
    versions of others. `__typename` is the kind.

    Used by: artifacts.ArtifactCollection"""

    typename__: str = Field(validation_alias="__typename", serialization_alias="__typename")
    "The name of the current Object type at runtime."
    id: str
    "Opaque id. Mutations take it as `artifactSequenceID` or `artifactPortfolioID`."
    name: str
    "Name of the collection, unique in its project, at most 128 characters, without `/` and `:`."
    description: str | None
    "Free-form description of the collection; null if there is none."
    created_at: DateTime
    "When the collection was created."
    updated_at: DateTime | None
    "Last change of the collection; null if there was none."
    project: Optional["ArtifactCollectionProject"]
    "Project that the collection is in; null if the caller may not see it. Older servers (before March 2024) promise a value."
    default_artifact_type: "ArtifactCollectionDefaultArtifactType"
    "Type of the versions in the collection."
    tags: "ArtifactCollectionTags"
    "Tags that users gave the collection as a whole, not its versions."


class ArtifactCollectionProject(ProjectPlace, frozen=True):
    pass


class ArtifactCollectionDefaultArtifactType(BaseModel, frozen=True):
    """A kind of artifacts in a project, such as `dataset` or `model`. A collection has exactly one."""

    name: str
    "Name of the type, at most 128 characters: letters, digits, `-`, `_`, `.` and inner spaces. `wandb-...`, `job` and a few others are the SDK's own."


class ArtifactCollectionTags(BaseModel, frozen=True):
    """A page of tags."""

    edges: list["ArtifactCollectionTagsEdges"]
    "The tags of this page, in order."


class ArtifactCollectionTagsEdges(BaseModel, frozen=True):
    """A tag on a page, with its position in the list."""

    node: "ArtifactCollectionTagsEdgesNode"
    "The tag itself."


class ArtifactCollectionTagsEdgesNode(Tag, frozen=True):
    pass


class ArtifactFile(BaseModel, frozen=True):
    """A file of a version. Its name is its path in the version. For a reference, `url` and `directUrl`
    are both the URL that it refers to.

    Used by: File"""

    id: str
    "Opaque id, valid on this server only. Most are base64 of a kind and a number; do not rely on it."
    name: str
    "Name to show. For artifact files it is the path inside the artifact, as in `name`."
    url: str | None
    "URL on the API's own host. It needs the API key and may redirect to storage. For a reference, the URL referred to."
    direct_url: str
    "URL of the content: a signed URL in object storage. It expires and needs no API key. For a reference, the URL referred to."
    size_bytes: int
    "Size in bytes; 0 for a name that does not exist."
    storage_path: str | None
    "Key of the content in its bucket; a multipart upload is completed with it."
    mimetype: str | None
    "MIME type, guessed from the name; null if it is not known."
    updated_at: DateTime | None
    "When content was last uploaded; null for a name that does not exist."
    digest: str | None
    "Digest of an artifact file as its manifest has it: base64 of MD5 or XXH128, or the ETag or URL of a reference. Null for files of runs."
    md5: str | None
    "Base64 of the 16 bytes of the content's MD5; null if it is not known."


class ArtifactFileAddress(BaseModel, frozen=True):
    """The fields of a file of a version that a download needs, besides the manifest.

    Used by: artifacts.Artifact.download"""

    name: str
    "Name to show. For artifact files it is the path inside the artifact, as in `name`."
    direct_url: str
    "URL of the content: a signed URL in object storage. It expires and needs no API key. For a reference, the URL referred to."


class ArtifactFileEntry(BaseModel, frozen=True):
    """The fields of a file of a version that a download needs, without the manifest.

    Used by: artifacts.ArtifactFiles.download"""

    name: str
    "Name to show. For artifact files it is the path inside the artifact, as in `name`."
    url: str | None
    "URL on the API's own host. It needs the API key and may redirect to storage. For a reference, the URL referred to."
    direct_url: str
    "URL of the content: a signed URL in object storage. It expires and needs no API key. For a reference, the URL referred to."
    size_bytes: int
    "Size in bytes; 0 for a name that does not exist."
    digest: str | None
    "Digest of an artifact file as its manifest has it: base64 of MD5 or XXH128, or the ETag or URL of a reference. Null for files of runs."
    md5: str | None
    "Base64 of the 16 bytes of the content's MD5; null if it is not known."


class ArtifactType(BaseModel, frozen=True):
    """A type of artifacts, such as `dataset` or `model`.

    Used by: artifacts.ArtifactType"""

    id: str
    "Opaque id, for mutations that take an `artifactTypeID`."
    name: str
    "Name of the type, at most 128 characters: letters, digits, `-`, `_`, `.` and inner spaces. `wandb-...`, `job` and a few others are the SDK's own."
    description: str | None
    "Free-form description of the type; null if there is none."
    created_at: DateTime
    "When the type was created."


class PageInfo(BaseModel, frozen=True):
    """The end of a page and whether another follows. Every paged query selects it.

    Used by: every paginator"""

    end_cursor: str | None
    "Opaque cursor of the last entry, to be sent as `after` for the next page. Null on an empty page."
    has_next_page: bool
    "Whether there are entries after `endCursor`."


class CollectionNames(BaseModel, frozen=True):
    """What tells a collection from others in code: its name, its type, and aliases of its versions.

    Pages: 100 aliases; ArtifactCollectionAliases returns all.

    Used by: codegen.find_names"""

    typename__: str = Field(validation_alias="__typename", serialization_alias="__typename")
    "The name of the current Object type at runtime."
    name: str
    "Name of the collection, unique in its project, at most 128 characters, without `/` and `:`."
    default_artifact_type: "CollectionNamesDefaultArtifactType"
    "Type of the versions in the collection."
    aliases: "CollectionNamesAliases"
    "Aliases of all versions of the collection."


class CollectionNamesDefaultArtifactType(BaseModel, frozen=True):
    """A kind of artifacts in a project, such as `dataset` or `model`. A collection has exactly one."""

    name: str
    "Name of the type, at most 128 characters: letters, digits, `-`, `_`, `.` and inner spaces. `wandb-...`, `job` and a few others are the SDK's own."


class CollectionNamesAliases(BaseModel, frozen=True):
    """A page of aliases."""

    edges: list["CollectionNamesAliasesEdges"]
    "The aliases of this page, in order."
    page_info: "CollectionNamesAliasesPageInfo"
    "Where this page ends, and whether more follow."


class CollectionNamesAliasesEdges(BaseModel, frozen=True):
    """An alias on a page, with its position in the list."""

    node: Optional["CollectionNamesAliasesEdgesNode"]
    "The alias itself. May be null; skip such an edge."


class CollectionNamesAliasesEdgesNode(BaseModel, frozen=True):
    """A name that points to one version in one collection."""

    alias: str
    "The alias as a string, such as `latest` or `v3`: at most 128 characters, without `/` and `:`."


class CollectionNamesAliasesPageInfo(PageInfo, frozen=True):
    pass


class Creator(BaseModel, frozen=True):
    """The account that created a run.

    Used by: Run.user"""

    name: str
    "Name as the person writes it, may contain spaces. Not unique."
    username: str | None
    "Unique short name, as in paths and URLs."


class LineageVersion(BaseModel, frozen=True):
    """A version in a picture of lineage: its id, and what it is called.

    Used by: Run.lineage"""

    id: str
    "Opaque id of the version, as it appears in manifests and references."
    version_index: int | None
    "N of `vN` in its sequence, from 0; null while it has no number."
    artifact_type: "LineageVersionArtifactType"
    "Type of the version, such as `dataset`."
    artifact_sequence: "LineageVersionArtifactSequence"
    "Collection that the version was logged to."


class LineageVersionArtifactType(BaseModel, frozen=True):
    """A kind of artifacts in a project, such as `dataset` or `model`. A collection has exactly one."""

    name: str
    "Name of the type, at most 128 characters: letters, digits, `-`, `_`, `.` and inner spaces. `wandb-...`, `job` and a few others are the SDK's own."


class LineageVersionArtifactSequence(BaseModel, frozen=True):
    """A collection of the versions logged under one name, numbered v0, v1, and so on."""

    typename__: Literal["ArtifactSequence"] = Field(
        validation_alias="__typename", serialization_alias="__typename"
    )
    "The name of the current Object type at runtime."
    id: str
    "Opaque id. Mutations take it as `artifactSequenceID` or `artifactPortfolioID`."
    name: str
    "Name of the collection, unique in its project, at most 128 characters, without `/` and `:`."
    project: Optional["LineageVersionArtifactSequenceProject"]
    "Project that the collection is in; null if the caller may not see it. Older servers (before March 2024) promise a value."


class LineageVersionArtifactSequenceProject(ProjectPlace, frozen=True):
    pass


class Membership(BaseModel, frozen=True):
    """The membership of a version in a collection, with its number and aliases there.

    Used by: artifacts.Artifact"""

    id: str
    "Opaque id of the membership, not of the version."
    version_index: int | None
    "N of `vN` in this collection, from 0; null while it has no number."
    created_at: DateTime
    "When the version was added to the collection: for a portfolio, when it was linked."
    aliases: list["MembershipAliases"]
    "Aliases of the version in this collection, possibly including `vN`."
    artifact_collection: Optional["MembershipArtifactCollection"]
    "Collection of the membership; null if the caller may not see it."


class MembershipAliases(BaseModel, frozen=True):
    """A name that points to one version in one collection."""

    alias: str
    "The alias as a string, such as `latest` or `v3`: at most 128 characters, without `/` and `:`."


class MembershipArtifactCollection(CollectionPlace, frozen=True):
    pass


class MemberVersion(Membership, frozen=True):
    """A version as a member of a collection, with its number and aliases there.

    Used by: RegistryVersions"""

    artifact: Optional["MemberVersionArtifact"]
    "Version of the membership; null if the caller may not see it."


class MemberVersionArtifact(Artifact, frozen=True):
    pass


class Organization(BaseModel, frozen=True):
    """An organization, by the name in registry paths, and the entity that its registries belong to.

    Used by: Api.artifact, artifacts.Artifact.link"""

    name: str
    "Unique name, as in the path of a registry."
    org_entity: Optional["OrganizationOrgEntity"]
    "Entity that owns the organization's registries; null if there is none. Since server 0.50."


class OrganizationOrgEntity(BaseModel, frozen=True):
    """An owner of projects: a user account, a team, or an organization's own entity that holds its
    registries."""

    name: str
    "Unique short name, the first part of a path."


class Project(BaseModel, frozen=True):
    """A project, without fields that the server would have to count.

    Used by: Project"""

    id: str
    "Opaque id, valid on this server only. Most are base64 of a kind and a number; do not rely on it."
    internal_id: str
    "Id of the project in storage: base64 of `ProjectInternalId:` and a number. Since server 0.51."
    name: str
    "Name of the project, unique under its owner, at most 128 characters, without `/ \\ # ? % :` or line breaks."
    entity_name: str
    "Name of the owner: the first part of the project's path."
    description: str | None
    "Description shown on the project's page; null if there is none."
    access: str | None
    "Access level, in capitals. A registry has `PRIVATE` (the whole organization) or `RESTRICTED` (invited members only); the values of other projects are not documented. Null if none was set."
    created_at: DateTime
    "When the project was created."
    updated_at: DateTime | None
    "Last change of the project itself; null if there was none."


class RegistryDetails(BaseModel, frozen=True):
    """The artifact types of a registry: the only ones that it accepts, unless it accepts all.

    Used by: Registry"""

    allow_all_artifact_types_in_registry: bool
    "Whether collections of any type may be created in this registry, and not only of the types set for it. Added after mid-2023; the server version is not known. Only where the server reports the feature `INCLUDE_ARTIFACT_TYPES_IN_REGISTRY_CREATION`."
    artifact_types: "RegistryDetailsArtifactTypes"
    "Artifact types created in this project, such as `dataset` and `model`."


class RegistryDetailsArtifactTypes(BaseModel, frozen=True):
    """A page of artifact types."""

    edges: list["RegistryDetailsArtifactTypesEdges"]
    "The artifact types of this page, in order."


class RegistryDetailsArtifactTypesEdges(BaseModel, frozen=True):
    """An artifact type on a page, with its position in the list."""

    node: Optional["RegistryDetailsArtifactTypesEdgesNode"]
    "The artifact type itself. May be null; skip such an edge."


class RegistryDetailsArtifactTypesEdgesNode(BaseModel, frozen=True):
    """A kind of artifacts in a project, such as `dataset` or `model`. A collection has exactly one."""

    name: str
    "Name of the type, at most 128 characters: letters, digits, `-`, `_`, `.` and inner spaces. `wandb-...`, `job` and a few others are the SDK's own."


class Run(BaseModel, frozen=True):
    """A run as it is shown in a list or on its page.

    `name` is the short id in the URL of the run, `displayName` its title.
    Config, summary and history are left out: they can be large, and files do not need them. So is the
    number of files, which servers have to count.

    Used by: Run, Runs"""

    id: str
    "Opaque id, valid on this server only."
    project_id: str
    "Number of the project as plain digits, unlike other ids. It is what `DeleteFilesInput.projectId` takes. Since server 0.63 at the latest."
    name: str
    "Run id: the last part of the run's path, unique in its project. The title is `displayName`."
    display_name: str | None
    "Title of the run; not unique. Null if it has none."
    state: str | None
    "`running`, `finished`, `failed`, `crashed`, `killed`, `preempting`, `preempted`, `pending` or a newer value."
    tags: list[str] | None
    "Tags of the run as strings."
    group: str | None
    "Name of the group that the run belongs to; null for none."
    job_type: str | None
    "What the run does, such as `train` or `eval`; null if not set."
    sweep_name: str | None
    "Short id of the sweep that started the run; null for none."
    commit: str | None
    "Commit of the source code, as a hexadecimal hash; null outside of a repository."
    notes: str | None
    "Notes of a user about the run; null if there are none."
    created_at: DateTime
    "When the run was created."
    heartbeat_at: DateTime | None
    "When the run last reported; null if it never did."
    read_only: bool | None
    "Whether the caller may not change the run."
    history_line_count: int | None
    "Number of logged steps; the offset at which a resumed run continues."
    user: Optional["RunUser"]
    "Account that created the run; null if it no longer exists."


class RunUser(Creator, frozen=True):
    pass


class RunData(BaseModel, frozen=True):
    """What a run was configured with, and its last metrics: JSON strings that may be large, parsed on
    first access.

    Used by: Run.config, Run.summary"""

    config: str | None
    'Configuration as a JSON object of the form `{"KEY": {"value": VALUE}}`; `_wandb` holds the SDK\'s own entries.'
    summary_metrics: str | None
    "Last or best value of each metric, as a JSON object."


class RunFile(BaseModel, frozen=True):
    """A file of a run. A node is returned even for a requested name that does not exist; its `updatedAt`
    is null.

    `url` needs the API key and may redirect; `directUrl` is signed, expires, and needs no key.
    If `upload` is true, `url` is the URL to upload to instead.

    Used by: File"""

    id: str
    "Opaque id, valid on this server only. Most are base64 of a kind and a number; do not rely on it."
    name: str
    "Path relative to the run or artifact, with `/` between folders. Unsafe names are possible; check before writing."
    url: str | None
    "URL on the API's own host. It needs the API key and may redirect to storage. For a reference, the URL referred to."
    direct_url: str
    "URL of the content: a signed URL in object storage. It expires and needs no API key. For a reference, the URL referred to."
    size_bytes: int
    "Size in bytes; 0 for a name that does not exist."
    mimetype: str | None
    "MIME type, guessed from the name; null if it is not known."
    updated_at: DateTime | None
    "When content was last uploaded; null for a name that does not exist."
    md5: str | None
    "Base64 of the 16 bytes of the content's MD5; null if it is not known."


class RunFileAddress(BaseModel, frozen=True):
    """The fields of a file of a run that a download needs.

    Used by: Files.download"""

    name: str
    "Path relative to the run or artifact, with `/` between folders. Unsafe names are possible; check before writing."
    direct_url: str
    "URL of the content: a signed URL in object storage. It expires and needs no API key. For a reference, the URL referred to."
    size_bytes: int
    "Size in bytes; 0 for a name that does not exist."
    updated_at: DateTime | None
    "When content was last uploaded; null for a name that does not exist."
    md5: str | None
    "Base64 of the 16 bytes of the content's MD5; null if it is not known."


class StoredFile(BaseModel, frozen=True):
    """A file of a run, without its URLs.

    Used by: Api.usage, Api.plan_prune"""

    id: str
    "Opaque id, valid on this server only. Most are base64 of a kind and a number; do not rely on it."
    name: str
    "Path relative to the run or artifact, with `/` between folders. Unsafe names are possible; check before writing."
    size_bytes: int
    "Size in bytes; 0 for a name that does not exist."
    updated_at: DateTime | None
    "When content was last uploaded; null for a name that does not exist."


class StoredVersion(BaseModel, frozen=True):
    """What decides about keeping a version: its age and size, and who needs it. `usedBy` is one page: the
    page info tells whether there are more users than it lists.

    Used by: Api.usage, Api.plan_prune, Api.apply_plan"""

    id: str
    "Opaque id of the version, as it appears in manifests and references."
    state: ArtifactState
    "State of the version."
    size: int
    "Sum of the sizes of all entries, in bytes."
    digest: str
    "Hexadecimal digest of the line `wandb-artifact-manifest-v1` and one line `PATH:DIGEST` for each file, sorted by path. The same content has the same digest."
    file_count: int
    "Number of entries in the manifest, references included."
    version_index: int | None
    "N of `vN` in its sequence, from 0; null while it has no number."
    created_at: DateTime
    "When the version was begun."
    tags: list["StoredVersionTags"]
    "Tags that users gave this version: a plain list, without pages. Added after mid-2023; the server version is not known."
    aliases: list["StoredVersionAliases"]
    "Names that point to this version, such as `latest`. Also `vN` where the server lists it."
    created_by: (
        Annotated[
            Annotated["StoredVersionCreatedByRun", named("Run")]
            | Annotated["StoredVersionCreatedByUser", named("User")]
            | Annotated[OtherType, named(OTHER)],
            by_typename("Run", "User"),
        ]
        | None
    )
    "Run or account that created the version; null if it no longer exists or is not visible. Older servers promise a value."
    used_by: "StoredVersionUsedBy"
    "Runs that read this version."
    artifact_memberships: "StoredVersionArtifactMemberships"
    "The memberships of this version: in its sequence and in every portfolio it is linked to."


class StoredVersionTags(BaseModel, frozen=True):
    """A label on versions or collections."""

    name: str
    "The tag as a string: letters, digits, `-`, `_` and inner spaces, at most 128 characters."


class StoredVersionAliases(BaseModel, frozen=True):
    """A name that points to one version in one collection."""

    alias: str
    "The alias as a string, such as `latest` or `v3`: at most 128 characters, without `/` and `:`."
    artifact_collection: Optional["StoredVersionAliasesArtifactCollection"]
    "Collection that it is valid in; null if the caller may not see it."


class StoredVersionAliasesArtifactCollection(CollectionPlace, frozen=True):
    pass


class StoredVersionCreatedByRun(BaseModel, frozen=True):
    """Who created an object: a run, or an account."""

    typename__: Literal["Run"] = Field(
        validation_alias="__typename", serialization_alias="__typename"
    )
    "The name of the current Object type at runtime."
    name: str
    "Run id: the last part of the run's path, unique in its project. The title is `displayName`."
    project: Optional["StoredVersionCreatedByRunProject"]
    "Project that the run was logged to; null if the caller may not see it."


class StoredVersionCreatedByRunProject(ProjectPlace, frozen=True):
    pass


class StoredVersionCreatedByUser(BaseModel, frozen=True):
    """Who created an object: a run, or an account."""

    typename__: Literal["User"] = Field(
        validation_alias="__typename", serialization_alias="__typename"
    )
    "The name of the current Object type at runtime."


class StoredVersionUsedBy(BaseModel, frozen=True):
    """A page of runs."""

    edges: list["StoredVersionUsedByEdges"]
    "The runs of this page, in order."
    page_info: "StoredVersionUsedByPageInfo"
    "Where this page ends, and whether more follow."


class StoredVersionUsedByEdges(BaseModel, frozen=True):
    """A run on a page, with its position in the list."""

    node: "StoredVersionUsedByEdgesNode"
    "The run itself."


class StoredVersionUsedByEdgesNode(BaseModel, frozen=True):
    """One execution of a program, with what it logged and its files."""

    name: str
    "Run id: the last part of the run's path, unique in its project. The title is `displayName`."
    state: str | None
    "`running`, `finished`, `failed`, `crashed`, `killed`, `preempting`, `preempted`, `pending` or a newer value."
    project: Optional["StoredVersionUsedByEdgesNodeProject"]
    "Project that the run was logged to; null if the caller may not see it."


class StoredVersionUsedByEdgesNodeProject(ProjectPlace, frozen=True):
    pass


class StoredVersionUsedByPageInfo(PageInfo, frozen=True):
    pass


class StoredVersionArtifactMemberships(BaseModel, frozen=True):
    """A page of memberships."""

    edges: list["StoredVersionArtifactMembershipsEdges"]
    "The memberships of this page, in order."


class StoredVersionArtifactMembershipsEdges(BaseModel, frozen=True):
    """A membership on a page, with its position in the list."""

    node: Optional["StoredVersionArtifactMembershipsEdgesNode"]
    "The membership itself. May be null; skip such an edge."


class StoredVersionArtifactMembershipsEdgesNode(BaseModel, frozen=True):
    """The membership of a version in one collection, with the number and the aliases it has there."""

    artifact_collection: Optional["StoredVersionArtifactMembershipsEdgesNodeArtifactCollection"]
    "Collection of the membership; null if the caller may not see it."


class StoredVersionArtifactMembershipsEdgesNodeArtifactCollection(CollectionPlace, frozen=True):
    pass


class User(BaseModel, frozen=True):
    """The account behind the API key.

    Used by: User"""

    id: str
    "Opaque id, valid on this server only. Most are base64 of a kind and a number; do not rely on it."
    name: str
    "Name as the person writes it, may contain spaces. Not unique."
    username: str | None
    "Unique short name, as in paths and URLs."
    email: str | None
    "Email address; null if the caller may not see it."
    entity: str | None
    "Name of the entity that new runs go to when none is named: the one clients put into short paths."
    admin: bool | None
    "Whether the account administers the whole server."
    teams: Optional["UserTeams"]
    "Entities that the account may log to."


class UserTeams(BaseModel, frozen=True):
    """A page of entities."""

    edges: list["UserTeamsEdges"]
    "The entities of this page. There is no `pageInfo`: use the cursor of the last edge to continue."


class UserTeamsEdges(BaseModel, frozen=True):
    """An entity on a page, with its position in the list."""

    node: Optional["UserTeamsEdgesNode"]
    "The entity itself. May be null; skip such an edge."


class UserTeamsEdgesNode(BaseModel, frozen=True):
    """An owner of projects: a user account, a team, or an organization's own entity that holds its
    registries."""

    name: str
    "Unique short name, the first part of a path."
