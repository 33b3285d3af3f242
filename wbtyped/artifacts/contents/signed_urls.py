"""Signed URLs for the files of a version, fetched page by page."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from wbtyped_graphql import calls
from wbtyped_graphql.operation import Operation
from wbtyped_graphql.operations import ARTIFACT_FILE_ADDRESSES_GQL

from ...transport.pagination import Paginator, Position, row_nodes, row_position
from .url_pages import URLS_PER_PAGE, path_batches
from .version import VersionContents

if TYPE_CHECKING:
    from wbtyped_graphql.artifact_file_addresses_rows import (
        ArtifactFileAddressesArtifactFilesRow,
        ArtifactFileAddressesRow,
        ArtifactFileAddressRow,
    )


def list_urls(version: VersionContents, paths: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield paths with their URLs: those given, or all of the version if that is no more work."""
    absolute = version.client.transport.absolute
    known = {path: url for path in paths if (url := version.unused_urls.take(path)) is not None}
    for path, url in known.items():
        yield path, absolute(url)
    if len(known) < len(paths):
        yield from request_urls(version, [path for path in paths if path not in known])


def request_urls(version: VersionContents, paths: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield paths with URLs that have just been signed."""
    absolute = version.client.transport.absolute
    for names in path_batches(paths) if len(paths) < version.file_count else [None]:
        for page in SignedUrls(version, names).pages():
            for file in page:
                yield file["name"], absolute(file["directUrl"])


def refresh_urls(version: VersionContents, paths: Sequence[str]) -> Mapping[str, str]:
    """Return new URLs in place of expired ones."""
    return dict(request_urls(version, paths))


class SignedUrls(
    Paginator["ArtifactFileAddressesRow", "ArtifactFileAddressRow", "ArtifactFileAddressRow"]
):
    """The paths and signed URLs of the files of a version (query ArtifactFileAddresses)."""

    __slots__ = ("names", "version")

    QUERY: ClassVar[str] = ARTIFACT_FILE_ADDRESSES_GQL

    def __init__(
        self, version: VersionContents, names: list[str] | None, per_page: int = URLS_PER_PAGE
    ) -> None:
        self.version: VersionContents = version
        self.names: list[str] | None = names
        super().__init__(version.client, per_page=per_page)

    def _operation(self, cursor: str | None) -> Operation["ArtifactFileAddressesRow"]:
        # Imported late: only downloads need it.
        from wbtyped_graphql.artifact_file_addresses_rows import ArtifactFileAddressesRow

        return (
            calls.artifact_file_addresses(
                id=self.version.id,
                file_names=self.names,
                file_cursor=cursor,
                file_limit=self.per_page,
            )
            .read_as(ArtifactFileAddressesRow)
            .about(f"files of artifact {self.version.qualified_name}")
        )

    def _page(self, result: "ArtifactFileAddressesRow") -> "ArtifactFileAddressesArtifactFilesRow":
        if result["artifact"] is None or result["artifact"]["files"] is None:
            raise self.version.missing()
        return result["artifact"]["files"]

    def _nodes(self, result: "ArtifactFileAddressesRow") -> list["ArtifactFileAddressRow"]:
        return row_nodes(self._page(result)["edges"])

    def _position(self, result: "ArtifactFileAddressesRow") -> Position:
        page = self._page(result)
        return row_position(page["edges"], page["pageInfo"])

    def _item(self, node: "ArtifactFileAddressRow") -> "ArtifactFileAddressRow":
        return node
