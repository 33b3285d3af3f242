# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import RegistryDetails


class RegistryTypes(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    project: Optional["RegistryTypesProject"]
    "One project by entity and name."


RegistryTypesProject = RegistryDetails
