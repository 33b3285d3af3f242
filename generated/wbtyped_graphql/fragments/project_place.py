# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from ..base_model import BaseModel


class ProjectPlace(BaseModel, frozen=True):
    """The fields of a project that paths need.

    Used by: artifacts.ArtifactCollection, artifacts.Artifact"""

    id: str
    "Opaque id, valid on this server only. Most are base64 of a kind and a number; do not rely on it."
    internal_id: str
    "Id of the project in storage: base64 of `ProjectInternalId:` and a number. Since server 0.51."
    name: str
    "Name of the project, unique under its owner, at most 128 characters, without `/ \\ # ? % :` or line breaks."
    entity_name: str
    "Name of the owner: the first part of the project's path."
