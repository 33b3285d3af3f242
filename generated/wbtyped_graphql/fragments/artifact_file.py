# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from ..base_model import BaseModel
from ..scalars import DateTime


class ArtifactFile(BaseModel, frozen=True):
    """A file of a version. Its name is its path in the version. For a reference, `url` and `directUrl`
    are both the URL that it refers to.

    Used by: File"""

    id: str
    "Opaque id, valid on this server only. Most are base64 of a kind and a number; do not rely on it."
    name: str
    "Name to show. For artifact files it is the path inside the artifact, as in `name`."
    url: str | None
    "URL on the API's own host. It needs the API key and may redirect to storage. For a reference, the URL referred to."
    direct_url: str
    "URL of the content: a signed URL in object storage. It expires and needs no API key. For a reference, the URL referred to."
    size_bytes: int
    "Size in bytes; 0 for a name that does not exist."
    storage_path: str | None
    "Key of the content in its bucket; a multipart upload is completed with it."
    mimetype: str | None
    "MIME type, guessed from the name; null if it is not known."
    updated_at: DateTime | None
    "When content was last uploaded; null for a name that does not exist."
    digest: str | None
    "Digest of an artifact file as its manifest has it: base64 of MD5 or XXH128, or the ETag or URL of a reference. Null for files of runs."
    md5: str | None
    "Base64 of the 16 bytes of the content's MD5; null if it is not known."
