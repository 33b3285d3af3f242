"""Fetch the manifest of a version from storage."""

from ...download.content_request import ContentRequest
from ...transport.client import Client


class ManifestRequest(ContentRequest):
    """The request for a manifest in storage, to be yielded by a flow."""

    def __init__(self, client: Client, url: str, what: str) -> None:
        limit = client.settings.limits.manifest_bytes
        super().__init__(client, f"manifest of {what}", url, limit)
