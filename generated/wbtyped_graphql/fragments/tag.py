# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from ..base_model import BaseModel


class Tag(BaseModel, frozen=True):
    """A tag of a collection or version.

    Used by: artifacts.ArtifactCollection, artifacts.Artifact"""

    id: str
    "Opaque id of the tag."
    name: str
    "The tag as a string: letters, digits, `-`, `_` and inner spaces, at most 128 characters."
