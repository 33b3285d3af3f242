"""One version of an artifact: its facts, its files, and changes to it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from enum import Enum
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pydantic import TypeAdapter, ValidationError
from wbtyped_graphql import calls, fragments
from wbtyped_graphql.input_types import (
    ArtifactAliasInput,
    ArtifactCollectionAliasInput,
    LinkArtifactInput,
    TagInput,
    UpdateArtifactInput,
)
from wbtyped_graphql.operation import Operation

from ..client import Client, is_unknown_field
from ..errors import GraphQLError, NotFoundError, SchemaMismatchError, UsageError
from ..files import File
from ..nodes import iso
from ..paths import parse_artifact_path, quoted_parts
from ..projects import missing_project
from .manifest import Algorithm, ArtifactManifest, ArtifactManifestEntry
from .names import VERSION, checked_aliases, checked_tags
from .saving import Step, asave, save, step

if TYPE_CHECKING:
    from wbtyped_graphql.artifact_by_id import ArtifactById
    from wbtyped_graphql.artifact_by_name import ArtifactByName
    from wbtyped_graphql.artifact_by_path import ArtifactByPath
    from wbtyped_graphql.artifact_created_by import ArtifactCreatedBy
    from wbtyped_graphql.artifact_used_by import ArtifactUsedBy
    from wbtyped_graphql.link_artifact import LinkArtifact
    from wbtyped_graphql.unlink_artifact import UnlinkArtifact

    from ..runs import Run
    from .collections import ArtifactCollection
    from .contents import ArtifactDifferences
    from .files import ArtifactFiles

_metadata = TypeAdapter(dict[str, object])
DISABLED, INHERITED = -2, -1


class ArtifactTTL(Enum):
    """A time to live that is not a length of time."""

    INHERIT = INHERITED
    """That of the project."""


class Place(NamedTuple):
    """Where a version is shown: in the sequence it was made in, or where it is linked."""

    entity: str
    project: str
    collection: str
    version: str

    @classmethod
    def of_source(cls, node: fragments.Artifact) -> "Place":
        """Return where a version was made; without a project when the key may not see it."""
        home = node.artifact_sequence
        entity = home.project.entity_name if home.project else ""
        project = home.project.name if home.project else ""
        return cls(entity, project, home.name, f"v{node.version_index or 0}")


class Artifact:
    """One version of an artifact, at the place where it was found.

    `description`, `metadata`, `tags`, `aliases` and `ttl` can be assigned; a value that cannot be
    raises UsageError at once, and `save()` sends what changed. `attrs` is the typed node as the
    server sent it. Making new versions is the official client's job.
    """

    def __init__(self, client: Client, place: Place, attrs: fragments.Artifact) -> None:
        self.client = client
        self.place = place
        self._manifest: ArtifactManifest | None = None
        self._accept(attrs)

    def _accept(self, node: fragments.Artifact) -> None:
        """Take what the server says, and forget edits."""
        self.attrs: fragments.Artifact = node
        """The typed node as the server last sent it."""
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

    def __repr__(self) -> str:
        return f"<Artifact {self.qualified_name}>"

    # Where it is.

    @property
    def entity(self) -> str:
        """The owner of the project that it is shown in."""
        return self.place.entity

    @property
    def project(self) -> str:
        """The project that it is shown in."""
        return self.place.project

    @property
    def name(self) -> str:
        """`collection:vN`, at the place where it is shown."""
        return f"{self.place.collection}:{self.place.version}"

    @property
    def version(self) -> str:
        """`vN`, the number at the place where it is shown."""
        return self.place.version

    @property
    def qualified_name(self) -> str:
        """`entity/project/collection:vN`."""
        return f"{self.entity}/{self.project}/{self.name}"

    @property
    def source(self) -> Place:
        """Where it was made."""
        return Place.of_source(self.attrs)

    @property
    def source_entity(self) -> str:
        """The owner of the project that it was made in."""
        return self.source.entity

    @property
    def source_project(self) -> str:
        """The project that it was made in."""
        return self.source.project

    @property
    def source_version(self) -> str:
        """`vN`, the number in the sequence it was made in."""
        return self.source.version

    @property
    def source_name(self) -> str:
        """`collection:vN` where it was made."""
        return f"{self.source.collection}:{self.source.version}"

    @property
    def source_qualified_name(self) -> str:
        """`entity/project/collection:vN` where it was made."""
        return f"{self.source.entity}/{self.source.project}/{self.source_name}"

    @property
    def is_link(self) -> bool:
        """Whether it is shown at another place than where it was made."""
        return self.place[:3] != self.source[:3]

    @property
    def url(self) -> str:
        """Address of its page."""
        entity, project, kind, collection, version = quoted_parts(
            self.entity, self.project, self.type, self.place.collection, self.version
        )
        return f"{self.client.app_url}{entity}/{project}/artifacts/{kind}/{collection}/{version}"

    @property
    def collection(self) -> "ArtifactCollection":
        """The collection that it is shown in, loaded."""
        from .collections import ArtifactCollection

        return ArtifactCollection(
            self.client, self.entity, self.project, self.place.collection, self.type
        )

    @property
    def source_collection(self) -> "ArtifactCollection":
        """The sequence that it was made in, loaded."""
        from .collections import ArtifactCollection

        place = self.source
        return ArtifactCollection(
            self.client, place.entity, place.project, place.collection, self.type
        )

    # What it is.

    @property
    def id(self) -> str:
        """The server's own id of the version, opaque; the same wherever it is shown."""
        return self.attrs.id

    @property
    def type(self) -> str:
        """The type, such as `dataset`."""
        return self.attrs.artifact_type.name

    @property
    def state(self) -> str:
        """`COMMITTED`, `PENDING` or `DELETED`; a newer server may know more."""
        return self.attrs.state.value

    @property
    def digest(self) -> str:
        """Digest of paths and contents together, in hex."""
        return self.attrs.digest

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return self.attrs.size

    @property
    def file_count(self) -> int:
        """How many files it has, references included."""
        return self.attrs.file_count

    @property
    def commit_hash(self) -> str | None:
        """The server's hash of this version."""
        return self.attrs.commit_hash

    @property
    def created_at(self) -> str:
        """When it was made: ISO 8601 in UTC."""
        return iso(self.attrs.created_at)

    @property
    def updated_at(self) -> str:
        """When it was last changed: ISO 8601 in UTC."""
        return iso(self.attrs.updated_at or self.attrs.created_at)

    @property
    def history_step(self) -> int | None:
        """The step of its run at which it was logged."""
        step_after = self.attrs.history_step
        return None if step_after is None else max(0, step_after - 1)

    # What can be changed.

    @property
    def description(self) -> str | None:
        """The text that describes it; assignable."""
        return self._description

    @description.setter
    def description(self, description: str | None) -> None:
        self._description = description

    @property
    def metadata(self) -> dict[str, object]:
        """What its maker noted, as JSON; assignable, and changes in place count too.

        Raises SchemaMismatchError when the server's text is no JSON object.
        """
        if self._metadata is None:
            self._metadata = self._saved_metadata()
        return self._metadata

    @metadata.setter
    def metadata(self, metadata: Mapping[str, object]) -> None:
        self._metadata = dict(metadata)
        metadata_text(self._metadata)

    def _saved_metadata(self) -> dict[str, object]:
        try:
            return _metadata.validate_json(self.attrs.metadata or "{}")
        except ValidationError as error:
            raise SchemaMismatchError(
                f"the metadata of {self.qualified_name} is no JSON object", path=["metadata"]
            ) from error

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
        elif ttl.total_seconds() < 1:
            raise UsageError(f"ttl must be at least a second, got {ttl}")
        else:
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
        self.attrs = self.attrs.model_copy(update={"aliases": [*kept, *new]})

    def _changes(self) -> UpdateArtifactInput | None:
        """Return what differs from what the server said, or None."""
        saved_tags = [tag.name for tag in self.attrs.tags]
        tags = checked_tags(self._tags)
        changes: dict[str, object] = {}
        if self._description != self.attrs.description:
            changes["description"] = self._description or ""
        if self._metadata is not None and self._metadata != self._saved_metadata():
            changes["metadata"] = metadata_text(self._metadata)
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

    # Links and deletion.

    def link(self, target_path: str, aliases: Iterable[str] = ()) -> "Artifact":
        """Link it into the portfolio at `target_path` and return it as it is shown there.

        `entity/project/name`, `project/name` or `name`; what is left out is as here. The portfolio
        is made when it is new. `latest` moves there by itself.
        """
        entity, project, name = self._target(target_path)
        self.client.send(self._linking(entity, project, name, aliases))
        return find_artifact(self.client, entity, project, f"{name}:latest")

    async def alink(self, target_path: str, aliases: Iterable[str] = ()) -> "Artifact":
        """Link it into a portfolio, from a coroutine; otherwise as `link`."""
        entity, project, name = self._target(target_path)
        await self.client.asend(self._linking(entity, project, name, aliases))
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
        from .collections import ArtifactCollection

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


def metadata_text(metadata: Mapping[str, object]) -> str:
    """Return metadata as JSON, or raise UsageError for what JSON cannot hold."""
    try:
        return json.dumps(metadata, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise UsageError(f"metadata cannot be written as JSON: {error}") from error


def place_of(node: fragments.Membership) -> Place | None:
    """Return the place that a membership stands for; None when the key may not see it."""
    home = node.artifact_collection
    if home is None or home.project is None:
        return None
    version = f"v{node.version_index or 0}"
    return Place(home.project.entity_name, home.project.name, home.name, version)


MEMBERSHIP = "PROJECT_ARTIFACT_COLLECTION_MEMBERSHIP"


def find_artifact(client: Client, entity: str, project: str, name: str) -> Artifact:
    """Return the version that `collection:alias` means; raises NotFoundError."""
    known = client.known_features
    if known is None or MEMBERSHIP in known:
        # Asking for the features first would cost every script a request that few servers need.
        try:
            found = client.send(calls.artifact_by_path(entity=entity, project=project, name=name))
            return placed(client, found, entity, project, name)
        except GraphQLError as error:
            if not is_unknown_field(error):
                raise
        client.features()
    older = client.send(calls.artifact_by_name(entity=entity, project=project, name=name))
    return unplaced(client, older, entity, project, name)


async def afind_artifact(client: Client, entity: str, project: str, name: str) -> Artifact:
    """Return the version that `collection:alias` means, from a coroutine."""
    known = client.known_features
    if known is None or MEMBERSHIP in known:
        try:
            asked = calls.artifact_by_path(entity=entity, project=project, name=name)
            return placed(client, await client.asend(asked), entity, project, name)
        except GraphQLError as error:
            if not is_unknown_field(error):
                raise
        await client.afeatures()
    older = await client.asend(calls.artifact_by_name(entity=entity, project=project, name=name))
    return unplaced(client, older, entity, project, name)


def placed(
    client: Client, result: "ArtifactByPath", entity: str, project: str, name: str
) -> Artifact:
    """Return the version in the answer of a server that knows places."""
    if result.project is None:
        raise missing_project(entity, project)
    member = result.project.artifact_collection_membership
    if member is None or member.artifact is None:
        raise missing_artifact(entity, project, name)
    place = place_of(member) or Place(entity, project, name.partition(":")[0], "v0")
    return Artifact(client, place, member.artifact)


def unplaced(
    client: Client, result: "ArtifactByName", entity: str, project: str, name: str
) -> Artifact:
    """Return the version in the answer of an older server, at the place where it was made."""
    if result.project is None:
        raise missing_project(entity, project)
    node = result.project.artifact
    if node is None:
        raise missing_artifact(entity, project, name)
    return Artifact(client, Place.of_source(node), node)


def missing_artifact(entity: str, project: str, name: str) -> NotFoundError:
    """Return the error for a version that is not there."""
    path = f"{entity}/{project}/{name}"
    return NotFoundError(
        f"artifact {path} does not exist, or the API key may not see it",
        path=path,
        missing="artifact",
    )
