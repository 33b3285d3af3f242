# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel


class AddArtifactAliases(BaseModel, frozen=True):
    """Everything that can be changed. Each field takes one `input`. The payload is null, with an error, if
    the change was rejected."""

    add_aliases: Optional["AddArtifactAliasesAddAliases"]
    "Add aliases to a version. An alias moves from another version of the same collection."


class AddArtifactAliasesAddAliases(BaseModel, frozen=True):
    """Result of `addAliases`."""

    success: bool
    "Whether all of them were set."
