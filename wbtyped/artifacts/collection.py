"""One collection of artifact versions: read it, change it, delete it."""

import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from wbtyped_graphql import calls, fragments
from wbtyped_graphql.input_types import TagInput
from wbtyped_graphql.operation import Operation

from ..client import Client
from ..errors import NotFoundError, UsageError
from ..nodes import iso, node_of
from ..projects import missing_project, missing_type
from .names import check_collection_name, check_type, checked_tags
from .saving import Step, asave, save, step

if TYPE_CHECKING:
    from wbtyped_graphql.artifact_collection_aliases import ArtifactCollectionAliases
    from wbtyped_graphql.get_artifact_collection import GetArtifactCollection
    from wbtyped_graphql.move_artifact_sequence import (
        MoveArtifactSequenceMoveArtifactSequence as MovedSequence,
    )
    from wbtyped_graphql.update_artifact_portfolio import (
        UpdateArtifactPortfolioUpdateArtifactPortfolio as UpdatedPortfolio,
    )
    from wbtyped_graphql.update_artifact_sequence import (
        UpdateArtifactSequenceUpdateArtifactSequence as UpdatedSequence,
    )

    from .versions import Artifacts

TAGS_AT_ONCE = 20
"""Tags that one call may carry."""
ALIASES_AT_ONCE = 1000


class ArtifactCollection:
    """A sequence of versions, or a portfolio of links to them (query GetArtifactCollection).

    `name`, `type`, `description` and `tags` can be assigned; a value that cannot be raises
    UsageError at once, and `save()` sends what changed. `attrs` is the typed node or a mapping with
    the wire names of its fields; without it the collection is loaded, and NotFoundError says what
    is missing.
    """

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
        check_collection_name(name)
        self.client = client
        self.entity = entity
        self.project = project
        self.organization = organization
        if attrs is None:
            query = query_collection(entity, project, type, name)
            attrs = found_collection(client.send(query), entity, project, type, name)
        self._accept(node_of(fragments.ArtifactCollection, attrs, "an ArtifactCollection"))

    @classmethod
    async def aopen(
        cls, client: Client, entity: str, project: str, name: str, type_name: str
    ) -> "ArtifactCollection":
        """Return a loaded collection, from a coroutine."""
        check_collection_name(name)
        result = await client.asend(query_collection(entity, project, type_name, name))
        node = found_collection(result, entity, project, type_name, name)
        return cls(client, entity, project, name, type_name, attrs=node)

    def _accept(self, node: fragments.ArtifactCollection) -> None:
        """Take what the server says, and forget edits."""
        self.attrs: fragments.ArtifactCollection = node
        """The typed node as the server last sent it."""
        self._name = node.name
        self._type = node.default_artifact_type.name
        self._description = node.description
        self._tags = self._saved_tags()
        self._aliases: list[str] | None = None

    def _saved_tags(self) -> list[str]:
        return [edge.node.name for edge in self.attrs.tags.edges]

    def __repr__(self) -> str:
        return f"<ArtifactCollection {self._name} ({self._type})>"

    @property
    def full_path(self) -> str:
        """`entity/project/name`, by the saved name."""
        return f"{self.entity}/{self.project}/{self.attrs.name}"

    @property
    def id(self) -> str:
        """The server's own id of the collection, opaque."""
        return self.attrs.id

    @property
    def created_at(self) -> str:
        """When it was made: ISO 8601 in UTC."""
        return iso(self.attrs.created_at)

    @property
    def updated_at(self) -> str | None:
        """When it was last changed: ISO 8601 in UTC, or None."""
        return iso(self.attrs.updated_at) if self.attrs.updated_at else None

    @property
    def name(self) -> str:
        """The name, unique in the project; assignable."""
        return self._name

    @name.setter
    def name(self, name: str) -> None:
        self._name = check_collection_name(name)

    @property
    def type(self) -> str:
        """The type of its versions; assignable on a sequence."""
        return self._type

    @type.setter
    def type(self, type_name: str) -> None:
        if type_name != self.attrs.default_artifact_type.name:
            if not self.is_sequence():
                raise UsageError(
                    f"{self.full_path} is a portfolio; only a sequence has a type to set"
                )
            check_type(type_name, self._name)
            check_type(self.attrs.default_artifact_type.name, self.attrs.name)
        self._type = type_name

    @property
    def description(self) -> str | None:
        """The text that describes it; assignable."""
        return self._description

    @description.setter
    def description(self, description: str | None) -> None:
        self._description = description

    @property
    def tags(self) -> list[str]:
        """The tags; assign a list, or one tag as a text. Changing the list in place counts too."""
        return self._tags

    @tags.setter
    def tags(self, tags: str | Iterable[str]) -> None:
        self._tags = checked_tags(tags)

    def is_sequence(self) -> bool:
        """Tell whether it is a sequence, which holds versions; a portfolio links to them."""
        return self.attrs.typename__ == "ArtifactSequence"

    # Aliases.

    @property
    def aliases(self) -> list[str]:
        """The aliases of all its versions (query ArtifactCollectionAliases), asked once."""
        if self._aliases is None:
            found: list[str] = []
            cursor: str | None = None
            while True:
                names, cursor = self._alias_page(self.client.send(self._alias_query(cursor)))
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
            while True:
                page = await self.client.asend(self._alias_query(cursor))
                names, cursor = self._alias_page(page)
                found += names
                if cursor is None:
                    break
            self._aliases = found
        return list(self._aliases)

    def _alias_query(self, cursor: str | None) -> Operation["ArtifactCollectionAliases"]:
        return calls.artifact_collection_aliases(
            id=self.id, cursor=cursor, per_page=ALIASES_AT_ONCE
        )

    def _alias_page(self, result: "ArtifactCollectionAliases") -> tuple[list[str], str | None]:
        if result.artifact_collection is None:
            raise self._missing()
        page = result.artifact_collection.aliases
        names = [edge.node.alias for edge in page.edges if edge.node]
        return names, page.page_info.end_cursor if page.page_info.has_next_page else None

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
        return query_collection(*self._place())

    def save(self) -> None:
        """Send what changed, and nothing when nothing did.

        Name and description, type, and tags are separate requests. When a later one fails,
        PartialSaveError says what was applied; the rest stays as an edit to save again.
        """
        save(self.client, self._steps(), f"collection {self.full_path}")

    async def asave(self) -> None:
        """Send what changed, from a coroutine; otherwise as `save`."""
        await asave(self.client, self._steps(), f"collection {self.full_path}")

    def _steps(self) -> list[Step]:
        tags = checked_tags(self._tags)
        steps: list[Step] = []
        name = self._name if self._name != self.attrs.name else None
        text = self._description or "" if self._description != self.attrs.description else None
        if name is not None or text is not None:
            steps.append(self._update_step(name, text))
        if self._type != self.attrs.default_artifact_type.name:
            move = calls.move_artifact_sequence(id=self.id, type_name=self._type)
            steps.append(step("type", move, lambda done: self._moved(done.move_artifact_sequence)))
        saved = self._saved_tags()
        added = [tag for tag in tags if tag not in saved]
        removed = [tag for tag in saved if tag not in tags]
        for some in batches(added):
            add = calls.add_artifact_collection_tags(
                entity=self.entity, project=self.project, collection=self._name,
                tags=[TagInput(tag_name=tag) for tag in some],
            )  # fmt: skip
            steps.append(step("tags", add, self._noting_tags(some, [])))
        for some in batches(removed):
            take = calls.delete_artifact_collection_tags(
                entity=self.entity, project=self.project, collection=self._name,
                tags=[TagInput(tag_name=tag) for tag in some],
            )  # fmt: skip
            steps.append(step("tags", take, self._noting_tags([], some)))
        return steps

    def _update_step(self, name: str | None, description: str | None) -> Step:
        what = " and ".join(
            word
            for word, given in (("name", name), ("description", description))
            if given is not None
        )
        if self.is_sequence():
            change = calls.update_artifact_sequence(id=self.id, name=name, description=description)
            return step(what, change, lambda done: self._updated(done.update_artifact_sequence))
        link = calls.update_artifact_portfolio(id=self.id, name=name, description=description)
        return step(what, link, lambda done: self._updated(done.update_artifact_portfolio))

    def _updated(self, payload: "UpdatedSequence | UpdatedPortfolio | None") -> None:
        if payload is None:
            raise self._missing()
        self.attrs = payload.artifact_collection

    def _moved(self, payload: "MovedSequence | None") -> None:
        if payload is None or payload.artifact_collection is None:
            raise self._missing()
        self.attrs = payload.artifact_collection

    def _noting_tags(self, added: list[str], removed: list[str]) -> Callable[[object], None]:
        """Return what notes in `attrs` that tags were added or removed."""

        def note(_: object) -> None:
            kept = [e for e in self.attrs.tags.edges if e.node.name not in removed]
            new = [fragments.Tag(id="", name=tag) for tag in added]
            edges = [*kept, *(kept_edge(tag) for tag in new)]
            tags = self.attrs.tags.model_copy(update={"edges": edges})
            self.attrs = self.attrs.model_copy(update={"tags": tags})

        return note

    def change_type(self, new_type: str) -> None:
        """Give a sequence another type at once; assign `type` and `save()` instead."""
        warnings.warn(
            "change_type is deprecated: assign type and call save()",
            DeprecationWarning,
            stacklevel=2,
        )
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

    def _missing(self) -> NotFoundError:
        return missing_collection(self.entity, self.project, self.attrs.name)


def kept_edge(tag: fragments.Tag) -> fragments.ArtifactCollectionTagsEdges:
    """Return the edge of a tag, as answers have it."""
    node = fragments.ArtifactCollectionTagsEdgesNode(id=tag.id, name=tag.name)
    return fragments.ArtifactCollectionTagsEdges(node=node)


def batches(tags: list[str]) -> list[list[str]]:
    """Return tags in as many lists as there have to be calls."""
    return [tags[i : i + TAGS_AT_ONCE] for i in range(0, len(tags), TAGS_AT_ONCE)]


def query_collection(
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


def missing_collection(entity: str, project: str, name: str) -> NotFoundError:
    """Return the error for a collection that is not there."""
    path = f"{entity}/{project}/{name}"
    return NotFoundError(
        f"artifact collection {path} does not exist, or the API key may not see it",
        path=path,
        missing="collection",
    )
