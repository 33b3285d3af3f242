"""One version of an artifact: its facts, its files, and changes to it."""

from collections.abc import Iterable, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from wbtyped_graphql import calls, fragments
from wbtyped_graphql.input_types import (
    ArtifactAliasInput,
    LinkArtifactInput,
)
from wbtyped_graphql.operation import Operation

from ..client import Client
from ..errors import NotFoundError, UsageError
from ..files import File
from ..nodes import iso
from ..paths import parse_artifact_path
from .editing import EditableArtifact
from .facts import Place, place_of
from .manifest import Algorithm, ArtifactManifest, ArtifactManifestEntry
from .names import checked_aliases

if TYPE_CHECKING:
    from wbtyped_graphql.artifact_created_by import ArtifactCreatedBy
    from wbtyped_graphql.artifact_used_by import ArtifactUsedBy
    from wbtyped_graphql.link_artifact import LinkArtifact
    from wbtyped_graphql.unlink_artifact import UnlinkArtifact

    from ..runs import Run
    from .contents import ArtifactDifferences
    from .files import ArtifactFiles


class Artifact(EditableArtifact):
    """One version of an artifact, at the place where it was found.

    `description`, `metadata`, `tags`, `aliases` and `ttl` can be assigned; a value that cannot be
    raises UsageError at once, and `save()` sends what changed. `attrs` is the typed node as the
    server sent it. Making new versions is the official client's job.
    """

    def __init__(self, client: Client, place: Place, attrs: fragments.Artifact) -> None:
        super().__init__(client, place, attrs)
        self._manifest: ArtifactManifest | None = None

    # Links and deletion.

    def link(self, target_path: str, aliases: Iterable[str] = ()) -> "Artifact":
        """Link it into the portfolio at `target_path` and return it as it is shown there.

        `entity/project/name`, `project/name` or `name`; what is left out is as here. The portfolio
        is made when it is new. `latest` moves there by itself.
        """
        entity, project, name = self._target(target_path)
        self.client.send(self._linking(entity, project, name, aliases))
        from .finding import find_artifact

        return find_artifact(self.client, entity, project, f"{name}:latest")

    async def alink(self, target_path: str, aliases: Iterable[str] = ()) -> "Artifact":
        """Link it into a portfolio, from a coroutine; otherwise as `link`."""
        entity, project, name = self._target(target_path)
        await self.client.asend(self._linking(entity, project, name, aliases))
        from .finding import afind_artifact

        return await afind_artifact(self.client, entity, project, f"{name}:latest")

    def _target(self, path: str) -> tuple[str, str, str]:
        parts = parse_artifact_path(path)
        if ":" in parts.name:
            raise UsageError(f"portfolio path {path!r} holds an alias; pass aliases= instead")
        return parts.entity or self.entity, parts.project or self.project, parts.name

    def _linking(
        self, entity: str, project: str, name: str, aliases: Iterable[str]
    ) -> Operation["LinkArtifact"]:
        given = [
            ArtifactAliasInput(alias=alias, artifact_collection_name=name)
            for alias in checked_aliases(aliases)
        ]
        return calls.link_artifact(
            input=LinkArtifactInput(
                artifact_id=self.id,
                artifact_portfolio_name=name,
                entity_name=entity,
                project_name=project,
                aliases=given,
            )
        )

    def unlink(self) -> None:
        """Take it out of the portfolio that it is shown in; the version itself stays."""
        self.client.send(self._unlinking(self.collection.id))

    async def aunlink(self) -> None:
        """Take it out of the portfolio that it is shown in, from a coroutine."""
        from .collection import ArtifactCollection

        home = await ArtifactCollection.aopen(
            self.client, self.entity, self.project, self.place.collection, self.type
        )
        await self.client.asend(self._unlinking(home.id))

    def _unlinking(self, portfolio: str) -> Operation["UnlinkArtifact"]:
        if not self.is_link:
            raise UsageError(f"{self.qualified_name} is no link; delete() deletes the version")
        return calls.unlink_artifact(id=self.id, portfolio=portfolio)

    def delete(self, delete_aliases: bool = False) -> None:
        """Delete the version; of a link, the link alone.

        The server refuses to delete a version that has aliases, with a GraphQLError, unless
        `delete_aliases` says that they may go too.
        """
        if self.is_link:
            self.unlink()
        else:
            self.client.send(calls.delete_artifact(id=self.id, delete_aliases=delete_aliases))

    async def adelete(self, delete_aliases: bool = False) -> None:
        """Delete the version, from a coroutine; otherwise as `delete`."""
        if self.is_link:
            await self.aunlink()
        else:
            await self.client.asend(
                calls.delete_artifact(id=self.id, delete_aliases=delete_aliases)
            )

    # Lineage.

    def used_by(self) -> "list[Run]":
        """Return the runs that used it (query ArtifactUsedBy)."""
        return self._users(self.client.send(calls.artifact_used_by(id=self.id)))

    async def aused_by(self) -> "list[Run]":
        """Return the runs that used it, from a coroutine."""
        return self._users(await self.client.asend(calls.artifact_used_by(id=self.id)))

    def _users(self, result: "ArtifactUsedBy") -> "list[Run]":
        from ..runs import Run

        if result.artifact is None:
            raise self._gone()
        nodes = [edge.node for edge in result.artifact.used_by.edges]
        return [
            Run(self.client, node.project.entity_name, node.project.name, node.name, node)
            for node in nodes
            if node.project
        ]

    def logged_by(self) -> "Run | None":
        """Return the run that made it, loaded; None when a user did or the run is gone."""
        from ..runs import Run

        place = self._maker(self.client.send(calls.artifact_created_by(id=self.id)))
        return Run(self.client, *place) if place else None

    async def alogged_by(self) -> "Run | None":
        """Return the run that made it, from a coroutine."""
        from ..runs import Run

        place = self._maker(await self.client.asend(calls.artifact_created_by(id=self.id)))
        return await Run.aopen(self.client, *place) if place else None

    def _maker(self, result: "ArtifactCreatedBy") -> tuple[str, str, str] | None:
        if result.artifact is None:
            raise self._gone()
        maker = result.artifact.created_by
        if maker is None or maker.typename__ != "Run" or maker.project is None:
            return None
        return maker.project.entity_name, maker.project.name, maker.name

    @property
    def linked_artifacts(self) -> "list[Artifact]":
        """The same version at every place that it is linked to (query ArtifactPlaces)."""
        return [
            Artifact(self.client, place, self.attrs)
            for place, _ in self._places()
            if place[:3] != self.source[:3]
        ]

    @property
    def linked_at(self) -> str | None:
        """When it was linked to where it is shown: ISO 8601 in UTC; None for what is no link."""
        if not self.is_link:
            return None
        moments = {place[:3]: node.created_at for place, node in self._places()}
        moment = moments.get(self.place[:3])
        return iso(moment) if moment else None

    def _places(self) -> list[tuple[Place, fragments.Membership]]:
        result = self.client.send(calls.artifact_places(id=self.id)).artifact
        if result is None:
            raise self._gone()
        nodes = [edge.node for edge in result.artifact_memberships.edges if edge.node]
        return [(place, node) for node in nodes if (place := place_of(node))]

    # Files.

    @property
    def manifest(self) -> ArtifactManifest:
        """Paths, digests and sizes of all files, fetched once from storage."""
        if self._manifest is None:
            from .contents import fetch_manifest

            result = self.client.send(calls.artifact_manifest(id=self.id))
            self._manifest = fetch_manifest(self, result)
        return self._manifest

    async def amanifest(self) -> ArtifactManifest:
        """Return the manifest, from a coroutine."""
        import asyncio

        return await asyncio.to_thread(lambda: self.manifest)

    @property
    def digest_algorithm(self) -> Algorithm:
        """How its files are digested, as its manifest says: `MD5` or `XXH128`."""
        newer = any(entry.algorithm == "XXH128" for entry in self.manifest)
        return "XXH128" if newer else "MD5"

    def get_entry(self, name: str) -> ArtifactManifestEntry:
        """Return one file of the manifest by its path; raises NotFoundError, a LookupError."""
        return self.manifest.get_entry(name)

    def files(
        self, names: Sequence[str] | None = None, per_page: int = 50, *, start: str | None = None
    ) -> "ArtifactFiles":
        """Return its files; nothing is sent until they are read."""
        from .files import ArtifactFiles

        return ArtifactFiles(self.client, self, names, per_page, start=start)

    def file(self, root: str | PathLike[str] | None = None) -> Path:
        """Download the only file of a version that has one, and return its path."""
        from .contents import only_entry, target_folder

        entry = only_entry(self)
        return Path(self.download(root or target_folder(self)), entry.path)

    def open_file(self, path: str) -> File:
        """Return one of its files by path, to be downloaded by itself; raises NotFoundError."""
        found = self.files([path], per_page=1)[:1]
        if not found:
            raise NotFoundError(
                f"artifact {self.qualified_name} holds no file {path!r}", path=path, missing="file"
            )
        return found[0]

    def download(
        self,
        root: str | PathLike[str] | None = None,
        allow_missing_references: bool = False,
        *,
        path_prefix: str | None = None,
    ) -> str:
        """Download all files, or those whose path begins with `path_prefix`; returns the folder.

        The folder is `root`, else `artifacts/collection:vN` below the working folder or below
        `WANDB_ARTIFACT_DIR`. Each file is checked by size and digest before it takes its name; one
        that is there and right is kept. References to `http(s)://` and to files of other artifacts
        are followed; for others, UnsupportedReferenceError names them, unless
        `allow_missing_references` says to leave them, with a warning that names them.
        """
        from .contents import download

        return str(download(self, root, allow_missing_references, path_prefix))

    async def adownload(
        self,
        root: str | PathLike[str] | None = None,
        allow_missing_references: bool = False,
        *,
        path_prefix: str | None = None,
    ) -> str:
        """Download all files, from a coroutine; otherwise as `download`."""
        import asyncio

        from .contents import download

        folder = await asyncio.to_thread(
            download, self, root, allow_missing_references, path_prefix
        )
        return str(folder)

    def checkout(self, root: str | PathLike[str] | None = None) -> str:
        """Make a folder hold exactly this version: download it, and remove what does not belong.

        The folder is `root`, else `artifacts/collection`, without the version.
        """
        from .contents import checkout

        return str(checkout(self, root))

    def compare(self, root: str | PathLike[str] | None = None) -> "ArtifactDifferences":
        """Return how a folder differs from this version; references are left out."""
        from .contents import compare

        return compare(self, root)

    def verify(self, root: str | PathLike[str] | None = None) -> None:
        """Compare a folder with this version.

        Raises ChecksumError, which is a ValueError here, naming every missing, altered and foreign
        file. References cannot be compared and are left out.
        """
        from .contents import verify

        verify(self, root)
