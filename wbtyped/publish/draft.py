"""What a new version will contain: local files, references, and files of an earlier version."""

import json
import secrets
import shutil
import weakref
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from os import PathLike
from pathlib import Path
from tempfile import mkdtemp
from typing import Literal, Unpack, get_args, overload

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
from ..download.disk.digests import Algorithm
from ..errors import UsageError
from ..name_patterns import check_glob
from ..paths import parse_collection_path
from ..transport.client import Client, HasClient
from ..transport.flow import Flow
from ..units import counted
from ..upload.batch_options import BatchOptions, build_options
from ..upload.options import UploadOptions
from .facts import BaseVersion, Target, VersionFacts
from .folder import files_below
from .manifest_spec import ManifestSpec
from .names import check_name, check_names
from .new_file import NewBinaryFile, NewTextFile, WriteMode, check_encoding
from .references.reference import Reference, checked_reference
from .version import publish_version


class Draft:
    """The content of a new version, until it is published.

    `name` is the collection that it is published to by default. Nothing is uploaded or requested
    before `publish`. `description` and `metadata` can be assigned, for the same arguments of
    `publish`.

    With `digest_algorithm="XXH128"` files are identified by XXH128 instead of MD5, if the server
    supports that and the collection does not have MD5 already; otherwise a warning says so.

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

    __slots__ = (
        "__weakref__", "_base", "_files", "_kept", "_references", "_removed", "_temporary",
        "_written", "description", "digest_algorithm", "metadata", "name", "type",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        type: str,  # noqa: A002
        *,
        digest_algorithm: Algorithm = "MD5",
    ) -> None:
        arguments.check_strings(name=name, type=type)
        arguments.one_of("digest_algorithm", digest_algorithm, get_args(Algorithm))
        check_collection_name(name)
        check_type(type, name)
        self.name: str = name
        self.type: str = type
        self.digest_algorithm: Algorithm = digest_algorithm
        self.description: str | None = None
        self.metadata: Mapping[str, object] = {}
        self._files: dict[str, Path] = {}
        self._kept: dict[str, ArtifactManifestEntry] = {}
        self._references: list[Reference] = []
        self._base: BaseVersion | None = None
        # What `new_file` wrote, in a folder that is removed with the draft or once it is published.
        self._temporary: Path | None = None
        self._written: set[str] = set()
        self._removed: set[str] = set()

    @classmethod
    def of_version(cls, artifact: Artifact) -> "Draft":
        """Return a draft with all files of a version; see `Artifact.new_draft`."""
        arguments.instance("artifact", artifact, Artifact)
        return artifact.client.run(load_draft(artifact))

    def start_from(self, base: BaseVersion, entries: Mapping[str, ArtifactManifestEntry]) -> None:
        """Begin with the entries of a version."""
        self._base = base
        self._kept = dict(entries)

    def __repr__(self) -> str:
        return f"<Draft {self.name} ({self.type}, {counted(len(self))})>"

    def __len__(self) -> int:
        return len(self._files) + len(self._kept) + len(self._references)

    def __getstate__(self) -> dict[str, object]:
        # The folder of written files belongs to the draft that wrote them.
        names = [name for name in self.__slots__ if name != "__weakref__"]
        state: dict[str, object] = {name: getattr(self, name) for name in names}
        return state | {"_temporary": None}

    def __setstate__(self, state: dict[str, object]) -> None:
        for name, value in state.items():
            setattr(self, name, value)

    @property
    def files(self) -> dict[str, Path]:
        """The local file behind each name."""
        return dict(self._files)

    @property
    def entries(self) -> dict[str, ArtifactManifestEntry]:
        """What comes from an earlier version, by name; for this nothing is uploaded."""
        return dict(self._kept)

    def add_file(
        self, path: str | PathLike[str], name: str | None = None, *, overwrite: bool = False
    ) -> str:
        """Add a file, named as locally by default, and return its name in the version.

        Raises UsageError if there is no such file, or the draft has another one of this name; with
        `overwrite=True` that is replaced.
        """
        file = arguments.location("path", path)
        arguments.check_optional_strings(name=name)
        arguments.check_flags(overwrite=overwrite)
        if not file.is_file():
            reason = "is not a file" if file.exists() else "does not exist"
            raise UsageError(f"{file} {reason}, so it cannot be added")
        return self._add(file, file.name if name is None else name, overwrite=overwrite)

    def add_dir(
        self,
        path: str | PathLike[str],
        name: str | None = None,
        *,
        ignore: Iterable[str] = (),
        overwrite: bool = False,
    ) -> list[str]:
        """Add everything below a folder, and return the names in the version.

        Names are relative to the folder, below `name` if that is given. Left out are `.git` and
        other folders of version control, what matches a pattern of `ignore` (`*.tmp` in every
        folder, `/build/` at the top), and what a file `.wandbignore` excludes, in the syntax of
        `.gitignore`; that needs `pip install 'wbtyped[ignore]'`. A link to a file counts as the
        file. Links to folders, links that lead nowhere, devices, pipes and sockets raise
        UsageError. With `overwrite=True` files replace those of the same name.
        """
        folder = arguments.location("path", path)
        arguments.check_optional_strings(name=name)
        arguments.check_flags(overwrite=overwrite)
        patterns = arguments.strings("ignore", ignore, "patterns")
        for pattern in patterns:
            check_glob(pattern)
        if not folder.is_dir():
            reason = "is not a folder" if folder.exists() else "does not exist"
            raise UsageError(f"{folder} {reason}, so it cannot be added")
        prefix = f"{name.rstrip('/')}/" if name else ""
        folders_of = [pattern.rstrip("/") for pattern in patterns]
        found = list(files_below(folder, [pattern for pattern in folders_of if pattern]))
        return [self._add(file, f"{prefix}{below}", overwrite=overwrite) for file, below in found]

    def _add(self, file: Path, name: str, *, overwrite: bool) -> str:
        check_name(name)
        if overwrite:
            self._drop(name)
        self._require_free(name, file)
        self._files[name] = file
        self._written.discard(name)
        self._removed.discard(name)
        return name

    def _require_free(self, name: str, file: Path | None = None) -> None:
        known = self._files.get(name, file)
        if known != file or name in self._kept:
            source = known if known != file else "the earlier version"
            raise UsageError(
                f"{name} is already in the draft, from {source}; remove it first, or pass"
                " overwrite=True"
            )

    @overload
    def new_file(
        self, name: str, mode: Literal["w", "x"] = "w", encoding: str = "utf-8"
    ) -> NewTextFile: ...

    @overload
    def new_file(self, name: str, mode: Literal["wb", "xb"]) -> NewBinaryFile: ...

    def new_file(
        self, name: str, mode: WriteMode = "w", encoding: str = "utf-8"
    ) -> NewTextFile | NewBinaryFile:
        r"""Open a new file for writing; it is in the draft once it is closed.

        `w` and `wb` replace a file of this name, `x` and `xb` raise UsageError if there is one. The
        content is kept in a temporary folder until the draft is published or gone. A file whose
        `with` block ends with an exception is not added.

        Example:
            >>> draft = Draft("points", "dataset")
            >>> with draft.new_file("deep/train.csv") as file:
            ...     file.write("1,2,3")
            5
            >>> draft
            <Draft points (dataset, 1 file)>
        """
        arguments.check_strings(name=name, encoding=encoding)
        arguments.one_of("mode", mode, get_args(WriteMode))
        check_encoding(encoding)
        check_name(name)
        if mode.startswith("x"):
            self._require_free(name)
        if self._temporary is None:
            self._temporary = Path(mkdtemp(prefix="wbtyped-draft-"))
            weakref.finalize(self, shutil.rmtree, self._temporary, ignore_errors=True)
        path = self._temporary / secrets.token_hex(8)
        binary = NewBinaryFile(path, lambda: self._add_written(path, name))
        return binary if mode.endswith("b") else NewTextFile(binary, encoding)

    def _add_written(self, path: Path, name: str) -> None:
        self._add(path, name, overwrite=True)
        self._written.add(name)

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

    def remove(self, name: str | ArtifactManifestEntry) -> None:
        """Remove a file or a reference, or everything below a folder.

        Raises UsageError if there is nothing of this name.
        """
        text = name.path if isinstance(name, ArtifactManifestEntry) else name
        wanted = arguments.string("name", text).rstrip("/")
        known = [*self._files, *self._kept, *(reference.label for reference in self._references)]
        below = [one for one in known if one == wanted or one.startswith(f"{wanted}/")]
        if not below:
            raise UsageError(f"{text} is not in the draft")
        for one in below:
            self._drop(one)

    def _drop(self, name: str) -> None:
        self._files.pop(name, None)
        self._kept.pop(name, None)
        self._written.discard(name)
        self._references = [one for one in self._references if one.label != name]

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
        incremental: bool = False,
        api: HasClient | None = None,
        **options: Unpack[UploadOptions],
    ) -> Artifact:
        """Publish the content as a version of `entity/project/collection`, and return it.

        What the path omits comes from the settings, and the server too unless `api` is given; a
        draft of a version is published to that version's server and collection by default. The
        version gets `latest` and the given aliases; `run` is the run that logs it, in the same
        project. With `incremental=True` the server adds the content to that of the newest version.
        `options` are `progress`, `engine` and `jobs`. See `Api.publish`.

        Raises UsageError before anything is sent, GraphQLError and TransportError, and DiskError
        for a file that cannot be read, or that is modified meanwhile.
        """
        arguments.check_flags(incremental=incremental)
        facts = self.facts(aliases, tags, description, metadata, ttl)
        upload = build_options(options)
        client = self._client(api)
        target = self._target(client, path)
        flow = self.publish_to(client, target, facts, run, upload, incremental=incremental)
        return client.run(flow)

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
        incremental: bool = False,
        api: HasClient | None = None,
        **options: Unpack[UploadOptions],
    ) -> Artifact:
        """Asynchronous form of `publish`."""
        arguments.check_flags(incremental=incremental)
        facts = self.facts(aliases, tags, description, metadata, ttl)
        upload = build_options(options)
        client = self._client(api)
        target = self._target(client, path)
        flow = self.publish_to(client, target, facts, run, upload, incremental=incremental)
        return await client.arun(flow)

    def _client(self, api: HasClient | None) -> Client:
        if api is not None:
            arguments.instance("api.client", getattr(api, "client", None), Client)
            return api.client
        base = self._base.client if self._base is not None else None
        return base or Client(find_settings())

    def _target(self, client: Client, path: str | PathLike[str] | None) -> Target:
        if path is None and self._base is not None:
            return self._base.target
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
        arguments.check_optional_strings(description=self.description)
        given = self.metadata if metadata is None else metadata
        values = arguments.mapping("metadata", given)
        try:
            json.dumps(values, allow_nan=False)
        except (TypeError, ValueError, RecursionError) as error:
            raise UsageError(f"metadata must be JSON: {error}") from None
        if ttl is not None:
            arguments.instance("ttl", ttl, timedelta, "a timedelta or None")
            arguments.whole_number("ttl in seconds", int(ttl.total_seconds()), 1)
        return VersionFacts(
            type=self.type,
            description=self.description if description is None else description,
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
        *,
        incremental: bool = False,
    ) -> Flow[Artifact]:
        """Publish the content to a collection; the flow of `publish` and of `Api.publish`."""
        check_collection_name(target.collection)
        self._check_complete(incremental=incremental)
        if run is not None:
            check_run(run, target)
            facts = replace(facts, run=run.id)
        kept = self._kept | (yield from self._resolved(client))
        names = [*self._files, *(kept.keys() - self._kept.keys())]
        if facts.origin is None:
            check_names(names, self._kept)
        else:
            # Nobody chose the names of a copy anew.
            check_names([], [*names, *self._kept])
        base = self._base
        spec = ManifestSpec(
            kept,
            self.digest_algorithm,
            None if base is None else base.region,
            incremental,
            None if base is None else base.id,
        )
        files = dict(self._files)
        artifact = yield from publish_version(client, target, files, facts, spec, options)
        self._remove_written()
        return artifact

    def publish_for(
        self,
        run: Run,
        aliases: Iterable[str] | None,
        tags: str | Iterable[str] | None,
        *,
        is_logged: bool,
    ) -> Flow[Artifact]:
        """Publish the content in the project of a run; the flow of the methods of the run."""
        facts = self.facts(aliases, tags, None, None, None)
        target = Target(run.entity, run.project, self.name)
        if self._base is not None:
            target = self._base.target
        creator = run if is_logged else None
        options = build_options({})
        return (yield from self.publish_to(run.client, target, facts, creator, options))

    def _check_complete(self, *, incremental: bool) -> None:
        if self._removed:
            raise UsageError(
                f"{min(self._removed)} was written by new_file, whose content is removed once the"
                " draft is published; write it again"
            )
        if incremental and self._base is not None:
            raise UsageError(
                "incremental=True is for the files to add to the newest version, but a draft of a"
                " version has all its files"
            )

    def _remove_written(self) -> None:
        """Remove the content of files that `new_file` wrote."""
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)
            self._temporary = None
        self._removed |= self._written
        for name in self._written:
            del self._files[name]
        self._written.clear()

    def _resolved(self, client: Client) -> Flow[dict[str, ArtifactManifestEntry]]:
        """Return the entries of all references; raises UsageError if two have one name."""
        kept: dict[str, ArtifactManifestEntry] = {}
        if not self._references:
            return kept
        # Imported late: it imports httpx, which most drafts do not need.
        from .references.resolve import resolve_references

        found = yield from resolve_references(client, self._references)
        for reference, entries in zip(self._references, found, strict=True):
            for entry in entries:
                check_name(entry.path)
                other = kept.setdefault(entry.path, entry)
                if other != entry or entry.path in self._files or entry.path in self._kept:
                    raise UsageError(
                        f"{entry.path} is in the draft twice: also as {reference.what}; pass name="
                    )
        return kept


def load_draft(artifact: Artifact) -> Flow[Draft]:
    """Return a draft with the entries of a version; the flow of `Artifact.new_draft`."""
    manifest = yield from artifact.contents.load_manifest()
    for entry in manifest:
        if entry.unreadable:
            raise UsageError(
                f"{artifact.qualified_name} cannot be changed: its entry {entry.path!r} is"
                f" invalid, {entry.unreadable}"
            )
    source = artifact.source
    draft = Draft(source.collection, artifact.type, digest_algorithm=manifest.digest_algorithm)
    draft.description, draft.metadata = artifact.description, dict(artifact.metadata)
    target = Target(source.entity, source.project, source.collection)
    draft.start_from(
        BaseVersion(artifact.id, target, manifest.storage_region, artifact.client),
        {entry.path: replace(entry, artifact=None) for entry in manifest},
    )
    return draft


def is_draft(value: object) -> bool:
    """Return True for a draft."""
    return isinstance(value, Draft)


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
    digest_algorithm: Algorithm = "MD5",
) -> Draft:
    """Return a draft of a folder, a file, or several of them."""
    draft = Draft(name, type_name, digest_algorithm=digest_algorithm)
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
