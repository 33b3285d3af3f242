# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel


class LinkArtifact(BaseModel, frozen=True):
    """Everything that can be changed. Each field takes one `input`. The payload is null, with an error, if
    the change was rejected."""

    link_artifact: Optional["LinkArtifactLinkArtifact"]
    "Link a version to a portfolio, which is created if missing."


class LinkArtifactLinkArtifact(BaseModel, frozen=True):
    """Result of `linkArtifact`."""

    version_index: int | None
    "N of `vN` in the portfolio, from 0."
