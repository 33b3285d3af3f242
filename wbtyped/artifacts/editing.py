"""What can be changed of a version, and how the changes are sent."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING

from wbtyped_graphql import calls, fragments
from wbtyped_graphql.input_types import (
    ArtifactCollectionAliasInput,
    TagInput,
    UpdateArtifactInput,
)
from wbtyped_graphql.operation import Operation

from .. import arguments
from ..errors import NotFoundError, SchemaMismatchError, UsageError
from ..transport.client import Client
from ..user_json import (
    NotAnObjectError,
    assigned_object,
    is_same_object,
    read_object,
    written_object,
)
from .facts import ArtifactFacts, ArtifactLocation
from .save_steps import Step, asave, save, step
from .validation import VERSION, checked_aliases, checked_tags

if TYPE_CHECKING:
    from wbtyped_graphql.artifact_by_id import ArtifactById


METADATA_KEYS = 100
"""More cannot be assigned, as in the official client."""
DISABLED, INHERITED = -2, -1


class ArtifactTTL(Enum):
    """A time to live that is not a length of time."""

    INHERIT = INHERITED
    """That of the project."""


class EditableArtifact(ArtifactFacts):
    """A version with its edits: assigned, checked at once, and sent by `save`."""

    __slots__ = ("_aliases", "_description", "_metadata", "_tags", "_ttl")

    def __init__(self, client: Client, place: ArtifactLocation, attrs: fragments.Artifact) -> None:
        arguments.instance("client", client, Client)
        arguments.instance("place", place, ArtifactLocation)
        arguments.instance("attrs", attrs, fragments.Artifact)
        self.client = client
        self.place = place
        self._accept(attrs)

    def _accept(self, node: fragments.Artifact) -> None:
        """Take what the server says, and forget edits."""
        self.attrs = node
        self._description = node.description
        self._metadata: dict[str, object] | None = None
        self._tags = [tag.name for tag in node.tags]
        self._aliases = self._saved_aliases()
        self._ttl: int | None = None

    def _saved_aliases(self) -> list[str]:
        return [
            alias.alias
            for alias in self.attrs.aliases
            if alias.artifact_collection
            and alias.artifact_collection.name == self.place.collection
            and (
                alias.artifact_collection.project is None
                or alias.artifact_collection.project.name == self.place.project
            )
            and not VERSION.fullmatch(alias.alias)
        ]

    # What can be changed.

    @property
    def description(self) -> str | None:
        """The text that describes it; assignable."""
        return self._description

    @description.setter
    def description(self, description: str | None) -> None:
        self._description = arguments.optional_string("description", description)

    @property
    def metadata(self) -> dict[str, object]:
        """What its maker noted, as JSON; assignable, and changes in place count too.

        Values that JSON lacks are written as the official client writes them: NaN as null, numbers
        and short arrays of numpy as numbers and lists, datetimes as ISO 8601 text. Assigning
        converts them at once, a change in place when it is saved. Raises UsageError for infinities
        and what JSON cannot hold, and SchemaMismatchError when the server's text is no JSON object;
        one that is assigned replaces that.
        """
        if self._metadata is None:
            self._metadata = self._saved_metadata()
        return self._metadata

    @metadata.setter
    def metadata(self, metadata: Mapping[str, object] | str | None) -> None:
        values = assigned_object(metadata, "metadata")
        if len(values) > METADATA_KEYS:
            raise UsageError(f"metadata may have {METADATA_KEYS} keys, not {len(values)}")
        self._metadata = values

    def _saved_metadata(self) -> dict[str, object]:
        try:
            return read_object(self.attrs.metadata)
        except NotAnObjectError as error:
            raise SchemaMismatchError(
                f"the metadata of {self.qualified_name} is not a JSON object: {error}",
                path=["metadata"],
            ) from error

    def _is_metadata_changed(self, metadata: Mapping[str, object]) -> bool:
        try:
            return not is_same_object(metadata, self._saved_metadata())
        except SchemaMismatchError:
            return True

    @property
    def tags(self) -> list[str]:
        """The tags of this version; assign a list, or one tag as a text."""
        return self._tags

    @tags.setter
    def tags(self, tags: str | Iterable[str]) -> None:
        self._tags = checked_tags(tags)

    @property
    def aliases(self) -> list[str]:
        """The aliases at the place where it is shown, without `vN`; assignable."""
        return self._aliases

    @aliases.setter
    def aliases(self, aliases: Iterable[str]) -> None:
        self._aliases = checked_aliases(aliases)

    @property
    def ttl(self) -> timedelta | None:
        """How long it is kept, or None for ever.

        Assign a timedelta, None for ever, or `ArtifactTTL.INHERIT` for what the project says.
        """
        seconds = self.attrs.ttl_duration_seconds if self._ttl is None else self._ttl
        return timedelta(seconds=seconds) if seconds > 0 else None

    @ttl.setter
    def ttl(self, ttl: timedelta | ArtifactTTL | None) -> None:
        if self.is_link:
            raise UsageError(f"{self.qualified_name} is a link; set the ttl of its source")
        if ttl is None:
            self._ttl = DISABLED
        elif isinstance(ttl, ArtifactTTL):
            self._ttl = INHERITED
        else:
            expected = "a timedelta, None or ArtifactTTL.INHERIT"
            arguments.instance("ttl", ttl, timedelta, expected)
            if ttl.total_seconds() < 1:
                raise UsageError(f"ttl must be at least a second, got {ttl}")
            self._ttl = int(ttl.total_seconds())

    def save(self) -> None:
        """Send what changed, and nothing when nothing did.

        New aliases, taken ones, and the rest are separate requests. When a later one fails,
        PartialSaveError says what was applied; the rest stays as an edit to save again.
        """
        save(self.client, self._steps(), f"artifact {self.qualified_name}")

    async def asave(self) -> None:
        """Send what changed, from a coroutine; otherwise as `save`."""
        await asave(self.client, self._steps(), f"artifact {self.qualified_name}")

    def _steps(self) -> list[Step]:
        saved, wanted = self._saved_aliases(), checked_aliases(self._aliases)
        added = [alias for alias in wanted if alias not in saved]
        removed = [alias for alias in saved if alias not in wanted]
        steps: list[Step] = []
        if added:
            add = calls.add_artifact_aliases(id=self.id, aliases=self._alias_inputs(added))
            steps.append(step("aliases added", add, lambda _: self._note_aliases(added, [])))
        if removed:
            take = calls.delete_artifact_aliases(id=self.id, aliases=self._alias_inputs(removed))
            steps.append(step("aliases taken", take, lambda _: self._note_aliases([], removed)))
        changes = self._changes()
        if changes is not None:
            update = calls.update_artifact(input=changes)
            steps.append(
                step(
                    "facts",
                    update,
                    lambda done: self._updated(
                        done.update_artifact.artifact if done.update_artifact else None
                    ),
                )
            )
        return steps

    def _alias_inputs(self, aliases: Sequence[str]) -> list[ArtifactCollectionAliasInput]:
        return [
            ArtifactCollectionAliasInput(
                alias=alias,
                artifact_collection_name=self.place.collection,
                entity_name=self.entity,
                project_name=self.project,
            )
            for alias in aliases
        ]

    def _note_aliases(self, added: Sequence[str], removed: Sequence[str]) -> None:
        """Note in `attrs` that aliases here were added or removed."""
        kept = [
            alias
            for alias in self.attrs.aliases
            if not (
                alias.alias in removed
                and alias.artifact_collection
                and alias.artifact_collection.name == self.place.collection
            )
        ]
        home = fragments.ArtifactAliasesArtifactCollection(
            typename__="", id="", name=self.place.collection, project=None
        )
        new = [fragments.ArtifactAliases(alias=a, artifact_collection=home) for a in added]
        changed = self.attrs.model_copy(update={"aliases": [*kept, *new]})
        self.attrs: fragments.Artifact = changed

    def _changes(self) -> UpdateArtifactInput | None:
        """Return what differs from what the server said, or None."""
        saved_tags = [tag.name for tag in self.attrs.tags]
        tags = checked_tags(self._tags)
        changes: dict[str, object] = {}
        if self._description != self.attrs.description:
            changes["description"] = self._description or ""
        if self._metadata is not None and self._is_metadata_changed(self._metadata):
            changes["metadata"] = written_object(self._metadata, "metadata")
        if self._ttl is not None:
            changes["ttl_duration_seconds"] = self._ttl
        if added := [TagInput(tag_name=tag) for tag in tags if tag not in saved_tags]:
            changes["tags_to_add"] = added
        if removed := [TagInput(tag_name=tag) for tag in saved_tags if tag not in tags]:
            changes["tags_to_delete"] = removed
        if not changes:
            return None
        return UpdateArtifactInput.model_validate({"artifact_id": self.id, **changes})

    def _updated(self, node: fragments.Artifact | None) -> None:
        if node is None:
            raise self._gone()
        self._accept(node)

    def _gone(self) -> NotFoundError:
        path = self.qualified_name
        return NotFoundError(
            f"artifact {path} does not exist any more", path=path, missing="artifact"
        )

    def load(self) -> fragments.Artifact:
        """Fetch it again (query ArtifactById), forget unsaved edits, and return the typed node."""
        self._updated(self.client.send(self._query()).artifact)
        return self.attrs

    async def aload(self) -> fragments.Artifact:
        """Fetch it again, from a coroutine."""
        self._updated((await self.client.asend(self._query())).artifact)
        return self.attrs

    def _query(self) -> Operation["ArtifactById"]:
        return calls.artifact_by_id(id=self.id)
