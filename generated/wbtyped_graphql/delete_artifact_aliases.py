# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel


class DeleteArtifactAliases(BaseModel, frozen=True):
    """Everything that can be changed. Each field takes one `input`. The payload is null, with an error, if
    the change was rejected."""

    delete_aliases: Optional["DeleteArtifactAliasesDeleteAliases"]
    "Remove aliases from a version."


class DeleteArtifactAliasesDeleteAliases(BaseModel, frozen=True):
    """Result of `deleteAliases`."""

    success: bool
    "Whether all of them were removed."
