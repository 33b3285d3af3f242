# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from ..base_model import BaseModel


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
