# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel


class RegistryFeatures(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    organization: Optional["RegistryFeaturesOrganization"]
    "One organization by name or by id."


class RegistryFeaturesOrganization(BaseModel, frozen=True):
    """A group of teams. Its registries are projects of its own entity."""

    advanced_registry_features: Optional["RegistryFeaturesOrganizationAdvancedRegistryFeatures"]
    "What the registries of this organization can do. Since server 0.78. The name of its type is not confirmed."


class RegistryFeaturesOrganizationAdvancedRegistryFeatures(BaseModel, frozen=True):
    """Further features of registries. Added after mid-2023; the server version is not known. The type's
    own name is not confirmed."""

    advanced_search: bool
    "Whether registries can be filtered and sorted by the server."
