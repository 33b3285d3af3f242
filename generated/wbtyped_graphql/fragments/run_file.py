# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from ..base_model import BaseModel
from ..scalars import DateTime


class RunFile(BaseModel, frozen=True):
    """A file of a run. A node is returned even for a requested name that does not exist; its `updatedAt`
    is null.

    `url` needs the API key and may redirect; `directUrl` is signed, expires, and needs no key.
    If `upload` is true, `url` is the URL to upload to instead.

    Used by: File"""

    id: str
    "Opaque id, valid on this server only. Most are base64 of a kind and a number; do not rely on it."
    name: str
    "Path relative to the run or artifact, with `/` between folders. Unsafe names are possible; check before writing."
    url: str | None
    "URL on the API's own host. It needs the API key and may redirect to storage. For a reference, the URL referred to."
    direct_url: str
    "URL of the content: a signed URL in object storage. It expires and needs no API key. For a reference, the URL referred to."
    size_bytes: int
    "Size in bytes; 0 for a name that does not exist."
    mimetype: str | None
    "MIME type, guessed from the name; null if it is not known."
    updated_at: DateTime | None
    "When content was last uploaded; null for a name that does not exist."
    md5: str | None
    "Base64 of the 16 bytes of the content's MD5; null if it is not known."
