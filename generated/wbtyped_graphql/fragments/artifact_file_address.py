# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from ..base_model import BaseModel


class ArtifactFileAddress(BaseModel, frozen=True):
    """The fields of a file of a version that a download needs, besides the manifest.

    Used by: artifacts.Artifact.download"""

    name: str
    "Name to show. For artifact files it is the path inside the artifact, as in `name`."
    direct_url: str
    "URL of the content: a signed URL in object storage. It expires and needs no API key. For a reference, the URL referred to."
