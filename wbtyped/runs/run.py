"""One run: its identity and its metadata."""

from collections.abc import Mapping
from typing import Self

from wbtyped_graphql import calls, fragments

from .. import arguments
from ..errors import SchemaMismatchError
from ..paths import quoted_parts
from ..transport.client import Client
from ..transport.flow import Flow, ask
from ..transport.nodes import iso, parse_node
from .ref import missing_run


class StandaloneRun:
    """A run without its files and artifacts; `Run` adds those.

    `attrs` is the typed node, or a mapping with the wire names of its fields. Without it the run is
    loaded immediately (query GetRun); NotFoundError says which part of the path does not exist.
    """

    __slots__ = ("__weakref__", "attrs", "client", "entity", "id", "project")

    def __init__(
        self,
        client: Client,
        entity: str,
        project: str,
        run_id: str,
        attrs: fragments.Run | Mapping[str, object] | None = None,
    ) -> None:
        check_identity(client, entity, project, run_id)
        self.client: Client = client
        self.entity: str = entity
        self.project: str = project
        self.id: str = run_id
        if attrs is None:
            client.run(self._load())
        else:
            self.attrs: fragments.Run = parse_node(fragments.Run, attrs, "a Run")
            """The typed node as the server sent it."""

    @classmethod
    def find(cls, client: Client, entity: str, project: str, run_id: str) -> Flow[Self]:
        """Load a run (query GetRun); raises NotFoundError."""
        check_identity(client, entity, project, run_id)
        run = cls.__new__(cls)
        run.client, run.entity, run.project, run.id = client, entity, project, run_id
        yield from run._load()
        return run

    def _load(self) -> Flow[None]:
        query = calls.get_run(entity=self.entity, project=self.project, name=self.id)
        result = yield from ask(query, f"run {self.full_path}")
        if result.project is None:
            raise missing_run(self, "project")
        if result.project.run is None:
            raise missing_run(self, "run")
        self.attrs = result.project.run

    def __repr__(self) -> str:
        return f"<Run {self.full_path} ({self.state})>"

    @property
    def full_path(self) -> str:
        """`entity/project/run`."""
        return f"{self.entity}/{self.project}/{self.id}"

    @property
    def path(self) -> list[str]:
        """Entity, project and run id, percent-encoded."""
        return quoted_parts(self.entity, self.project, self.id)

    @property
    def url(self) -> str:
        """URL of the run's page."""
        entity, project, run = self.path
        return f"{self.client.app_url}{entity}/{project}/runs/{run}"

    @property
    def name(self) -> str:
        """The display name; the id if the run has none."""
        return self.attrs.display_name or self.id

    @property
    def state(self) -> str | None:
        """`running`, `finished`, `failed`, `crashed` or `killed`."""
        return self.attrs.state

    @property
    def tags(self) -> list[str]:
        """The tags of the run."""
        return list(self.attrs.tags or [])

    @property
    def created_at(self) -> str:
        """When the run started: ISO 8601 in UTC."""
        return iso(self.attrs.created_at)

    @property
    def project_internal_id(self) -> int:
        """The number of the project on the server, which file deletions require."""
        number = self.attrs.project_id
        if not (number.isascii() and number.isdigit() and len(number) <= 18):
            raise SchemaMismatchError(
                f"run {self.full_path}: the server sent the project number {number[:100]!r}, which"
                " is not a number",
                operation="GetRun",
            )
        return int(number)

    def load(self) -> None:
        """Load the run again and update `attrs` (query GetRun)."""
        self.client.run(self._load())

    async def aload(self) -> None:
        """Asynchronous form of `load`."""
        await self.client.arun(self._load())


def check_identity(client: Client, entity: str, project: str, run_id: str) -> None:
    """Raise UsageError unless the arguments can identify a run."""
    arguments.instance("client", client, Client)
    arguments.check_strings(entity=entity, project=project, run_id=run_id)
