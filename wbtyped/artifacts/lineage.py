"""Where a version is linked, and which runs made and used it."""

from collections.abc import Iterable
from pathlib import PurePath
from typing import TYPE_CHECKING

from wbtyped_graphql import calls, fragments
from wbtyped_graphql.input_types import ArtifactAliasInput, LinkArtifactInput
from wbtyped_graphql.operation import Operation

from .. import arguments
from ..accounts.registries import aregistry_entity, is_registry, registry_entity
from ..errors import UsageError
from ..paths import parse_artifact_path
from ..transport.nodes import iso
from .editing import EditableArtifact
from .facts import ArtifactLocation, location_of
from .validation import checked_aliases

if TYPE_CHECKING:
    from wbtyped_graphql.artifact_created_by import ArtifactCreatedBy
    from wbtyped_graphql.artifact_places import ArtifactPlaces
    from wbtyped_graphql.artifact_used_by import ArtifactUsedBy
    from wbtyped_graphql.link_artifact import LinkArtifact
    from wbtyped_graphql.unlink_artifact import UnlinkArtifact

    from ..runs.run import Run
    from .artifact import Artifact


class LinkedArtifact(EditableArtifact):
    """A version with its links to portfolios and runs."""

    __slots__ = ()

    # Links and deletion.

    def link(self, target_path: str | PurePath, aliases: Iterable[str] = ()) -> "Artifact":
        """Link it into the portfolio at `target_path` and return it as it is shown there.

        `entity/project/name`, `project/name` or `name`; what is left out is as here. Of a registry,
        `organization/wandb-registry-name/collection`; the organization may be left out when the
        owner of the source belongs to one alone. The portfolio is made when it is new. `latest`
        moves there by itself.
        """
        aliases = checked_aliases(aliases)
        entity, project, name = self._target(target_path)
        if is_registry(project):
            entity = registry_entity(self.client, self.source_entity, entity)
        entity = entity or self.entity
        self.client.send(self._linking(entity, project, name, aliases))
        from .lookup import find_artifact

        return find_artifact(self.client, entity, project, f"{name}:latest")

    async def alink(self, target_path: str | PurePath, aliases: Iterable[str] = ()) -> "Artifact":
        """Link it into a portfolio, from a coroutine; otherwise as `link`."""
        aliases = checked_aliases(aliases)
        entity, project, name = self._target(target_path)
        if is_registry(project):
            entity = await aregistry_entity(self.client, self.source_entity, entity)
        entity = entity or self.entity
        await self.client.asend(self._linking(entity, project, name, aliases))
        from .lookup import afind_artifact

        return await afind_artifact(self.client, entity, project, f"{name}:latest")

    def _target(self, path: str | PurePath) -> tuple[str | None, str, str]:
        parts = parse_artifact_path(path)
        if ":" in parts.name:
            raise UsageError(f"portfolio path {str(path)!r} holds an alias; pass aliases= instead")
        return parts.entity, parts.project or self.project, parts.name

    def _linking(
        self, entity: str, project: str, name: str, aliases: Iterable[str]
    ) -> Operation["LinkArtifact"]:
        given = [
            ArtifactAliasInput(alias=alias, artifact_collection_name=name) for alias in aliases
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

        home = await ArtifactCollection.afetch(
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
        arguments.check_flags(delete_aliases=delete_aliases)
        if self.is_link:
            self.unlink()
        else:
            self.client.send(calls.delete_artifact(id=self.id, delete_aliases=delete_aliases))

    async def adelete(self, delete_aliases: bool = False) -> None:
        """Delete the version, from a coroutine; otherwise as `delete`."""
        arguments.check_flags(delete_aliases=delete_aliases)
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
        from ..runs.run import Run

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
        from ..runs.run import Run

        place = self._maker(self.client.send(calls.artifact_created_by(id=self.id)))
        return Run(self.client, *place) if place else None

    async def alogged_by(self) -> "Run | None":
        """Return the run that made it, from a coroutine."""
        from ..runs.run import Run

        place = self._maker(await self.client.asend(calls.artifact_created_by(id=self.id)))
        return await Run.afetch(self.client, *place) if place else None

    def _maker(self, result: "ArtifactCreatedBy") -> tuple[str, str, str] | None:
        if result.artifact is None:
            raise self._gone()
        maker = result.artifact.created_by
        if maker is None or maker.typename__ != "Run" or maker.project is None:
            return None
        return maker.project.entity_name, maker.project.name, maker.name

    # Places.

    @property
    def source_artifact(self) -> "Artifact":
        """The same version where it was made; itself when it is no link."""
        return self._at(self.source)

    @property
    def linked_artifacts(self) -> "list[Artifact]":
        """The same version at every place that it is linked to (query ArtifactPlaces).

        Empty for what is a link itself. The server names 500 places at most, and only those that
        the key may see.
        """
        if self.is_link:
            return []
        return self._links(self.client.send(calls.artifact_places(id=self.id)))

    async def alinked_artifacts(self) -> "list[Artifact]":
        """Return the same version at every place that it is linked to, from a coroutine."""
        if self.is_link:
            return []
        return self._links(await self.client.asend(calls.artifact_places(id=self.id)))

    @property
    def linked_at(self) -> str | None:
        """When it was linked to where it is shown: ISO 8601 in UTC; None for what is no link."""
        if not self.is_link:
            return None
        return self._linked_at(self.client.send(calls.artifact_places(id=self.id)))

    async def alinked_at(self) -> str | None:
        """Return when it was linked to where it is shown, from a coroutine."""
        if not self.is_link:
            return None
        return self._linked_at(await self.client.asend(calls.artifact_places(id=self.id)))

    def _links(self, result: "ArtifactPlaces") -> "list[Artifact]":
        places = [place for place, _ in self._places(result)]
        return [self._at(place) for place in places if place[:3] != self.source[:3]]

    def _linked_at(self, result: "ArtifactPlaces") -> str | None:
        moments = {place[:3]: node.created_at for place, node in self._places(result)}
        moment = moments.get(self.place[:3])
        return iso(moment) if moment else None

    def _places(
        self, result: "ArtifactPlaces"
    ) -> list[tuple[ArtifactLocation, fragments.Membership]]:
        if result.artifact is None:
            raise self._gone()
        nodes = [edge.node for edge in result.artifact.artifact_memberships.edges if edge.node]
        return [(place, node) for node in nodes if (place := location_of(node))]

    def _at(self, place: ArtifactLocation) -> "Artifact":
        from .artifact import Artifact

        return Artifact(self.client, place, self.attrs)
