"""The entry point: from a path to a run, a project, an artifact, or the account."""

from __future__ import annotations

import secrets
import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from os import PathLike
from typing import TYPE_CHECKING, NamedTuple, Self, Unpack, get_args, overload

from wbtyped_graphql import calls, fragments

from . import arguments
from .accounts.missing import missing_project
from .accounts.registries import find_registry_owner, is_registry
from .accounts.users import User, require_viewer
from .artifacts.collections import ArtifactCollections
from .artifacts.filters import checked_order, filters_json
from .artifacts.lineage import Artifact, ArtifactCollection, Artifacts, Draft, Run, Runs
from .artifacts.types import ArtifactType, ArtifactTypes
from .artifacts.validation import checked_tags
from .config.cache import CacheOption
from .config.response_limits import ResponseLimits
from .config.settings import Settings, find_settings
from .errors import NotFoundError, SchemaMismatchError, UsageError
from .path_lookup import PathObject, check_type_of, find_object, find_version_at
from .paths import (
    NamePath,
    RunPath,
    check_project_name,
    is_url,
    parse_artifact_path,
    parse_collection_path,
    parse_project_path,
    parse_run_path,
    read_path,
)
from .projects.project import Project
from .projects.project_list import Projects
from .runs import filters as run_filters
from .storage.jobs import APPLY_JOBS, SCAN_JOBS
from .transport.client import Client
from .transport.flow import Flow, ask
from .transport.pagination import check_per_page
from .transport.parallel_flows import check_jobs
from .typed_values import ModelOf, ValuesT, check_model
from .upload.options import UploadOptions
from .user_warnings import in_thread, warn_user

if TYPE_CHECKING:
    from .artifacts.publishing.facts import PublishOptions

    # For start-up: reports, plans, mirrors and registries are 45 modules, which few programs use.
    from .artifacts.typed_versions import TypedArtifacts
    from .download.disk.digests import Algorithm
    from .download.options import EngineName
    from .mirror.report import MirrorReport
    from .mirror.report import ProgressCallback as MirrorProgressCallback
    from .projects.registries import Registries
    from .projects.registry import Registry, Visibility
    from .storage.applied import OutcomeCallback, PruneResult
    from .storage.inventory import ProgressCallback
    from .storage.planning_files import FileRules
    from .storage.policy import Policy
    from .storage.prune_plan import PrunePlan
    from .storage.scan import ScanOptions
    from .storage.targets import Target
    from .storage.ttl import TtlCallback, TtlChange, TtlOption, TtlResult
    from .storage.usage_report import UsageReport

DEFAULT_PROJECT = "uncategorized"
RUN_ID_ALPHABET = string.ascii_lowercase + string.digits


class RunLocation(NamedTuple):
    """The parts of a run's full path."""

    entity: str
    project: str
    run: str


class Api:
    """A W&B server and an API key: the entry point to runs, projects and artifacts.

    `base_url`, `entity`, `project` and `organization` can be passed by themselves or, as with the
    official client, in the mapping `overrides`. `timeout` is the timeout of a request in seconds,
    19 by default. `api_key` takes precedence over every other key.

    Whatever is not passed comes from environment variables (`WANDB_BASE_URL`, `WANDB_API_KEY`,
    `WANDB_ENTITY`, ...), netrc, and the settings files of the official client. A missing or
    malformed key raises AuthenticationError here. No request is sent before it is needed.

    `cache` stores downloaded artifact files and reuses them: True for the default folder, or a
    folder (else `WBTYPED_CACHE`). With `offline` (else `WBTYPED_OFFLINE`) no request is ever sent,
    no key is needed, and artifacts come from the cache only; whatever it does not contain raises
    OfflineError.

    `limits` sets how large a response may be and how long it may take; see `ResponseLimits`.

    `allow_hosts` lists local hosts that references and redirects may lead to from public ones (else
    `WBTYPED_ALLOW_HOSTS`, separated by commas): names, patterns such as `*.example.com`, networks
    such as `10.0.0.0/8`, or `*`. Others raise HostNotAllowedError.

    `Api` and every object that comes from it can be pickled. A pickle contains the server, the
    entity and the source of the key, which is looked up again in the other process; only a key that
    was passed as `api_key` is pickled itself.

    As a context manager, synchronous or asynchronous, it closes its connections at the end. Every
    method that sends requests has an asynchronous form, whose name starts with `a`.

    Example:
        >>> with Api() as api:
        ...     run = api.run("my-team/mnist/run-1")
        ...     print(run.state, len(run.files()))
        finished 3
    """

    __slots__ = ("__weakref__", "_runs", "_viewer", "client", "settings")

    client: Client
    """Sends typed operations to the server."""
    settings: Settings
    """Server, key and defaults in use."""

    def __init__(
        self,
        overrides: Mapping[str, str] | None = None,
        timeout: float | None = None,
        api_key: str | None = None,
        *,
        base_url: str | None = None,
        entity: str | None = None,
        project: str | None = None,
        organization: str | None = None,
        cache: CacheOption = None,
        offline: bool | None = None,
        limits: ResponseLimits | None = None,
        allow_hosts: Iterable[str] | None = None,
    ) -> None:
        self.settings = find_settings(
            overrides,
            base_url=base_url,
            entity=entity,
            project=project,
            organization=organization,
            timeout=timeout,
            api_key=api_key,
            cache=cache,
            offline=offline,
            limits=limits,
            allow_hosts=allow_hosts,
        )
        self.client = Client(self.settings)
        self._viewer: User | None = None
        self._runs: dict[str, Run] = {}

    def __repr__(self) -> str:
        return f"<Api {self.settings.base_url}>"

    # Any object.

    def from_path(
        self,
        path: str | PathLike[str],
        type: str | None = None,  # noqa: A002
    ) -> PathObject:
        """Load whatever a path names: a project, a run, an artifact type, collection or version.

        Takes every path that the other methods take, and `entity/project/type/collection`, perhaps
        with `vN` or `latest` as a fifth part. With a colon it is a version, else a run
        (`project:run`). A name in a project, `entity/project/name`, is a run, else a collection,
        else a type. One or two parts are a project, else a name in a project of the default entity,
        or in that of the settings. `type` restricts this to collections and versions of one type;
        `entity/project` is then the type itself.

        Paths may also be pasted URLs: of a page of a project, a run or an artifact, with any tail,
        or of a registry; `wandb://` and `wandb-artifact://`. The URL of a file or a folder names
        its run or version. A page of another server than this client's raises UsageError.

        Sends one request in most cases. Raises NotFoundError, which names all that was looked for.

        Example:
            >>> api.from_path("my-team/mnist")
            <Project my-team/mnist>
            >>> api.from_path("my-team/mnist/run-1")
            <Run my-team/mnist/run-1 (finished)>
            >>> api.from_path("my-team/mnist/digits:latest")
            <Artifact my-team/mnist/digits:v1>
            >>> api.from_path("my-team/mnist/digits", type="dataset")
            <ArtifactCollection digits (dataset)>
            >>> api.from_path(api.run("my-team/mnist/run-1").url + "/overview")
            <Run my-team/mnist/run-1 (finished)>
        """
        return self.client.run(self._find_object(path, type))

    async def afrom_path(
        self,
        path: str | PathLike[str],
        type: str | None = None,  # noqa: A002
    ) -> PathObject:
        """Asynchronous form of `from_path`."""
        return await self.client.arun(self._find_object(path, type))

    def _find_object(self, path: str | PathLike[str], type_name: str | None) -> Flow[PathObject]:
        readings = read_path(path, type_name, self.settings.pages)
        if not self.settings.project:
            named = [r for r in readings if not isinstance(r, NamePath) or r.project]
            readings = named or readings
        return (
            yield from find_object(self.client, arguments.path_text(path), readings, self._fill_in)
        )

    # Account.

    @property
    def viewer(self) -> User:
        """The account behind the API key (query GetViewer), requested once.

        Raises AuthenticationError if the server does not recognize the key.
        """
        return self.client.run(self._load_viewer())

    async def aviewer(self) -> User:
        """Asynchronous form of `viewer`."""
        return await self.client.arun(self._load_viewer())

    def _load_viewer(self) -> Flow[User]:
        if self._viewer is None:
            result = yield from ask(calls.get_viewer())
            self._viewer = require_viewer(result.viewer, self.settings)
        return self._viewer

    @property
    def default_entity(self) -> str:
        """The entity of paths that name none: from the settings, else the account's default."""
        return self.client.run(self._find_entity(None))

    async def adefault_entity(self) -> str:
        """Asynchronous form of `default_entity`."""
        return await self.client.arun(self._find_entity(None))

    def _find_entity(self, entity: str | None) -> Flow[str]:
        found = entity or self.settings.entity
        if found:
            return found
        viewer = yield from self._load_viewer()
        own = viewer.entity or viewer.username
        if not own:
            raise UsageError(
                "the account has no default entity; write it in the path, or set WANDB_ENTITY"
            )
        return own

    # Runs.

    def run(self, path: str | PathLike[str] = "") -> Run:
        """Load a run by its path (query GetRun).

        Write `entity/project/run`, `entity/project/runs/run`, `entity/project:run`, `project/run`,
        `project:run`, or only the id if the settings name a project. The same path returns the same
        object until `flush()`. Raises NotFoundError, and UsageError for a malformed path.

        Example:
            >>> run = api.run("my-team/mnist/run-1")
            >>> [file.name for file in run.files()]
            ['config.yaml', 'media/digit.png', 'model.pt']
        """
        return self.client.run(self._find_run(path))

    async def arun(self, path: str | PathLike[str] = "") -> Run:
        """Asynchronous form of `run`."""
        return await self.client.arun(self._find_run(path))

    def _find_run(self, given: str | PathLike[str]) -> Flow[Run]:
        path = arguments.path_text(given)
        if path not in self._runs:
            parts = parse_run_path(path, self.settings.pages)
            entity = yield from self._find_entity(parts.entity)
            project = self._require_project(path, parts)
            self._runs[path] = yield from Run.find(self.client, entity, project, parts.run)
        return self._runs[path]

    def _require_project(self, path: str, parts: RunPath) -> str:
        project = parts.project or self.settings.project
        if not project:
            raise UsageError(
                f"run path {path!r} names no project, and no default is set; "
                "write entity/project/run, or set WANDB_PROJECT"
            )
        return project

    def runs(
        self,
        path: str | PathLike[str] | None = None,
        filters: Mapping[str, object] | None = None,
        order: str | None = "+created_at",
        per_page: int = 50,
        *,
        lazy: bool = True,
        start: str | None = None,
    ) -> Runs:
        """List the runs of a project, `entity/project` or `project`; see `Runs`.

        Without a path it is the project of the settings.

        Example:
            >>> best = api.runs("my-team/mnist", order="+summary_metrics.loss")[0]
            >>> best.id, best.summary["loss"]
            ('run-1', 0.5)
            >>> for run in api.runs("my-team/mnist", {"config.lr": 0.1}, lazy=False):
            ...     print(run.id, run.state, run.config["lr"])
            run-1 finished 0.1
        """
        check_run_list(filters, order, per_page, lazy, start)
        entity, project = self.client.run(self._locate_project(path))
        return Runs(self.client, entity, project, filters, order, per_page, lazy=lazy, start=start)

    async def aruns(
        self,
        path: str | PathLike[str] | None = None,
        filters: Mapping[str, object] | None = None,
        order: str | None = "+created_at",
        per_page: int = 50,
        *,
        lazy: bool = True,
        start: str | None = None,
    ) -> Runs:
        """Asynchronous form of `runs`."""
        check_run_list(filters, order, per_page, lazy, start)
        entity, project = await self.client.arun(self._locate_project(path))
        return Runs(self.client, entity, project, filters, order, per_page, lazy=lazy, start=start)

    def flush(self) -> None:
        """Forget the runs that `run` has returned, so that they are loaded again."""
        self._runs.clear()

    def create_run(
        self, run_id: str | None = None, project: str | None = None, entity: str | None = None
    ) -> Run:
        """Create a run, and its project if needed, without logging to it (mutation CreateRun).

        `run_id` is its short id, generated by default; if a run with this id exists, it is
        returned. `project` and `entity` default to those of the settings, else to `uncategorized`
        and the account's default entity.

        Example:
            >>> run = api.create_run("upload-1", project="mnist", entity="my-team")
            >>> run.full_path, run.state
            ('my-team/mnist/upload-1', 'running')
        """
        return self.client.run(self._create_run(run_id, project, entity))

    async def acreate_run(
        self, run_id: str | None = None, project: str | None = None, entity: str | None = None
    ) -> Run:
        """Asynchronous form of `create_run`."""
        return await self.client.arun(self._create_run(run_id, project, entity))

    def _create_run(self, run_id: str | None, project: str | None, entity: str | None) -> Flow[Run]:
        arguments.check_optional_strings(run_id=run_id, project=project, entity=entity)
        entity = yield from self._find_entity(entity)
        project = project or self.settings.project or DEFAULT_PROJECT
        location = RunLocation(entity, project, run_id or new_run_id())
        path = "/".join(location)
        parse_run_path(path)
        result = yield from ask(
            calls.create_run(entity=entity, project=project, name=location.run, state="running")
        )
        node = result.upsert_bucket.bucket if result.upsert_bucket else None
        if node is None:
            raise SchemaMismatchError(
                f"run {path}: the response does not contain it", operation="CreateRun"
            )
        return Run(self.client, *location, node)

    # Projects.

    def project(self, name: str | PathLike[str], entity: str | None = None) -> Project:
        """Load a project by name, or by the URL of its page (query GetProject).

        Raises NotFoundError. `from_path` takes `entity/project`.
        """
        return self.client.run(self._find_project(name, entity))

    async def aproject(self, name: str | PathLike[str], entity: str | None = None) -> Project:
        """Asynchronous form of `project`."""
        return await self.client.arun(self._find_project(name, entity))

    def _find_project(self, name: str | PathLike[str], entity: str | None) -> Flow[Project]:
        arguments.check_optional_strings(entity=entity)
        text = arguments.path_text(name)
        if not is_url(text):
            check_project_name(text)
        parts = parse_project_path(text, self.settings.pages)
        if entity is not None and parts.entity not in {None, entity}:
            raise UsageError(
                f"project {parts.entity}/{parts.project} is not of {entity!r}; leave out entity="
            )
        owner, project = yield from self._fill_in(parts.entity or entity, parts.project)
        return (yield from Project.find(self.client, owner, project))

    def projects(
        self, entity: str | None = None, per_page: int = 200, *, start: str | None = None
    ) -> Projects:
        """List the projects of a user or team, by default the default entity; see `Projects`."""
        return self.client.run(self._projects(entity, per_page, start))

    async def aprojects(
        self, entity: str | None = None, per_page: int = 200, *, start: str | None = None
    ) -> Projects:
        """Asynchronous form of `projects`."""
        return await self.client.arun(self._projects(entity, per_page, start))

    def _projects(self, entity: str | None, per_page: int, start: str | None) -> Flow[Projects]:
        arguments.check_optional_strings(entity=entity, start=start)
        check_per_page(per_page)
        entity = yield from self._find_entity(entity)
        return Projects(self.client, entity, per_page, start=start)

    def create_project(self, name: str, entity: str | None = None) -> Project:
        """Create a project, or return an existing one of this name (mutation UpsertProject)."""
        return self.client.run(self._create_project(name, entity))

    async def acreate_project(self, name: str, entity: str | None = None) -> Project:
        """Asynchronous form of `create_project`."""
        return await self.client.arun(self._create_project(name, entity))

    def _create_project(self, name: str, entity: str | None) -> Flow[Project]:
        check_project_name(name)
        arguments.check_optional_strings(entity=entity)
        entity = yield from self._find_entity(entity)
        result = yield from ask(calls.upsert_project(entity=entity, name=name))
        node = result.upsert_model.project if result.upsert_model else None
        return self._project(entity, name, node)

    def _project(self, entity: str, name: str, node: fragments.Project | None) -> Project:
        if node is None:
            raise missing_project(entity, name)
        return Project(self.client, entity, name, node)

    # Registries.

    def registries(
        self,
        organization: str | None = None,
        filters: Mapping[str, object] | None = None,
        order: str | None = None,
        per_page: int = 100,
        start: str | None = None,
        *,
        filter: Mapping[str, object] | None = None,  # noqa: A002 - the official name
    ) -> Registries:
        """List the registries of an organization; see `Registries`.

        Without `organization` it is that of the settings, else the only one that the default entity
        belongs to.

        Example:
            >>> for registry in api.registries("acme"):
            ...     print(registry.name, [collection.name for collection in registry.collections()])
            model ['net']
        """
        listed = self._registries(organization, filters, filter, order, per_page, start)
        return self.client.run(listed)

    async def aregistries(
        self,
        organization: str | None = None,
        filters: Mapping[str, object] | None = None,
        order: str | None = None,
        per_page: int = 100,
        start: str | None = None,
        *,
        filter: Mapping[str, object] | None = None,  # noqa: A002 - the official name
    ) -> Registries:
        """Asynchronous form of `registries`."""
        listed = self._registries(organization, filters, filter, order, per_page, start)
        return await self.client.arun(listed)

    def _registries(
        self,
        organization: str | None,
        filters: Mapping[str, object] | None,
        official_filters: Mapping[str, object] | None,
        order: str | None,
        per_page: int,
        start: str | None,
    ) -> Flow[Registries]:
        from .projects.registries import Registries
        from .projects.registry_filters import chosen_filters

        chosen = chosen_filters(filters, official_filters)
        arguments.check_optional_strings(organization=organization)
        # Checked before the organization is looked up, which may send a request.
        Registries(self.client, organization or "", chosen, order, per_page, start)
        organization = yield from self._find_organization(organization)
        return Registries(self.client, organization, chosen, order, per_page, start)

    def registry(self, name: str, organization: str | None = None) -> Registry:
        """Load a registry by name, with or without `wandb-registry-` (query GetRegistry).

        `organization` is as for `registries`. Raises NotFoundError.

        Example:
            >>> registry = api.registry("model", "acme")
            >>> registry.full_path, registry.visibility
            ('acme/wandb-registry-model', 'organization')
        """
        return self.client.run(self._find_registry(name, organization))

    async def aregistry(self, name: str, organization: str | None = None) -> Registry:
        """Asynchronous form of `registry`."""
        return await self.client.arun(self._find_registry(name, organization))

    def _find_registry(self, name: str, organization: str | None) -> Flow[Registry]:
        from .projects.registry import Registry

        check_project_name(name)
        arguments.check_optional_strings(organization=organization)
        organization = yield from self._find_organization(organization)
        return (yield from Registry.find(self.client, organization, name))

    def create_registry(
        self,
        name: str,
        visibility: Visibility,
        organization: str | None = None,
        description: str | None = None,
        artifact_types: Iterable[str] | None = None,
    ) -> Registry:
        """Create a registry (mutation CreateRegistry); raises UsageError if it exists.

        `visibility` is `organization` for everyone in it, or `restricted` for members only. It
        accepts versions of every type, or those of `artifact_types`.
        """
        return self.client.run(
            self._create_registry(name, visibility, organization, description, artifact_types)
        )

    async def acreate_registry(
        self,
        name: str,
        visibility: Visibility,
        organization: str | None = None,
        description: str | None = None,
        artifact_types: Iterable[str] | None = None,
    ) -> Registry:
        """Asynchronous form of `create_registry`."""
        return await self.client.arun(
            self._create_registry(name, visibility, organization, description, artifact_types)
        )

    def _create_registry(
        self,
        name: str,
        visibility: Visibility,
        organization: str | None,
        description: str | None,
        artifact_types: Iterable[str] | None,
    ) -> Flow[Registry]:
        from .projects.registry import Visibility, create_registry

        check_project_name(name)
        arguments.one_of("visibility", visibility, get_args(Visibility))
        arguments.check_optional_strings(organization=organization, description=description)
        types = arguments.strings("artifact_types", artifact_types or [])
        organization = yield from self._find_organization(organization)
        return (
            yield from create_registry(
                self.client, organization, name, visibility, description, types
            )
        )

    def _find_organization(self, organization: str | None) -> Flow[str]:
        if found := organization or self.settings.organization:
            return found
        member = yield from self._find_entity(None)
        return (yield from find_registry_owner(member, None)).organization

    # Artifacts.

    def artifact_types(
        self,
        project: str | PathLike[str] | None = None,
        start: str | None = None,
        *,
        per_page: int = 50,
    ) -> ArtifactTypes:
        """List the artifact types of a project (`project` or `entity/project`).

        Example:
            >>> [type.name for type in api.artifact_types("my-team/mnist")]
            ['dataset', 'model']
        """
        return self.client.run(self._artifact_types(project, start, per_page))

    async def aartifact_types(
        self,
        project: str | PathLike[str] | None = None,
        start: str | None = None,
        *,
        per_page: int = 50,
    ) -> ArtifactTypes:
        """Asynchronous form of `artifact_types`."""
        return await self.client.arun(self._artifact_types(project, start, per_page))

    def _artifact_types(
        self, path: str | PathLike[str] | None, start: str | None, per_page: int
    ) -> Flow[ArtifactTypes]:
        arguments.check_optional_strings(start=start)
        check_per_page(per_page)
        entity, project = yield from self._locate_project(path)
        return ArtifactTypes(self.client, entity, project, per_page, start=start)

    def artifact_type(
        self, type_name: str, project: str | PathLike[str] | None = None
    ) -> ArtifactType:
        """Load an artifact type by name (query GetArtifactType); raises NotFoundError."""
        return self.client.run(self._find_type(type_name, project))

    async def aartifact_type(
        self, type_name: str, project: str | PathLike[str] | None = None
    ) -> ArtifactType:
        """Asynchronous form of `artifact_type`."""
        return await self.client.arun(self._find_type(type_name, project))

    def _find_type(self, type_name: str, path: str | PathLike[str] | None) -> Flow[ArtifactType]:
        arguments.check_strings(type_name=type_name)
        entity, project = yield from self._locate_project(path)
        return (yield from ArtifactType.find(self.client, entity, project, type_name))

    def artifact_collections(
        self,
        project_name: str | PathLike[str],
        type_name: str,
        per_page: int = 50,
        *,
        filters: Mapping[str, object] | None = None,
        order: str | None = None,
        start: str | None = None,
    ) -> ArtifactCollections:
        """List the collections of a type in a project; see `ArtifactCollections`."""
        check_list_arguments(type_name, per_page, filters, order, start)
        entity, project = self.client.run(self._locate_project(project_name))
        return ArtifactCollections(
            self.client, entity, project, type_name, per_page,
            filters=filters, order=order, start=start,
        )  # fmt: skip

    async def aartifact_collections(
        self,
        project_name: str | PathLike[str],
        type_name: str,
        per_page: int = 50,
        *,
        filters: Mapping[str, object] | None = None,
        order: str | None = None,
        start: str | None = None,
    ) -> ArtifactCollections:
        """Asynchronous form of `artifact_collections`."""
        check_list_arguments(type_name, per_page, filters, order, start)
        entity, project = await self.client.arun(self._locate_project(project_name))
        return ArtifactCollections(
            self.client, entity, project, type_name, per_page,
            filters=filters, order=order, start=start,
        )  # fmt: skip

    def artifact_collection(self, type_name: str, name: str | PathLike[str]) -> ArtifactCollection:
        """Load a collection by type and path; raises NotFoundError."""
        return self.client.run(self._find_collection(type_name, name))

    async def aartifact_collection(
        self, type_name: str, name: str | PathLike[str]
    ) -> ArtifactCollection:
        """Asynchronous form of `artifact_collection`."""
        return await self.client.arun(self._find_collection(type_name, name))

    def _find_collection(
        self, type_name: str, path: str | PathLike[str]
    ) -> Flow[ArtifactCollection]:
        arguments.check_strings(type_name=type_name)
        entity, project, name = yield from self._locate_collection(path)
        return (yield from ArtifactCollection.find(self.client, entity, project, name, type_name))

    @overload
    def artifacts(
        self,
        type_name: str,
        name: str | PathLike[str],
        per_page: int = 50,
        tags: str | list[str] | None = None,
        *,
        filters: Mapping[str, object] | None = None,
        order: str | None = None,
        start: str | None = None,
        metadata: None = None,
    ) -> Artifacts: ...
    @overload
    def artifacts(
        self,
        type_name: str,
        name: str | PathLike[str],
        per_page: int = 50,
        tags: str | list[str] | None = None,
        *,
        filters: Mapping[str, object] | None = None,
        order: str | None = None,
        start: str | None = None,
        metadata: ModelOf[ValuesT],
    ) -> TypedArtifacts[ValuesT]: ...
    def artifacts(
        self,
        type_name: str,
        name: str | PathLike[str],
        per_page: int = 50,
        tags: str | list[str] | None = None,
        *,
        filters: Mapping[str, object] | None = None,
        order: str | None = None,
        start: str | None = None,
        metadata: ModelOf[ValuesT] | None = None,
    ) -> Artifacts | TypedArtifacts[ValuesT]:
        """List the versions in a collection, newest first; see `Artifacts`.

        With `metadata`, a pydantic model, a dataclass or a TypedDict, each version also has its
        metadata in that type: `typed_metadata`; see `TypedArtifact`.

        Example:
            >>> [version.name for version in api.artifacts("dataset", "my-team/mnist/digits")]
            ['digits:v1', 'digits:v0']
        """
        check_list_arguments(type_name, per_page, filters, order, start, tags)
        if metadata is not None:
            check_model("metadata", metadata)
        entity, project, collection = self.client.run(self._locate_collection(name))
        listed = Artifacts(
            self.client, entity, project, collection, type_name, filters, order, per_page, tags,
            start=start,
        )  # fmt: skip
        if metadata is None:
            return listed
        from .artifacts.typed_versions import versions_as

        return versions_as(listed, metadata, start)

    @overload
    async def aartifacts(
        self,
        type_name: str,
        name: str | PathLike[str],
        per_page: int = 50,
        tags: str | list[str] | None = None,
        *,
        filters: Mapping[str, object] | None = None,
        order: str | None = None,
        start: str | None = None,
        metadata: None = None,
    ) -> Artifacts: ...
    @overload
    async def aartifacts(
        self,
        type_name: str,
        name: str | PathLike[str],
        per_page: int = 50,
        tags: str | list[str] | None = None,
        *,
        filters: Mapping[str, object] | None = None,
        order: str | None = None,
        start: str | None = None,
        metadata: ModelOf[ValuesT],
    ) -> TypedArtifacts[ValuesT]: ...
    async def aartifacts(
        self,
        type_name: str,
        name: str | PathLike[str],
        per_page: int = 50,
        tags: str | list[str] | None = None,
        *,
        filters: Mapping[str, object] | None = None,
        order: str | None = None,
        start: str | None = None,
        metadata: ModelOf[ValuesT] | None = None,
    ) -> Artifacts | TypedArtifacts[ValuesT]:
        """Asynchronous form of `artifacts`."""
        check_list_arguments(type_name, per_page, filters, order, start, tags)
        if metadata is not None:
            check_model("metadata", metadata)
        entity, project, collection = await self.client.arun(self._locate_collection(name))
        listed = Artifacts(
            self.client, entity, project, collection, type_name, filters, order, per_page, tags,
            start=start,
        )  # fmt: skip
        if metadata is None:
            return listed
        from .artifacts.typed_versions import versions_as

        return versions_as(listed, metadata, start)

    def artifact_versions(
        self, type_name: str, name: str | PathLike[str], per_page: int = 50
    ) -> Artifacts:
        """List the versions in a collection; deprecated: use `artifacts`."""
        warn_user("artifact_versions is deprecated: use artifacts", DeprecationWarning)
        return self.artifacts(type_name, name, per_page)

    def artifact(self, name: str | PathLike[str], type: str | None = None) -> Artifact:  # noqa: A002
        """Load a version by its path, `entity/project/collection:alias`.

        Without an alias it is the latest one. If `type` is given, the version must be of this type.
        Raises NotFoundError and UsageError.

        Example:
            >>> artifact = api.artifact("my-team/mnist/digits:latest")
            >>> artifact.name, artifact.file_count
            ('digits:v1', 2)
        """
        return self.client.run(self._find_artifact(name, type))

    async def aartifact(self, name: str | PathLike[str], type: str | None = None) -> Artifact:  # noqa: A002
        """Asynchronous form of `artifact`."""
        return await self.client.arun(self._find_artifact(name, type))

    def _find_artifact(self, path: str | PathLike[str], type_name: str | None) -> Flow[Artifact]:
        arguments.check_optional_strings(type=type_name)
        parts = parse_artifact_path(path, self.settings.pages)
        artifact = yield from find_version_at(self.client, parts, self._fill_in)
        return check_type_of(artifact, type_name)

    def publish(
        self,
        paths: str | PathLike[str] | Sequence[str | PathLike[str]],
        target: str | PathLike[str],
        type: str,  # noqa: A002
        *,
        aliases: Iterable[str] | None = None,
        tags: str | Iterable[str] | None = None,
        description: str | None = None,
        metadata: Mapping[str, object] | None = None,
        ttl: timedelta | None = None,
        run: Run | None = None,
        ignore: Iterable[str] = (),
        incremental: bool = False,
        digest_algorithm: Algorithm = "MD5",
        **upload: Unpack[UploadOptions],
    ) -> Artifact:
        """Publish local files as a version of `entity/project/collection`, and return it.

        `paths` is a folder, whose files are named relative to it, a file, or a list of files and
        folders. Project and collection are created if they are missing. The version gets `latest`,
        which moves from the version before, and `aliases`. If a version with this content exists,
        no new one is created; the aliases move to it, and `tags` are added.

        Only contents that the server does not have are sent. The version is visible once it is
        complete; a call that was interrupted is continued by the next one with the same arguments.
        `run` is the run that logs the version, in the same project; without it the version belongs
        to no run. `ttl` is how long the server keeps the version. `ignore` and what is left out:
        see `publish.Draft.add_dir`. Files that usually contain keys, such as `.env`, cause a
        warning. With `incremental=True` the files are added to those of the newest version.
        `digest_algorithm="XXH128"`: see `publish.Draft`.
        `upload` are the options `progress`, `engine` and `jobs`, see `UploadOptions`.

        Example:
            >>> Path("train.csv").write_text("1,2,3")
            5
            >>> api.publish("train.csv", "my-team/mnist/points", "dataset", aliases=["best"])
            <Artifact my-team/mnist/points:v0>
        """
        options = (aliases, tags, description, metadata, ttl)
        formats = (incremental, digest_algorithm)
        return self.client.run(
            self._publish(paths, target, type, options, run, ignore, formats, upload)
        )

    async def apublish(
        self,
        paths: str | PathLike[str] | Sequence[str | PathLike[str]],
        target: str | PathLike[str],
        type: str,  # noqa: A002
        *,
        aliases: Iterable[str] | None = None,
        tags: str | Iterable[str] | None = None,
        description: str | None = None,
        metadata: Mapping[str, object] | None = None,
        ttl: timedelta | None = None,
        run: Run | None = None,
        ignore: Iterable[str] = (),
        incremental: bool = False,
        digest_algorithm: Algorithm = "MD5",
        **upload: Unpack[UploadOptions],
    ) -> Artifact:
        """Asynchronous form of `publish`."""
        options = (aliases, tags, description, metadata, ttl)
        formats = (incremental, digest_algorithm)
        return await self.client.arun(
            self._publish(paths, target, type, options, run, ignore, formats, upload)
        )

    def _publish(
        self,
        paths: str | PathLike[str] | Sequence[str | PathLike[str]],
        path: str | PathLike[str],
        type_name: str,
        options: PublishOptions,
        run: Run | None,
        ignore: Iterable[str],
        formats: tuple[bool, Algorithm],
        upload: UploadOptions,
    ) -> Flow[Artifact]:
        # Imported late: most scripts only read.
        from .artifacts.publishing.facts import Target, VersionFacts
        from .artifacts.publishing.given_paths import add_paths
        from .download.collector import seldom_collected
        from .upload.batch_options import build_options

        checked = build_options(upload)
        parts = parse_collection_path(path, self.settings.pages)
        incremental, algorithm = formats
        arguments.check_flags(incremental=incremental)
        with seldom_collected():
            draft = Draft(parts.collection, type_name, digest_algorithm=algorithm)
            add_paths(draft, paths, ignore)
            facts = VersionFacts.build(type_name, options, None, {})
            entity, project = yield from self._fill_in(parts.entity, parts.project)
            target = Target(entity, project, parts.collection)
            publishing = draft.publish_to(
                self.client, target, facts, run, checked, incremental=incremental
            )
            return (yield from publishing)

    def artifact_exists(self, name: str | PathLike[str], type: str | None = None) -> bool:  # noqa: A002
        """Return True if a version exists at a path, of the given type if any."""
        return self.client.run(self._artifact_exists(name, type))

    async def aartifact_exists(self, name: str | PathLike[str], type: str | None = None) -> bool:  # noqa: A002
        """Asynchronous form of `artifact_exists`."""
        return await self.client.arun(self._artifact_exists(name, type))

    def _artifact_exists(self, path: str | PathLike[str], type_name: str | None) -> Flow[bool]:
        arguments.check_optional_strings(type=type_name)
        try:
            artifact = yield from self._find_artifact(path, None)
        except NotFoundError:
            return False
        return type_name is None or artifact.type == type_name

    def artifact_collection_exists(self, name: str | PathLike[str], type: str) -> bool:  # noqa: A002
        """Return True if a collection of a type exists at a path."""
        return self.client.run(self._collection_exists(name, type))

    async def aartifact_collection_exists(self, name: str | PathLike[str], type: str) -> bool:  # noqa: A002
        """Asynchronous form of `artifact_collection_exists`."""
        return await self.client.arun(self._collection_exists(name, type))

    def _collection_exists(self, path: str | PathLike[str], type_name: str) -> Flow[bool]:
        try:
            yield from self._find_collection(type_name, path)
        except NotFoundError:
            return False
        return True

    def _locate_project(self, path: str | PathLike[str] | None) -> Flow[tuple[str, str]]:
        parts = parse_project_path(path, self.settings.pages)
        return (yield from self._fill_in(parts.entity, parts.project))

    def _locate_collection(self, path: str | PathLike[str]) -> Flow[tuple[str, str, str]]:
        parts = parse_collection_path(path, self.settings.pages)
        entity, project = yield from self._fill_in(parts.entity, parts.project)
        return entity, project, parts.collection

    def _fill_in(self, entity: str | None, project: str | None) -> Flow[tuple[str, str]]:
        """Fill in what a path omits; in front of a registry, `entity` names an organization."""
        project = project or self.settings.project or DEFAULT_PROJECT
        if is_registry(project):
            member = yield from self._find_entity(None)
            organization = entity or self.settings.organization
            owner = yield from find_registry_owner(member, organization)
            return owner.entity, project
        return (yield from self._find_entity(entity)), project

    # Storage.

    def usage(
        self,
        path: str | PathLike[str] | None = None,
        type: str | None = None,  # noqa: A002
        *,
        run_files: bool = True,
        cache: CacheOption = None,
        jobs: int = SCAN_JOBS,
        progress: ProgressCallback | None = None,
    ) -> UsageReport:
        """Report what an entity, a project, a type or a collection stores; see `UsageReport`.

        One name alone is an entity, by default the default entity. `type` is as for `from_path`.
        All manifests of the project, or of all projects of an entity, are read, `jobs` at a time:
        contents are shared. What was read is kept in the cache, by default also if downloads do not
        use one, so that the next report reads only new versions. Without `run_files`, the files of
        runs are left out, which take a request for every 50 runs. `progress` is called with a
        `ScanProgress` after each version, in any thread.

        Example:
            >>> report = api.usage("my-team/mnist")
            >>> report.size, report.distinct_size, report.freed_size
            (47, 43, 43)
        """
        from .storage.scan import checked_options

        options = checked_options(run_files, cache, jobs, progress)
        return self.client.run(self._usage(path, type, options))

    async def ausage(
        self,
        path: str | PathLike[str] | None = None,
        type: str | None = None,  # noqa: A002
        *,
        run_files: bool = True,
        cache: CacheOption = None,
        jobs: int = SCAN_JOBS,
        progress: ProgressCallback | None = None,
    ) -> UsageReport:
        """Asynchronous form of `usage`."""
        from .storage.scan import checked_options

        options = checked_options(run_files, cache, jobs, progress)
        return await self.client.arun(self._usage(path, type, options))

    def _usage(
        self, path: str | PathLike[str] | None, type_name: str | None, options: ScanOptions
    ) -> Flow[UsageReport]:
        from .storage.usage import measure

        target = yield from self._find_stored(path, type_name)
        options = options if target.is_whole else replace(options, run_files=False)
        return (yield from measure(self.client, target, options))

    def plan_prune(
        self,
        path: str | PathLike[str] | None = None,
        type: str | None = None,  # noqa: A002
        *,
        keep_last: int | None = None,
        keep_aliased: bool = False,
        keep_used: bool = False,
        keep_tagged: bool = False,
        older_than: timedelta | str | None = None,
        where: str | None = None,
        policy: str | PathLike[str] | None = None,
        include: Iterable[str] = (),
        cache: CacheOption = None,
        jobs: int = SCAN_JOBS,
        progress: ProgressCallback | None = None,
    ) -> PrunePlan:
        """Plan which versions to delete; see `PrunePlan`. Nothing is deleted.

        `path` and `type` are as for `usage`. A version is deleted unless a rule keeps it:
        `keep_last` the newest of each collection, `keep_aliased` those with an alias (`latest` is
        one), `keep_used` those that a run used, `keep_tagged` those with a tag, `older_than` those
        that are younger than this (a timedelta, or `30d`), and `where` those that do not meet a
        condition such as `metadata.accuracy < 0.9`. Or `policy` is a TOML file with rules by
        project, type and collection.

        A version is protected if it is linked into a portfolio or registry, has an alias in another
        collection, is used by a running run, or belongs to W&B itself, unless `include` names it:
        `entity/project/collection:vN`.

        Raises UsageError for invalid rules, and if there are none.

        Example:
            >>> plan = api.plan_prune("my-team/mnist", keep_last=1, where="metadata.rows < 2")
            >>> [version.path for version in plan.deletions], plan.size, plan.freed_size
            (['my-team/mnist/digits:v0'], 11, 7)
        """
        from .storage.policy import chosen_policy
        from .storage.scan import checked_options

        rules = chosen_policy(
            policy, keep_last=keep_last, keep_aliased=keep_aliased, keep_used=keep_used,
            keep_tagged=keep_tagged, older_than=older_than, where=where,
        )  # fmt: skip
        options = checked_options(False, cache, jobs, progress)
        named = arguments.strings("include", include)
        return self.client.run(self._plan_prune(path, type, rules, named, options))

    async def aplan_prune(
        self,
        path: str | PathLike[str] | None = None,
        type: str | None = None,  # noqa: A002
        *,
        keep_last: int | None = None,
        keep_aliased: bool = False,
        keep_used: bool = False,
        keep_tagged: bool = False,
        older_than: timedelta | str | None = None,
        where: str | None = None,
        policy: str | PathLike[str] | None = None,
        include: Iterable[str] = (),
        cache: CacheOption = None,
        jobs: int = SCAN_JOBS,
        progress: ProgressCallback | None = None,
    ) -> PrunePlan:
        """Asynchronous form of `plan_prune`."""
        from .storage.policy import chosen_policy
        from .storage.scan import checked_options

        rules = chosen_policy(
            policy, keep_last=keep_last, keep_aliased=keep_aliased, keep_used=keep_used,
            keep_tagged=keep_tagged, older_than=older_than, where=where,
        )  # fmt: skip
        options = checked_options(False, cache, jobs, progress)
        named = arguments.strings("include", include)
        return await self.client.arun(self._plan_prune(path, type, rules, named, options))

    def _plan_prune(
        self,
        path: str | PathLike[str] | None,
        type_name: str | None,
        policy: Policy,
        included: list[str],
        options: ScanOptions,
    ) -> Flow[PrunePlan]:
        from .storage.planning import make_plan

        target = yield from self._find_stored(policy.path if path is None else path, type_name)
        options = replace(options, metadata=policy.reads_metadata)
        return (yield from make_plan(self.client, target, policy, included, options))

    def plan_prune_files(
        self,
        path: str | PathLike[str] | None = None,
        *,
        glob: str | None = None,
        pattern: str | None = None,
        older_than: timedelta | str | None = None,
        jobs: int = SCAN_JOBS,
        progress: ProgressCallback | None = None,
    ) -> PrunePlan:
        """Plan which files of runs to delete: of a run, a project or an entity. Nothing is deleted.

        A file is deleted if it matches all that is given: `glob`, a shell pattern, and `pattern`,
        SQL LIKE, its name, and `older_than` (a timedelta, or `30d`) when it was last changed. Files
        of running runs stay. `apply_plan` applies the plan.

        Example:
            >>> plan = api.plan_prune_files("my-team/mnist", glob="media/*.png")
            >>> [file.path for file in plan.file_deletions], plan.freed_size
            (['my-team/mnist/run-1/media/digit.png'], 8)
        """
        from .storage.planning_files import checked_file_rules
        from .storage.scan import checked_options

        rules = checked_file_rules(glob, pattern, older_than)
        options = checked_options(True, None, jobs, progress)
        return self.client.run(self._plan_files(path, rules, options))

    async def aplan_prune_files(
        self,
        path: str | PathLike[str] | None = None,
        *,
        glob: str | None = None,
        pattern: str | None = None,
        older_than: timedelta | str | None = None,
        jobs: int = SCAN_JOBS,
        progress: ProgressCallback | None = None,
    ) -> PrunePlan:
        """Asynchronous form of `plan_prune_files`."""
        from .storage.planning_files import checked_file_rules
        from .storage.scan import checked_options

        rules = checked_file_rules(glob, pattern, older_than)
        options = checked_options(True, None, jobs, progress)
        return await self.client.arun(self._plan_files(path, rules, options))

    def _plan_files(
        self, path: str | PathLike[str] | None, rules: FileRules, options: ScanOptions
    ) -> Flow[PrunePlan]:
        from .storage.planning_files import plan_files
        from .storage.targets import Target, target_of

        found = yield from self._find_object_or_entity(path, None)
        target = found if isinstance(found, Target | Run) else target_of(found)
        options = replace(options, keeps_files=True)
        return (yield from plan_files(self.client, target, rules, options))

    def apply_plan(
        self,
        plan: PrunePlan | str | PathLike[str],
        *,
        log: str | PathLike[str] | None = None,
        jobs: int = APPLY_JOBS,
        progress: OutcomeCallback | None = None,
    ) -> PruneResult:
        """Delete what a plan says, given itself or as its file; see `PruneResult`.

        Each version is looked up once more before it is deleted. It is refused, and stays, if it
        has a new alias, tag, user or link, or if its collection has a version newer than the plan.
        What fails does not stop the rest. Up to `jobs` versions are deleted at a time, fewer while
        the server asks for that.

        `log` is a file that records each deletion: applying the plan again with it goes on where it
        was interrupted. With the file of a plan it stands beside it, with `.log` at the end of its
        name. `progress` is called for each version, in any thread, with `deleted`, `gone`,
        `refused` or `failed`, its path, and the reason.
        """
        from .storage.applying import apply_plan, checked_plan

        chosen, log_path = checked_plan(plan, log, jobs, progress)
        return self.client.run(apply_plan(self.client, chosen, log_path, jobs, progress))

    async def aapply_plan(
        self,
        plan: PrunePlan | str | PathLike[str],
        *,
        log: str | PathLike[str] | None = None,
        jobs: int = APPLY_JOBS,
        progress: OutcomeCallback | None = None,
    ) -> PruneResult:
        """Asynchronous form of `apply_plan`."""
        from .storage.applying import apply_plan, checked_plan

        chosen, log_path = checked_plan(plan, log, jobs, progress)
        return await self.client.arun(apply_plan(self.client, chosen, log_path, jobs, progress))

    def set_ttl(
        self,
        path: str | PathLike[str] | None,
        ttl: TtlOption,
        type: str | None = None,  # noqa: A002
        *,
        include_expired: bool = False,
        jobs: int = SCAN_JOBS,
        progress: TtlCallback | None = None,
    ) -> TtlResult:
        """Set the time to live of all versions of a path, which may also be that of one version.

        `path` and `type` are as for `usage`. `ttl` is a timedelta or a string such as `30d`, None
        or `none` for ever, or `ArtifactTTL.INHERIT` or `inherit` for the project's default.

        The server deletes a version that is older than its time to live: such a version is refused,
        and left as it is, unless `include_expired` is True. `progress` is called for each version,
        in any thread, with `changed`, `unchanged`, `refused` or `failed`, its path, and the reason.

        Example:
            >>> result = api.set_ttl("my-team/mnist/digits", "30d")
            >>> sorted(result.changed), result.refused
            (['my-team/mnist/digits:v0', 'my-team/mnist/digits:v1'], {})
        """
        from .storage.ttl import checked_ttl

        change = checked_ttl(ttl, include_expired=include_expired)
        check_jobs(jobs, progress)
        return self.client.run(self._set_ttl(path, type, change, jobs, progress))

    async def aset_ttl(
        self,
        path: str | PathLike[str] | None,
        ttl: TtlOption,
        type: str | None = None,  # noqa: A002
        *,
        include_expired: bool = False,
        jobs: int = SCAN_JOBS,
        progress: TtlCallback | None = None,
    ) -> TtlResult:
        """Asynchronous form of `set_ttl`."""
        from .storage.ttl import checked_ttl

        change = checked_ttl(ttl, include_expired=include_expired)
        check_jobs(jobs, progress)
        return await self.client.arun(self._set_ttl(path, type, change, jobs, progress))

    def _set_ttl(
        self,
        path: str | PathLike[str] | None,
        type_name: str | None,
        change: TtlChange,
        jobs: int,
        report: TtlCallback | None,
    ) -> Flow[TtlResult]:
        from .storage.targets import Target, target_of
        from .storage.ttl import set_ttl

        found = yield from self._find_object_or_entity(path, type_name)
        target = found if isinstance(found, Target | Artifact) else target_of(found)
        return (yield from set_ttl(self.client, target, change, jobs, report))

    def _find_stored(self, path: str | PathLike[str] | None, type_name: str | None) -> Flow[Target]:
        """Return what a path means for reports and plans."""
        from .storage.targets import Target, target_of

        found = yield from self._find_object_or_entity(path, type_name)
        return found if isinstance(found, Target) else target_of(found)

    def _find_object_or_entity(
        self, path: str | PathLike[str] | None, type_name: str | None
    ) -> Flow[PathObject | Target]:
        """Return the object at a path; one name alone is an entity."""
        arguments.check_optional_strings(type=type_name)
        text = "" if path is None else arguments.path_text(path).strip("/ ")
        if is_url(text) or "/" in text or ":" in text:
            return (yield from self._find_object(text, type_name))
        if text:
            check_project_name(text)
        from .storage.targets import Target

        return Target((yield from self._find_entity(text or None)), type=type_name)

    # Mirrors.

    def mirror(
        self,
        path: str | PathLike[str],
        target: str | PathLike[str],
        *,
        runs: bool = True,
        artifacts: bool = True,
        verify: bool = False,
        delete: bool = False,
        dry_run: bool = False,
        jobs: int = SCAN_JOBS,
        engine: EngineName | None = None,
        progress: MirrorProgressCallback | None = None,
    ) -> MirrorReport:
        """Mirror the project `entity/project` into a folder, or what an fsspec URL names.

        Runs with config, summary, history, system metrics and files, and all versions of all
        artifacts, with their names, links and lineage. Contents are stored once, by digest, so that
        the next call transfers only what is new; one that is interrupted is resumed by the next.
        The guide "Mirror a project" documents the formats, and what a mirror cannot keep.

        What is deleted on the server stays in the mirror, marked, unless `delete` is set. `verify`
        reads every stored content again and replaces damaged ones. `dry_run` transfers nothing, and
        reports what would be. `progress` is called with a `MirrorProgress` after every page.

        A version or file that fails does not end the others: see `failed` of the report. Raises
        UsageError if the target is the mirror of another project, DiskError if another process is
        mirroring into it at this moment.

        Example:
            >>> report = api.mirror("my-team/mnist", "backup")
            >>> report.versions, report.new_versions, report.ok
            (3, 3, True)
            >>> api.mirror("my-team/mnist", "backup").contents
            0
        """
        from .mirror.collect import mirror_project
        from .mirror.options import MirrorOptions

        options = MirrorOptions.of(
            self.client, runs=runs, artifacts=artifacts, verify=verify, delete=delete,
            dry_run=dry_run, jobs=jobs, engine=engine, progress=progress,
        )  # fmt: skip
        if not isinstance(target, str):
            arguments.location("target", target)
        return mirror_project(self.client.run(self._project_at(path)), target, options)

    def _project_at(self, path: str | PathLike[str]) -> Flow[Project]:
        entity, project = yield from self._locate_project(path)
        return (yield from Project.find(self.client, entity, project))

    async def amirror(
        self,
        path: str | PathLike[str],
        target: str | PathLike[str],
        *,
        runs: bool = True,
        artifacts: bool = True,
        verify: bool = False,
        delete: bool = False,
        dry_run: bool = False,
        jobs: int = SCAN_JOBS,
        engine: EngineName | None = None,
        progress: MirrorProgressCallback | None = None,
    ) -> MirrorReport:
        """Asynchronous form of `mirror`, in a thread; cancelling does not wait for it to end."""
        return await in_thread(
            partial(
                self.mirror, path, target, runs=runs, artifacts=artifacts, verify=verify,
                delete=delete, dry_run=dry_run, jobs=jobs, engine=engine, progress=progress,
            )
        )  # fmt: skip

    def restore(
        self,
        mirror: str | PathLike[str],
        path: str | PathLike[str],
        *,
        jobs: int = SCAN_JOBS,
        engine: EngineName | None = None,
        progress: MirrorProgressCallback | None = None,
    ) -> MirrorReport:
        """Publish a mirror to the project `entity/project`, which is created if it is missing.

        `mirror` is the folder or the URL that `mirror` wrote, perhaps from another server. Runs are
        restored with config, summary, history, system metrics and files, then all versions in the
        order in which they were made, with aliases, tags, metadata, lineage, and links into
        portfolios of the project. What the project has already is not sent again, so that the next
        call sends only what is new, and one that is interrupted is resumed by the next.

        What cannot be kept is listed in `left_out`. What the mirrored server had deleted is not
        restored, and nothing is removed from the project. In the project that was mirrored, nothing
        that it has is changed. `engine` is `curl` or `httpx`, as for uploads, `jobs` the number of
        parallel requests.
        `progress` is called with a `MirrorProgress` after every file and version.

        Example:
            >>> api.mirror("my-team/mnist", "backup").ok
            True
            >>> report = api.restore("backup", "my-team/mnist-copy")
            >>> report.new_versions, report.ok
            (3, True)
            >>> api.artifact("my-team/mnist-copy/digits:latest").version
            'v1'
        """
        from .mirror.restore import restore_mirror

        check_jobs(jobs, progress)
        if not isinstance(mirror, str):
            arguments.location("mirror", mirror)
        entity, project = self.client.run(self._locate_project(path))
        return restore_mirror(
            self.client, mirror, entity, project, jobs=jobs, engine=engine, progress=progress
        )

    async def arestore(
        self,
        mirror: str | PathLike[str],
        path: str | PathLike[str],
        *,
        jobs: int = SCAN_JOBS,
        engine: EngineName | None = None,
        progress: MirrorProgressCallback | None = None,
    ) -> MirrorReport:
        """Asynchronous form of `restore`, in a thread; cancelling does not wait for it to end."""
        return await in_thread(
            partial(self.restore, mirror, path, jobs=jobs, engine=engine, progress=progress)
        )

    # Closing.

    def close(self) -> None:
        """Close the connections; they reopen when a request is sent."""
        self.client.close()

    async def aclose(self) -> None:
        """Close the connections, including those of the running event loop."""
        await self.client.aclose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


def check_list_arguments(
    type_name: str,
    per_page: int,
    filters: Mapping[str, object] | None,
    order: str | None,
    start: str | None,
    tags: str | list[str] | None = None,
) -> None:
    """Raise UsageError for arguments that the list rejects, before its path is resolved."""
    arguments.check_strings(type_name=type_name)
    arguments.check_optional_strings(start=start)
    check_per_page(per_page)
    filters_json(filters)
    checked_order(order)
    checked_tags([] if tags is None else tags)


def check_run_list(
    filters: Mapping[str, object] | None,
    order: str | None,
    per_page: int,
    lazy: bool,
    start: str | None,
) -> None:
    """Raise UsageError for arguments that the list rejects, before its path is resolved."""
    run_filters.filters_json(filters)
    run_filters.checked_order(order)
    check_per_page(per_page)
    arguments.check_flags(lazy=lazy)
    arguments.check_optional_strings(start=start)


def find_artifact_at(api: Api, path: str) -> Flow[Artifact]:
    """Return the version at a path, as `Api.artifact` does; for rooms above this one."""
    return api._find_artifact(path, None)  # pyright: ignore[reportPrivateUsage] # no public method


def find_project_at(api: Api, path: str) -> Flow[Project]:
    """Return the project at a path, also if it is a registry; for rooms above this one."""
    entity, name = yield from api._locate_project(path)  # pyright: ignore[reportPrivateUsage]
    return (yield from Project.find(api.client, entity, name))


def new_run_id() -> str:
    """Generate a run id like the official client's: eight letters and digits."""
    return "".join(secrets.choice(RUN_ID_ALPHABET) for _ in range(8))
