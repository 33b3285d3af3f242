"""One version of an artifact: its properties, edits to it, and its files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from enum import Enum
from functools import partial
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self, Unpack, cast

from pydantic import JsonValue
from wbtyped_graphql import calls, fragments

from .. import arguments
from ..accounts.registries import REGISTRY, find_organization, is_registry
from ..clock import monotonic
from ..download.options import DownloadOptions
from ..errors import SchemaMismatchError, UsageError, WaitTimeoutError
from ..notebook import Record
from ..paths import quoted_parts
from ..transport.client import Client
from ..transport.flow import Flow, ask
from ..transport.nodes import iso
from ..transport.pause import Pause
from ..typed_values import ModelOf, ValuesT, read_as
from ..user_json import (
    NotAnObjectError,
    assigned_object,
    is_same_object,
    read_object,
    written_object,
)
from ..user_warnings import in_thread, warn_user
from .contents.version import VersionContents
from .location import ArtifactLocation
from .save_steps import SaveStep, save_all, save_step
from .validation import check_key_count, checked_aliases, checked_tags

if TYPE_CHECKING:
    from wbtyped_graphql.input_types import ArtifactCollectionAliasInput, UpdateArtifactInput
    from wbtyped_graphql.update_artifact import UpdateArtifactUpdateArtifact as Updated

    from ..download.batch import Batch, BatchOptions
    from ..download.disk.digests import Algorithm
    from ..download.stored_content import StoredContent
    from .contents.differences import ArtifactDifferences
    from .contents.entry import ArtifactManifestEntry
    from .contents.manifest import ArtifactManifest
    from .contents.version_diff import ArtifactDiff

POLL_SECONDS = 2.0
PENDING = "PENDING"
"""The state of a version that is still being uploaded."""
TTL_DISABLED, TTL_INHERITED = -2, -1
"""What the server has in place of seconds: no time to live, or the project's."""


class ArtifactTTL(Enum):
    """A value of `Artifact.ttl` that is not a duration.

    Example:
        >>> artifact.ttl = ArtifactTTL.INHERIT
        >>> artifact.save()
    """

    INHERIT = TTL_INHERITED
    """The default of the project."""


def is_inherited(ttl: object) -> bool:
    """Return True for `ArtifactTTL.INHERIT`, ours or that of the official client."""
    return (
        isinstance(ttl, Enum)
        and type(ttl).__name__ == ArtifactTTL.__name__
        and ttl.name == ArtifactTTL.INHERIT.name
    )


class StandaloneArtifact(Record):
    """A version without the methods that return other objects; `Artifact` adds those.

    `location` is where the version was found. `attrs` is the typed node as the server sent it.
    """

    __slots__ = (
        "__weakref__", "_aliases", "_description", "_metadata", "_tags", "_ttl", "attrs", "client",
        "contents", "location",
    )  # fmt: skip

    __columns__: ClassVar[tuple[str, ...]] = (
        "name",
        "type",
        "size",
        "file_count",
        "aliases",
        "tags",
        "created_at",
    )

    def __init__(
        self, client: Client, location: ArtifactLocation, attrs: fragments.Artifact
    ) -> None:
        arguments.instance("client", client, Client)
        arguments.instance("location", location, ArtifactLocation)
        arguments.instance("attrs", attrs, fragments.Artifact)
        self.client: Client = client
        self.location: ArtifactLocation = location
        self.contents: VersionContents = VersionContents(client, location, attrs, self)
        """The files of the version."""
        self._accept(attrs)

    def _accept(self, node: fragments.Artifact) -> None:
        """Use the node of a response, and discard unsaved edits."""
        self._set_attrs(node)
        self._description = node.description
        self._metadata: dict[str, object] | None = None
        self._tags = [tag.name for tag in node.tags]
        self._aliases = self.contents.aliases
        self._ttl: int | None = None

    def _set_attrs(self, node: fragments.Artifact) -> None:
        self.attrs: fragments.Artifact = node
        """The typed node as the server last sent it."""
        self.contents.node = node

    def __repr__(self) -> str:
        return f"<Artifact {self.qualified_name}>"

    def to_dict(self) -> dict[str, JsonValue]:
        """Return plain values: location, type, state, sizes, aliases, tags, metadata and times.

        `metadata` is a dict; `pandas.json_normalize` makes a column of each of its keys.
        """
        metadata = self._saved_metadata()
        if self._metadata is not None:
            metadata = read_object(written_object(self._metadata, "metadata"))
        return {
            "entity": self.entity,
            "project": self.project,
            "name": self.name,
            "type": self.type,
            "state": self.state,
            "size": self.size,
            "file_count": self.file_count,
            "digest": self.digest,
            "aliases": list(self.aliases),
            "tags": list(self.tags),
            "description": self.description,
            "metadata": cast("JsonValue", metadata),
            "created_at": self.created_at,
            "updated_at": self.updated_at,
        }

    def __page__(self) -> str | None:
        # The page of a link in a registry takes a request to find.
        return None if self.is_link and is_registry(self.project) else self.url

    # Location.

    @property
    def entity(self) -> str:
        """The owner of the project that shows the version."""
        return self.location.entity

    @property
    def project(self) -> str:
        """The project that shows the version."""
        return self.location.project

    @property
    def name(self) -> str:
        """`collection:vN`, in the collection that shows the version."""
        return self.location.name

    @property
    def version(self) -> str:
        """`vN`, the number in the collection that shows the version."""
        return self.location.version

    @property
    def qualified_name(self) -> str:
        """`entity/project/collection:vN`."""
        return self.location.path

    @property
    def _subject(self) -> str:
        """The object that requests are about, for errors."""
        return f"artifact {self.qualified_name}"

    @property
    def source(self) -> ArtifactLocation:
        """Where the version was logged."""
        return ArtifactLocation.of_source(self.attrs)

    @property
    def source_entity(self) -> str:
        """The owner of the project that the version was logged to."""
        return self.source.entity

    @property
    def source_project(self) -> str:
        """The project that the version was logged to."""
        return self.source.project

    @property
    def source_version(self) -> str:
        """`vN`, the number in the sequence that the version was logged to."""
        return self.source.version

    @property
    def source_name(self) -> str:
        """`collection:vN` where the version was logged."""
        return self.source.name

    @property
    def source_qualified_name(self) -> str:
        """`entity/project/collection:vN` where the version was logged."""
        return self.source.path

    @property
    def is_link(self) -> bool:
        """Whether the version was found in a collection that it is linked to."""
        return self.location.collection_path != self.source.collection_path

    @property
    def url(self) -> str:
        """URL of its page; for a link in a registry this sends a request (EntityOrganizations)."""
        return self.client.run(self._find_url())

    async def aurl(self) -> str:
        """Asynchronous form of `url`."""
        return await self.client.arun(self._find_url())

    def _find_url(self) -> Flow[str]:
        if self.is_link and is_registry(self.project):
            organization = yield from find_organization(self.entity)
            if organization is not None:
                registry = self.project.removeprefix(REGISTRY)
                return self._page_of_link("orgs", organization, "registry", registry)
        if self.is_link and (self.type == "model" or self.project == "model-registry"):
            return self._page_of_link(self.entity, "registry", "model")
        entity, project, kind, collection, version = quoted_parts(
            self.entity, self.project, self.type, self.location.collection, self.version
        )
        return f"{self.client.app_url}{entity}/{project}/artifacts/{kind}/{collection}/{version}"

    def _page_of_link(self, *path: str) -> str:
        [selection] = quoted_parts("/".join(self.location.collection_path))
        return (
            f"{self.client.app_url}{'/'.join(quoted_parts(*path))}?selectionPath={selection}"
            f"&view=membership&version={self.version}"
        )

    # Properties.

    @property
    def id(self) -> str:
        """The server's opaque id of the version, the same in every collection."""
        return self.attrs.id

    @property
    def type(self) -> str:
        """The type, such as `dataset`."""
        return self.attrs.artifact_type.name

    @property
    def state(self) -> str:
        """`COMMITTED`, `PENDING` or `DELETED`; a newer server may have further states."""
        return self.attrs.state.value

    @property
    def digest(self) -> str:
        """Digest of the paths and digests of all files, in hex."""
        return self.attrs.digest

    @property
    def size(self) -> int:
        """Total size of all files in bytes."""
        return self.attrs.size

    @property
    def file_count(self) -> int:
        """Number of files, references included."""
        return self.attrs.file_count

    @property
    def commit_hash(self) -> str | None:
        """The server's hash of this version."""
        return self.attrs.commit_hash

    @property
    def created_at(self) -> str:
        """When it was created: ISO 8601 in UTC."""
        return iso(self.attrs.created_at)

    @property
    def updated_at(self) -> str:
        """When it was last changed: ISO 8601 in UTC."""
        return iso(self.attrs.updated_at or self.attrs.created_at)

    @property
    def history_step(self) -> int | None:
        """The step of its run at which it was logged."""
        next_step = self.attrs.history_step
        return None if next_step is None else max(0, next_step - 1)

    @property
    def incremental(self) -> bool:
        """Always False: only drafts are incremental."""
        return False

    @property
    def distributed_id(self) -> str | None:
        """Always None: only drafts that several runs write to have one."""
        return None

    @property
    def use_as(self) -> str | None:
        """Always None: only the run that uses the version names its use."""
        return None

    def json_encode(self) -> dict[str, object]:
        """Return the value that stands for the version in the config of a run."""
        return {
            "_type": "artifactVersion",
            "_version": "v0",
            "id": self.id,
            "version": self.source_version,
            "sequenceName": self.source.collection,
            "usedAs": self.use_as,
        }

    def is_draft(self) -> bool:
        """Return True while the version is being uploaded; `wait` waits for its end."""
        return self.state == PENDING

    def diff(self, other: StandaloneArtifact) -> ArtifactDiff:
        """Return how another version differs from this one; see `ArtifactDiff`.

        Fetches both manifests, unless that was done before.
        """
        return self.client.run(self._diff(other))

    async def adiff(self, other: StandaloneArtifact) -> ArtifactDiff:
        """Asynchronous form of `diff`."""
        return await self.client.arun(self._diff(other))

    def _diff(self, other: StandaloneArtifact) -> Flow[ArtifactDiff]:
        from .contents.version_diff import (
            ArtifactDiff,
            compare_entries,
            compare_metadata,
            transfer_size,
        )

        arguments.instance("other", other, StandaloneArtifact, "an artifact version")
        old = yield from self.contents.load_manifest()
        new = yield from other.contents.load_manifest()
        added, removed, changed, renamed = compare_entries(old.entries, new.entries)
        metadata = [
            cast("dict[str, JsonValue]", version._saved_metadata()) for version in (self, other)
        ]
        return ArtifactDiff(
            self.qualified_name,
            other.qualified_name,
            added,
            removed,
            changed,
            sorted(renamed),
            renamed,
            transfer_size(old, new.entries),
            compare_metadata(*metadata),
        )

    # Edits.

    @property
    def description(self) -> str | None:
        """The description; assignable."""
        return self._description

    @description.setter
    def description(self, description: str | None) -> None:
        self._description = arguments.optional_string("description", description)

    @property
    def metadata(self) -> dict[str, object]:
        """The metadata, a JSON object; assignable, and edits in place are saved too.

        Values that JSON lacks are written as the official client writes them: NaN as null, numpy
        numbers and short arrays as numbers and lists, datetimes as ISO 8601 strings. An assigned
        value is converted immediately, an edit in place when it is saved. Raises UsageError for
        infinities and for values that JSON cannot represent, and SchemaMismatchError if the server
        sent something other than a JSON object; assigning one replaces it.
        """
        if self._metadata is None:
            self._metadata = self._saved_metadata()
        return self._metadata

    @metadata.setter
    def metadata(self, metadata: Mapping[str, object] | str | None) -> None:
        values = assigned_object(metadata, "metadata")
        check_key_count(values)
        self._metadata = values

    def metadata_as(self, model: ModelOf[ValuesT]) -> ValuesT:
        """Return the metadata as a pydantic model, a dataclass or a TypedDict.

        Raises ValuesMismatchError that names this version and the field that does not fit.

        Example:
            >>> from pydantic import BaseModel
            >>> class Digits(BaseModel):
            ...     rows: int
            >>> api.artifact("my-team/mnist/digits:v1").metadata_as(Digits).rows
            2
        """
        return read_as(model, self.metadata, f"the metadata of {self.qualified_name}")

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
        """The tags of this version; assign a list, or a string for one tag."""
        return self._tags

    @tags.setter
    def tags(self, tags: str | Iterable[str]) -> None:
        self._tags = checked_tags(tags)

    @property
    def aliases(self) -> list[str]:
        """The aliases in the collection that shows it, without `vN`; assignable."""
        return self._aliases

    @aliases.setter
    def aliases(self, aliases: Iterable[str]) -> None:
        self._aliases = checked_aliases(aliases)

    @property
    def ttl(self) -> timedelta | None:
        """How long the server keeps the version; None for ever.

        Assign a timedelta, None, or `ArtifactTTL.INHERIT` for the project's default; that of the
        official client works too.
        """
        seconds = self.attrs.ttl_duration_seconds if self._ttl is None else self._ttl
        # A server may say more than a timedelta can hold.
        longest = timedelta.max // timedelta(seconds=1)
        return timedelta(seconds=min(seconds, longest)) if seconds > 0 else None

    @ttl.setter
    def ttl(self, ttl: timedelta | ArtifactTTL | None) -> None:
        if self.is_link:
            raise UsageError(f"{self.qualified_name} is a link; set the ttl of its source")
        if ttl is None:
            self._ttl = TTL_DISABLED
        elif is_inherited(ttl):
            self._ttl = TTL_INHERITED
        else:
            expected = "a timedelta, None or ArtifactTTL.INHERIT"
            arguments.instance("ttl", ttl, timedelta, expected)
            assert isinstance(ttl, timedelta)  # noqa: S101 - checked above
            if ttl.total_seconds() < 1:
                raise UsageError(f"ttl must be at least a second, got {ttl}")
            self._ttl = ttl // timedelta(seconds=1)

    def save(self) -> None:
        """Send what changed; if nothing did, nothing is sent.

        New aliases, removed aliases, and the rest are separate requests. If a later one fails,
        PartialSaveError names what was applied; the rest remains unsaved, to be saved again.

        Example:
            >>> artifact.description = "Two more digits"
            >>> artifact.metadata["rows"] = 20
            >>> artifact.aliases.append("reviewed")
            >>> artifact.save()
        """
        self.client.run(self._save())

    async def asave(self) -> None:
        """Asynchronous form of `save`."""
        await self.client.arun(self._save())

    def _save(self) -> Flow[None]:
        yield from save_all(self._save_steps(), self._subject)

    def _save_steps(self) -> list[SaveStep]:
        saved, assigned = self.contents.aliases, checked_aliases(self._aliases)
        added = [alias for alias in assigned if alias not in saved]
        removed = [alias for alias in saved if alias not in assigned]
        steps: list[SaveStep] = []
        if added:
            add = calls.add_artifact_aliases(id=self.id, aliases=self._alias_inputs(added))
            steps.append(save_step("aliases added", add, lambda _: self._record_added(added)))
        if removed:
            remove = calls.delete_artifact_aliases(id=self.id, aliases=self._alias_inputs(removed))
            steps.append(
                save_step("aliases removed", remove, lambda _: self._record_removed(removed))
            )
        changes = self._changes()
        if changes is not None:
            update = calls.update_artifact(input=changes)
            steps.append(
                save_step(
                    "facts", update, lambda result: self._record_update(result.update_artifact)
                )
            )
        return steps

    def _alias_inputs(self, aliases: Sequence[str]) -> list[ArtifactCollectionAliasInput]:
        # Imported late: few programs change anything.
        from wbtyped_graphql.input_types import ArtifactCollectionAliasInput

        return [
            ArtifactCollectionAliasInput(
                alias=alias,
                artifact_collection_name=self.location.collection,
                entity_name=self.entity,
                project_name=self.project,
            )
            for alias in aliases
        ]

    def _record_added(self, added: Sequence[str]) -> None:
        """Add aliases to `attrs` after the server added them."""
        collection = fragments.ArtifactAliasesArtifactCollection(
            typename__="", id="", name=self.location.collection, project=None
        )
        new = [fragments.ArtifactAliases(alias=a, artifact_collection=collection) for a in added]
        aliases = [*self.attrs.aliases, *new]
        self._set_attrs(self.attrs.model_copy(update={"aliases": aliases}))

    def _record_removed(self, removed: Sequence[str]) -> None:
        """Remove aliases from `attrs` after the server removed them."""
        aliases = [
            alias
            for alias in self.attrs.aliases
            if not (alias.alias in removed and self.location.has_alias(alias))
        ]
        self._set_attrs(self.attrs.model_copy(update={"aliases": aliases}))

    def _changes(self) -> UpdateArtifactInput | None:
        """Build the input for everything but aliases; None if nothing changed."""
        # Imported late: few programs change anything.
        from wbtyped_graphql.input_types import TagInput, UpdateArtifactInput

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

    def _record_update(self, payload: Updated | None) -> None:
        self._replace(payload.artifact if payload else None)

    def load(self) -> fragments.Artifact:
        """Load it again (query ArtifactById), discard unsaved edits, and return the typed node."""
        return self.client.run(self._load())

    async def aload(self) -> fragments.Artifact:
        """Asynchronous form of `load`."""
        return await self.client.arun(self._load())

    def _load(self) -> Flow[fragments.Artifact]:
        result = yield from ask(calls.artifact_by_id(id=self.id), self._subject)
        return self._replace(result.artifact)

    def _replace(self, node: fragments.Artifact | None) -> fragments.Artifact:
        if node is None:
            raise self.contents.missing()
        self._accept(node)
        return node

    def wait(self, timeout: float | None = None) -> Self:
        """Wait until the version is completely uploaded, and return it.

        A logged version is returned immediately. Raises WaitTimeoutError after `timeout` seconds.
        """
        return self.client.run(self._wait(timeout))

    async def await_(self, timeout: float | None = None) -> Self:
        """Asynchronous form of `wait`."""
        return await self.client.arun(self._wait(timeout))

    def _wait(self, timeout: float | None) -> Flow[Self]:
        if timeout is not None:
            arguments.positive_number("timeout", timeout)
        started = monotonic()
        while self.is_draft():
            left = POLL_SECONDS if timeout is None else started + timeout - monotonic()
            if left <= 0:
                raise WaitTimeoutError(
                    f"the upload of {self.qualified_name} has not ended within {timeout:g} seconds"
                )
            yield Pause(min(POLL_SECONDS, left))
            yield from self._load()
        return self

    # Files.

    @property
    def manifest(self) -> ArtifactManifest:
        """Paths, digests and sizes of all files, fetched once from storage."""
        return self.contents.manifest

    async def amanifest(self) -> ArtifactManifest:
        """Asynchronous form of `manifest`."""
        return await self.client.arun(self.contents.load_manifest())

    @property
    def digest_algorithm(self) -> Algorithm:
        """The digest algorithm of its files, from the manifest: `MD5` or `XXH128`."""
        return self.manifest.digest_algorithm

    def get_entry(self, name: str | PathLike[str]) -> ArtifactManifestEntry:
        """Return one file of the manifest by its path.

        An object such as a table is also found by the `name` that it was added under. Raises
        EntryNotFoundError, which is a NotFoundError and a KeyError.

        Example:
            >>> entry = artifact.get_entry("train.csv")
            >>> entry.size, entry.digest
            (7, 'AWg7y4O5rYcnQu4wW1oyPA==')
        """
        return self.contents.get_entry(arguments.location("name", name).as_posix())

    def get_path(self, name: str | PathLike[str]) -> ArtifactManifestEntry:
        """Return one file of the manifest; deprecated: use `get_entry`."""
        warn_user("get_path is deprecated: use get_entry", DeprecationWarning)
        return self.get_entry(name)

    async def aget_entry(self, name: str | PathLike[str]) -> ArtifactManifestEntry:
        """Asynchronous form of `get_entry`."""
        path = arguments.location("name", name).as_posix()
        await self.amanifest()
        return self.contents.get_entry(path)

    def file(self, root: str | PathLike[str] | None = None) -> Path:
        """Download the only file of a version that has exactly one, and return its path."""
        from .contents.download import only_entry

        folder = self._folder(root)
        entry = only_entry(self.contents)
        return Path(self.download(folder), entry.path)

    async def afile(self, root: str | PathLike[str] | None = None) -> Path:
        """Asynchronous form of `file`."""
        from .contents.download import only_entry

        folder = self._folder(root)
        await self.amanifest()
        entry = only_entry(self.contents)
        return Path(await self.adownload(folder), entry.path)

    def _folder(self, root: str | PathLike[str] | None) -> Path:
        from .contents.download import target_folder

        return target_folder(self.contents) if root is None else arguments.location("root", root)

    def download(
        self,
        root: str | PathLike[str] | None = None,
        allow_missing_references: bool = False,
        skip_cache: bool | None = None,
        path_prefix: str | None = None,
        multipart: bool | None = None,
        **options: Unpack[DownloadOptions],
    ) -> str:
        """Download all files, or those whose path starts with `path_prefix`; return the folder.

        `root` is by default `collection:vN` in `WANDB_ARTIFACT_DIR`, else in `artifacts` in the
        working directory. Each file is verified by size and digest before it is renamed into place.
        An existing file with the right content is kept. References to `http(s)://` URLs and to
        files of other artifacts are downloaded too; any other raises UnsupportedReferenceError,
        unless `allow_missing_references` is True: then it is skipped, with a warning.

        With `skip_cache=True` this download neither uses the cache nor adds to it. A large file
        that arrives slowly is fetched over several connections, unless `multipart` is False.

        The first failure ends the download; calling it again resumes it. See `DownloadOptions` for
        the other options.

        Example:
            >>> artifact.download("data")
            'data'
            >>> sorted(path.name for path in Path("data").iterdir())
            ['test.csv', 'train.csv']
        """
        built = self._build_options(options, skip_cache=skip_cache, multipart=multipart)
        prepared = self._prepare_download(root, allow_missing_references, path_prefix, built)
        return str(prepared().run().root)

    async def adownload(
        self,
        root: str | PathLike[str] | None = None,
        allow_missing_references: bool = False,
        skip_cache: bool | None = None,
        path_prefix: str | None = None,
        multipart: bool | None = None,
        **options: Unpack[DownloadOptions],
    ) -> str:
        """Asynchronous form of `download`."""
        built = self._build_options(options, skip_cache=skip_cache, multipart=multipart)
        prepared = self._prepare_download(root, allow_missing_references, path_prefix, built)
        await self.amanifest()
        return str((await prepared().arun()).root)

    def _prepare_download(
        self,
        root: str | PathLike[str] | None,
        allow_missing_references: bool,
        path_prefix: str | None,
        options: BatchOptions,
    ) -> Callable[[], Batch]:
        """Check the arguments, and return what builds the batch, which takes the manifest."""
        from .contents.download import make_version_batch

        arguments.check_flags(allow_missing_references=allow_missing_references)
        arguments.check_optional_strings(path_prefix=path_prefix)
        folder = arguments.optional_location("root", root)
        return partial(
            make_version_batch,
            self.contents,
            folder,
            allow_missing_references,
            path_prefix,
            options,
        )

    def _build_options(
        self,
        options: DownloadOptions,
        *,
        skip_cache: bool | None = None,
        multipart: bool | None = None,
    ) -> BatchOptions:
        # Imported late, like all parts of the download engine: they double the import time.
        from ..download.batch import build_options

        check_optional_flags(skip_cache=skip_cache, multipart=multipart)
        if skip_cache and options.get("cache"):
            raise UsageError("pass skip_cache=True or cache=..., not both")
        built = build_options(self.client.settings, options)
        if skip_cache:
            built = built._replace(cache=None)
        return built._replace(multipart=multipart is not False)

    def download_entry(
        self,
        entry: ArtifactManifestEntry,
        root: str | PathLike[str] | None,
        *,
        skip_cache: bool = False,
    ) -> Path:
        """Download one file of the manifest; users call `entry.download()`."""
        from .contents.download import download_entry

        arguments.instance("entry", entry, "ArtifactManifestEntry")
        folder = arguments.optional_location("root", root)
        options = self._build_options({"engine": "httpx", "jobs": 1}, skip_cache=skip_cache)
        return download_entry(self.contents, entry, folder, options)

    def find_content(self, entry: ArtifactManifestEntry) -> Flow[StoredContent]:
        """Return the content of a file of the manifest; users call `entry.read()`."""
        from .contents.entry_content import find_content

        arguments.instance("entry", entry, "ArtifactManifestEntry")
        return (yield from find_content(self.contents, entry))

    def checkout(
        self, root: str | PathLike[str] | None = None, **options: Unpack[DownloadOptions]
    ) -> str:
        """Make a folder contain exactly this version: download it, and remove all other files.

        Once the download is complete, the files that `unexpected_files(root)` listed at the start
        are removed, and then all empty folders. Check that list first in a folder that may contain
        files of your own. Files added in the meantime stay. A folder that contains the home folder
        or the working folder, and the home folder itself, raise UsageError.

        `root` is by default that of `download`, without the version: `artifacts/collection`. See
        `DownloadOptions` for the other options.

        Example:
            >>> artifact.unexpected_files("data")
            []
            >>> artifact.checkout("data")
            'data'
        """
        from .contents.download import checkout, clearable_folder

        folder = clearable_folder(self.contents, arguments.optional_location("root", root))
        return str(checkout(self.contents, folder, self._build_options(options)))

    async def acheckout(
        self, root: str | PathLike[str] | None = None, **options: Unpack[DownloadOptions]
    ) -> str:
        """Asynchronous form of `checkout`."""
        from .contents.download import checkout, clearable_folder

        folder = clearable_folder(self.contents, arguments.optional_location("root", root))
        built = self._build_options(options)
        await self.amanifest()
        return str(await in_thread(checkout, self.contents, folder, built))

    def unexpected_files(self, root: str | PathLike[str] | None = None) -> list[str]:
        """Return the paths of the files in a folder that `checkout` would remove.

        `root` is by default that of `checkout`. Nothing is changed. Symbolic links count as files
        and are never followed.
        """
        from .contents.download import checkout_folder, unexpected_files

        folder = arguments.optional_location("root", root)
        return unexpected_files(self.contents, checkout_folder(self.contents, folder))

    async def aunexpected_files(self, root: str | PathLike[str] | None = None) -> list[str]:
        """Asynchronous form of `unexpected_files`."""
        await self.amanifest()
        return await in_thread(self.unexpected_files, root)

    def compare(self, root: str | PathLike[str] | None = None) -> ArtifactDifferences:
        """Return how a folder differs from this version; references are left out."""
        from .contents.download import compare

        return compare(self.contents, arguments.optional_location("root", root))

    async def acompare(self, root: str | PathLike[str] | None = None) -> ArtifactDifferences:
        """Asynchronous form of `compare`."""
        await self.amanifest()
        return await in_thread(self.compare, root)

    def verify(self, root: str | PathLike[str] | None = None) -> None:
        """Check that a folder contains exactly this version.

        Raises ChecksumError, a ValueError, that names every missing, modified and unexpected file.
        References cannot be verified and are left out. `root` is by default that of `download`.

        Example:
            >>> folder = artifact.download("data")
            >>> artifact.verify(folder)
            >>> Path(folder, "train.csv").write_text("changed")
            7
            >>> artifact.verify(folder)
            Traceback (most recent call last):
                ...
            wbtyped.errors.ChecksumError: data does not match artifact ...; modified: train.csv
        """
        from .contents.download import verify

        verify(self.contents, arguments.optional_location("root", root))

    async def averify(self, root: str | PathLike[str] | None = None) -> None:
        """Asynchronous form of `verify`."""
        await self.amanifest()
        await in_thread(self.verify, root)


def check_optional_flags(**flags: object) -> None:
    """Raise UsageError unless each argument is True, False or None."""
    arguments.check_flags(**{name: flag for name, flag in flags.items() if flag is not None})
