# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import ArtifactCollection


class UpdateArtifactPortfolio(BaseModel, frozen=True):
    """Everything that can be changed. Each field takes one `input`. The payload is null, with an error, if
    the change was rejected."""

    update_artifact_portfolio: Optional["UpdateArtifactPortfolioUpdateArtifactPortfolio"]
    "Rename a portfolio or change its description."


class UpdateArtifactPortfolioUpdateArtifactPortfolio(BaseModel, frozen=True):
    """Result of `updateArtifactSequence` and `updateArtifactPortfolio`."""

    artifact_collection: "UpdateArtifactPortfolioUpdateArtifactPortfolioArtifactCollection"
    "The collection as it is now."


UpdateArtifactPortfolioUpdateArtifactPortfolioArtifactCollection = ArtifactCollection
