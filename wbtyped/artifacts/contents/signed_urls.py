"""Where the files of a version can be fetched: signed addresses, page by page."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from wbtyped_graphql import calls
from wbtyped_graphql.fragments import ArtifactFileAddress
from wbtyped_graphql.operation import Operation
from wbtyped_graphql.operations import ARTIFACT_FILE_ADDRESSES_GQL

from ...errors import SchemaMismatchError
from ...transport.pagination import Paginator
from .version import VersionContents

if TYPE_CHECKING:
    from wbtyped_graphql.artifact_file_addresses import ArtifactFileAddresses as Result
    from wbtyped_graphql.artifact_file_addresses import ArtifactFileAddressesArtifactFiles as Page

URLS_PER_PAGE = 1000
"""Files that one request for addresses brings."""


def signed_urls(artifact: VersionContents, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield paths with their addresses, page by page; raises when the server leaves one out."""
    asked = list(paths)
    left = set(asked)
    for path, url in listed(artifact, asked):
        if path in left:
            left.discard(path)
            yield path, url
    if left:
        raise SchemaMismatchError(
            f"artifact {artifact.qualified_name}: the server gives no address for"
            f" {', '.join(sorted(left)[:5])}, which the manifest names",
            operation="ArtifactFileAddresses",
        )


def listed(artifact: VersionContents, paths: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield files of a version with their addresses: these, or all when that is as much."""
    if not paths:
        return
    absolute = artifact.client.transport.absolute
    for names in asked_together(paths) if len(paths) < artifact.file_count else [None]:
        for page in SignedUrls(artifact, names).pages():
            for file in page:
                yield file.name, absolute(file.direct_url)


def asked_together(paths: Sequence[str]) -> Iterator[list[str]]:
    """Yield paths a page at a time: each request for a page repeats all names that were given."""
    for start in range(0, len(paths), URLS_PER_PAGE):
        yield list(paths[start : start + URLS_PER_PAGE])


def refresh_urls(artifact: VersionContents, paths: Sequence[str]) -> Mapping[str, str]:
    """Return new addresses in place of those that have run out."""
    return dict(listed(artifact, paths))


class SignedUrls(Paginator["Result", ArtifactFileAddress, ArtifactFileAddress]):
    """Paths and addresses of the files of a version (query ArtifactFileAddresses)."""

    __slots__ = ("artifact", "names")

    QUERY: ClassVar[str] = ARTIFACT_FILE_ADDRESSES_GQL

    def __init__(
        self, artifact: VersionContents, names: list[str] | None, per_page: int = URLS_PER_PAGE
    ) -> None:
        self.artifact = artifact
        self.names = names
        super().__init__(artifact.client, per_page=per_page)

    def _operation(self, cursor: str | None) -> Operation["Result"]:
        return calls.artifact_file_addresses(
            id=self.artifact.id,
            file_names=self.names,
            file_cursor=cursor,
            file_limit=self.per_page,
        )

    def _connection(self, result: "Result") -> "Page":
        if result.artifact is None or result.artifact.files is None:
            raise self.artifact.missing()
        return result.artifact.files

    def _item(self, node: ArtifactFileAddress) -> ArtifactFileAddress:
        return node
