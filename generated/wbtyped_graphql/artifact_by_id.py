# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import Artifact


class ArtifactById(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    artifact: Optional["ArtifactByIdArtifact"]
    "One artifact version by its GraphQL id. Versions by path are found through `Project`."


ArtifactByIdArtifact = Artifact
