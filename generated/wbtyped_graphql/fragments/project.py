# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from ..base_model import BaseModel
from ..scalars import DateTime


class Project(BaseModel, frozen=True):
    """A project, without fields that the server would have to count.

    Used by: Project"""

    id: str
    "Opaque id, valid on this server only. Most are base64 of a kind and a number; do not rely on it."
    internal_id: str
    "Id of the project in storage: base64 of `ProjectInternalId:` and a number. Since server 0.51."
    name: str
    "Name of the project, unique under its owner, at most 128 characters, without `/ \\ # ? % :` or line breaks."
    entity_name: str
    "Name of the owner: the first part of the project's path."
    description: str | None
    "Description shown on the project's page; null if there is none."
    access: str | None
    "Access level, in capitals. A registry has `PRIVATE` (the whole organization) or `RESTRICTED` (invited members only); the values of other projects are not documented. Null if none was set."
    created_at: DateTime
    "When the project was created."
    updated_at: DateTime | None
    "Last change of the project itself; null if there was none."
