"""One collection of artifact versions: read it, change it, delete it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from wbtyped_graphql import calls, fragments
from wbtyped_graphql.operation import Operation

from .. import arguments
from ..accounts.projects import missing_project, missing_type
from ..transport.client import Client
from ..transport.cursors import Cursors
from ..transport.nodes import parse_node
from ..user_warnings import warn_user
from .collection_editing import EditableCollection, missing_collection
from .validation import check_collection_name

if TYPE_CHECKING:
    from wbtyped_graphql.artifact_collection_aliases import ArtifactCollectionAliases
    from wbtyped_graphql.get_artifact_collection import GetArtifactCollection

    from .versions import Artifacts

ALIASES_AT_ONCE = 1000


class ArtifactCollection(EditableCollection):
    """A sequence of versions, or a portfolio of links to them (query GetArtifactCollection).

    `name`, `type`, `description` and `tags` can be assigned; a value that cannot be raises
    UsageError at once, and `save()` sends what changed. `attrs` is the typed node or a mapping with
    the wire names of its fields; without it the collection is loaded, and NotFoundError says what
    is missing.
    """

    __slots__ = ("organization",)

    def __init__(
        self,
        client: Client,
        entity: str,
        project: str,
        name: str,
        type: str,  # noqa: A002 - the documented name
        organization: str | None = None,
        attrs: fragments.ArtifactCollection | Mapping[str, object] | None = None,
    ) -> None:
        check_identity(client, entity, project, name, type)
        arguments.check_optional_strings(organization=organization)
        self.client = client
        self.entity = entity
        self.project = project
        self.organization = organization
        if attrs is None:
            query = collection_query(entity, project, type, name)
            attrs = found_collection(client.send(query), entity, project, type, name)
        self._accept(parse_node(fragments.ArtifactCollection, attrs, "an ArtifactCollection"))

    @classmethod
    async def afetch(
        cls, client: Client, entity: str, project: str, name: str, type_name: str
    ) -> "ArtifactCollection":
        """Return a loaded collection, from a coroutine."""
        check_identity(client, entity, project, name, type_name)
        result = await client.asend(collection_query(entity, project, type_name, name))
        node = found_collection(result, entity, project, type_name, name)
        return cls(client, entity, project, name, type_name, attrs=node)

    # Aliases.

    @property
    def aliases(self) -> list[str]:
        """The aliases of all its versions (query ArtifactCollectionAliases), asked once."""
        if self._aliases is None:
            found: list[str] = []
            cursor: str | None = None
            seen = Cursors("ArtifactCollectionAliases", None)
            while True:
                result = self.client.send(self._alias_query(cursor))
                names, cursor = self._alias_page(result, seen)
                found += names
                if cursor is None:
                    break
            self._aliases = found
        return list(self._aliases)

    async def aaliases(self) -> list[str]:
        """Return the aliases of all its versions, from a coroutine."""
        if self._aliases is None:
            found: list[str] = []
            cursor: str | None = None
            seen = Cursors("ArtifactCollectionAliases", None)
            while True:
                page = await self.client.asend(self._alias_query(cursor))
                names, cursor = self._alias_page(page, seen)
                found += names
                if cursor is None:
                    break
            self._aliases = found
        return list(self._aliases)

    def _alias_query(self, cursor: str | None) -> Operation["ArtifactCollectionAliases"]:
        return calls.artifact_collection_aliases(
            id=self.id, cursor=cursor, per_page=ALIASES_AT_ONCE
        )

    def _alias_page(
        self, result: "ArtifactCollectionAliases", seen: Cursors
    ) -> tuple[list[str], str | None]:
        if result.artifact_collection is None:
            raise self._missing()
        page = result.artifact_collection.aliases
        names = [edge.node.alias for edge in page.edges if edge.node]
        if not page.page_info.has_next_page:
            return names, None
        following = seen.check(page.page_info.end_cursor)
        seen.add(following)
        return names, following

    # Versions.

    def artifacts(self, per_page: int = 50, *, start: str | None = None) -> "Artifacts":
        """Return its versions, newest first; unsaved edits of name and type do not count."""
        from .versions import Artifacts

        return Artifacts(
            self.client, self.entity, self.project, self.attrs.name,
            self.attrs.default_artifact_type.name, per_page=per_page, start=start,
        )  # fmt: skip

    # Changing.

    def load(self) -> fragments.ArtifactCollection:
        """Fetch it again, forget unsaved edits, and return the typed node."""
        result = self.client.send(self._query())
        self._accept(found_collection(result, *self._place()))
        return self.attrs

    async def aload(self) -> fragments.ArtifactCollection:
        """Fetch it again, from a coroutine."""
        result = await self.client.asend(self._query())
        self._accept(found_collection(result, *self._place()))
        return self.attrs

    def _place(self) -> tuple[str, str, str, str]:
        return self.entity, self.project, self.attrs.default_artifact_type.name, self.attrs.name

    def _query(self) -> Operation["GetArtifactCollection"]:
        return collection_query(*self._place())

    def change_type(self, new_type: str) -> None:
        """Give a sequence another type at once; assign `type` and `save()` instead."""
        arguments.check_strings(new_type=new_type)
        warn_user("change_type is deprecated: assign type and call save()", DeprecationWarning)
        self.type = new_type
        self.save()

    def delete(self) -> None:
        """Delete it: a sequence with all its versions, a portfolio with its links alone."""
        if self.is_sequence():
            self.client.send(calls.delete_artifact_sequence(id=self.id))
        else:
            self.client.send(calls.delete_artifact_portfolio(id=self.id))

    async def adelete(self) -> None:
        """Delete it, from a coroutine; otherwise as `delete`."""
        if self.is_sequence():
            await self.client.asend(calls.delete_artifact_sequence(id=self.id))
        else:
            await self.client.asend(calls.delete_artifact_portfolio(id=self.id))


def check_identity(client: Client, entity: str, project: str, name: str, type_name: str) -> None:
    """Raise UsageError for what cannot name a collection."""
    arguments.instance("client", client, Client)
    arguments.check_strings(entity=entity, project=project, type=type_name)
    check_collection_name(name)


def collection_query(
    entity: str, project: str, type_name: str, name: str
) -> Operation["GetArtifactCollection"]:
    """Return the question for one collection."""
    return calls.get_artifact_collection(
        entity=entity, project=project, type_name=type_name, name=name
    )


def found_collection(
    result: "GetArtifactCollection", entity: str, project: str, type_name: str, name: str
) -> fragments.ArtifactCollection:
    """Return the collection in an answer, or say what is missing."""
    if result.project is None:
        raise missing_project(entity, project)
    if result.project.artifact_type is None:
        raise missing_type(entity, project, type_name, name)
    found = result.project.artifact_type.artifact_collection
    if found is None:
        raise missing_collection(entity, project, name)
    return found
