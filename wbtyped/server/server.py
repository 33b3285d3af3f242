"""The server: in a thread for tests, in the foreground for the command line."""

import asyncio
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import replace
from os import PathLike
from pathlib import Path
from types import FrameType
from typing import Any, Self
from urllib.parse import urlsplit

from starlette.types import ASGIApp

from .. import arguments
from ..errors import UsageError
from . import keys
from .alerts import Alert
from .api import ApiOrigin
from .browser_guard import BrowserGuard
from .context import Context
from .data_folder import BLOB_FOLDER, DATABASE_FILE, DataFolder
from .database import Database
from .drafts import DRAFT_LIFETIME_SECONDS
from .event_loops import new_event_loop
from .execution import Execution
from .faults import Fault, Faults
from .manifests import Reference
from .members import TEAM_ROLES
from .middleware import IsAuthorized, RequestMiddleware
from .mirror_files import MirroredBlobs
from .mirror_loading import load_mirrors
from .origin_server import SHUTDOWN_SECONDS, OriginServer, listen, origin_url
from .request_log import Origin, RequestLog
from .seed import PROJECT_ACCESS, Seeder, as_usage_errors, dump_config, dump_json
from .signed_urls import Signer
from .storage import StorageOrigin
from .tracked_blobs import TrackedBlobs
from .users import MAIN_USER, SERVICE, User, Users, check_account_name
from .workers import QUERY_THREADS, Workers

FEATURES = frozenset(
    {
        "MARK_RUN_FILES_UPLOADED",
        "ARTIFACT_REGISTRY_SEARCH",
        "ARTIFACT_TAGS",
        "ARTIFACT_COLLECTION_MEMBERSHIP_FILES",
        "ARTIFACT_COLLECTION_MEMBERSHIP_FILE_DOWNLOAD_HANDLER",
        "ARTIFACT_COLLECTIONS_FILTERING_SORTING",
        "ARTIFACT_MEMBERSHIP_IN_LINK_ARTIFACT_RESPONSE",
        "PROJECT_ARTIFACT_COLLECTION_MEMBERSHIP",
        "TOTAL_COUNT_IN_FILE_CONNECTION",
        "UPDATE_RUN_STATE",
        "ARTIFACT_DIGEST_ALGORITHM",
        "ARTIFACT_V2_DOWNLOAD_HANDLER_SUPPORTS_ARTIFACT_ID",
        "CLIENT_IDS",
        "FILESTREAM_GZIP",
        "INCLUDE_ARTIFACT_TYPES_IN_REGISTRY_CREATION",
        "USE_ARTIFACT_WITH_ENTITY_AND_PROJECT_INFORMATION",
    }
)
"""Features of this server, in W&B's names."""
MAX_PORT = 65535
START_TIMEOUT_SECONDS = 30.0
URL_LIFETIME_SECONDS = 3600.0
RUN_STATES = ("running", "finished", "failed", "crashed", "killed", "preempted", "pending")


class WandbServer:
    """A W&B server in a thread of this process, on two ports: the API and storage.

    Use it in a `with` statement, or call `start` and, once, `close`.

    - `data`: the folder that keeps everything across restarts; by default a fresh temporary folder,
      removed on `close`.
    - `host`, `port`, `storage_port`: where to listen; port 0 picks a free one.
    - `api_key`: the API key of the main account; by default the folder's own, generated with the
      folder.
    - `entity`: name of the account that `api_key` belongs to. Every other entity in a path is a
      team of it, except those of `add_user` and `add_team`.
    - `features`: server features to announce, in W&B's names; fewer play an older server.
    - `url_lifetime`: seconds until a signed URL expires.
    - `draft_lifetime`: seconds until an upload that nobody continues is deleted.
    - `storage_url`: base URL of storage to give to clients, if there is a proxy in front of it.
    - `storage_regions`: storage regions that a version may request besides `default`.
    - `mirrors`: folders that `wbtyped mirror` wrote, to serve read-only, instead of a data folder;
      contents are read from where they are.
    - `allow_hosts`: host names to answer to, besides local names, IP addresses and the machine's
      own name; `*` allows all.
    - `allow_origins`: origins of web pages whose requests to accept, such as
      `https://app.example`; `*` allows all.

    Raises UsageError for an invalid argument, and DiskError if another server is using the folder.
    """

    # With slots, a misspelt `server.introspecton = ...` is an error.
    __slots__ = (
        "__weakref__", "_abort", "_blobs", "_closed", "_context", "_database", "_execution",
        "_folder", "_guard", "_host", "_keys", "_ports", "_process", "_queries",
        "_root_secret", "_sockets", "_stop", "_storage_url", "_thread", "_workers",
        "api_key", "data", "entity", "faults", "requests",
    )  # fmt: skip

    def __init__(
        self,
        data: str | PathLike[str] | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        storage_port: int = 0,
        api_key: str | None = None,
        entity: str = "me",
        features: Iterable[str] = FEATURES,
        url_lifetime: float = URL_LIFETIME_SECONDS,
        draft_lifetime: float = DRAFT_LIFETIME_SECONDS,
        storage_url: str | None = None,
        storage_regions: Iterable[str] = (),
        mirrors: Iterable[str | PathLike[str]] = (),
        allow_hosts: Iterable[str] = (),
        allow_origins: Iterable[str] = (),
    ) -> None:
        folder = arguments.optional_location("data", data)
        arguments.check_strings(host=host, entity=entity)
        arguments.check_optional_strings(api_key=api_key, storage_url=storage_url)
        arguments.whole_number("port", port, 0, MAX_PORT)
        arguments.whole_number("storage_port", storage_port, 0, MAX_PORT)
        features = frozenset(arguments.strings("features", features))
        regions = frozenset(arguments.strings("storage_regions", storage_regions))
        arguments.instance("url_lifetime", url_lifetime, (int, float), "a number of seconds")
        arguments.positive_number("draft_lifetime", draft_lifetime)
        mirrored = mirror_folders(mirrors, folder)
        self._process = os.getpid()
        own_hosts = [host, host_of(storage_url) or host]
        self._guard = BrowserGuard(own_hosts, allow_hosts, allow_origins)
        self._host, self._ports = host, (port, storage_port)
        self._storage_url = storage_url
        self._folder = DataFolder(folder)
        self.data: Path = self._folder.path
        """The data folder."""
        with ExitStack() as opened:  # closes what is open if the rest cannot be opened
            opened.callback(self._folder.close)
            lasting = self._folder.lasting
            self._root_secret = keys.load_root_secret(self.data, lasting=lasting)
            self._database = Database(self.data / DATABASE_FILE, lasting=lasting)
            opened.callback(self._database.close)
            self._blobs = MirroredBlobs(self.data / BLOB_FOLDER, mirrored, lasting=lasting)
            load_mirrors(self._database, mirrored)
            blobs = TrackedBlobs(self._database, self._blobs)
            if self._folder.was_killed:
                blobs.remove_orphans()
            self.api_key: str = api_key or keys.api_key(self._root_secret)
            """The API key that clients must send."""
            former = [] if api_key else self._database.former_keys()
            self._keys = keys.AcceptedKeys([keys.key_hash(self.api_key), *former], MAIN_USER)
            with as_usage_errors():
                users = Users(self._database, entity, self._keys)
            opened.pop_all()
        for user in users.all()[1:]:
            self._keys.add(keys.key_hash(keys.api_key(self._root_secret, user.name)), user.id)
        signer = Signer(keys.signing_secret(self._root_secret), lifetime=url_lifetime)
        self._context = Context.on(
            self._database, blobs, signer, users,
            features=features, storage_regions=regions | {"default"},
            draft_lifetime=draft_lifetime,
            is_read_only=bool(mirrored),
        )  # fmt: skip
        self._execution = Execution(features)
        self._queries = Workers(QUERY_THREADS)
        self._workers = Workers()
        self.entity: str = entity
        """Name of the main account, and the entity of paths that do not name one."""
        self.faults: Faults = Faults()
        """Active faults; see `Fault` and `fault`."""
        self.requests: RequestLog = RequestLog()
        """The latest requests."""
        self._sockets: list[socket.socket] = []
        self._thread: threading.Thread | None = None
        self._stop: Callable[[], object] | None = None
        self._abort: Callable[[], object] | None = None
        self._closed = False

    def __repr__(self) -> str:
        return f"<WandbServer {self.url or 'not started'}>"

    @property
    def url(self) -> str:
        """Base URL of the API; empty before `start`."""
        return self._context.api_url

    @property
    def storage_url(self) -> str:
        """Base URL of storage, which is another origin; empty before `start`."""
        return self._context.storage_url

    @property
    def env(self) -> dict[str, str]:
        """The environment variables that point a W&B client here."""
        return {"WANDB_BASE_URL": self.url, "WANDB_API_KEY": self.api_key}

    @property
    def introspection(self) -> bool:
        """False hides the schema: introspection returns null. Can be set at any time."""
        return self._execution.introspection

    @introspection.setter
    def introspection(self, allowed: bool) -> None:
        self._execution.introspection = arguments.flag("introspection", allowed)

    @property
    def anonymous_access(self) -> bool:
        """True lets requests without a key read public projects. Can be set at any time."""
        return self._keys.optional

    @anonymous_access.setter
    def anonymous_access(self, allowed: bool) -> None:
        self._keys.optional = arguments.flag("anonymous_access", allowed)

    def fault(self, fault: Fault) -> AbstractContextManager[Fault]:
        """Activate a fault for a `with` block."""
        arguments.instance("fault", fault, Fault)
        return self.faults.active(fault)

    def add_run(
        self,
        path: str,
        files: Mapping[str, bytes | str] | None = None,
        *,
        config: Mapping[str, object] | None = None,
        summary: Mapping[str, object] | None = None,
        history: Iterable[Mapping[str, object]] = (),
        tags: Iterable[str] | None = None,
        state: str = "finished",
        display_name: str | None = None,
        group: str | None = None,
        job_type: str | None = None,
    ) -> None:
        """Create the run `entity/project/run`, or change what is given of an existing run.

        Does not go through HTTP, so it also works before `start`.

        - `files`: maps names to contents, which are added; a string is stored as UTF-8.
        - `config`: plain values by their keys.
        - `summary`: the last values of the metrics.
        - `history`: the metrics of each step, which are added.
        - `state`: such as `running`, `finished`, `failed` or `crashed`.
        """
        arguments.one_of("state", state, RUN_STATES)
        arguments.instance("history", history, Iterable, "an iterable of mappings")
        arguments.check_optional_strings(display_name=display_name, group=group, job_type=job_type)
        values: dict[str, object] = {
            "state": state, "displayName": display_name, "groupName": group, "jobType": job_type,
            "tags": None if tags is None else arguments.strings("tags", tags),
            "config": None if config is None else dump_config(config),
            "summaryMetrics": None if summary is None else dump_json("summary", summary),
        }  # fmt: skip
        with as_usage_errors():
            seeder = Seeder(self._context)
            run_id = seeder.add_run(path, {} if files is None else files, values)
            seeder.add_history(run_id, history)

    def add_organization(self, name: str, entity: str, teams: Iterable[str] = ()) -> None:
        """Create an organization whose registries belong to `entity`, or add teams to it.

        The main account is a member of every organization, other users through a team. Registries
        are the projects of `entity` whose names start with `wandb-registry-`.
        """
        arguments.check_strings(name=name, entity=entity)
        self._context.organizations.add(name, entity, arguments.strings("teams", teams))

    def add_user(
        self, name: str, *, teams: Iterable[str] = (), role: str = "member", admin: bool = False
    ) -> str:
        """Create a user, or add teams to one; return the API key.

        From the second user on, nobody sees what belongs to others: a user sees its own entity, its
        teams, public projects, and the registries of its organizations.

        - `teams`: the teams that the user belongs to, created if they are new.
        - `role`: the role in these teams, `admin`, `member`, or `viewer`, who can read only.
        - `admin`: whether the user administers the server: creates users, and teams of others.

        Example:
            >>> from wbtyped.server import WandbServer
            >>> with WandbServer() as server:
            ...     key = server.add_user("ann", teams=["crew"])
            ...     print(key[:6])
            local-
        """
        arguments.check_strings(name=name)
        arguments.one_of("role", role, TEAM_ROLES)
        arguments.flag("admin", admin)
        teams = arguments.strings("teams", teams)
        with as_usage_errors():
            user = Seeder(self._context).add_user(name, admin=admin)
            for team in teams:
                self._join_team(user, team, role)
        return self._key_of(user)

    def _join_team(self, user: User, team: str, role: str) -> None:
        check_account_name(team)
        self._context.members.add_team(team)
        self._context.members.set_team_role(team, user.id, role)

    def add_service_account(self, name: str, team: str) -> str:
        """Create a service account, which logs runs for a team; return the API key."""
        arguments.check_strings(name=name, team=team)
        with as_usage_errors():
            user = Seeder(self._context).add_user(name, kind=SERVICE)
            self._join_team(user, team, "member")
            self._context.users.update(user.id, {"default_entity": team})
        return self._key_of(user)

    def _key_of(self, user: User) -> str:
        if user.id == MAIN_USER:
            return self.api_key
        key = keys.api_key(self._root_secret, user.name)
        self._keys.add(keys.key_hash(key), user.id)
        return key

    def add_team(self, name: str, members: Iterable[str] = ()) -> None:
        """Create a team, or add members to one: names of users, the main account among them.

        A team that was created is closed to all others, the main account included.
        """
        arguments.check_strings(name=name)
        with as_usage_errors():
            Seeder(self._context).add_team(name, arguments.strings("members", members))

    def add_project(self, path: str, *, access: str | None = None) -> None:
        """Create the project `entity/project`, or change who may use it besides its owner.

        - `access`: `private` (nobody), `public` (everybody reads), `open` (everybody reads and
          writes), or `restricted`: only its members and administrators of the team.
        """
        if access is not None:
            arguments.one_of("access", access, PROJECT_ACCESS)
        with as_usage_errors():
            Seeder(self._context).add_project(path, access and PROJECT_ACCESS[access])

    @property
    def alerts(self) -> list[Alert]:
        """What scripts sent with `run.alert`, oldest first."""
        return self._context.alerts.all()

    def add_artifact(
        self,
        path: str,
        type: str,  # noqa: A002 - W&B's word for it
        contents: Mapping[str, bytes | str] | str | PathLike[str],
        references: Mapping[str, Reference] | None = None,
        *,
        aliases: Iterable[str] = (),
        tags: Iterable[str] = (),
        description: str | None = None,
        metadata: object = None,
        layout: str = "V2",
        logged_by: str | None = None,
        used_by: Iterable[str] = (),
    ) -> str:
        """Commit a version of the sequence `entity/project/collection`; return `collection:vN`.

        Does not go through HTTP, so it also works before `start`.

        - `path`: path of the sequence, created if it is new.
        - `type`: artifact type, such as `dataset`.
        - `contents`: maps paths in the version to bytes or strings, or names a folder to load.
        - `references`: maps paths in the version to files that are stored elsewhere.
        - `aliases`: aliases besides `latest`.
        - `metadata`: a JSON object; a string is stored unchanged.
        - `layout`: storage layout, `V1` or `V2`.
        - `logged_by`, `used_by`: paths of runs, created if they are new.
        """
        with as_usage_errors():
            return Seeder(self._context).add_artifact(
                path, type, contents, {} if references is None else references, aliases=aliases,
                tags=tags, description=description, metadata=metadata, layout=layout,
                logged_by=logged_by, used_by=used_by,
            )  # fmt: skip

    def link_artifact(self, source: str, target: str, aliases: Iterable[str] = ()) -> None:
        """Link the version `entity/project/collection:alias` into a portfolio as its `latest`."""
        with as_usage_errors():
            Seeder(self._context).link_artifact(source, target, aliases)

    def collect_garbage(self) -> int:
        """Delete contents that nothing refers to any more; return how many bytes that freed.

        Deleting a version or a file removes most contents immediately; this removes the rest, and
        uploads that nobody has continued for `draft_lifetime`.
        """
        return self._context.drafts.collect() + self._context.blobs.remove_orphans()

    def stored_size(self) -> int:
        """Return the size in bytes of all contents, each counted once, manifests included."""
        return sum(self._blobs.path(key).stat().st_size for key in self._blobs.keys())  # noqa: SIM118

    def start(self) -> Self:
        """Start the server and wait until it answers.

        Raises OSError if a port cannot be used, and UsageError if the server was started before or
        belongs to another process.
        """
        if self._process != os.getpid():
            raise UsageError(
                f"this server belongs to process {self._process}; create one in this process"
            )
        if self._closed or self._thread:
            raise UsageError(
                "a server can be started only once; create another one on its data folder"
            )
        try:
            for port in self._ports:
                self._sockets.append(listen(self._host, port))
        except OSError:
            self._close_sockets()
            raise
        api, storage = (origin_url(self._host, sock) for sock in self._sockets)
        self._context = replace(
            self._context,
            api_url=api,
            storage_url=self._storage_url or storage,
            storage_is_proxied=self._storage_url is not None,
        )
        started: Future[None] = Future()
        self._thread = threading.Thread(
            target=self._run, args=(started,), name="wbtyped-server", daemon=True
        )
        self._thread.start()
        try:
            started.result(START_TIMEOUT_SECONDS)
        except TimeoutError as error:
            raise RuntimeError(
                f"the embedded server did not start within {START_TIMEOUT_SECONDS:g} seconds"
            ) from error
        return self

    def _apps(self) -> list[ASGIApp]:
        api = ApiOrigin(self._context, self._execution, self._keys, self._queries, self._workers)
        storage = StorageOrigin(self._context, self._blobs, self._workers)
        return [
            self._wrap(api.app(), "api", api.is_authorized, self._queries),
            self._wrap(storage.app(), "storage", storage.is_authorized, self._workers),
        ]

    def _wrap(
        self, app: ASGIApp, origin: Origin, is_authorized: IsAuthorized, workers: Workers
    ) -> ASGIApp:
        wrapped = RequestMiddleware(
            app, origin, is_authorized, self._guard, self.requests, self.faults, workers
        )
        return self._guard.with_cors(wrapped)

    def _run(self, started: Future[None]) -> None:
        """Serve until stopped; an error during the start is raised in `start`."""
        try:
            with asyncio.Runner(loop_factory=new_event_loop) as runner:
                runner.run(self._serve(started))
        except BaseException as error:
            if started.done():
                raise
            started.set_exception(error)

    async def _serve(self, started: Future[None]) -> None:
        loop, stopping, aborting = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()
        self._stop = lambda: loop.call_soon_threadsafe(stopping.set)
        self._abort = lambda: loop.call_soon_threadsafe(aborting.set)
        origins = [OriginServer(app, stopping, aborting) for app in self._apps()]
        serving = asyncio.gather(
            *(origin.serve_on(sock) for origin, sock in zip(origins, self._sockets, strict=True))
        )
        ready = asyncio.gather(*(origin.ready.wait() for origin in origins))
        first_of: set[asyncio.Future[Any]] = {serving, ready}
        await asyncio.wait(first_of, return_when=asyncio.FIRST_COMPLETED)
        if ready.done():
            started.set_result(None)
        ready.cancel()
        await serving

    def close(self) -> None:
        """Stop the server and remove a temporary data folder.

        Does nothing if it is closed already, or in a process forked from the server's own.
        """
        if self._closed or self._process != os.getpid():
            return
        self._closed = True
        if self._thread:
            self._join(self._thread)
        self._close_sockets()
        self._queries.close()
        self._workers.close()
        self._database.close()
        self._folder.close()

    def _join(self, thread: threading.Thread) -> None:
        """Stop the serving thread; responses in progress get some time to finish."""
        # The loop may have ended on its own.
        with suppress(RuntimeError):
            if self._stop:
                self._stop()
            # Locks wait by the system clock; event loops by a clock that a test may have frozen.
            thread.join(SHUTDOWN_SECONDS)
            if self._abort:
                self._abort()
        thread.join()

    def _close_sockets(self) -> None:
        for sock in self._sockets:
            sock.close()
        self._sockets.clear()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()


def mirror_folders(mirrors: Iterable[str | PathLike[str]], data: Path | None) -> list[Path]:
    """Return the folders of mirrors; raises UsageError for other values, and beside other data."""
    if isinstance(mirrors, str | PathLike):
        raise arguments.wrong("mirrors", "a list of folders", mirrors)
    arguments.instance("mirrors", mirrors, Iterable, "a list of folders")
    folders = [arguments.location("each of mirrors", mirror) for mirror in mirrors]
    if folders and data is not None:
        raise UsageError("mirrors are served without a data folder; leave out data")
    return folders


def serve(server: WandbServer, ready: Callable[[WandbServer], object]) -> None:
    """Run a server in the foreground; return after SIGINT or SIGTERM, with everything closed.

    `ready` is called once with the server, when it answers and its URLs are known. Call this in the
    main thread, the only one that receives signals.
    """
    stopped = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopped.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with server:
            ready(server)
            # Some systems deliver signals only between waits.
            while not stopped.wait(1):
                pass
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def host_of(storage_url: str | None) -> str | None:
    """Return the host under which storage is reached, or raise UsageError."""
    try:
        return urlsplit(storage_url or "").hostname
    except ValueError as error:
        raise UsageError(f"storage_url {storage_url!r} is not a URL: {error}") from error
