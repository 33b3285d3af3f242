"""The way in: from a path to a run, a project, or the account."""

import string
from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

from wbtyped_graphql import calls, fragments
from wbtyped_graphql.operation import Operation

from . import arguments
from .accounts.projects import Project, missing_project
from .artifact_api import DEFAULT_PROJECT, ArtifactApi
from .config.cache import CacheOption
from .config.response_limits import ResponseLimits
from .errors import SchemaMismatchError, UsageError
from .paths import RunPath, check_project_name, parse_run_path
from .runs.run import Run

if TYPE_CHECKING:
    from wbtyped_graphql.create_run import CreateRun
    from wbtyped_graphql.upsert_project import UpsertProject

RUN_ID_ALPHABET = string.ascii_lowercase + string.digits


class RunLocation(NamedTuple):
    """Where a run is, or will be."""

    entity: str
    project: str
    run: str


class Api(ArtifactApi):
    """A W&B server and an API key, and the start of everything.

    `base_url`, `entity`, `project` and `organization` can be given by themselves or, as in the
    official client, in the mapping `overrides`; `timeout` is the limit of one request in seconds
    (19 unless set); `api_key` wins over every other key. What is not
    given comes from the environment (`WANDB_BASE_URL`, `WANDB_API_KEY`, `WANDB_ENTITY`, ...), netrc
    and the settings files of the official client. A missing or malformed key raises
    AuthenticationError here, before anything is sent; nothing at all is sent until it is needed.

    `cache` keeps what artifact downloads bring, for the next download of the same content: True for
    the usual folder, or a folder (else `WBTYPED_CACHE`). With `offline` (else `WBTYPED_OFFLINE`)
    nothing is ever sent, no key is needed, and artifacts come from the cache alone; what it does
    not hold raises OfflineError.

    `limits` is how large a response may be and how long it may take in all, see `ResponseLimits`.

    `allow_hosts` names local hosts that references and redirects may lead to from public ones (else
    `WBTYPED_ALLOW_HOSTS`, with commas): names, patterns like `*.example.com`, networks like
    `10.0.0.0/8`, or `*`. Others raise HostNotAllowedError.

    Pickled, `Api` and every object that comes from it keep server, entity and where the key was
    found, and find it again in the other process; only a key given as `api_key` travels.

    As a context manager, synchronous or asynchronous, it closes its connections at the end. Every
    method that sends has a twin for coroutines whose name starts with `a`.
    """

    __slots__ = ("_runs",)

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
        super().__init__(
            overrides, timeout, api_key, base_url=base_url, entity=entity, project=project,
            organization=organization, cache=cache, offline=offline, limits=limits,
            allow_hosts=allow_hosts,
        )  # fmt: skip
        self._runs: dict[str, Run] = {}

    def __repr__(self) -> str:
        return f"<Api {self.settings.base_url}>"

    # Runs.

    def run(self, path: str | PurePath = "") -> Run:
        """Return a run by its path, loaded.

        `entity/project/run`, `entity/project/runs/run`, `entity/project:run`, `project/run`,
        `project:run`, or the bare id where settings name a project. The same path gives the same
        object until `flush()`. Raises UsageError for a path that is none, NotFoundError.
        """
        path = arguments.path_text(path)
        if path not in self._runs:
            parts = parse_run_path(path)
            entity = parts.entity or self.default_entity
            self._runs[path] = Run(self.client, entity, self._project_of(path, parts), parts.run)
        return self._runs[path]

    async def arun(self, path: str | PurePath = "") -> Run:
        """Return a run by its path, from a coroutine; otherwise as `run`."""
        path = arguments.path_text(path)
        if path not in self._runs:
            parts = parse_run_path(path)
            entity = parts.entity or await self.adefault_entity()
            self._runs[path] = await Run.afetch(
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
        arguments.check_optional_strings(run_id=run_id, project=project, entity=entity)
        place = self._place(entity or self.default_entity, project, run_id)
        return self._created(place, self.client.send(creation(place)))

    async def acreate_run(
        self, run_id: str | None = None, project: str | None = None, entity: str | None = None
    ) -> Run:
        """Create a run from a coroutine; otherwise as `create_run`."""
        arguments.check_optional_strings(run_id=run_id, project=project, entity=entity)
        place = self._place(entity or await self.adefault_entity(), project, run_id)
        return self._created(place, await self.client.asend(creation(place)))

    def _place(self, entity: str, project: str | None, run_id: str | None) -> RunLocation:
        project = project or self.settings.project or DEFAULT_PROJECT
        place = RunLocation(entity, project, run_id or new_run_id())
        parse_run_path("/".join(place))
        return place

    def _created(self, place: RunLocation, result: "CreateRun") -> Run:
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
        arguments.check_optional_strings(entity=entity)
        entity = entity or self.default_entity
        result = self.client.send(calls.get_project(entity=entity, project=name))
        return self._project(entity, name, result.project)

    async def aproject(self, name: str, entity: str | None = None) -> Project:
        """Return a project by name, from a coroutine; otherwise as `project`."""
        check_project_name(name)
        arguments.check_optional_strings(entity=entity)
        entity = entity or await self.adefault_entity()
        result = await self.client.asend(calls.get_project(entity=entity, project=name))
        return self._project(entity, name, result.project)

    def create_project(self, name: str, entity: str | None = None) -> Project:
        """Create a project, or return the one of this name (mutation UpsertProject)."""
        check_project_name(name)
        arguments.check_optional_strings(entity=entity)
        entity = entity or self.default_entity
        result = self.client.send(calls.upsert_project(entity=entity, name=name))
        return self._project(entity, name, upserted(result))

    async def acreate_project(self, name: str, entity: str | None = None) -> Project:
        """Create a project from a coroutine; otherwise as `create_project`."""
        check_project_name(name)
        arguments.check_optional_strings(entity=entity)
        entity = entity or await self.adefault_entity()
        result = await self.client.asend(calls.upsert_project(entity=entity, name=name))
        return self._project(entity, name, upserted(result))

    def _project(self, entity: str, name: str, node: fragments.Project | None) -> Project:
        if node is None:
            raise missing_project(entity, name)
        return Project(self.client, entity, name, node)


def creation(place: RunLocation) -> Operation["CreateRun"]:
    """Return the mutation that creates a run."""
    return calls.create_run(
        entity=place.entity, project=place.project, name=place.run, state="running"
    )


def upserted(result: "UpsertProject") -> fragments.Project | None:
    """Return the project in the answer of the mutation."""
    return result.upsert_model.project if result.upsert_model else None


def new_run_id() -> str:
    """Return a run id like the official client's: eight letters and digits."""
    import secrets

    return "".join(secrets.choice(RUN_ID_ALPHABET) for _ in range(8))
