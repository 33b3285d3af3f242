# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from ..base_model import BaseModel
from ..scalars import DateTime


class RunFileAddress(BaseModel, frozen=True):
    """The fields of a file of a run that a download needs.

    Used by: Files.download"""

    name: str
    "Path relative to the run or artifact, with `/` between folders. Unsafe names are possible; check before writing."
    direct_url: str
    "URL of the content: a signed URL in object storage. It expires and needs no API key. For a reference, the URL referred to."
    size_bytes: int
    "Size in bytes; 0 for a name that does not exist."
    updated_at: DateTime | None
    "When content was last uploaded; null for a name that does not exist."
    md5: str | None
    "Base64 of the 16 bytes of the content's MD5; null if it is not known."
