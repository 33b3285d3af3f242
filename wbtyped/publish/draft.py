"""Collect local files for a new version."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from os import PathLike
from pathlib import Path
from typing import Unpack

from .. import arguments
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
from ..upload.batch_options import BatchOptions, build_options
from ..upload.options import UploadOptions
from .facts import Target, VersionFacts
from .folder import check_name, files_below, warn_of_secrets
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

    __slots__ = ("_files", "name", "type")

    def __init__(self, name: str, type: str) -> None:  # noqa: A002
        arguments.check_strings(name=name, type=type)
        check_collection_name(name)
        check_type(type, name)
        self.name: str = name
        self.type: str = type
        self._files: dict[str, Path] = {}

    def __repr__(self) -> str:
        return f"<Draft {self.name} ({self.type}, {len(self._files)} files)>"

    def __len__(self) -> int:
        return len(self._files)

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

    def remove(self, name: str) -> None:
        """Remove a file; raises UsageError if there is none of this name."""
        arguments.check_strings(name=name)
        if self._files.pop(name, None) is None:
            raise UsageError(f"{name} is not in the draft")

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
        **options: Unpack[UploadOptions],
    ) -> Artifact:
        """Publish the files as a version of `entity/project/collection`, and return it.

        What the path omits comes from the settings. The version gets `latest` and the given
        aliases; `run` is the run that logs it, in the same project. `options` are `progress`,
        `engine` and `jobs`. See `Api.publish`.

        Raises UsageError before anything is sent, GraphQLError and TransportError, and DiskError
        for a file that cannot be read, or that is modified meanwhile.
        """
        facts = self.facts(aliases, tags, description, metadata, ttl)
        upload = build_options(options)
        client = _client(api)
        target = self._target(client, path)
        return client.run(self.publish_to(client, target, facts, run, upload))

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
        **options: Unpack[UploadOptions],
    ) -> Artifact:
        """Asynchronous form of `publish`."""
        facts = self.facts(aliases, tags, description, metadata, ttl)
        upload = build_options(options)
        client = _client(api)
        target = self._target(client, path)
        return await client.arun(self.publish_to(client, target, facts, run, upload))

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
        self,
        client: Client,
        target: Target,
        facts: VersionFacts,
        run: Run | None,
        options: BatchOptions,
    ) -> Flow[Artifact]:
        """Publish the files to a collection; the flow of `publish` and of `Api.publish`."""
        check_collection_name(target.collection)
        if run is not None:
            check_run(run, target)
            facts = replace(facts, run=run.id)
        warn_of_secrets(list(self._files))
        return (yield from publish_version(client, target, self._files, facts, options))


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
