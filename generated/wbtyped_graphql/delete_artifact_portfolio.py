# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .enums import ArtifactCollectionState


class DeleteArtifactPortfolio(BaseModel, frozen=True):
    """Everything that can be changed. Each field takes one `input`. The payload is null, with an error, if
    the change was rejected."""

    delete_artifact_portfolio: Optional["DeleteArtifactPortfolioDeleteArtifactPortfolio"]
    "Delete a portfolio with its links. The linked versions remain in their own sequences."


class DeleteArtifactPortfolioDeleteArtifactPortfolio(BaseModel, frozen=True):
    """Result of `deleteArtifactSequence` and `deleteArtifactPortfolio`."""

    artifact_collection: "DeleteArtifactPortfolioDeleteArtifactPortfolioArtifactCollection"
    "The collection, in state `DELETED`."


class DeleteArtifactPortfolioDeleteArtifactPortfolioArtifactCollection(BaseModel, frozen=True):
    """A named series of versions: those logged under one name (sequence), or those linked together by
    users (portfolio)."""

    state: ArtifactCollectionState
    "Whether the collection can be used."
