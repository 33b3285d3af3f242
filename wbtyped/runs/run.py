"""One run: its identity, its metadata, and what it logged."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal, Self

from pydantic import JsonValue
from wbtyped_graphql import calls, fragments

from .. import arguments
from ..errors import SchemaMismatchError, UsageError
from ..notebook import Record
from ..paths import quoted_parts
from ..transport.client import Client
from ..transport.flow import Flow, ask
from ..transport.nodes import iso, parse_node
from ..typed_values import ModelOf, ValuesT, read_as
from .ending import FinishRequest, wait_until_ended
from .read_only import ReadOnlyObject
from .ref import require_run
from .run_data import read_config, read_summary

if TYPE_CHECKING:
    # For start-up: many programs read no history.
    from .history import Row
    from .history_scan import HistoryScan


class StandaloneRun(Record):
    """A run without its files and artifacts; `Run` adds those.

    `attrs` is the typed node, or a mapping with the wire names of its fields. Without it the run is
    loaded immediately (query GetRun); NotFoundError says which part of the path does not exist.
    """

    __slots__ = (
        "__weakref__", "_config", "_data", "_has_metadata", "_metadata", "_summary", "attrs",
        "client", "entity", "id", "project",
    )  # fmt: skip

    __columns__: ClassVar[tuple[str, ...]] = ("name", "id", "state", "created_at", "user", "tags")

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
        self._forget()
        if attrs is None:
            client.run(self._load())
        else:
            self.attrs: fragments.Run = parse_node(fragments.Run, attrs, "a Run")
            """The typed node as the server sent it."""
            if isinstance(attrs, Mapping) and {"config", "summaryMetrics"} <= attrs.keys():
                self._forget(parse_node(fragments.RunData, attrs, "a Run"))

    @classmethod
    def find(cls, client: Client, entity: str, project: str, run_id: str) -> Flow[Self]:
        """Load a run (query GetRun); raises NotFoundError."""
        check_identity(client, entity, project, run_id)
        run = cls.__new__(cls)
        run.client, run.entity, run.project, run.id = client, entity, project, run_id
        run._forget()
        yield from run._load()
        return run

    def _load(self) -> Flow[None]:
        query = calls.get_run(entity=self.entity, project=self.project, name=self.id)
        result = yield from ask(query, f"run {self.full_path}")
        self.attrs = require_run(self, result.project)
        self._forget()

    def _forget(self, data: fragments.RunData | None = None) -> None:
        """Forget what was loaded besides `attrs`, except for `data`."""
        self._data: fragments.RunData | None = data
        self._config: ReadOnlyObject | None = None
        self._summary: ReadOnlyObject | None = None
        self._metadata: ReadOnlyObject | None = None
        self._has_metadata: bool = False

    def _load_data(self) -> Flow[fragments.RunData]:
        """Return config and summary, which a listed run does not have (query GetRunData)."""
        if isinstance(self.attrs, fragments.RunData):
            return self.attrs
        if self._data is None:
            query = calls.get_run_data(entity=self.entity, project=self.project, name=self.id)
            result = yield from ask(query, f"run {self.full_path}")
            self._data = require_run(self, result.project)
        return self._data

    def __repr__(self) -> str:
        return f"<Run {self.full_path} ({self.state})>"

    def to_dict(self) -> dict[str, JsonValue]:
        """Return plain values: names, state, times, user, group, job type, tags, notes and URL.

        `config` and `summary` are among them if they are loaded already: for a run of `api.run`,
        and for lists with `lazy=False`. `pandas.json_normalize` makes a column of each of their
        keys.
        """
        loaded = self.attrs if isinstance(self.attrs, fragments.RunData) else self._data
        values: dict[str, JsonValue] = {
            "entity": self.entity,
            "project": self.project,
            "id": self.id,
            "name": self.name,
            "state": self.state,
            "created_at": self.created_at,
            "heartbeat_at": self.heartbeat_at,
            "user": self.user.username if self.user else None,
            "group": self.group,
            "job_type": self.job_type,
            "tags": list(self.tags),
            "notes": self.notes,
            "url": self.url,
        }
        if loaded is not None:
            values["config"] = dict(read_config(loaded.config, self.full_path))
            values["summary"] = dict(read_summary(loaded.summary_metrics, self.full_path))
        return values

    def __page__(self) -> str:
        return self.url

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
    def display_name(self) -> str | None:
        """The title of the run, if it has one; not unique."""
        return self.attrs.display_name

    @property
    def storage_id(self) -> str:
        """The run's id on the server, opaque."""
        return self.attrs.id

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
    def heartbeat_at(self) -> str | None:
        """When the run last reported: ISO 8601 in UTC; None if it never did."""
        return iso(self.attrs.heartbeat_at) if self.attrs.heartbeat_at else None

    @property
    def group(self) -> str | None:
        """The group that the run belongs to, if any."""
        return self.attrs.group

    @property
    def job_type(self) -> str | None:
        """What the run does, such as `train` or `eval`, if it was set."""
        return self.attrs.job_type

    @property
    def user(self) -> fragments.Creator | None:
        """The account that created the run, with `username` and `name`; None if it is gone."""
        return self.attrs.user

    @property
    def notes(self) -> str | None:
        """Notes about the run, if there are any."""
        return self.attrs.notes

    @property
    def commit(self) -> str | None:
        """The commit of the source code, if it is known."""
        return self.attrs.commit

    @property
    def sweep_name(self) -> str | None:
        """The short id of the sweep that started the run, if any."""
        return self.attrs.sweep_name

    # The wire names work too, as in the official client.
    displayName = display_name  # noqa: N815
    createdAt = created_at  # noqa: N815
    heartbeatAt = heartbeat_at  # noqa: N815
    jobType = job_type  # noqa: N815
    sweepName = sweep_name  # noqa: N815

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

    # What it was configured with, and what it logged.

    @property
    def config(self) -> Mapping[str, JsonValue]:
        """The configuration, as plain values; read-only.

        It comes with `api.run` and with lists of `lazy=False`; otherwise the first access requests
        it, for this run (query GetRunData). `dict(run.config)` is a copy that can be edited.

        Example:
            >>> run.config["lr"], run.config.get("momentum")
            (0.1, None)
        """
        return self.client.run(self._load_config())

    def config_as(self, model: ModelOf[ValuesT]) -> ValuesT:
        """Return the configuration as a pydantic model, a dataclass or a TypedDict.

        Raises ValuesMismatchError that names this run and the field that does not fit.
        """
        return read_as(model, self.config, f"the config of run {self.full_path}")

    async def aconfig_as(self, model: ModelOf[ValuesT]) -> ValuesT:
        """Asynchronous form of `config_as`."""
        return read_as(model, await self.aconfig(), f"the config of run {self.full_path}")

    async def aconfig(self) -> Mapping[str, JsonValue]:
        """Asynchronous form of `config`."""
        return await self.client.arun(self._load_config())

    def _load_config(self) -> Flow[ReadOnlyObject]:
        if self._config is None:
            data = yield from self._load_data()
            self._config = read_config(data.config, self.full_path)
        return self._config

    @property
    def summary(self) -> Mapping[str, JsonValue]:
        """The last value of each metric, or what the run set instead; read-only.

        Loaded like `config`.

        Example:
            >>> run.summary["loss"]
            0.5
        """
        return self.client.run(self._load_summary())

    async def asummary(self) -> Mapping[str, JsonValue]:
        """Asynchronous form of `summary`."""
        return await self.client.arun(self._load_summary())

    def _load_summary(self) -> Flow[ReadOnlyObject]:
        if self._summary is None:
            data = yield from self._load_data()
            self._summary = read_summary(data.summary_metrics, self.full_path)
        return self._summary

    @property
    def metadata(self) -> Mapping[str, JsonValue] | None:
        """What the SDK recorded about program and machine: its file `wandb-metadata.json`.

        Loaded on first access; None if the run has no such file. Read-only.
        """
        return self.client.run(self._load_metadata())

    async def ametadata(self) -> Mapping[str, JsonValue] | None:
        """Asynchronous form of `metadata`."""
        return await self.client.arun(self._load_metadata())

    def _load_metadata(self) -> Flow[ReadOnlyObject | None]:
        from .metadata import load_metadata  # imported late, with httpx

        if not self._has_metadata:
            self._metadata = yield from load_metadata(self.client, self)
            self._has_metadata = True
        return self._metadata

    def history(
        self,
        samples: int = 500,
        keys: Sequence[str] | None = None,
        x_axis: str = "_step",
        pandas: Literal[False] = False,
    ) -> list[Row]:
        """Return the logged metrics as rows: one dict per step, at most `samples` of them.

        The server chooses the steps evenly. With `keys`, rows are the steps that have all of these
        metrics, and contain only them and `x_axis` (query SampledRunHistory); without, they contain
        every metric (query RunHistory). `scan_history` reads every step. For a DataFrame, write
        `pandas.DataFrame(run.history())`.

        Example:
            >>> run.history(keys=["loss"])
            [{'_step': 0, 'loss': 1.0}, {'_step': 1, 'loss': 0.5}]
        """
        return self.client.run(self._history(samples, keys, x_axis, pandas))

    async def ahistory(
        self,
        samples: int = 500,
        keys: Sequence[str] | None = None,
        x_axis: str = "_step",
        pandas: Literal[False] = False,
    ) -> list[Row]:
        """Asynchronous form of `history`."""
        return await self.client.arun(self._history(samples, keys, x_axis, pandas))

    def _history(
        self, samples: int, keys: Sequence[str] | None, x_axis: str, pandas: bool
    ) -> Flow[list[Row]]:
        if pandas is not False:
            raise UsageError(
                "history returns rows, not a DataFrame; write pandas.DataFrame(run.history())"
            )
        from .history import load_history

        return (yield from load_history(self, samples, keys, x_axis))

    def scan_history(
        self,
        keys: Sequence[str] | None = None,
        page_size: int = 1000,
        min_step: int | None = None,
        max_step: int | None = None,
    ) -> Iterator[Row]:
        """Read every logged step, from `min_step` to before `max_step`, as rows.

        With `keys`, it yields the steps that have all of these metrics, with only them and `_step`.
        A request returns at most `page_size` rows. Steps may be far apart, as times are: ranges
        of numbers without any take few requests.

        Example:
            >>> [row["loss"] for row in run.scan_history()]
            [1.0, 0.5]
        """
        from .history_scan import HistoryScan

        return self._scan_history(HistoryScan.of(self, keys, page_size, min_step, max_step))

    def ascan_history(
        self,
        keys: Sequence[str] | None = None,
        page_size: int = 1000,
        min_step: int | None = None,
        max_step: int | None = None,
    ) -> AsyncIterator[Row]:
        """Asynchronous form of `scan_history`, for `async for`."""
        from .history_scan import HistoryScan

        return self._ascan_history(HistoryScan.of(self, keys, page_size, min_step, max_step))

    def _scan_history(self, scan: HistoryScan) -> Iterator[Row]:
        pages = self.client.run(scan.start())
        while (rows := self.client.run(pages.next_rows())) is not None:
            yield from rows

    async def _ascan_history(self, scan: HistoryScan) -> AsyncIterator[Row]:
        pages = await self.client.arun(scan.start())
        while (rows := await self.client.arun(pages.next_rows())) is not None:
            for row in rows:
                yield row

    @property
    def last_history_step(self) -> int:
        """The last step that the run logged, -1 if it logged none (query RunHistoryExtent)."""
        return self.client.run(self._load_last_step())

    async def alast_history_step(self) -> int:
        """Asynchronous form of `last_history_step`."""
        return await self.client.arun(self._load_last_step())

    def _load_last_step(self) -> Flow[int]:
        from .history import load_extent

        return (yield from load_extent(self)).last_step

    lastHistoryStep = last_history_step  # noqa: N815 - the documented name

    # Its end.

    def wait_until_finished(self, timeout: float | None = None) -> str:
        """Wait until the run has ended, and return its state: `finished`, `failed`, `crashed`, ...

        The state is requested every 5 seconds (query GetRunState). Raises WaitTimeoutError if the
        run has not ended after `timeout` seconds.

        Example:
            >>> run.wait_until_finished(timeout=600)
            'finished'
        """
        return self.client.run(self._wait(timeout))

    async def await_until_finished(self, timeout: float | None = None) -> str:
        """Asynchronous form of `wait_until_finished`."""
        return await self.client.arun(self._wait(timeout))

    def _wait(self, timeout: float | None) -> Flow[str]:
        state = yield from wait_until_ended(self, timeout)
        self._set_state(state)
        return state

    def finish(self, exit_code: int = 0) -> None:
        """End a run that `Api.create_run` opened: `finished`, or `failed` for another exit code.

        Not for a run that a program still logs to: that program ends it.

        Example:
            >>> run = api.create_run("upload-2", project="mnist", entity="my-team")
            >>> run.finish()
            >>> run.state
            'finished'
        """
        self.client.run(self._finish(exit_code))

    async def afinish(self, exit_code: int = 0) -> None:
        """Asynchronous form of `finish`."""
        await self.client.arun(self._finish(exit_code))

    def _finish(self, exit_code: int) -> Flow[None]:
        yield FinishRequest(self.client, self, exit_code)
        self._set_state("failed" if exit_code else "finished")

    def _set_state(self, state: str) -> None:
        self.attrs = self.attrs.model_copy(update={"state": state})

    def stop(self) -> None:
        """Ask the program behind the run to stop (mutation StopRun).

        It is told when it next reports; `wait_until_finished` waits for it.
        """
        self.client.run(self._stop())

    async def astop(self) -> None:
        """Asynchronous form of `stop`."""
        await self.client.arun(self._stop())

    def _stop(self) -> Flow[None]:
        yield from ask(calls.stop_run(id=self.storage_id), f"run {self.full_path}")

    def delete(self, delete_artifacts: bool = False) -> None:
        """Delete the run with its files (mutation DeleteRun).

        The versions that it logged stay, unless `delete_artifacts` is True.
        """
        self.client.run(self._delete(delete_artifacts))

    async def adelete(self, delete_artifacts: bool = False) -> None:
        """Asynchronous form of `delete`."""
        await self.client.arun(self._delete(delete_artifacts))

    def _delete(self, delete_artifacts: bool) -> Flow[None]:
        arguments.check_flags(delete_artifacts=delete_artifacts)
        yield from ask(
            calls.delete_run(id=self.storage_id, delete_artifacts=delete_artifacts),
            f"run {self.full_path}",
        )

    # Loading.

    def load(self, force: bool = True) -> None:
        """Load the run again and update `attrs` (query GetRun), unless `force` is False."""
        arguments.check_flags(force=force)
        if force:
            self.client.run(self._load())

    async def aload(self, force: bool = True) -> None:
        """Asynchronous form of `load`."""
        arguments.check_flags(force=force)
        if force:
            await self.client.arun(self._load())


def check_identity(client: Client, entity: str, project: str, run_id: str) -> None:
    """Raise UsageError unless the arguments can identify a run."""
    arguments.instance("client", client, Client)
    arguments.check_strings(entity=entity, project=project, run_id=run_id)
