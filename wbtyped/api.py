"""The way in: from a path to a run, a project, or the account."""

import string
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Self

from wbtyped_graphql import calls, fragments
from wbtyped_graphql.operation import Operation

from .client import Client
from .errors import NotFoundError, SchemaMismatchError, UsageError
from .paths import (
    ProjectPath,
    RunPath,
    check_project_name,
    parse_artifact_path,
    parse_project_path,
    parse_run_path,
)
from .projects import Project, missing_project
from .runs import Run
from .settings import Settings, find_settings
from .users import User, recognised

if TYPE_CHECKING:
    from wbtyped_graphql.create_run import CreateRun
    from wbtyped_graphql.organization_entity import OrganizationEntity
    from wbtyped_graphql.upsert_project import UpsertProject

    from .artifacts import (
        Artifact,
        ArtifactCollection,
        ArtifactCollections,
        Artifacts,
        ArtifactType,
        ArtifactTypes,
    )

DEFAULT_PROJECT = "uncategorized"
REGISTRY = "wandb-registry-"
"""How the names of registries begin."""
RUN_ID_ALPHABET = string.ascii_lowercase + string.digits


class Place(NamedTuple):
    """Where a run is, or will be."""

    entity: str
    project: str
    run: str


class Api:
    """A W&B server and an API key, and the start of everything.

    `overrides` may set `base_url`, `entity`, `project` and `organization`; `timeout` is the limit
    of one request in seconds (19 unless set); `api_key` wins over every other key. What is not
    given comes from the environment (`WANDB_BASE_URL`, `WANDB_API_KEY`, `WANDB_ENTITY`, ...), netrc
    and the settings files of the official client. A missing or malformed key raises
    AuthenticationError here, before anything is sent; nothing at all is sent until it is needed.

    As a context manager, synchronous or asynchronous, it closes its connections at the end. Every
    method that sends has a twin for coroutines whose name starts with `a`.
    """

    def __init__(
        self,
        overrides: Mapping[str, str] | None = None,
        timeout: float | None = None,
        api_key: str | None = None,
    ) -> None:
        self.settings: Settings = find_settings(overrides, timeout=timeout, api_key=api_key)
        self.client: Client = Client(self.settings)
        self._viewer: User | None = None
        self._runs: dict[str, Run] = {}

    def __repr__(self) -> str:
        return f"<Api {self.settings.base_url}>"

    # The account.

    @property
    def viewer(self) -> User:
        """The account behind the key (query GetViewer), asked once.

        Raises AuthenticationError when the server does not recognise the key.
        """
        if self._viewer is None:
            result = self.client.send(calls.get_viewer())
            self._viewer = recognised(result.viewer, self.settings.base_url)
        return self._viewer

    async def aviewer(self) -> User:
        """Return the account behind the key, from a coroutine."""
        if self._viewer is None:
            result = await self.client.asend(calls.get_viewer())
            self._viewer = recognised(result.viewer, self.settings.base_url)
        return self._viewer

    @property
    def default_entity(self) -> str:
        """The entity of paths that name none: from the settings, else the account's own."""
        return self.settings.entity or own_entity(self.viewer)

    async def adefault_entity(self) -> str:
        """Return the entity of paths that name none, from a coroutine."""
        return self.settings.entity or own_entity(await self.aviewer())

    # Runs.

    def run(self, path: str = "") -> Run:
        """Return a run by its path, loaded.

        `entity/project/run`, `entity/project/runs/run`, `entity/project:run`, `project/run`,
        `project:run`, or the bare id where settings name a project. The same path gives the same
        object until `flush()`. Raises UsageError for a path that is none, NotFoundError.
        """
        if path not in self._runs:
            parts = parse_run_path(path)
            entity = parts.entity or self.default_entity
            self._runs[path] = Run(self.client, entity, self._project_of(path, parts), parts.run)
        return self._runs[path]

    async def arun(self, path: str = "") -> Run:
        """Return a run by its path, from a coroutine; otherwise as `run`."""
        if path not in self._runs:
            parts = parse_run_path(path)
            entity = parts.entity or await self.adefault_entity()
            self._runs[path] = await Run.aopen(
                self.client, entity, self._project_of(path, parts), parts.run
            )
        return self._runs[path]

    def _project_of(self, path: str, parts: RunPath) -> str:
        project = parts.project or self.settings.project
        if not project:
            raise UsageError(
                f"run path {path!r} names no project, and no default is set; "
                "write entity/project/run, or set WANDB_PROJECT"
            )
        return project

    def flush(self) -> None:
        """Forget the runs that `run` has kept."""
        self._runs.clear()

    def create_run(
        self, run_id: str | None = None, project: str | None = None, entity: str | None = None
    ) -> Run:
        """Create a run without logging to it, and its project if that is new (mutation CreateRun).

        `run_id` is its short id, made up when left out; a run that has this id already is returned.
        `project` and `entity` come from the settings when left out, else `uncategorized` and the
        account's own.
        """
        place = self._place(entity or self.default_entity, project, run_id)
        return self._created(place, self.client.send(creation(place)))

    async def acreate_run(
        self, run_id: str | None = None, project: str | None = None, entity: str | None = None
    ) -> Run:
        """Create a run from a coroutine; otherwise as `create_run`."""
        place = self._place(entity or await self.adefault_entity(), project, run_id)
        return self._created(place, await self.client.asend(creation(place)))

    def _place(self, entity: str, project: str | None, run_id: str | None) -> Place:
        project = project or self.settings.project or DEFAULT_PROJECT
        place = Place(entity, project, run_id or new_run_id())
        parse_run_path("/".join(place))
        return place

    def _created(self, place: Place, result: "CreateRun") -> Run:
        node = result.upsert_bucket.bucket if result.upsert_bucket else None
        if node is None:
            raise SchemaMismatchError(
                f"CreateRun: the server says nothing of the run {'/'.join(place)}",
                operation="CreateRun",
            )
        return Run(self.client, *place, node)

    # Projects.

    def project(self, name: str, entity: str | None = None) -> Project:
        """Return a project by name, loaded (query GetProject); raises NotFoundError."""
        check_project_name(name)
        entity = entity or self.default_entity
        result = self.client.send(calls.get_project(entity=entity, project=name))
        return self._project(entity, name, result.project)

    async def aproject(self, name: str, entity: str | None = None) -> Project:
        """Return a project by name, from a coroutine; otherwise as `project`."""
        check_project_name(name)
        entity = entity or await self.adefault_entity()
        result = await self.client.asend(calls.get_project(entity=entity, project=name))
        return self._project(entity, name, result.project)

    def create_project(self, name: str, entity: str | None = None) -> Project:
        """Create a project, or return the one of this name (mutation UpsertProject)."""
        check_project_name(name)
        entity = entity or self.default_entity
        result = self.client.send(calls.upsert_project(entity=entity, name=name))
        return self._project(entity, name, upserted(result))

    async def acreate_project(self, name: str, entity: str | None = None) -> Project:
        """Create a project from a coroutine; otherwise as `create_project`."""
        check_project_name(name)
        entity = entity or await self.adefault_entity()
        result = await self.client.asend(calls.upsert_project(entity=entity, name=name))
        return self._project(entity, name, upserted(result))

    def _project(self, entity: str, name: str, node: fragments.Project | None) -> Project:
        if node is None:
            raise missing_project(entity, name)
        return Project(self.client, entity, name, node)

    # Artifacts.

    def artifact_types(self, project: str | None = None) -> "ArtifactTypes":
        """Return the types of artifacts in a project (`project` or `entity/project`)."""
        from .artifacts import ArtifactTypes

        place = parse_project_path(project)
        return ArtifactTypes(self.client, *self._in_project(place, self._known_entity(place)))

    async def aartifact_types(self, project: str | None = None) -> "ArtifactTypes":
        """Return the types of artifacts in a project, from a coroutine."""
        from .artifacts import ArtifactTypes

        place = parse_project_path(project)
        where = self._in_project(place, place.entity or await self.adefault_entity())
        return ArtifactTypes(self.client, *where)

    def artifact_type(self, type_name: str, project: str | None = None) -> "ArtifactType":
        """Return one type of artifacts, loaded; raises NotFoundError."""
        from .artifacts import ArtifactType

        place = parse_project_path(project)
        where = self._in_project(place, self._known_entity(place))
        return ArtifactType(self.client, *where, type_name)

    async def aartifact_type(self, type_name: str, project: str | None = None) -> "ArtifactType":
        """Return one type of artifacts, from a coroutine."""
        from .artifacts import ArtifactType

        place = parse_project_path(project)
        where = self._in_project(place, place.entity or await self.adefault_entity())
        return await ArtifactType.aopen(self.client, *where, type_name)

    def artifact_collections(
        self,
        project_name: str,
        type_name: str,
        per_page: int = 50,
        *,
        filters: Mapping[str, object] | None = None,
        order: str | None = None,
        start: str | None = None,
    ) -> "ArtifactCollections":
        """Return the collections of a type in a project; see `ArtifactCollections`."""
        from .artifacts import ArtifactCollections

        place = parse_project_path(project_name)
        where = self._in_project(place, self._known_entity(place))
        return ArtifactCollections(
            self.client, *where, type_name, per_page, filters=filters, order=order, start=start
        )

    async def aartifact_collections(
        self,
        project_name: str,
        type_name: str,
        per_page: int = 50,
        *,
        filters: Mapping[str, object] | None = None,
        order: str | None = None,
        start: str | None = None,
    ) -> "ArtifactCollections":
        """Return the collections of a type, from a coroutine."""
        from .artifacts import ArtifactCollections

        place = parse_project_path(project_name)
        where = self._in_project(place, place.entity or await self.adefault_entity())
        return ArtifactCollections(
            self.client, *where, type_name, per_page, filters=filters, order=order, start=start
        )

    def artifact_collection(self, type_name: str, name: str) -> "ArtifactCollection":
        """Return one collection by type and path, loaded; raises NotFoundError."""
        from .artifacts import ArtifactCollection

        entity, project, collection = self._artifact_place(name)
        return ArtifactCollection(self.client, entity, project, collection, type_name)

    async def aartifact_collection(self, type_name: str, name: str) -> "ArtifactCollection":
        """Return one collection, from a coroutine."""
        from .artifacts import ArtifactCollection

        entity, project, collection = await self._aartifact_place(name)
        return await ArtifactCollection.aopen(self.client, entity, project, collection, type_name)

    def artifacts(
        self,
        type_name: str,
        name: str,
        per_page: int = 50,
        tags: str | list[str] | None = None,
        *,
        filters: Mapping[str, object] | None = None,
        order: str | None = None,
        start: str | None = None,
    ) -> "Artifacts":
        """Return the versions in a collection, newest first; see `Artifacts`."""
        from .artifacts import Artifacts

        entity, project, collection = self._artifact_place(name)
        return Artifacts(
            self.client, entity, project, collection, type_name, filters, order, per_page, tags,
            start=start,
        )  # fmt: skip

    async def aartifacts(
        self,
        type_name: str,
        name: str,
        per_page: int = 50,
        tags: str | list[str] | None = None,
        *,
        filters: Mapping[str, object] | None = None,
        order: str | None = None,
        start: str | None = None,
    ) -> "Artifacts":
        """Return the versions in a collection, from a coroutine."""
        from .artifacts import Artifacts

        entity, project, collection = await self._aartifact_place(name)
        return Artifacts(
            self.client, entity, project, collection, type_name, filters, order, per_page, tags,
            start=start,
        )  # fmt: skip

    def artifact(self, name: str, type: str | None = None) -> "Artifact":  # noqa: A002
        """Return one version by its path, `entity/project/collection:alias`.

        Without an alias it is the latest one. `type`, when given, has to be its type. Raises
        NotFoundError and UsageError.
        """
        from .artifacts.finding import find_artifact

        return of_type(find_artifact(self.client, *self._artifact_place(name)), type)

    async def aartifact(self, name: str, type: str | None = None) -> "Artifact":  # noqa: A002
        """Return one version by its path, from a coroutine; otherwise as `artifact`."""
        from .artifacts.finding import afind_artifact

        place = await self._aartifact_place(name)
        return of_type(await afind_artifact(self.client, *place), type)

    def artifact_exists(self, name: str, type: str | None = None) -> bool:  # noqa: A002
        """Tell whether there is a version at a path, of the type if one is given."""
        try:
            found = self.artifact(name)
        except NotFoundError:
            return False
        return type is None or found.type == type

    async def aartifact_exists(self, name: str, type: str | None = None) -> bool:  # noqa: A002
        """Tell whether there is a version at a path, from a coroutine."""
        try:
            found = await self.aartifact(name)
        except NotFoundError:
            return False
        return type is None or found.type == type

    def artifact_collection_exists(self, name: str, type: str) -> bool:  # noqa: A002
        """Tell whether there is a collection of a type at a path."""
        try:
            self.artifact_collection(type, name)
        except NotFoundError:
            return False
        return True

    async def aartifact_collection_exists(self, name: str, type: str) -> bool:  # noqa: A002
        """Tell whether there is a collection of a type at a path, from a coroutine."""
        try:
            await self.aartifact_collection(type, name)
        except NotFoundError:
            return False
        return True

    def _known_entity(self, place: ProjectPath) -> str:
        return place.entity or self.default_entity

    def _in_project(self, place: ProjectPath, entity: str) -> tuple[str, str]:
        return entity, place.project or self.settings.project or DEFAULT_PROJECT

    def _artifact_place(self, name: str) -> tuple[str, str, str]:
        path = parse_artifact_path(name)
        project = path.project or self.settings.project or DEFAULT_PROJECT
        if project.startswith(REGISTRY):
            owner = path.entity or self.settings.organization or self.default_entity
            result = self.client.send(calls.organization_entity(name=owner))
            return registry_entity(result, owner), project, path.name
        return path.entity or self.default_entity, project, path.name

    async def _aartifact_place(self, name: str) -> tuple[str, str, str]:
        path = parse_artifact_path(name)
        project = path.project or self.settings.project or DEFAULT_PROJECT
        if project.startswith(REGISTRY):
            owner = path.entity or self.settings.organization or await self.adefault_entity()
            result = await self.client.asend(calls.organization_entity(name=owner))
            return registry_entity(result, owner), project, path.name
        return path.entity or await self.adefault_entity(), project, path.name

    # Closing.

    def close(self) -> None:
        """Close the connections; they open again when something is sent."""
        self.client.close()

    async def aclose(self) -> None:
        """Close the connections, those of the running event loop included."""
        await self.client.aclose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()


def creation(place: Place) -> Operation["CreateRun"]:
    """Return the mutation that creates a run."""
    return calls.create_run(
        entity=place.entity, project=place.project, name=place.run, state="running"
    )


def of_type(artifact: "Artifact", wanted: str | None) -> "Artifact":
    """Return a version when it is of the type that was asked for, or raise UsageError."""
    if wanted is not None and artifact.type != wanted:
        raise UsageError(
            f"artifact {artifact.qualified_name} is of type {artifact.type!r}, not {wanted!r}"
        )
    return artifact


def registry_entity(result: "OrganizationEntity", owner: str) -> str:
    """Return the entity of an organization, which owns its registries; else the name itself."""
    found = result.organization.org_entity if result.organization else None
    return found.name if found else owner


def own_entity(viewer: User) -> str:
    """Return the entity of an account, or raise UsageError when it has none."""
    entity = viewer.entity or viewer.username
    if not entity:
        raise UsageError("the account has no entity of its own; name one in the path")
    return entity


def upserted(result: "UpsertProject") -> fragments.Project | None:
    """Return the project in the answer of the mutation."""
    return result.upsert_model.project if result.upsert_model else None


def new_run_id() -> str:
    """Return a run id like the official client's: eight letters and digits."""
    import secrets

    return "".join(secrets.choice(RUN_ID_ALPHABET) for _ in range(8))
