# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from ..base_model import BaseModel
from ..scalars import DateTime


class StoredFile(BaseModel, frozen=True):
    """A file of a run, without its URLs.

    Used by: Api.usage, Api.plan_prune"""

    id: str
    "Opaque id, valid on this server only. Most are base64 of a kind and a number; do not rely on it."
    name: str
    "Path relative to the run or artifact, with `/` between folders. Unsafe names are possible; check before writing."
    size_bytes: int
    "Size in bytes; 0 for a name that does not exist."
    updated_at: DateTime | None
    "When content was last uploaded; null for a name that does not exist."
