# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from ..base_model import BaseModel
from ..scalars import DateTime


class ArtifactType(BaseModel, frozen=True):
    """A type of artifacts, such as `dataset` or `model`.

    Used by: artifacts.ArtifactType"""

    id: str
    "Opaque id, for mutations that take an `artifactTypeID`."
    name: str
    "Name of the type, at most 128 characters: letters, digits, `-`, `_`, `.` and inner spaces. `wandb-...`, `job` and a few others are the SDK's own."
    description: str | None
    "Free-form description of the type; null if there is none."
    created_at: DateTime
    "When the type was created."
