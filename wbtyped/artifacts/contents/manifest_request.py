"""Fetch the manifest of a version from storage."""

from hashlib import blake2b, file_digest
from tempfile import SpooledTemporaryFile
from typing import IO

from ...download.content_request import ContentRequest
from ...transport.client import Client
from ...transport.flow import Sender
from ...user_warnings import in_thread
from .entry import ManifestOwner
from .manifest import ArtifactManifest, read_manifest

MEMORY_BYTES = 8 * 1024 * 1024
"""A larger manifest is written to a temporary file while it arrives."""


class ManifestRequest(ContentRequest):
    """The request for a manifest in storage, to be yielded by a flow.

    The response is parsed from where it is spooled, so that it is never in memory as a whole.
    """

    manifest: ArtifactManifest
    fingerprint: bytes
    """A hash of the content."""
    digest: str
    """The digest of the version, as the manifest says it."""

    def __init__(self, client: Client, url: str, what: str, owner: ManifestOwner | None) -> None:
        limit = client.settings.limits.manifest_bytes
        super().__init__(client, f"manifest of {what}", url, limit)
        self._what = what
        self._owner = owner
        self._spool: SpooledTemporaryFile[bytes] | None = None

    def send(self, sender: Sender, /) -> None:
        """Fetch the manifest and parse it."""
        try:
            super().send(sender)
            self._parse()
        finally:
            self._close()

    async def asend(self, sender: Sender, /) -> None:
        """Asynchronous form of `send`."""
        try:
            await super().asend(sender)
            await in_thread(self._parse)
        finally:
            self._close()

    def _new_stream(self) -> IO[bytes]:
        self._close()
        self._spool = SpooledTemporaryFile(MEMORY_BYTES)  # noqa: SIM115 - closed by `_close`
        return self._spool

    def _parse(self) -> None:
        spool = self._spool
        assert spool is not None  # noqa: S101 - it was sent
        spool.seek(0)
        self.fingerprint = file_digest(spool, blake2b).digest()
        spool.seek(0)
        self.manifest = read_manifest(spool, self._what, self._owner)
        self.digest = self.manifest.digest()

    def _close(self) -> None:
        if self._spool is not None:
            self._spool.close()
            self._spool = None
