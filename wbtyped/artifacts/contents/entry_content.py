"""Where the content of a file of a version is stored, references included."""

from dataclasses import dataclass

from wbtyped_graphql import calls
from wbtyped_graphql.enums import ArtifactState

from ...download.recorded_reference import recorded_of
from ...download.stored_content import ContentUrl, StoredContent
from ...download.target import Target
from ...errors import SchemaMismatchError, UnsupportedReferenceError
from ...transport.flow import Flow, ask
from ..location import ArtifactLocation
from .entry import ArtifactManifestEntry, is_artifact_reference, parse_artifact_reference
from .plan import RequestedFile, invalid_entry
from .references import is_downloadable, resolve_reference
from .signed_urls import SignedUrls
from .url_pages import URLS_PER_PAGE
from .version import VersionContents


def find_content(version: VersionContents, entry: ArtifactManifestEntry) -> Flow[StoredContent]:
    """Return the content of a file; a reference to a file of another version is followed."""
    file = RequestedFile(entry, Target("", "", ""), entry.path)
    while file.entry.ref is not None and is_artifact_reference(file.entry.ref):
        artifact_id, path = parse_artifact_reference(file.entry.ref)
        other = yield from _load_version(version, artifact_id)
        file = resolve_reference(version, other, path, file)
        version = other or version
    if file.entry.fault:
        raise invalid_entry(version, file.entry)
    if file.entry.ref is not None:
        return _referenced_content(version, file.entry, file.entry.ref)
    return StoredContent(
        version.client,
        f"file {file.entry.path!r} of artifact {version.qualified_name}",
        EntryUrl(version, file.entry.path),
        size=file.entry.size,
        digest=file.entry.digest,
        algorithm=file.entry.digest_algorithm(),
    )


def _load_version(version: VersionContents, artifact_id: str) -> Flow[VersionContents | None]:
    """Return another version with its manifest; None if it was deleted."""
    node = (yield from ask(calls.artifact_by_id(id=artifact_id))).artifact
    if node is None or node.state == ArtifactState.DELETED:
        return None
    other = VersionContents(version.client, ArtifactLocation.of_source(node), node)
    yield from other.load_manifest()
    return other


def _referenced_content(
    version: VersionContents, entry: ArtifactManifestEntry, uri: str
) -> StoredContent:
    """Return the content at a URL, whose server must still send the recorded ETag."""
    label = f"reference {entry.path!r} of artifact {version.qualified_name}"
    if not is_downloadable(entry):
        raise UnsupportedReferenceError(f"{label}: wbtyped cannot read {uri}", uris=[uri])
    recorded = recorded_of(uri, entry.digest, entry.size, entry.extra.get("etag"))

    def find_url(_: str | None, /) -> Flow[ContentUrl]:
        yield from ()
        return ContentUrl(uri)

    return StoredContent(
        version.client, label, find_url, size=recorded.size, digest=None, recorded=recorded
    )


@dataclass(frozen=True, slots=True)
class EntryUrl:
    """Finds the signed URL of a file, together with those of the files beside it."""

    version: VersionContents
    path: str

    def __call__(self, expired: str | None, /) -> Flow[ContentUrl]:
        """Return a URL other than `expired` (query ArtifactFileAddresses)."""
        urls = self.version.urls
        known = urls.get(self.path)
        if known is None or known == expired:
            names = self._page()
            page = names[0] if names else ""
            yield from urls.requests.share(page, lambda: self._load(names))
            known = urls.get(self.path)
        if known is None:
            raise SchemaMismatchError(
                f"artifact {self.version.qualified_name}: the server returned no URL for"
                f" {self.path}, which the manifest lists",
                operation="ArtifactFileAddresses",
            )
        return ContentUrl(known)

    def _page(self) -> list[str] | None:
        """Return the paths to request; None for all of the version."""
        if self.version.file_count <= URLS_PER_PAGE:
            return None
        tree = self.version.tree
        return [self.path] if tree is None else tree.page_of(self.path)

    def _load(self, names: list[str] | None) -> Flow[None]:
        files = yield from SignedUrls(self.version, names).load_items(slice(None))
        self.version.urls.add((file["name"], file["directUrl"]) for file in files)
