"""Runs, as far as their files need them."""

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING

from wbtyped_graphql import calls, fragments
from wbtyped_graphql.operation import Operation

from .. import arguments
from ..errors import NotFoundError, SchemaMismatchError
from ..paths import quoted_parts
from ..transport.client import Client
from ..transport.nodes import iso, parse_node
from .files import File, Files

if TYPE_CHECKING:
    from wbtyped_graphql.create_run_files import CreateRunFiles
    from wbtyped_graphql.get_run import GetRun
    from wbtyped_graphql.mark_run_files_uploaded import MarkRunFilesUploaded

    from ..artifacts import RunArtifacts

MARK_UPLOADED = "MARK_RUN_FILES_UPLOADED"


class Run:
    """A run: its identity, its state, and the way to its files (query GetRun).

    `attrs` is the typed node, or a mapping with the wire names of its fields; without it the run is
    loaded at once, and NotFoundError says which part of the path is missing.
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
        self.client = client
        self.entity = entity
        self.project = project
        self.id = run_id
        if attrs is None:
            attrs = self._node(client.send(run_query(entity, project, run_id)))
        self.attrs: fragments.Run = parse_node(fragments.Run, attrs, "a Run")
        """The typed node as the server sent it."""

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
        """Address of the run's page."""
        entity, project, run = self.path
        return f"{self.client.app_url}{entity}/{project}/runs/{run}"

    @property
    def name(self) -> str:
        """The title that people see; the id when it has none."""
        return self.attrs.display_name or self.id

    @property
    def state(self) -> str | None:
        """`running`, `finished`, `failed`, `crashed` or `killed`."""
        return self.attrs.state

    @property
    def tags(self) -> list[str]:
        """The labels on the run."""
        return list(self.attrs.tags or [])

    @property
    def created_at(self) -> str:
        """When the run began: ISO 8601 in UTC."""
        return iso(self.attrs.created_at)

    @property
    def project_internal_id(self) -> int:
        """The server's number for the project; deletions name it."""
        number = self.attrs.project_id
        if not (number.isascii() and number.isdigit() and len(number) <= 18):
            raise SchemaMismatchError(
                f"run {self.full_path}: the server's number for the project is {number[:100]!r},"
                " which is none",
                operation="GetRun",
            )
        return int(number)

    def load(self) -> None:
        """Fetch the run again and refresh `attrs`."""
        self.attrs = self._node(self.client.send(run_query(self.entity, self.project, self.id)))

    async def aload(self) -> None:
        """Fetch the run again, from a coroutine."""
        query = run_query(self.entity, self.project, self.id)
        self.attrs = self._node(await self.client.asend(query))

    @classmethod
    async def afetch(cls, client: Client, entity: str, project: str, run_id: str) -> "Run":
        """Return a loaded run, from a coroutine."""
        check_identity(client, entity, project, run_id)
        result = await client.asend(run_query(entity, project, run_id))
        run = cls.__new__(cls)
        run.client, run.entity, run.project, run.id = client, entity, project, run_id
        run.attrs = run._node(result)
        return run

    def _node(self, result: "GetRun") -> fragments.Run:
        if result.project is None:
            raise self.missing("project")
        if result.project.run is None:
            raise self.missing("run")
        return result.project.run

    def missing(self, part: str) -> NotFoundError:
        """Return the error that says which part of the run's path is not there."""
        where = f"{self.entity}/{self.project}" if part == "project" else self.full_path
        return NotFoundError(
            f"{part} {where} does not exist, or the API key may not see it",
            path=self.full_path,
            missing=part,
        )

    def files(
        self,
        names: Sequence[str] | None = None,
        pattern: str | None = None,
        per_page: int = 50,
        *,
        upload: bool = False,
        start: str | None = None,
    ) -> Files:
        """Return the files of the run; nothing is sent until they are read. See `Files`."""
        return Files(self.client, self, names, per_page, upload, pattern, start=start)

    def file(self, name: str) -> File:
        """Return one file by its exact name.

        The server answers for a name that does not exist as well: its `updated_at` is None, and
        downloading it raises NotFoundError.
        """
        return self.files([arguments.string("name", name)], per_page=1)[0]

    async def afile(self, name: str) -> File:
        """Return one file by its exact name, from a coroutine."""
        return await self.files([arguments.string("name", name)], per_page=1).aget(0)

    def logged_artifacts(self, per_page: int = 100, *, start: str | None = None) -> "RunArtifacts":
        """Return the artifact versions that the run made."""
        from ..artifacts import RunArtifacts

        return RunArtifacts(self.client, self, "logged", per_page, start=start)

    def used_artifacts(self, per_page: int = 100, *, start: str | None = None) -> "RunArtifacts":
        """Return the artifact versions that the run used."""
        from ..artifacts import RunArtifacts

        return RunArtifacts(self.client, self, "used", per_page, start=start)

    def upload_file(self, path: str | PathLike[str], root: str | PathLike[str] = ".") -> File:
        """Upload a local file and return it as the server then lists it.

        Its name in the run is the way from `root` to it, so with the default root `logs/a.txt`
        becomes `logs/a.txt`. A file of that name is replaced. The content is streamed, whatever its
        size.

        Sends CreateRunFiles, the content to storage, MarkRunFilesUploaded where the server knows
        it, and RunFiles. Raises UsageError for a file outside `root`, before anything is sent,
        NotFoundError for a run that is gone, TransportError, and DiskError.
        """
        from .upload import Upload

        upload = Upload.of(path, root)
        created = self.client.send(self._creation(upload.name))
        upload.send(self.client.transport, created.create_run_files)
        if MARK_UPLOADED in self.client.features():
            self.client.send(self._confirmation(upload.name))
        return self.file(upload.name)

    async def aupload_file(
        self, path: str | PathLike[str], root: str | PathLike[str] = "."
    ) -> File:
        """Upload a local file from a coroutine; otherwise as `upload_file`."""
        import asyncio

        from .upload import Upload

        upload = await asyncio.to_thread(Upload.of, path, root)
        created = await self.client.asend(self._creation(upload.name))
        await asyncio.to_thread(upload.send, self.client.transport, created.create_run_files)
        if MARK_UPLOADED in await self.client.afeatures():
            await self.client.asend(self._confirmation(upload.name))
        return await self.afile(upload.name)

    def _creation(self, name: str) -> Operation["CreateRunFiles"]:
        return calls.create_run_files(
            entity=self.entity, project=self.project, run=self.id, files=[name]
        )

    def _confirmation(self, name: str) -> Operation["MarkRunFilesUploaded"]:
        return calls.mark_run_files_uploaded(
            entity=self.entity, project=self.project, run=self.id, files=[name]
        )


def check_identity(client: Client, entity: str, project: str, run_id: str) -> None:
    """Raise UsageError for what cannot name a run."""
    arguments.instance("client", client, Client)
    arguments.check_strings(entity=entity, project=project, run_id=run_id)


def run_query(entity: str, project: str, run_id: str) -> Operation["GetRun"]:
    """Return the question for one run."""
    return calls.get_run(entity=entity, project=project, name=run_id)
