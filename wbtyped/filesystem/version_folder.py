"""The files and folders of one version."""

from contextlib import suppress

from ..artifacts.contents.entry import ArtifactManifestEntry
from ..artifacts.contents.entry_content import find_content
from ..artifacts.contents.listed_entries import list_entries
from ..artifacts.contents.manifest import ArtifactManifest
from ..artifacts.contents.offline_index import cached_manifest, save_offline
from ..artifacts.contents.tree import VersionTree
from ..artifacts.contents.url_pages import URLS_PER_PAGE
from ..artifacts.contents.version import VersionContents
from ..download.cache.store import Cache
from ..download.disk.digests import Algorithm
from ..download.stored_content import StoredContent
from ..errors import SchemaMismatchError
from ..transport.flow import Flow
from ..transport.single_flight import SingleFlight
from .file_details import FileInfo, file_info, folder_info


class VersionFolder:
    """One version, read-only; shared by all instances in the process, since it never changes.

    `algorithm` is that of its digests, for a version that another process has resolved: its first
    file is then looked up by a query of its own, without the manifest.
    """

    def __init__(self, version: VersionContents, algorithm: Algorithm | None = None) -> None:
        self.version: VersionContents = version
        self._algorithm: Algorithm | None = algorithm
        self._listed: dict[str, ArtifactManifestEntry] = {}
        self._is_complete = False
        """Whether the listed files are all there are."""
        self._manifests: SingleFlight[ArtifactManifest] = SingleFlight()
        self._lookups: SingleFlight[None] = SingleFlight()

    def __repr__(self) -> str:
        return f"<VersionFolder {self.version.qualified_name}>"

    @property
    def algorithm(self) -> Algorithm | None:
        """The algorithm of its digests, as far as it is known."""
        manifest = self.version.known_manifest
        return self._algorithm if manifest is None else manifest.digest_algorithm

    def info(self, file: str, root: str, cache: Cache | None) -> Flow[FileInfo | None]:
        """Return the details of a file or folder; None if there is neither."""
        if not file:
            return folder_info(root, self.version.node.created_at)
        entry = yield from self.find_entry(file, cache)
        if entry is not None:
            return self._file_info(entry, root)
        tree = yield from self._load_tree(cache)
        is_folder = tree.is_folder(file)
        return folder_info(f"{root}/{file}", self.version.node.created_at) if is_folder else None

    def children(self, folder: str, root: str, cache: Cache | None) -> Flow[list[FileInfo]]:
        """Return the details of what is directly in a folder; empty if it does not exist."""
        tree = yield from self._load_tree(cache)
        infos: list[FileInfo] = []
        for path, is_file in tree.children(folder):
            if is_file:
                infos.append(self._file_info((yield from self._known_entry(path, cache)), root))
            else:
                infos.append(folder_info(f"{root}/{path}", self.version.node.created_at))
        return infos

    def below(self, folder: str, root: str, cache: Cache | None) -> Flow[list[FileInfo]]:
        """Return the details of all files below a folder, at any depth."""
        tree = yield from self._load_tree(cache)
        infos: list[FileInfo] = []
        for path in tree.below(folder):
            infos.append(self._file_info((yield from self._known_entry(path, cache)), root))
        return infos

    def content(self, file: str, cache: Cache | None) -> Flow[StoredContent]:
        """Return the content of a file; raises FileNotFoundError."""
        entry = yield from self.find_entry(file, cache)
        if entry is None:
            raise FileNotFoundError(f"artifact {self.version.qualified_name} has no file {file!r}")
        return (yield from find_content(self.version, entry))

    def find_entry(self, file: str, cache: Cache | None) -> Flow[ArtifactManifestEntry | None]:
        """Return the entry of a file; None if there is no file at the path."""
        if self.version.known_manifest is None and self._may_list(file):
            is_small = self.version.file_count <= URLS_PER_PAGE
            yield from self._lookups.share(
                "" if is_small else file, lambda: self._list(None if is_small else file)
            )
        if file in self._listed:
            return self._listed[file]
        if self._is_complete:
            return None
        manifest = yield from self.load_manifest(cache)
        return manifest.get_entry_by_path(file)

    def _may_list(self, file: str) -> bool:
        """Return True if a query for a file costs less than the manifest.

        Without it, a large version is asked for one file. Whoever reads a second one may read all.
        """
        nothing_listed = not self._listed and not self._is_complete
        return self._algorithm is not None and nothing_listed and bool(file)

    def _list(self, file: str | None) -> Flow[None]:
        """List a file, or the whole version for None."""
        assert self._algorithm is not None  # noqa: S101 - checked by `_may_list`
        paths = None if file is None else [file]
        entries = yield from list_entries(self.version, self._algorithm, paths)
        if entries is None:
            self._algorithm = None
            return
        self._listed = {entry.path: entry for entry in entries}
        self._is_complete = file is None

    def load_manifest(self, cache: Cache | None) -> Flow[ArtifactManifest]:
        """Return the manifest, from the cache or from the server; loaded once per process."""
        known = self.version.known_manifest
        if known is not None:
            return known
        return (yield from self._manifests.share("", lambda: self._load_manifest(cache)))

    def _load_manifest(self, cache: Cache | None) -> Flow[ArtifactManifest]:
        if cache is not None and (cached := self._cached_manifest(cache)):
            self.version.use_manifest(cached)
            return cached
        manifest = yield from self.version.load_manifest()
        if cache is not None:
            # What cannot be cached is fetched again.
            with suppress(OSError):
                save_offline(self.version, cache)
        return manifest

    def _cached_manifest(self, cache: Cache) -> ArtifactManifest | None:
        """Return the manifest in the cache, if it is there and has the right digest."""
        version = self.version
        base_url, what = version.client.settings.base_url, f"artifact {version.qualified_name}"
        try:
            manifest = cached_manifest(cache, base_url, version.id, what, version.owner)
        except (OSError, SchemaMismatchError):
            return None
        return manifest if manifest.digest() == version.node.digest else None

    def _load_tree(self, cache: Cache | None) -> Flow[VersionTree]:
        if self._is_complete and self.version.known_manifest is None:
            return VersionTree(self._listed)
        yield from self.load_manifest(cache)
        tree = self.version.tree
        assert tree is not None  # noqa: S101 - the manifest is loaded
        return tree

    def _known_entry(self, path: str, cache: Cache | None) -> Flow[ArtifactManifestEntry]:
        entry = yield from self.find_entry(path, cache)
        assert entry is not None  # noqa: S101 - the tree has its path
        return entry

    def _file_info(self, entry: ArtifactManifestEntry, root: str) -> FileInfo:
        # A reference to another version says size 0, one over HTTP perhaps that of an encoding.
        size = entry.size if entry.ref is None else entry.size or None
        digest = None if entry.ref is not None and not entry.size else entry.digest
        return file_info(
            f"{root}/{entry.path}",
            size,
            self.version.node.created_at,
            digest,
            entry.digest_algorithm(),
            entry.ref,
        )
