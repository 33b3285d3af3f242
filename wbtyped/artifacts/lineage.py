"""The public classes that refer to each other: runs, files, versions, collections and drafts.

A run logs versions; a version belongs to collections and was used by runs; a draft becomes a
version, and a version is the start of a draft. This circle is closed here and nowhere else: each
class adds to its standalone form the methods that return the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from os import PathLike
from typing import TYPE_CHECKING, Unpack

from wbtyped_graphql import calls, fragments

from .. import arguments
from ..accounts.registries import find_registry_owner, is_registry
from ..config.settings import find_settings
from ..download.options import OnError
from ..errors import GraphQLError, UsageError
from ..import_pause import collector_paused
from ..paths import ArtifactIdPath, parse_artifact_path, parse_collection_path
from ..runs.files import FileList, StandaloneFile
from ..runs.run import StandaloneRun
from ..runs.run_list import RunList
from ..transport.client import Client, HasClient
from ..transport.cursors import Cursors
from ..transport.flow import Flow, ask
from ..transport.nodes import iso
from ..upload.options import UploadOptions
from .artifact import StandaloneArtifact
from .collection import StandaloneCollection
from .files import VersionFiles
from .location import ArtifactLocation
from .lookup import find_version, find_version_by_id
from .publishing.draft import StandaloneDraft
from .validation import check_new_name, checked_aliases, checked_tags
from .versions import CollectionVersions, RunVersions

if TYPE_CHECKING:
    from wbtyped_graphql.artifact_files_by_id_rows import ArtifactFileRow
    from wbtyped_graphql.artifact_places import ArtifactPlaces
    from wbtyped_graphql.run_files_rows import RunFileRow

    from ..runs.upload import UploadPaths
    from ..upload.batch_options import BatchOptions
    from ..upload.results import UploadResult
    from .lineage_graph import LineageGraph
    from .publishing.facts import PublishOptions, Target, VersionFacts

DEFAULT_DEPTH = 2
"""Steps that a lineage goes unless more are asked for."""
USED_AT_FEATURE = "USE_ARTIFACT_WITH_ENTITY_AND_PROJECT_INFORMATION"
"""The feature of servers that record where a run found a version."""


class Run(StandaloneRun):
    """A run: its metadata, its files, and the artifacts that it logged and used (query GetRun).

    `attrs` is the typed node, or a mapping with the wire names of its fields. Without it the run is
    loaded immediately, and NotFoundError says which part of the path is missing.

    Example:
        >>> run = api.run("my-team/mnist/run-1")
        >>> run.state, [version.name for version in run.logged_artifacts()]
        ('finished', ['digits:v0', 'digits:v1'])
    """

    __slots__ = ()

    def files(
        self,
        names: Sequence[str] | None = None,
        pattern: str | None = None,
        per_page: int = 50,
        *,
        glob: str | None = None,
        upload: bool = False,
        start: str | None = None,
    ) -> Files:
        """Return the files of the run as a lazy list; see `Files`.

        Nothing is requested until the list is read.

        Example:
            >>> for file in run.files(glob="*.pt"):
            ...     print(file.name, file.size)
            model.pt 7
        """
        return Files(self.client, self, names, per_page, upload, pattern, glob=glob, start=start)

    def file(self, name: str) -> File:
        """Return one file by its exact name (query RunFiles).

        The server returns a file even if none of this name exists: its `updated_at` is None, and
        downloading it raises NotFoundError.

        Example:
            >>> run.file("model.pt").size
            7
            >>> run.file("absent.txt").updated_at is None
            True
        """
        return self.files([arguments.string("name", name)], per_page=1)[0]

    async def afile(self, name: str) -> File:
        """Asynchronous form of `file`."""
        return await self.files([arguments.string("name", name)], per_page=1).aget(0)

    def upload_file(self, path: str | PathLike[str], root: str | PathLike[str] = ".") -> File:
        """Upload a local file, and return it as the server lists it.

        Its name in the run is its path relative to `root`, by default the working directory. A file
        of the same name is replaced. The content is streamed, whatever its size.

        Sends CreateRunFiles, the content to storage, MarkRunFilesUploaded if the server supports
        it, and RunFiles. Raises UsageError for a file outside `root`, before anything is sent,
        NotFoundError if the run is gone, TransportError, and DiskError.

        Example:
            >>> Path("notes.txt").write_text("hello")
            5
            >>> run.upload_file("notes.txt").md5
            'XUFAKrxLKna5cZ2REBfFkg=='
        """
        return self.client.run(self._upload(path, root))

    async def aupload_file(
        self, path: str | PathLike[str], root: str | PathLike[str] = "."
    ) -> File:
        """Asynchronous form of `upload_file`."""
        return await self.client.arun(self._upload(path, root))

    def _upload(self, path: str | PathLike[str], root: str | PathLike[str]) -> Flow[File]:

        from ..runs.upload import upload_file

        name = yield from upload_file(self.client, self, path, root)
        return (yield from self.files([name], per_page=1).load_item(0))

    def upload(
        self,
        paths: UploadPaths,
        root: str | PathLike[str] = ".",
        *,
        glob: str | None = None,
        on_error: OnError = "raise",
        **options: Unpack[UploadOptions],
    ) -> UploadResult:
        """Upload files, and folders with all that is in them, many at a time.

        Names in the run are paths relative to `root`, by default the working directory. With
        `glob`, only names that match the shell pattern are uploaded. Files of the same name are
        replaced; those that the run has with the same content are skipped. Links to folders are not
        followed.

        The first failure ends the upload, unless `on_error="collect"`: then it is in the result.
        `options` are `progress`, `engine` and `jobs`, see `UploadOptions`.

        For each 500 files, this sends RunFileAddresses, CreateRunFiles and, if the server supports
        it, MarkRunFilesUploaded. Raises UsageError before anything is sent, NotFoundError if the
        run is gone, TransportError, and DiskError for a file that cannot be read, or that is
        modified meanwhile.

        Example:
            >>> Path("plots").mkdir()
            >>> Path("plots/loss.txt").write_text("1, 0.5")
            6
            >>> run.upload("plots")
            <UploadResult 1 uploaded, 6 B>
            >>> run.upload("plots", glob="*.txt").skipped
            ['plots/loss.txt']
        """
        return self.client.run(self._upload_many(paths, root, glob, on_error, options))

    async def aupload(
        self,
        paths: UploadPaths,
        root: str | PathLike[str] = ".",
        *,
        glob: str | None = None,
        on_error: OnError = "raise",
        **options: Unpack[UploadOptions],
    ) -> UploadResult:
        """Asynchronous form of `upload`."""
        return await self.client.arun(self._upload_many(paths, root, glob, on_error, options))

    def _upload_many(
        self,
        paths: UploadPaths,
        root: str | PathLike[str],
        glob: str | None,
        on_error: OnError,
        options: UploadOptions,
    ) -> Flow[UploadResult]:
        # Imported late: it imports httpx, which doubles the import time of the package.
        with collector_paused():
            from ..runs.many_uploads import find_files, upload_files
            from ..upload.batch_options import build_options

        checked = build_options(options, on_error)
        files = find_files(paths, root, glob)
        return (yield from upload_files(self.client, self, files, checked))

    def logged_artifacts(self, per_page: int = 100, *, start: str | None = None) -> RunArtifacts:
        """Return the artifact versions that the run logged, as a lazy list.

        Example:
            >>> [version.qualified_name for version in run.logged_artifacts()]
            ['my-team/mnist/digits:v0', 'my-team/mnist/digits:v1']
        """
        return RunArtifacts(self.client, self, "logged", per_page, start=start)

    def used_artifacts(self, per_page: int = 100, *, start: str | None = None) -> RunArtifacts:
        """Return the artifact versions that the run used, as a lazy list."""
        return RunArtifacts(self.client, self, "used", per_page, start=start)

    def lineage(self, depth: int = DEFAULT_DEPTH) -> LineageGraph:
        """Return the versions and runs that are at most `depth` steps away; see `LineageGraph`.

        A step leads from a run to a version that it logged or used, or back. Sends one request for
        each node.
        """
        return self.client.run(self._lineage(depth))

    async def alineage(self, depth: int = DEFAULT_DEPTH) -> LineageGraph:
        """Asynchronous form of `lineage`."""
        return await self.client.arun(self._lineage(depth))

    def _lineage(self, depth: int) -> Flow[LineageGraph]:
        from .lineage_graph import find_lineage, run_node

        return find_lineage(self.client, run_node(self.full_path, self.name), depth)

    def use_artifact(
        self, artifact: Artifact | Draft | str | PathLike[str], use_as: str | None = None
    ) -> Artifact:
        """Record that the run uses a version, and return it (mutation UseArtifact).

        Instead of a version, its path will do: `entity/project/collection:alias`, of which entity
        and project are those of the run by default. A draft is published first, to the project of
        the run, which does not count as its creator. `use_as` names what the run uses it for, by
        default the version itself.

        Example:
            >>> version = run.use_artifact(api.artifact("my-team/mnist/digits:v0"))
            >>> [used.name for used in run.used_artifacts()]
            ['digits:v0']
        """
        return self.client.run(self._use_artifact(artifact, use_as))

    async def ause_artifact(
        self, artifact: Artifact | Draft | str | PathLike[str], use_as: str | None = None
    ) -> Artifact:
        """Asynchronous form of `use_artifact`."""
        return await self.client.arun(self._use_artifact(artifact, use_as))

    def _use_artifact(
        self, given: Artifact | Draft | str | PathLike[str], use_as: str | None
    ) -> Flow[Artifact]:
        arguments.check_optional_strings(use_as=use_as)
        artifact = yield from self._version_to_use(given)
        use = calls.use_artifact(
            entity=self.entity,
            project=self.project,
            run=self.id,
            id=artifact.id,
            used_as=use_as or artifact.name,
            artifact_entity=artifact.entity,
            artifact_project=artifact.project,
        )
        if USED_AT_FEATURE not in (yield from self.client.load_features()):
            use = use.without("artifactEntity", "artifactProject")
        yield from ask(use, f"run {self.full_path}")
        return artifact

    def _version_to_use(self, given: Artifact | Draft | str | PathLike[str]) -> Flow[Artifact]:
        if isinstance(given, str | PathLike):
            path = parse_artifact_path(given, self.client.settings.pages)
            if isinstance(path, ArtifactIdPath):
                return (yield from find_artifact_by_id(self.client, path.id))
            entity, project = path.entity or self.entity, path.project or self.project
            return (yield from find_artifact(self.client, entity, project, path.name))
        if (draft := self._draft(given)) is not None:
            return (yield from draft.publish_for(self, None, None, is_logged=False))
        return check_logged(given)

    def _draft(
        self,
        given: Artifact | Draft | str | PathLike[str],
        name: str | None = None,
        type_name: str | None = None,
    ) -> Draft | None:
        """Return the draft of a path, or the given one; None for anything else."""
        if isinstance(given, Draft):
            return given
        if isinstance(given, str | PathLike):
            # Imported late, as all about new versions here: most programs only read.
            from .publishing.given_paths import add_path_or_uri, last_part

            default = f"run-{self.id}-{last_part(given)}"
            draft = Draft(name or default, type_name or "unspecified")
            add_path_or_uri(draft, given)
            return draft
        return None

    def log_artifact(
        self,
        artifact: Artifact | Draft | str | PathLike[str],
        aliases: Iterable[str] | None = None,
        tags: str | Iterable[str] | None = None,
        *,
        name: str | None = None,
        type: str | None = None,  # noqa: A002
    ) -> Artifact:
        """Publish a new version of the run's project, or log an existing one; return it.

        `artifact` is a `publish.Draft`, a local file or folder, or a URI to refer to; or a version
        that exists already (mutation LogArtifact): `aliases` move to it and `tags` are added, and
        it is returned as it was before: `load()` shows the change.

        For a path, `name` is the collection, by default `run-` with the id of the run and the name
        of the file, and `type` the type of the version, by default `unspecified`.

        Example:
            >>> Path("train.csv").write_text("1,2,3")
            5
            >>> run.log_artifact("train.csv", ["best"], name="points", type="dataset")
            <Artifact my-team/mnist/points:v0>
        """
        return self.client.run(self._log_artifact(artifact, aliases, tags, name, type))

    async def alog_artifact(
        self,
        artifact: Artifact | Draft | str | PathLike[str],
        aliases: Iterable[str] | None = None,
        tags: str | Iterable[str] | None = None,
        *,
        name: str | None = None,
        type: str | None = None,  # noqa: A002
    ) -> Artifact:
        """Asynchronous form of `log_artifact`."""
        return await self.client.arun(self._log_artifact(artifact, aliases, tags, name, type))

    def _log_artifact(
        self,
        given: Artifact | Draft | str | PathLike[str],
        aliases: Iterable[str] | None,
        tags: str | Iterable[str] | None,
        name: str | None,
        type_name: str | None,
    ) -> Flow[Artifact]:
        # Imported late: few programs change anything.
        from wbtyped_graphql.input_types import ArtifactAliasInput, TagInput

        from .publishing.manifest_spec import DIGEST_ALGORITHMS

        arguments.check_optional_strings(name=name, type=type_name)
        if (draft := self._draft(given, name, type_name)) is not None:
            return (yield from draft.publish_for(self, aliases, tags, is_logged=True))
        artifact = check_logged(given)
        source = artifact.source
        if source.collection_path[:2] != (self.entity, self.project):
            raise UsageError(
                f"run {self.full_path} cannot log {source.path}, which is in another project"
            )
        names = checked_aliases([] if aliases is None else aliases)
        manifest = yield from artifact.contents.load_manifest()
        log = calls.log_artifact(
            entity=self.entity,
            project=self.project,
            run=self.id,
            type_name=artifact.type,
            collection=source.collection,
            digest=artifact.digest,
            digest_algorithm=DIGEST_ALGORITHMS[manifest.digest_algorithm],
            aliases=[
                ArtifactAliasInput(alias=name, artifact_collection_name=source.collection)
                for name in names
            ],
            tags=[TagInput(tag_name=tag) for tag in checked_tags([] if tags is None else tags)],
        )
        yield from ask(log, f"run {self.full_path}")
        return artifact


class Runs(RunList[Run]):
    """The runs of a project, fetched page by page (query Runs).

    `filters` is a MongoDB-style condition: `{"state": "finished"}`,
    `{"config.lr": {"$gt": 0.01}}`, `{"$or": [{"tags": "best"}, {"summary_metrics.loss": {"$lt":
    1}}]}`. Its keys are `config.KEY` (the same as `config.KEY.value`), `summary_metrics.KEY`, and
    fields such as `name` (the id), `display_name`, `state`, `tags`, `group`, `job_type`,
    `username`, `created_at` and `heartbeat_at`.

    `order` is one of these, ascending, or descending after `-`: `-created_at`,
    `+summary_metrics.loss`, `-config.lr`.

    A run comes without its config and summary, which its first access requests. `lazy=False`
    fetches them with the pages: for a table of many runs. `len()` is the number of runs that
    `filters` selects.

    Example:
        >>> runs = api.runs("my-team/mnist", {"state": "finished"}, order="-created_at")
        >>> len(runs), [run.id for run in runs]
        (1, ['run-1'])
    """

    __slots__ = ()

    def _item(self, node: fragments.Run) -> Run:
        return Run(self.client, self.entity, self.project, node.name, node)


class Files(FileList[Run, "File"]):
    """The files of a run, fetched page by page (query RunFiles).

    `names` selects exact names; the server returns one file for each, even if it does not exist:
    then `updated_at` is None and `size` is 0. `pattern` selects by SQL LIKE (`%` matches any
    string, `_` one character), as in `"media/%.png"`. `glob` selects by a shell pattern: `*.png` in
    every folder, `media/*.png` directly in a folder, `media/**/*.png` at any depth below it,
    `/*.png` at the top; `?` and `[a-c]` are one character; upper and lower case differ. More than
    one of these raises UsageError, which is a ValueError.

    `per_page` is the number of files per request. With `upload=True` the `url` of each file is for
    uploading its content instead of downloading it. `start` is the `cursor` of an earlier list, to
    continue after it.

    With `names`, `pattern` or `glob`, `len()` reads the whole list and counts it. Otherwise it is
    the server's count.

    Example:
        >>> files = run.files(per_page=100)
        >>> len(files), files[0].name, max(file.size for file in files)
        (3, 'config.yaml', 8)
    """

    __slots__ = ()

    def _item(self, node: RunFileRow) -> File:
        return File.__of_row__(self.client, node, self.run)


class File(StandaloneFile[Run]):
    """One file of a run, or of an artifact.

    `attrs` is the typed node, or a mapping with the wire names of its fields. The properties read
    from it and send nothing. `run` is the run that the file belongs to, None for a file of an
    artifact.

    Example:
        >>> file = run.file("model.pt")
        >>> file.name, file.size, file.md5
        ('model.pt', 7, 'Y/Tx6bclNw9FlyBXXNX5Uw==')
    """

    __slots__ = ()


class ArtifactCollection(StandaloneCollection):
    """A sequence of versions, or a portfolio of links to them (query GetArtifactCollection).

    `name`, `type`, `description` and `tags` can be assigned: an invalid value raises UsageError
    immediately, and `save()` sends what changed. `attrs` is the typed node, or a mapping with the
    wire names of its fields. Without it the collection is loaded, and NotFoundError says what is
    missing.

    Example:
        >>> collection = api.artifact_collection("dataset", "my-team/mnist/digits")
        >>> collection.description = "Handwritten digits"
        >>> collection.save()
        >>> [version.name for version in collection.artifacts()]
        ['digits:v1', 'digits:v0']
    """

    __slots__ = ()

    def artifacts(self, per_page: int = 50, *, start: str | None = None) -> Artifacts:
        """Return its versions as a lazy list, newest first; see `Artifacts`."""
        return Artifacts(
            self.client, self.entity, self.project, self.attrs.name,
            self.attrs.default_artifact_type.name, per_page=per_page, start=start,
        )  # fmt: skip


class Artifacts(CollectionVersions["Artifact"]):
    """The versions in a collection, newest first (query Artifacts).

    `filters` is a MongoDB-style condition such as `{"metadata.accuracy": {"$gt": 0.9}}`. By default
    it selects committed versions; `{}` selects versions in every state. `order` is a field such as
    `version_index`, or `-version_index` for descending order. `tags` selects the versions that have
    all of them; the server cannot filter by tags, so pages are read until enough versions are
    found. `len()` is the number of versions that `filters` selects, whatever `tags` is.

    Example:
        >>> two = {"metadata.rows": 2}
        >>> versions = api.artifacts("dataset", "my-team/mnist/digits", filters=two)
        >>> [(version.name, version.metadata) for version in versions]
        [('digits:v1', {'rows': 2})]
    """

    __slots__ = ()

    def _version(self, location: ArtifactLocation, node: fragments.Artifact) -> Artifact:
        return Artifact(self.client, location, node)


class RunArtifacts(RunVersions["Artifact"]):
    """The versions that a run logged, or used (query RunArtifacts).

    `mode` is `logged` or `used`. Each version is shown in the collection that it was logged to;
    versions in projects that the API key may not see are left out.

    Example:
        >>> [(version.name, version.type) for version in run.logged_artifacts()]
        [('digits:v0', 'dataset'), ('digits:v1', 'dataset')]
    """

    __slots__ = ()

    def _version(self, location: ArtifactLocation, node: fragments.Artifact) -> Artifact:
        return Artifact(self.client, location, node)


class ArtifactFiles(VersionFiles[File]):
    """The files of a version, by path, fetched page by page (query ArtifactFilesById).

    `names` selects exact paths; paths that do not exist are left out. The `url` and `direct_url` of
    a reference are the URL that it refers to. `glob` selects by a shell pattern, as in `Files`; the
    server cannot do that, so all pages are read. With `names` or `glob`, `len()` reads the whole
    list and counts it.

    Example:
        >>> [(file.name, file.size) for file in artifact.files()]
        [('test.csv', 4), ('train.csv', 7)]
    """

    __slots__ = ()

    def _item(self, node: ArtifactFileRow) -> File:
        return File.__of_row__(self.client, node)


class Artifact(StandaloneArtifact):
    """One version of an artifact, as shown in the collection where it was found.

    `description`, `metadata`, `tags`, `aliases` and `ttl` can be assigned: an invalid value raises
    UsageError immediately, and `save()` sends what changed. `attrs` is the typed node as the server
    sent it.

    Example:
        >>> artifact = api.artifact("my-team/mnist/digits:latest")
        >>> artifact.type, artifact.version, artifact.size, artifact.aliases
        ('dataset', 'v1', 11, ['latest'])
    """

    __slots__ = ()

    # Files.

    def files(
        self,
        names: Sequence[str] | None = None,
        per_page: int = 50,
        *,
        glob: str | None = None,
        start: str | None = None,
    ) -> ArtifactFiles:
        """Return its files as a lazy list; see `ArtifactFiles`.

        Example:
            >>> artifact.files()[0].name
            'test.csv'
            >>> result = artifact.files(glob="train*").download("data")
        """
        return ArtifactFiles(self.client, self, names, per_page, glob=glob, start=start)

    def new_draft(self) -> Draft:
        """Return a draft of a new version with the files of this one (`publish.Draft`).

        Files can be added, replaced and removed; nothing is downloaded, and only new files are
        uploaded. The draft is published to the collection where this version was logged, and has
        its description and metadata.

        Example:
            >>> draft = api.artifact("my-team/mnist/digits:v1").new_draft()
            >>> draft.remove("test.csv")
            >>> draft.publish()
            <Artifact my-team/mnist/digits:v2>
        """
        return self.client.run(self._new_draft())

    async def anew_draft(self) -> Draft:
        """Asynchronous form of `new_draft`."""
        return await self.client.arun(self._new_draft())

    def _new_draft(self) -> Flow[Draft]:
        return Draft.find(check_logged(self))

    def open_file(self, path: str) -> File:
        """Return one of its files by path; raises EntryNotFoundError."""
        return self.client.run(self._open_file(path))

    async def aopen_file(self, path: str) -> File:
        """Asynchronous form of `open_file`."""
        return await self.client.arun(self._open_file(path))

    def _open_file(self, path: str) -> Flow[File]:
        files = self.files([arguments.string("path", path)], per_page=1)
        found = yield from files.load_items(0)
        if not found:
            raise self.contents.missing_file(path)
        return found[0]

    # Collections.

    @property
    def collection(self) -> ArtifactCollection:
        """The collection that shows the version, loaded."""
        return self.client.run(self._find_collection(self.location))

    async def acollection(self) -> ArtifactCollection:
        """Asynchronous form of `collection`."""
        return await self.client.arun(self._find_collection(self.location))

    @property
    def source_collection(self) -> ArtifactCollection:
        """The sequence that the version was logged to, loaded."""
        return self.client.run(self._find_collection(self.source))

    async def asource_collection(self) -> ArtifactCollection:
        """Asynchronous form of `source_collection`."""
        return await self.client.arun(self._find_collection(self.source))

    def _find_collection(self, location: ArtifactLocation) -> Flow[ArtifactCollection]:
        return ArtifactCollection.find(self.client, *location.collection_path, self.type)

    # Links.

    def link(
        self, target_path: str | PathLike[str], aliases: Iterable[str] | None = None
    ) -> Artifact:
        """Link the version to the portfolio at `target_path`, and return the link.

        The path is `entity/project/name`, `project/name` or `name`; the defaults are the version's
        own entity and project. In a registry it is `organization/wandb-registry-name/collection`;
        the organization can be omitted if the owner of the source belongs to only one. A portfolio
        that does not exist is created. The server also gives the link the alias `latest`.

        Example:
            >>> link = artifact.link("my-team/shelf/best-digits", aliases=["reviewed"])
            >>> link.qualified_name, link.source_name
            ('my-team/shelf/best-digits:v0', 'digits:v1')
        """
        return self.client.run(self._link(target_path, aliases))

    async def alink(
        self, target_path: str | PathLike[str], aliases: Iterable[str] | None = None
    ) -> Artifact:
        """Asynchronous form of `link`."""
        return await self.client.arun(self._link(target_path, aliases))

    def _link(
        self, target_path: str | PathLike[str], aliases: Iterable[str] | None
    ) -> Flow[Artifact]:
        # Imported late: few programs change anything.
        from wbtyped_graphql.input_types import ArtifactAliasInput, LinkArtifactInput

        parts = parse_collection_path(target_path, self.client.settings.pages)
        entity, project = parts.entity, parts.project or self.project
        inputs = [
            ArtifactAliasInput(alias=alias, artifact_collection_name=parts.collection)
            for alias in checked_aliases(() if aliases is None else aliases)
        ]
        if is_registry(project):
            owner = yield from find_registry_owner(self.source_entity, entity)
            entity = owner.entity
        entity = entity or self.entity
        link = LinkArtifactInput(
            artifact_id=self.id,
            artifact_portfolio_name=parts.collection,
            entity_name=entity,
            project_name=project,
            aliases=inputs,
        )
        yield from ask(calls.link_artifact(input=link), self._subject)
        return (
            yield from find_artifact(self.client, entity, project, f"{parts.collection}:latest")
        )

    def unlink(self) -> None:
        """Remove the link from its portfolio; the version itself stays."""
        self.client.run(self._unlink())

    async def aunlink(self) -> None:
        """Asynchronous form of `unlink`."""
        await self.client.arun(self._unlink())

    def _unlink(self) -> Flow[None]:
        if not self.is_link:
            raise UsageError(f"{self.qualified_name} is not a link; delete() deletes the version")
        portfolio = yield from self._find_collection(self.location)
        yield from ask(calls.unlink_artifact(id=self.id, portfolio=portfolio.id), self._subject)

    def delete(self, delete_aliases: bool = False) -> None:
        """Delete the version; if this is a link, delete only the link.

        The server refuses to delete a version that has aliases, with a GraphQLError, unless
        `delete_aliases` is True.
        """
        self.client.run(self._delete(delete_aliases))

    async def adelete(self, delete_aliases: bool = False) -> None:
        """Asynchronous form of `delete`."""
        await self.client.arun(self._delete(delete_aliases))

    def _delete(self, delete_aliases: bool) -> Flow[None]:
        arguments.check_flags(delete_aliases=delete_aliases)
        if self.is_link:
            yield from self._unlink()
            return
        query = calls.delete_artifact(id=self.id, delete_aliases=delete_aliases)
        try:
            yield from ask(query, self._subject)
        except GraphQLError as error:
            if delete_aliases or not self.aliases:
                raise
            raise GraphQLError(
                f"{error}. {self.qualified_name} has the aliases {', '.join(self.aliases)};"
                " pass delete_aliases=True to delete them, too",
                operation=error.operation,
                messages=error.messages,
                path=error.path,
                status=error.status,
            ) from error

    @property
    def source_artifact(self) -> Artifact:
        """The version itself, as shown in the sequence that it was logged to."""
        return Artifact(self.client, self.source, self.attrs)

    @property
    def linked_artifacts(self) -> list[Artifact]:
        """The links to the version in all portfolios (query ArtifactPlaces).

        Empty for a link. The server returns at most 500, and only those that the API key may see.
        """
        return self.client.run(self._find_links())

    async def alinked_artifacts(self) -> list[Artifact]:
        """Asynchronous form of `linked_artifacts`."""
        return await self.client.arun(self._find_links())

    def _find_links(self) -> Flow[list[Artifact]]:
        if self.is_link:
            return []
        result = yield from ask(calls.artifact_places(id=self.id), self._subject)
        source = self.source.collection_path
        return [
            Artifact(self.client, location, self.attrs)
            for location, _ in self._memberships(result)
            if location.collection_path != source
        ]

    @property
    def linked_at(self) -> str | None:
        """When the link was created: ISO 8601 in UTC; None if this is not a link."""
        return self.client.run(self._find_linked_at())

    async def alinked_at(self) -> str | None:
        """Asynchronous form of `linked_at`."""
        return await self.client.arun(self._find_linked_at())

    def _find_linked_at(self) -> Flow[str | None]:
        if not self.is_link:
            return None
        result = yield from ask(calls.artifact_places(id=self.id), self._subject)
        for location, node in self._memberships(result):
            if location.collection_path == self.location.collection_path:
                return iso(node.created_at) if node.created_at else None
        return None

    def _memberships(
        self, result: ArtifactPlaces
    ) -> list[tuple[ArtifactLocation, fragments.Membership]]:
        if result.artifact is None:
            raise self.contents.missing()
        nodes = [edge.node for edge in result.artifact.artifact_memberships.edges if edge.node]
        located = [(ArtifactLocation.of_membership(node), node) for node in nodes]
        return [(location, node) for location, node in located if location is not None]

    # Runs.

    def lineage(self, depth: int = DEFAULT_DEPTH) -> LineageGraph:
        """Return the versions and runs that are at most `depth` steps away; see `LineageGraph`.

        A step leads from a run to a version that it logged or used, or back. Sends one request for
        each node.

        Example:
            >>> graph = artifact.lineage(depth=1)
            >>> [(node.kind, node.path) for node in graph.nodes]
            [('artifact', 'my-team/mnist/digits:v1'), ('run', 'my-team/mnist/run-1')]
        """
        return self.client.run(self._lineage(depth))

    async def alineage(self, depth: int = DEFAULT_DEPTH) -> LineageGraph:
        """Asynchronous form of `lineage`."""
        return await self.client.arun(self._lineage(depth))

    def _lineage(self, depth: int) -> Flow[LineageGraph]:
        from .lineage_graph import find_lineage, version_node

        return find_lineage(self.client, version_node(self.id, self.source, self.type), depth)

    def used_by(self) -> list[Run]:
        """Return the runs that used the version (query ArtifactUsedBy)."""
        return self.client.run(self._find_users())

    async def aused_by(self) -> list[Run]:
        """Asynchronous form of `used_by`."""
        return await self.client.arun(self._find_users())

    def _find_users(self) -> Flow[list[Run]]:
        found: list[Run] = []
        seen = Cursors("ArtifactUsedBy", None, self._subject)
        operation = calls.artifact_used_by(id=self.id)
        while True:
            result = yield from ask(operation, self._subject)
            if result.artifact is None:
                raise self.contents.missing()
            page = result.artifact.used_by
            for node in (edge.node for edge in page.edges):
                if place := node.project:
                    found.append(Run(self.client, place.entity_name, place.name, node.name, node))
            if not page.page_info.has_next_page:
                return found
            cursor = seen.follow(page.page_info.end_cursor)
            operation = calls.artifact_used_by(id=self.id, cursor=cursor)

    def logged_by(self) -> Run | None:
        """Return the run that logged it, loaded; None if a user created it or it is gone."""
        return self.client.run(self._find_creator())

    async def alogged_by(self) -> Run | None:
        """Asynchronous form of `logged_by`."""
        return await self.client.arun(self._find_creator())

    def _find_creator(self) -> Flow[Run | None]:
        result = yield from ask(calls.artifact_created_by(id=self.id), self._subject)
        if result.artifact is None:
            raise self.contents.missing()
        creator = result.artifact.created_by
        if creator is None or creator.typename__ != "Run" or creator.project is None:
            return None
        project = creator.project
        return (yield from Run.find(self.client, project.entity_name, project.name, creator.name))


class Draft(StandaloneDraft):
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

    __slots__ = ()

    @classmethod
    def of_version(cls, artifact: Artifact) -> Draft:
        """Return a draft with all files of a version; see `Artifact.new_draft`."""
        return check_logged(artifact).new_draft()

    @classmethod
    def find(cls, artifact: Artifact) -> Flow[Draft]:
        """Load the entries of a version; the flow of `Artifact.new_draft`."""
        from .publishing.facts import BaseVersion, Target

        manifest = yield from artifact.contents.load_manifest()
        for entry in manifest:
            if entry.unreadable:
                raise UsageError(
                    f"{artifact.qualified_name} cannot be changed: its entry {entry.path!r} is"
                    f" invalid, {entry.unreadable}"
                )
        source = artifact.source
        draft = cls(source.collection, artifact.type, digest_algorithm=manifest.digest_algorithm)
        draft.description, draft.metadata = artifact.description, dict(artifact.metadata)
        target = Target(source.entity, source.project, source.collection)
        draft.start_from(
            BaseVersion(artifact.id, target, manifest.storage_region, artifact.client),
            {entry.path: replace(entry, artifact=None) for entry in manifest},
        )
        return draft

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
        **upload: Unpack[UploadOptions],
    ) -> Artifact:
        """Publish the content as a version of `entity/project/collection`, and return it.

        What the path omits comes from the settings, and the server too unless `api` is given; a
        draft of a version is published to that version's server and collection by default. The
        version gets `latest` and the given aliases; `run` is the run that logs it, in the same
        project. With `incremental=True` the server adds the content to that of the newest version.
        `upload` are the options `progress`, `engine` and `jobs`. See `Api.publish`.

        Raises UsageError before anything is sent, GraphQLError and TransportError, and DiskError
        for a file that cannot be read, or that is modified meanwhile.
        """
        options = (aliases, tags, description, metadata, ttl)
        client, publishing = self._publishing(path, options, run, incremental, api, upload)
        return client.run(publishing)

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
        **upload: Unpack[UploadOptions],
    ) -> Artifact:
        """Asynchronous form of `publish`."""
        options = (aliases, tags, description, metadata, ttl)
        client, publishing = self._publishing(path, options, run, incremental, api, upload)
        return await client.arun(publishing)

    def _publishing(
        self,
        path: str | PathLike[str] | None,
        options: PublishOptions,
        run: Run | None,
        incremental: bool,
        api: HasClient | None,
        upload: UploadOptions,
    ) -> tuple[Client, Flow[Artifact]]:
        """Return the flow of `publish`, and the client that runs it."""
        from ..upload.batch_options import build_options
        from .publishing.facts import Target

        arguments.check_flags(incremental=incremental)
        facts = self._facts(options)
        checked = build_options(upload)
        if api is None:
            client = (self.base and self.base.client) or Client(find_settings())
        else:
            arguments.instance("api.client", getattr(api, "client", None), Client)
            client = api.client
        if path is None and self.base is not None:
            target = self.base.target
        else:
            target = Target.find(self.name if path is None else path, client.settings)
        flow = self.publish_to(client, target, facts, run, checked, incremental=incremental)
        return client, flow

    def _facts(self, options: PublishOptions) -> VersionFacts:
        from .publishing.facts import VersionFacts

        self.check_attributes()
        return VersionFacts.build(self.type, options, self.description, self.metadata)

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
        with collector_paused():
            from .publishing.publication import publish_draft

        check_new_name(target.collection)
        if run is not None:
            facts = facts._replace(run=check_creator(run, target).id)
        found = yield from publish_draft(
            client, self, target, facts, options, incremental=incremental
        )
        return Artifact(client, found.location, found.attrs)

    def publish_for(
        self,
        run: Run,
        aliases: Iterable[str] | None,
        tags: str | Iterable[str] | None,
        *,
        is_logged: bool,
    ) -> Flow[Artifact]:
        """Publish the content in the project of a run; the flow of the methods of the run."""
        from ..upload.batch_options import build_options
        from .publishing.facts import Target

        facts = self._facts((aliases, tags, None, None, None))
        target = Target(run.entity, run.project, self.name)
        if self.base is not None:
            target = self.base.target
        creator = run if is_logged else None
        return (yield from self.publish_to(run.client, target, facts, creator, build_options({})))


def check_creator(run: object, target: Target) -> Run:
    """Return the run that logs a version; raises UsageError unless it is one of the project."""
    arguments.instance("run", run, Run, "a run of api.run(...) or None")
    assert isinstance(run, Run)  # noqa: S101 - checked above
    if (run.entity, run.project) != (target.entity, target.project):
        raise UsageError(f"run {run.full_path} cannot log {target.path}, in another project")
    return run


def check_logged(artifact: object) -> Artifact:
    """Return a version that is completely uploaded; raises UsageError for anything else."""
    expected = "an artifact of api.artifact(...), a draft or a path"
    arguments.instance("artifact", artifact, Artifact, expected)
    assert isinstance(artifact, Artifact)  # noqa: S101 - checked above
    if artifact.is_draft():
        raise UsageError(f"{artifact.qualified_name} is still being uploaded; wait for it first")
    return artifact


def find_artifact(client: Client, entity: str, project: str, name: str) -> Flow[Artifact]:
    """Find the version that `collection:alias` names; see `lookup.find_version`."""
    found = yield from find_version(client, entity, project, name)
    artifact = Artifact(client, found.location, found.node)
    if found.manifest is not None:
        artifact.contents.use_manifest(found.manifest)
    return artifact


def find_artifact_by_id(client: Client, artifact_id: str) -> Flow[Artifact]:
    """Load a version by the server's id of it (query ArtifactById); raises NotFoundError."""
    found = yield from find_version_by_id(client, artifact_id)
    return Artifact(client, found.location, found.attrs)
