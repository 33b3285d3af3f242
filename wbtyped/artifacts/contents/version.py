"""The identity and manifest of one version: what listing and downloading its files needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wbtyped_graphql import calls, fragments

from ...errors import ChecksumError, EntryNotFoundError, NotFoundError
from ...transport.client import Client
from ...transport.flow import Flow, ask
from ..location import ArtifactLocation
from ..validation import OBJECT_SUFFIXES
from .url_store import UrlStore

if TYPE_CHECKING:
    # For start-up: many programs look at versions only.
    from .entry import ArtifactManifestEntry, ManifestOwner
    from .manifest import ArtifactManifest
    from .tree import VersionTree

MANIFEST_ATTEMPTS = 3
"""How often a manifest is fetched whose digest differs from the version's."""


class VersionContents:
    """The files of one version, without the public object that shows it.

    `owner` is that object, if there is one: what `ArtifactManifestEntry.parent_artifact` returns.
    """

    __slots__ = (
        "_manifest", "_tree", "client", "location", "node", "owner", "unused_urls",
        "urls",
    )  # fmt: skip

    def __init__(
        self,
        client: Client,
        location: ArtifactLocation,
        node: fragments.Artifact,
        owner: ManifestOwner | None = None,
    ) -> None:
        self.client: Client = client
        self.location: ArtifactLocation = location
        self.node: fragments.Artifact = node
        self.owner: ManifestOwner | None = owner
        self.urls: UrlStore = UrlStore()
        """The signed URLs of files that were read so far."""
        self.unused_urls: UrlStore = UrlStore()
        """Signed URLs that came with entries, each for the next download of its file."""
        self._manifest: ArtifactManifest | None = None
        self._tree: VersionTree | None = None

    @property
    def id(self) -> str:
        """The server's id of the version."""
        return self.node.id

    @property
    def qualified_name(self) -> str:
        """`entity/project/collection:vN`."""
        return self.location.path

    @property
    def source(self) -> ArtifactLocation:
        """Where the version was logged."""
        return ArtifactLocation.of_source(self.node)

    @property
    def file_count(self) -> int:
        """How many files it has, references included."""
        return self.node.file_count

    @property
    def manifest(self) -> ArtifactManifest:
        """Paths, digests and sizes of all files, fetched once."""
        return self._manifest or self.client.run(self.load_manifest())

    @property
    def known_manifest(self) -> ArtifactManifest | None:
        """The manifest, if it is loaded already."""
        return self._manifest

    @property
    def tree(self) -> VersionTree | None:
        """Its folders; None before the manifest is loaded."""
        from .entry_columns import sorted_paths
        from .tree import VersionTree

        if self._tree is None and self._manifest is not None:
            self._tree = VersionTree.of_sorted(sorted_paths(self._manifest.entries))
        return self._tree

    def load_manifest(self) -> Flow[ArtifactManifest]:
        """Return the manifest, fetched on first use (query ArtifactManifest, then storage)."""
        if self._manifest is None:
            result = yield from ask(
                calls.artifact_manifest(id=self.id), f"artifact {self.qualified_name}"
            )
            found = result.artifact.current_manifest if result.artifact else None
            if found is None:
                raise NotFoundError(
                    f"artifact {self.qualified_name} has no manifest; it may be deleted, or not"
                    " committed yet",
                    path=self.qualified_name,
                    missing="manifest",
                )
            url, digest = found.file.direct_url, self.node.digest
            self._manifest = yield from fetch_manifest(
                self.client, url, self.qualified_name, digest, self.owner
            )
        return self._manifest

    def get_entry(self, path: str) -> ArtifactManifestEntry:
        """Return a file by its path, or an object by its name; raises EntryNotFoundError."""
        for candidate in (path, *(f"{path}.{suffix}.json" for suffix in OBJECT_SUFFIXES)):
            entry = self.manifest.get_entry_by_path(candidate)
            if entry is not None:
                return entry
        raise self.missing_file(path)

    def missing_file(self, path: str) -> EntryNotFoundError:
        """Build the error for a file that the version does not have."""
        return EntryNotFoundError(
            f"artifact {self.qualified_name} has no file {path!r}", path=path, missing="file"
        )

    @property
    def aliases(self) -> list[str]:
        """The saved aliases in the collection that shows the version."""
        return self.location.aliases(self.node)

    def use_manifest(self, manifest: ArtifactManifest) -> None:
        """Use this manifest instead of fetching it."""
        self._manifest = manifest

    def missing(self) -> NotFoundError:
        """Build the error for a version that has been deleted since."""
        path = self.qualified_name
        return NotFoundError(f"artifact {path} no longer exists", path=path, missing="artifact")


def fetch_manifest(
    client: Client, url: str, path: str, digest: str, owner: ManifestOwner | None = None
) -> Flow[ArtifactManifest]:
    """Fetch the manifest of the version at `path`, again while its digest differs from `digest`."""
    # Imported late: httpx doubles the import time of the package.
    from .manifest_request import ManifestRequest

    what = f"artifact {path}"
    previous = None
    for _ in range(MANIFEST_ATTEMPTS):
        request = ManifestRequest(client, url, what, owner)
        yield request
        # The same content twice is what is stored, whatever its digest was computed from.
        if digest == request.digest or request.fingerprint == previous:
            return request.manifest
        previous = request.fingerprint
    raise ChecksumError(
        f"manifest of {what}: storage returned different content each time; try again later",
        expected=digest,
    )
