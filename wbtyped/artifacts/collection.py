"""One collection of artifact versions: its properties, and edits to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, ClassVar, Self

from pydantic import JsonValue
from wbtyped_graphql import calls, fragments

from .. import arguments
from ..accounts.missing import missing_project, missing_type
from ..errors import UNSEEN, NotFoundError, UsageError
from ..notebook import Record
from ..transport.client import Client
from ..transport.cursors import Cursors
from ..transport.flow import Flow, ask
from ..transport.nodes import iso, parse_node
from ..user_warnings import warn_user
from .save_steps import SaveStep, save_all, save_step
from .validation import check_collection_name, check_type, checked_tags

if TYPE_CHECKING:
    from wbtyped_graphql.artifact_collection_aliases import ArtifactCollectionAliases
    from wbtyped_graphql.move_artifact_sequence import (
        MoveArtifactSequenceMoveArtifactSequence as MovedSequence,
    )
    from wbtyped_graphql.update_artifact_portfolio import (
        UpdateArtifactPortfolioUpdateArtifactPortfolio as UpdatedPortfolio,
    )
    from wbtyped_graphql.update_artifact_sequence import (
        UpdateArtifactSequenceUpdateArtifactSequence as UpdatedSequence,
    )

ALIASES_PER_PAGE = 1000
TAGS_PER_REQUEST = 20


class StandaloneCollection(Record):
    """A collection without the methods that return versions; `ArtifactCollection` adds those.

    `attrs` is the typed node, or a mapping with the wire names of its fields. Without it the
    collection is loaded (query GetArtifactCollection), and NotFoundError says what is missing.
    """

    __slots__ = (
        "__weakref__", "_aliases", "_description", "_name", "_tags", "_type", "attrs", "client",
        "entity", "organization", "project",
    )  # fmt: skip

    __columns__: ClassVar[tuple[str, ...]] = ("name", "type", "tags", "description", "created_at")

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
        self.client: Client = client
        self.entity: str = entity
        self.project: str = project
        self.organization: str | None = organization
        if attrs is None:
            attrs = client.run(find_collection(entity, project, type, name))
        self._accept(parse_node(fragments.ArtifactCollection, attrs, "an ArtifactCollection"))

    @classmethod
    def find(
        cls, client: Client, entity: str, project: str, name: str, type_name: str
    ) -> Flow[Self]:
        """Load a collection (query GetArtifactCollection); raises NotFoundError."""
        check_identity(client, entity, project, name, type_name)
        node = yield from find_collection(entity, project, type_name, name)
        return cls(client, entity, project, name, type_name, attrs=node)

    def _accept(self, node: fragments.ArtifactCollection) -> None:
        """Use the node of a response, and discard unsaved edits."""
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

    def to_dict(self) -> dict[str, JsonValue]:
        """Return plain values: location, type, tags, description and times."""
        return {
            "entity": self.entity,
            "project": self.project,
            "name": self.name,
            "type": self.type,
            "is_sequence": self.is_sequence(),
            "tags": list(self.tags),
            "description": self.description,
            "created_at": self.created_at,
            "updated_at": self.updated_at,
        }

    @property
    def full_path(self) -> str:
        """`entity/project/name`, with the saved name."""
        return f"{self.entity}/{self.project}/{self.attrs.name}"

    @property
    def _subject(self) -> str:
        """The object that requests are about, for errors."""
        return f"collection {self.full_path}"

    @property
    def id(self) -> str:
        """The server's opaque id of the collection."""
        return self.attrs.id

    @property
    def project_id(self) -> str | None:
        """The server's opaque id of the project; None if the API key may not see it."""
        return self.attrs.project.id if self.attrs.project else None

    @property
    def project_internal_id(self) -> str | None:
        """Another opaque id of the project."""
        return self.attrs.project.internal_id if self.attrs.project else None

    @property
    def created_at(self) -> str:
        """When it was created: ISO 8601 in UTC."""
        return iso(self.attrs.created_at)

    @property
    def updated_at(self) -> str | None:
        """When it was last changed: ISO 8601 in UTC, or None."""
        return iso(self.attrs.updated_at) if self.attrs.updated_at else None

    def is_sequence(self) -> bool:
        """Return True for a sequence, which contains versions; a portfolio contains links."""
        return self.attrs.typename__ == "ArtifactSequence"

    @property
    def aliases(self) -> list[str]:
        """The aliases of all its versions, loaded once (query ArtifactCollectionAliases)."""
        return self.client.run(self._load_aliases())

    async def aaliases(self) -> list[str]:
        """Asynchronous form of `aliases`."""
        return await self.client.arun(self._load_aliases())

    def _load_aliases(self) -> Flow[list[str]]:
        if self._aliases is None:
            aliases: list[str] = []
            cursor: str | None = None
            seen = Cursors("ArtifactCollectionAliases", None, self._subject)
            while True:
                result = yield from ask(
                    calls.artifact_collection_aliases(
                        id=self.id, cursor=cursor, per_page=ALIASES_PER_PAGE
                    ),
                    self._subject,
                )
                names, cursor = self._alias_page(result, seen)
                aliases += names
                if cursor is None:
                    break
            self._aliases = aliases
        return list(self._aliases)

    def _alias_page(
        self, result: ArtifactCollectionAliases, seen: Cursors
    ) -> tuple[list[str], str | None]:
        if result.artifact_collection is None:
            raise self._missing()
        page = result.artifact_collection.aliases
        names = [edge.node.alias for edge in page.edges if edge.node]
        if not page.page_info.has_next_page:
            return names, None
        return names, seen.follow(page.page_info.end_cursor)

    # Edits.

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
        arguments.check_strings(type=type_name)
        if type_name != self.attrs.default_artifact_type.name:
            if not self.is_sequence():
                raise UsageError(
                    f"{self.full_path} is a portfolio; only the type of a sequence can be changed"
                )
            check_type(type_name, self._name)
            check_type(self.attrs.default_artifact_type.name, self.attrs.name)
        self._type = type_name

    @property
    def description(self) -> str | None:
        """The description; assignable."""
        return self._description

    @description.setter
    def description(self, description: str | None) -> None:
        self._description = arguments.optional_string("description", description)

    @property
    def tags(self) -> list[str]:
        """The tags; assign a list, or a string for one tag. Edits in place are saved too."""
        return self._tags

    @tags.setter
    def tags(self, tags: str | Iterable[str]) -> None:
        self._tags = checked_tags(tags)

    def load(self) -> fragments.ArtifactCollection:
        """Load it again, discard unsaved edits, and return the typed node."""
        return self.client.run(self._load())

    async def aload(self) -> fragments.ArtifactCollection:
        """Asynchronous form of `load`."""
        return await self.client.arun(self._load())

    def _load(self) -> Flow[fragments.ArtifactCollection]:
        saved_type, saved_name = self.attrs.default_artifact_type.name, self.attrs.name
        node = yield from find_collection(self.entity, self.project, saved_type, saved_name)
        self._accept(node)
        return node

    def save(self) -> None:
        """Send what changed; if nothing did, nothing is sent.

        Name and description, type, and tags are separate requests. If a later one fails,
        PartialSaveError names what was applied; the rest remains unsaved, to be saved again.
        """
        self.client.run(self._save())

    async def asave(self) -> None:
        """Asynchronous form of `save`."""
        await self.client.arun(self._save())

    def _save(self) -> Flow[None]:
        yield from save_all(self._save_steps(), self._subject)

    def _save_steps(self) -> list[SaveStep]:
        tags = checked_tags(self._tags)
        steps: list[SaveStep] = []
        name = self._name if self._name != self.attrs.name else None
        is_described = self._description != self.attrs.description
        description = self._description or "" if is_described else None
        if name is not None or description is not None:
            steps.append(self._update_step(name, description))
        if self._type != self.attrs.default_artifact_type.name:
            move = calls.move_artifact_sequence(id=self.id, type_name=self._type)
            steps.append(
                save_step(
                    "type", move, lambda result: self._record_move(result.move_artifact_sequence)
                )
            )
        return [*steps, *self._tag_steps(tags)]

    def _update_step(self, name: str | None, description: str | None) -> SaveStep:
        changes = {"name": name, "description": description}
        what = " and ".join(field for field, value in changes.items() if value is not None)
        if self.is_sequence():
            update = calls.update_artifact_sequence(id=self.id, name=name, description=description)
            return save_step(
                what, update, lambda result: self._record_update(result.update_artifact_sequence)
            )
        link = calls.update_artifact_portfolio(id=self.id, name=name, description=description)
        return save_step(
            what, link, lambda result: self._record_update(result.update_artifact_portfolio)
        )

    def _tag_steps(self, tags: list[str]) -> list[SaveStep]:
        # Imported late: few programs change anything.
        from wbtyped_graphql.input_types import TagInput

        saved = self._saved_tags()
        steps: list[SaveStep] = []
        for added in tag_batches([tag for tag in tags if tag not in saved]):
            add = calls.add_artifact_collection_tags(
                entity=self.entity, project=self.project, collection=self._name,
                tags=[TagInput(tag_name=tag) for tag in added],
            )  # fmt: skip
            steps.append(save_step("tags", add, self._tag_recorder(added, [])))
        for removed in tag_batches([tag for tag in saved if tag not in tags]):
            remove = calls.delete_artifact_collection_tags(
                entity=self.entity, project=self.project, collection=self._name,
                tags=[TagInput(tag_name=tag) for tag in removed],
            )  # fmt: skip
            steps.append(save_step("tags", remove, self._tag_recorder([], removed)))
        return steps

    def _record_update(self, payload: UpdatedSequence | UpdatedPortfolio | None) -> None:
        if payload is None:
            raise self._missing()
        self.attrs = payload.artifact_collection

    def _record_move(self, payload: MovedSequence | None) -> None:
        if payload is None or payload.artifact_collection is None:
            raise self._missing()
        self.attrs = payload.artifact_collection

    def _tag_recorder(self, added: list[str], removed: list[str]) -> Callable[[object], None]:
        """Build the function that updates the tags in `attrs` after the server changed them."""

        def record(_: object) -> None:
            edges = [edge for edge in self.attrs.tags.edges if edge.node.name not in removed]
            tags = self.attrs.tags.model_copy(
                update={"edges": [*edges, *(tag_edge(tag) for tag in added)]}
            )
            self.attrs = self.attrs.model_copy(update={"tags": tags})

        return record

    def _missing(self) -> NotFoundError:
        return missing_collection(self.entity, self.project, self.attrs.name)

    def change_type(self, new_type: str) -> None:
        """Change the type of a sequence and save it; deprecated: assign `type` and `save()`."""
        arguments.check_strings(new_type=new_type)
        warn_user("change_type is deprecated: assign type and call save()", DeprecationWarning)
        self.type = new_type
        self.save()

    def delete(self) -> None:
        """Delete it: a sequence with all its versions, a portfolio with its links only."""
        self.client.run(self._delete())

    async def adelete(self) -> None:
        """Asynchronous form of `delete`."""
        await self.client.arun(self._delete())

    def _delete(self) -> Flow[None]:
        if self.is_sequence():
            yield from ask(calls.delete_artifact_sequence(id=self.id), self._subject)
        else:
            yield from ask(calls.delete_artifact_portfolio(id=self.id), self._subject)


def check_identity(client: Client, entity: str, project: str, name: str, type_name: str) -> None:
    """Raise UsageError for arguments that cannot name a collection."""
    arguments.instance("client", client, Client)
    arguments.check_strings(entity=entity, project=project, type=type_name)
    check_collection_name(name)


def find_collection(
    entity: str, project: str, type_name: str, name: str
) -> Flow[fragments.ArtifactCollection]:
    """Return the node of a collection (query GetArtifactCollection); raises NotFoundError."""
    result = yield from ask(
        calls.get_artifact_collection(
            entity=entity, project=project, type_name=type_name, name=name
        )
    )
    if result.project is None:
        raise missing_project(entity, project)
    if result.project.artifact_type is None:
        raise missing_type(entity, project, type_name, name)
    found = result.project.artifact_type.artifact_collection
    if found is None:
        raise missing_collection(entity, project, name)
    return found


def missing_collection(entity: str, project: str, name: str) -> NotFoundError:
    """Build the error for a collection that does not exist."""
    path = f"{entity}/{project}/{name}"
    return NotFoundError(
        f"artifact collection {path} does not exist{UNSEEN}",
        path=path,
        missing="collection",
    )


def tag_edge(tag: str) -> fragments.ArtifactCollectionTagsEdges:
    """Build the edge of a tag, as in a response."""
    node = fragments.ArtifactCollectionTagsEdgesNode(id="", name=tag)
    return fragments.ArtifactCollectionTagsEdges(node=node)


def tag_batches(tags: list[str]) -> list[list[str]]:
    """Split tags into one list per request."""
    starts = range(0, len(tags), TAGS_PER_REQUEST)
    return [tags[start : start + TAGS_PER_REQUEST] for start in starts]
