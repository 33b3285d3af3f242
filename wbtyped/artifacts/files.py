"""The files of an artifact version."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from os import PathLike
from typing import TYPE_CHECKING, ClassVar, Protocol, TypeVar, Unpack

from wbtyped_graphql import calls
from wbtyped_graphql.operation import Operation
from wbtyped_graphql.operations import ARTIFACT_FILES_BY_ID_GQL

from .. import arguments
from ..download.options import DownloadOptions, OnError
from ..errors import UsageError
from ..name_patterns import check_glob, matches_glob
from ..runs.files import StandaloneFile
from ..runs.ref import RunRef
from ..transport.client import Client
from ..transport.flow import Flow
from ..transport.pagination import Position, SizedPaginator, row_nodes, row_position
from .contents.version import VersionContents

if TYPE_CHECKING:
    from pathlib import Path

    from wbtyped_graphql.artifact_files_by_id_rows import (
        ArtifactFileRow,
        ArtifactFilesByIdArtifactFilesRow,
        ArtifactFilesByIdRow,
    )

    from ..download.batch import Batch, BatchOptions
    from ..download.results import DownloadResult
    from .contents.entry import ArtifactManifestEntry, ManifestOwner

    class ArtifactRef(ManifestOwner, Protocol):
        """What the list of its files needs of a version; every `Artifact` is one."""

        @property
        def contents(self) -> VersionContents:
            """The files of the version."""
            ...


FileT = TypeVar("FileT", bound=StandaloneFile[RunRef])


class VersionFiles(SizedPaginator["ArtifactFilesByIdRow", "ArtifactFileRow", FileT]):
    """The files of a version, independent of their class; see `ArtifactFiles`."""

    __slots__ = ("artifact", "glob", "names")

    QUERY: ClassVar[str] = ARTIFACT_FILES_BY_ID_GQL

    def __init__(
        self,
        client: Client,
        artifact: ArtifactRef,
        names: Sequence[str] | None = None,
        per_page: int = 50,
        *,
        glob: str | None = None,
        start: str | None = None,
    ) -> None:
        arguments.instance("artifact", artifact, "Artifact")
        self.artifact: ArtifactRef = artifact
        self.names: list[str] | None = (
            None if names is None else arguments.strings("names", names, "paths")
        )
        self.glob: str | None = check_glob(glob)
        if glob is not None and names:
            raise UsageError(
                f"files of {artifact.qualified_name}: glob and names cannot be combined; pass one"
                " of them"
            )
        super().__init__(client, per_page=per_page, start=start)

    def __repr__(self) -> str:
        return f"<ArtifactFiles {self.artifact.qualified_name}>"

    @property
    def path(self) -> list[str]:
        """Entity, project, and `collection:version`."""
        return [self.artifact.entity, self.artifact.project, self.artifact.name]

    def download(
        self,
        root: str | PathLike[str] | None = None,
        allow_missing_references: bool = False,
        *,
        on_error: OnError = "raise",
        **options: Unpack[DownloadOptions],
    ) -> DownloadResult:
        """Download the files of the list in parallel, and report the outcome of each.

        `root` and verification are as for `Artifact.download`. The first failure ends the download
        and is raised; with `on_error="collect"` the other files are downloaded, and the result
        lists the failures. See `DownloadOptions` for the other options.
        """
        folder, built = self._check(root, allow_missing_references, on_error, options)
        entries = self.client.run(self._find_entries(built))
        return self._batch(entries, folder, allow_missing_references, built).run()

    async def adownload(
        self,
        root: str | PathLike[str] | None = None,
        allow_missing_references: bool = False,
        *,
        on_error: OnError = "raise",
        **options: Unpack[DownloadOptions],
    ) -> DownloadResult:
        """Asynchronous form of `download`."""
        folder, built = self._check(root, allow_missing_references, on_error, options)
        entries = await self.client.arun(self._find_entries(built))
        return await self._batch(entries, folder, allow_missing_references, built).arun()

    def _check(
        self,
        root: str | PathLike[str] | None,
        allow_missing_references: bool,
        on_error: OnError,
        options: DownloadOptions,
    ) -> tuple[Path | None, BatchOptions]:
        """Check the arguments of a download."""
        # Imported late: the download engine doubles the import time of the package.
        from ..download.batch import build_options

        folder = arguments.optional_location("root", root)
        arguments.check_flags(allow_missing_references=allow_missing_references)
        return folder, build_options(self.client.settings, options, on_error)

    def _find_entries(self, options: BatchOptions) -> Flow[list[ArtifactManifestEntry]]:
        """Return the files to download."""
        from .contents.named_entries import find_named_entries

        contents, names = self.artifact.contents, self.names
        # The cache keeps the whole manifest, for use while offline.
        if names is not None and options.cache is None:
            return (yield from find_named_entries(contents, names))
        manifest = yield from contents.load_manifest()
        if names is not None:
            return [entry for name in names if (entry := manifest.get_entry_by_path(name))]
        return [e for e in manifest if self.glob is None or matches_glob(e.path, self.glob)]

    def _batch(
        self,
        entries: list[ArtifactManifestEntry],
        root: Path | None,
        allow_missing_references: bool,
        options: BatchOptions,
    ) -> Batch:
        from .contents.download import make_batch

        return make_batch(self.artifact.contents, entries, root, allow_missing_references, options)

    def _operation(self, cursor: str | None) -> Operation[ArtifactFilesByIdRow]:
        # Imported late: only lists need it.
        from wbtyped_graphql.artifact_files_by_id_rows import ArtifactFilesByIdRow

        return (
            calls.artifact_files_by_id(
                id=self.artifact.id,
                file_names=self.names,
                file_cursor=cursor,
                file_limit=self.per_page,
            )
            .read_as(ArtifactFilesByIdRow)
            .about(f"files of artifact {self.artifact.qualified_name}")
        )

    def _page(self, result: ArtifactFilesByIdRow) -> ArtifactFilesByIdArtifactFilesRow:
        if result["artifact"] is None or result["artifact"]["files"] is None:
            raise self.artifact.contents.missing()
        return result["artifact"]["files"]

    def _nodes(self, result: ArtifactFilesByIdRow) -> list[ArtifactFileRow]:
        return row_nodes(self._page(result)["edges"])

    def _position(self, result: ArtifactFilesByIdRow) -> Position:
        page = self._page(result)
        return row_position(page["edges"], page["pageInfo"])

    def _total(self, result: ArtifactFilesByIdRow) -> int:
        self._page(result)
        return self.artifact.contents.file_count

    def _counts_items(self) -> bool:
        return bool(self.names or self.glob)

    def _keeps(self, item: FileT) -> bool:
        return self.glob is None or matches_glob(item.name, self.glob)

    @abstractmethod
    def _item(self, node: ArtifactFileRow) -> FileT: ...
