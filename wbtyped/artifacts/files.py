"""The files of an artifact version."""

from collections.abc import Sequence
from os import PathLike
from typing import TYPE_CHECKING, ClassVar

from wbtyped_graphql import calls, fragments
from wbtyped_graphql.operation import Operation
from wbtyped_graphql.operations import ARTIFACT_FILES_BY_ID_GQL

from .. import arguments
from ..config.cache import CacheOption
from ..runs.files import File
from ..transport.client import Client
from ..transport.pagination import SizedPaginator
from .contents.manifest import ArtifactManifest, ArtifactManifestEntry
from .contents.signed_urls import gone

if TYPE_CHECKING:
    from wbtyped_graphql.artifact_files_by_id import ArtifactFilesById as Result
    from wbtyped_graphql.artifact_files_by_id import ArtifactFilesByIdArtifactFiles as Page

    from ..download.batch import OnError
    from ..download.engines.choice import EngineName
    from ..download.progress import Progress
    from ..download.results import DownloadResult
    from .artifact import Artifact


class ArtifactFiles(SizedPaginator["Result", fragments.ArtifactFile, File]):
    """The files of a version, by path, fetched page by page (query ArtifactFilesById).

    `names` picks exact paths; those that do not exist are simply not there. A reference has the
    address of what it refers to as `url` and `direct_url`. With `names`, `len()` counts the files
    of the list, for which it reads all of it.
    """

    __slots__ = ("artifact", "names")

    QUERY: ClassVar[str] = ARTIFACT_FILES_BY_ID_GQL

    def __init__(
        self,
        client: Client,
        artifact: "Artifact",
        names: Sequence[str] | None = None,
        per_page: int = 50,
        *,
        start: str | None = None,
    ) -> None:
        arguments.instance("artifact", artifact, "Artifact")
        self.artifact = artifact
        self.names: list[str] | None = (
            None if names is None else arguments.strings("names", names, "paths")
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
        on_error: "OnError" = "raise",
        progress: "Progress" = None,
        engine: "EngineName | None" = None,
        jobs: int | None = None,
        fsync: bool = False,
        cache: CacheOption = None,
    ) -> "DownloadResult":
        """Download the files of the list, and say what became of each.

        They are put where `Artifact.download` puts them, and checked in the same way; for the other
        arguments see there. The first
        failure ends it and is raised; with `on_error="collect"` the others are fetched all the
        same, and the result lists what failed.
        """
        from ..download.batch import build_options
        from .contents.download import make_batch

        root = arguments.optional_location("root", root)
        arguments.check_flags(allow_missing_references=allow_missing_references)
        settings = self.client.settings
        options = build_options(settings, cache, progress, engine, jobs, fsync, on_error)
        entries = self._entries(self.artifact.manifest)
        return make_batch(self.artifact, entries, root, allow_missing_references, options).run()

    async def adownload(
        self,
        root: str | PathLike[str] | None = None,
        allow_missing_references: bool = False,
        *,
        on_error: "OnError" = "raise",
        progress: "Progress" = None,
        engine: "EngineName | None" = None,
        jobs: int | None = None,
        fsync: bool = False,
        cache: CacheOption = None,
    ) -> "DownloadResult":
        """Download the files of the list, from a coroutine; otherwise as `download`."""
        from ..download.batch import build_options
        from .contents.download import make_batch

        root = arguments.optional_location("root", root)
        arguments.check_flags(allow_missing_references=allow_missing_references)
        settings = self.client.settings
        options = build_options(settings, cache, progress, engine, jobs, fsync, on_error)
        entries = self._entries(await self.artifact.amanifest())
        batch = make_batch(self.artifact, entries, root, allow_missing_references, options)
        return await batch.arun()

    def _entries(self, manifest: ArtifactManifest) -> list[ArtifactManifestEntry]:
        names = manifest.entries if self.names is None else self.names
        return [entry for name in names if (entry := manifest.get_entry_by_path(name))]

    def _operation(self, cursor: str | None) -> Operation["Result"]:
        return calls.artifact_files_by_id(
            id=self.artifact.id,
            file_names=self.names,
            file_cursor=cursor,
            file_limit=self.per_page,
        )

    def _connection(self, result: "Result") -> "Page":
        if result.artifact is None or result.artifact.files is None:
            raise gone(self.artifact)
        return result.artifact.files

    def _total(self, result: "Result") -> int:
        self._connection(result)
        return self.artifact.file_count

    def _counts_items(self) -> bool:
        return bool(self.names)

    def _item(self, node: fragments.ArtifactFile) -> File:
        return File(self.client, node)
