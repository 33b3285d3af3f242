# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from pydantic import Field

from ..base_model import BaseModel
from .page_info import PageInfo


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
