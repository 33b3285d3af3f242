"""Files of a version as the server lists them, for those who need a few and no manifest."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from wbtyped_graphql import calls, fragments
from wbtyped_graphql.operation import Operation
from wbtyped_graphql.operations import ARTIFACT_FILES_BY_ID_GQL

from ...download.disk.digests import Algorithm
from ...transport.flow import Flow
from ...transport.pagination import Paginator
from .entry import ArtifactManifestEntry
from .url_pages import URLS_PER_PAGE
from .version import VersionContents

if TYPE_CHECKING:
    from wbtyped_graphql.artifact_files_by_id import ArtifactFilesById as Result
    from wbtyped_graphql.artifact_files_by_id import ArtifactFilesByIdArtifactFiles as Page


def list_entries(
    version: VersionContents, algorithm: Algorithm, paths: Sequence[str] | None
) -> Flow[list[ArtifactManifestEntry] | None]:
    """Return the files at some paths, or all, and keep their URLs; missing ones are left out.

    `algorithm` is that of the version's digests, which the server does not list. None if there are
    references among the files: what was recorded of those, only the manifest tells.
    """
    listed = ListedFiles(version, None if paths is None else list(paths))
    files = yield from listed.load_items(slice(None))
    if any(is_reference(file) for file in files):
        return None
    version.urls.add((file.name, file.direct_url) for file in files)
    return [listed_entry(file, algorithm, version) for file in files]


def is_reference(file: fragments.ArtifactFile) -> bool:
    """Return True for a file that is stored elsewhere, or of which the server tells too little."""
    return not file.digest or file.url == file.direct_url or file.size_bytes < 0


def listed_entry(
    file: fragments.ArtifactFile, algorithm: Algorithm, version: VersionContents
) -> ArtifactManifestEntry:
    """Return the entry that the manifest has of a plain file."""
    return ArtifactManifestEntry(
        file.name,
        file.digest or "",
        file.size_bytes,
        extra={"alg": algorithm} if algorithm == "XXH128" else {},
        artifact=version.owner,
    )


class ListedFiles(Paginator["Result", fragments.ArtifactFile, fragments.ArtifactFile]):
    """The files of a version with sizes, digests and URLs (query ArtifactFilesById)."""

    __slots__ = ("names", "version")

    QUERY: ClassVar[str] = ARTIFACT_FILES_BY_ID_GQL

    def __init__(self, version: VersionContents, names: Iterable[str] | None) -> None:
        self.version: VersionContents = version
        self.names: list[str] | None = None if names is None else list(names)
        super().__init__(version.client, per_page=URLS_PER_PAGE)

    def _operation(self, cursor: str | None) -> Operation["Result"]:
        return calls.artifact_files_by_id(
            id=self.version.id,
            file_names=self.names,
            file_cursor=cursor,
            file_limit=self.per_page,
        ).about(f"files of artifact {self.version.qualified_name}")

    def _connection(self, result: "Result") -> "Page":
        if result.artifact is None or result.artifact.files is None:
            raise self.version.missing()
        return result.artifact.files

    def _item(self, node: fragments.ArtifactFile) -> fragments.ArtifactFile:
        return node
