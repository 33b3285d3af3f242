"""What can be changed of a collection, and how the changes are sent."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from wbtyped_graphql import calls, fragments
from wbtyped_graphql.input_types import TagInput

from .. import arguments
from ..errors import NotFoundError, UsageError
from ..transport.client import Client
from ..transport.nodes import iso
from .save_steps import Step, asave, save, step
from .validation import check_collection_name, check_type, checked_tags

if TYPE_CHECKING:
    from wbtyped_graphql.move_artifact_sequence import (
        MoveArtifactSequenceMoveArtifactSequence as MovedSequence,
    )
    from wbtyped_graphql.update_artifact_portfolio import (
        UpdateArtifactPortfolioUpdateArtifactPortfolio as UpdatedPortfolio,
    )
    from wbtyped_graphql.update_artifact_sequence import (
        UpdateArtifactSequenceUpdateArtifactSequence as UpdatedSequence,
    )

TAGS_AT_ONCE = 20
"""Tags that one call may carry."""


class EditableCollection:
    """A collection with its edits: assigned, checked at once, and sent by `save`."""

    __slots__ = (
        "__weakref__", "_aliases", "_description", "_name", "_tags", "_type", "attrs", "client",
        "entity", "project",
    )  # fmt: skip

    client: Client
    """What requests go through."""
    entity: str
    """The owner of the project."""
    project: str
    """The project that it is in."""

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
        arguments.check_strings(type=type_name)
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
        self._description = arguments.optional_string("description", description)

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

    def _missing(self) -> NotFoundError:
        return missing_collection(self.entity, self.project, self.attrs.name)


def kept_edge(tag: fragments.Tag) -> fragments.ArtifactCollectionTagsEdges:
    """Return the edge of a tag, as answers have it."""
    node = fragments.ArtifactCollectionTagsEdgesNode(id=tag.id, name=tag.name)
    return fragments.ArtifactCollectionTagsEdges(node=node)


def batches(tags: list[str]) -> list[list[str]]:
    """Return tags in as many lists as there have to be calls."""
    return [tags[i : i + TAGS_AT_ONCE] for i in range(0, len(tags), TAGS_AT_ONCE)]


def missing_collection(entity: str, project: str, name: str) -> NotFoundError:
    """Return the error for a collection that is not there."""
    path = f"{entity}/{project}/{name}"
    return NotFoundError(
        f"artifact collection {path} does not exist, or the API key may not see it",
        path=path,
        missing="collection",
    )
