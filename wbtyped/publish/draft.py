"""Collect local files for a new version."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from os import PathLike
from pathlib import Path

from .. import arguments
from ..artifacts.contents.entry import ArtifactManifestEntry
from ..artifacts.lineage import Artifact, Run
from ..artifacts.validation import (
    check_collection_name,
    check_type,
    checked_aliases,
    checked_tags,
)
from ..config.settings import find_settings
from ..errors import UsageError
from ..name_patterns import check_glob
from ..paths import parse_collection_path
from ..transport.client import Client, HasClient
from ..transport.flow import Flow
from ..units import counted
from .facts import Target, VersionFacts
from .folder import check_name, files_below, warn_of_secrets
from .manifest_spec import ManifestSpec
from .references.reference import Reference, checked_reference
from .references.resolve import resolve_references
from .version import publish_version


class Draft:
    """The files of a new version, until it is published.

    `name` is the collection that it is published to by default. Nothing is read or sent before
    `publish`.

    Example:
        >>> from wbtyped.publish import Draft
        >>> Path("train.csv").write_text("1,2,3")
        5
        >>> draft = Draft("points", "dataset")
        >>> draft.add_file("train.csv")
        'train.csv'
        >>> draft.publish("my-team/mnist/points", api=api)
        <Artifact my-team/mnist/points:v0>
    """

    __slots__ = ("_files", "_references", "name", "type")

    def __init__(self, name: str, type: str) -> None:  # noqa: A002
        arguments.check_strings(name=name, type=type)
        check_collection_name(name)
        check_type(type, name)
        self.name: str = name
        self.type: str = type
        self._files: dict[str, Path] = {}
        self._references: list[Reference] = []

    def __repr__(self) -> str:
        return f"<Draft {self.name} ({self.type}, {counted(len(self))})>"

    def __len__(self) -> int:
        return len(self._files) + len(self._references)

    @property
    def files(self) -> dict[str, Path]:
        """The local file behind each name."""
        return dict(self._files)

    def add_file(self, path: str | PathLike[str], name: str | None = None) -> str:
        """Add a file, named as locally by default, and return its name in the version.

        Raises UsageError if there is no such file, or another one has the name already.
        """
        file = arguments.location("path", path)
        arguments.check_optional_strings(name=name)
        if not file.is_file():
            reason = "is not a file" if file.exists() else "does not exist"
            raise UsageError(f"{file} {reason}, so it cannot be added")
        return self._add(file, file.name if name is None else name)

    def add_dir(
        self,
        path: str | PathLike[str],
        name: str | None = None,
        *,
        ignore: Iterable[str] = (),
    ) -> list[str]:
        """Add everything below a folder, and return the names in the version.

        Names are relative to the folder, below `name` if that is given. `.git`, `.hg` and `.svn`
        are left out, and what matches a pattern of `ignore`: `*.tmp` in every folder, `/build/` at
        the top. A link to a file counts as the file; a link to a folder raises UsageError.
        """
        folder = arguments.location("path", path)
        arguments.check_optional_strings(name=name)
        patterns = arguments.strings("ignore", ignore, "patterns")
        for pattern in patterns:
            check_glob(pattern)
        if not folder.is_dir():
            reason = "is not a folder" if folder.exists() else "does not exist"
            raise UsageError(f"{folder} {reason}, so it cannot be added")
        prefix = f"{name.rstrip('/')}/" if name else ""
        folders_of = [pattern.rstrip("/") for pattern in patterns]
        found = files_below(folder, [pattern for pattern in folders_of if pattern])
        return [self._add(file, f"{prefix}{below}") for file, below in list(found)]

    def _add(self, file: Path, name: str) -> str:
        check_name(name)
        known = self._files.setdefault(name, file)
        if known != file:
            raise UsageError(f"{name} is already in the draft, from {known}; remove it first")
        return name

    def add_reference(
        self, uri: str | ArtifactManifestEntry, name: str | None = None, checksum: bool = True
    ) -> str:
        """Add content that stays where it is, and return its name.

        By default the name is what follows the last slash. Nothing is read before `publish`, which
        records what identifies the content, so that readers notice a change:

        - `http://` and `https://`: the ETag and the size that the server sends.
        - `s3://bucket/key` and `gs://bucket/key`: the ETag, size and version of the object, or of
          each object below the key. Only public objects can be read: no credentials are used. Any
          other is recorded as with `checksum=False`, with a warning.
        - `file:///path`: the MD5 of the file, or of each file in the folder.
        - `wandb-artifact://id/path`, or an entry of another version's manifest: its digest.
        - Any other scheme needs `name`, and the URI alone is recorded, with a warning.

        Objects below a key and files in a folder are named relative to it, below `name` if that is
        given. With `checksum=False` nothing is requested, and the URI itself is what identifies the
        content; a key is then one entry, whose name is the key.

        The URI and what redirects lead to are visible to all who may read the version. The API key
        is never sent to them.

        Example:
            >>> draft = Draft("points", "dataset")
            >>> draft.add_reference("s3://public-bucket/train.csv", checksum=False)
            'train.csv'
        """
        arguments.check_optional_strings(name=name)
        arguments.check_flags(checksum=checksum)
        if isinstance(uri, ArtifactManifestEntry):
            uri = uri.ref_url()
        text = arguments.string("uri", uri)
        reference = checked_reference(text, name, checksum=checksum)
        if name is not None:
            check_name(name)
        if reference not in self._references:
            self._references.append(reference)
        return reference.label

    def remove(self, name: str) -> None:
        """Remove a file or a reference; raises UsageError if there is none of this name."""
        arguments.check_strings(name=name)
        others = [reference for reference in self._references if reference.label != name]
        if self._files.pop(name, None) is None and len(others) == len(self._references):
            raise UsageError(f"{name} is not in the draft")
        self._references = others

    def publish(
        self,
        path: str | PathLike[str] | None = None,
        *,
        aliases: Iterable[str] | None = None,
        tags: str | Iterable[str] | None = None,
        description: str | None = None,
        metadata: Mapping[str, object] | None = None,
        ttl: timedelta | None = None,
        run: Run | None = None,
        api: HasClient | None = None,
    ) -> Artifact:
        """Publish the files as a version of `entity/project/collection`, and return it.

        What the path omits comes from the settings. The version gets `latest` and the given
        aliases; `run` is the run that logs it, in the same project. See `Api.publish`.

        Raises UsageError before anything is sent, GraphQLError and TransportError, and DiskError
        for a file that cannot be read, or that is modified meanwhile.
        """
        facts = self.facts(aliases, tags, description, metadata, ttl)
        client = _client(api)
        return client.run(self.publish_to(client, self._target(client, path), facts, run))

    async def apublish(
        self,
        path: str | PathLike[str] | None = None,
        *,
        aliases: Iterable[str] | None = None,
        tags: str | Iterable[str] | None = None,
        description: str | None = None,
        metadata: Mapping[str, object] | None = None,
        ttl: timedelta | None = None,
        run: Run | None = None,
        api: HasClient | None = None,
    ) -> Artifact:
        """Asynchronous form of `publish`."""
        facts = self.facts(aliases, tags, description, metadata, ttl)
        client = _client(api)
        return await client.arun(self.publish_to(client, self._target(client, path), facts, run))

    def _target(self, client: Client, path: str | PathLike[str] | None) -> Target:
        text = self.name if path is None else arguments.path_text(path)
        parts = parse_collection_path(text, client.settings.pages)
        entity = parts.entity or client.settings.entity
        project = parts.project or client.settings.project
        if not entity or not project:
            raise UsageError(
                f"{text!r} names no entity or project, and no default is set; write"
                " entity/project/collection, or set WANDB_ENTITY and WANDB_PROJECT"
            )
        return Target(entity, project, parts.collection)

    def facts(
        self,
        aliases: Iterable[str] | None,
        tags: str | Iterable[str] | None,
        description: str | None,
        metadata: Mapping[str, object] | None,
        ttl: timedelta | None,
    ) -> VersionFacts:
        """Check what a version says about itself; raises UsageError."""
        arguments.check_optional_strings(description=description)
        values = arguments.optional_mapping("metadata", metadata) or {}
        try:
            json.dumps(values, allow_nan=False)
        except (TypeError, ValueError, RecursionError) as error:
            raise UsageError(f"metadata must be JSON: {error}") from None
        if ttl is not None:
            arguments.instance("ttl", ttl, timedelta, "a timedelta or None")
            arguments.whole_number("ttl in seconds", int(ttl.total_seconds()), 1)
        return VersionFacts(
            type=self.type,
            description=description,
            metadata=values,
            aliases=checked_aliases([] if aliases is None else aliases),
            tags=checked_tags([] if tags is None else tags),
            ttl_seconds=None if ttl is None else int(ttl.total_seconds()),
        )

    def publish_to(
        self, client: Client, target: Target, facts: VersionFacts, run: Run | None
    ) -> Flow[Artifact]:
        """Publish the files to a collection; the flow of `publish` and of `Api.publish`."""
        check_collection_name(target.collection)
        if run is not None:
            check_run(run, target)
            facts = replace(facts, run=run.id)
        warn_of_secrets(list(self._files))
        kept = yield from self._resolved(client)
        spec = ManifestSpec(kept)
        return (yield from publish_version(client, target, dict(self._files), facts, spec))

    def _resolved(self, client: Client) -> Flow[dict[str, ArtifactManifestEntry]]:
        """Return the entries of all references; raises UsageError if two have one name."""
        kept: dict[str, ArtifactManifestEntry] = {}
        found = yield from resolve_references(client, self._references)
        for reference, entries in zip(self._references, found, strict=True):
            for entry in entries:
                check_name(entry.path)
                other = kept.setdefault(entry.path, entry)
                if other != entry or entry.path in self._files:
                    raise UsageError(
                        f"{entry.path} is in the draft twice: also as {reference.what}; pass name="
                    )
        return kept


def check_run(run: object, target: Target) -> None:
    """Raise UsageError unless `run` is a run of the project that is published to."""
    arguments.instance("run", run, Run, "a run of api.run(...) or None")
    assert isinstance(run, Run)  # noqa: S101 - checked above
    if (run.entity, run.project) != target[:2]:
        raise UsageError(f"run {run.full_path} cannot log {target.path}, in another project")


def collect(
    name: str,
    type_name: str,
    paths: str | PathLike[str] | Sequence[str | PathLike[str]],
    ignore: Iterable[str],
) -> Draft:
    """Return a draft of a folder, a file, or several of them."""
    draft = Draft(name, type_name)
    patterns = arguments.strings("ignore", ignore, "patterns")
    if isinstance(paths, str | PathLike):
        listed: list[Path] = [arguments.location("paths", paths)]
    else:
        if not isinstance(paths, list | tuple):
            raise arguments.wrong("paths", "a path or a list of paths", paths)
        listed = [arguments.location("each of paths", path) for path in paths]
    is_one = len(listed) == 1
    for path in listed:
        if path.is_dir():
            draft.add_dir(path, None if is_one else path.resolve().name, ignore=patterns)
        else:
            draft.add_file(path)
    return draft


def _client(api: HasClient | None) -> Client:
    if api is None:
        return Client(find_settings())
    arguments.instance("api.client", getattr(api, "client", None), Client)
    return api.client
