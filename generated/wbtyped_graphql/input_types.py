# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from pydantic import Field

from .base_model import BaseModel


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


class ArtifactTypeInput(BaseModel, frozen=True):
    """An artifact type that a registry accepts. Added after mid-2023; the server version is not known."""

    description: str | None = None
    "Free-form description of the type; null for none."
    name: str
    "Name of the type, at most 128 characters: letters, digits, `-`, `_`, `.` and inner spaces."
