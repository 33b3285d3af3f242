"""Start and stop the server: in a thread for tests, in the foreground for the command line."""

import asyncio
import os
import signal
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from os import PathLike
from pathlib import Path
from types import FrameType
from typing import Any, Self
from urllib.parse import urlsplit

from starlette.types import ASGIApp

from .. import arguments
from ..errors import DiskError, UsageError
from . import keys
from .api import ApiOrigin
from .blobs import BlobStore
from .browser_guard import BrowserGuard
from .collections import Collections
from .contents import Contents
from .context import Context
from .data_folder import BLOBS, DATABASE, DataFolder
from .database import Database
from .drafts import Drafts
from .event_loops import new_event_loop
from .execution import Execution
from .faults import Fault, Faults
from .files import Files
from .intake import Intake, Knows
from .manifests import Reference
from .organizations import Organizations
from .projects import Projects
from .recording import Origin, RequestLog
from .seeding import Seeds, usage_errors
from .serving import GRACE, OriginServer, address, listen
from .signing import Signer
from .storage import StorageOrigin
from .streams import Streams
from .uploads import Uploads
from .versions import Versions
from .workers import QUERY_THREADS, Workers

FEATURES = frozenset(
    {
        "MARK_RUN_FILES_UPLOADED",
        "ARTIFACT_TAGS",
        "ARTIFACT_COLLECTION_MEMBERSHIP_FILES",
        "ARTIFACT_COLLECTION_MEMBERSHIP_FILE_DOWNLOAD_HANDLER",
        "ARTIFACT_COLLECTIONS_FILTERING_SORTING",
        "ARTIFACT_MEMBERSHIP_IN_LINK_ARTIFACT_RESPONSE",
        "PROJECT_ARTIFACT_COLLECTION_MEMBERSHIP",
        "TOTAL_COUNT_IN_FILE_CONNECTION",
        "ARTIFACT_DIGEST_ALGORITHM",
        "ARTIFACT_V2_DOWNLOAD_HANDLER_SUPPORTS_ARTIFACT_ID",
        "CLIENT_IDS",
        "USE_ARTIFACT_WITH_ENTITY_AND_PROJECT_INFORMATION",
    }
)
"""What this server can do, in the names that W&B servers use."""
START_TIMEOUT = 30.0
"""Seconds to wait for the server to answer."""
URL_LIFETIME = 3600.0
"""Seconds for which a signed address is good."""


class WandbServer:
    """A W&B server in a thread of this process, on two ports: the API and storage.

    `data` is the folder that keeps everything across restarts; without one, a fresh temporary
    folder is used and removed at the end. Port 0 takes a free port. `api_key` is the one key that
    is accepted; without it the folder's own is used, made up when the folder is new. `entity` is
    the name of the one account; any other entity in a path is a team. `features` is what the server
    admits to having, in W&B's names. `url_lifetime` is for how many seconds a signed address is
    good. `storage_url` is the address that clients get for storage, when something stands in front
    of it. `storage_regions` are the names that a version may give as its storage region, beside
    `default`; any other is refused. Raises DiskError when another server is using the folder.

    `allow_hosts` and `allow_origins` open the server to web pages: a request is refused when its
    `Host` is neither local, an IP address, the machine's name, nor in `allow_hosts`, or when it
    comes from a web page whose origin, such as `https://app.example`, is not in `allow_origins`.
    A star allows all.

    Use it in a `with` statement, or call `start` and, once, `close`.
    """

    # An attribute that does not exist cannot be assigned: `server.introspecton = ...` is an error.
    __slots__ = (
        "__weakref__", "_blobs", "_closed", "_context", "_cut", "_database", "_execution",
        "_folder", "_guard", "_host", "_keys", "_ports", "_process", "_queries", "_sockets",
        "_stop", "_storage_url", "_thread", "_workers", "api_key", "data", "entity", "faults",
        "requests",
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
        url_lifetime: float = URL_LIFETIME,
        storage_url: str | None = None,
        storage_regions: Iterable[str] = (),
        allow_hosts: Iterable[str] = (),
        allow_origins: Iterable[str] = (),
    ) -> None:
        folder = arguments.optional_location("data", data)
        arguments.check_strings(host=host, entity=entity)
        arguments.check_optional_strings(api_key=api_key, storage_url=storage_url)
        for name, number in (("port", port), ("storage_port", storage_port)):
            arguments.whole_number(name, number, 0, 65535)
        features = arguments.strings("features", features)
        storage_regions = arguments.strings("storage_regions", storage_regions)
        allow_hosts = arguments.strings("allow_hosts", allow_hosts)
        allow_origins = arguments.strings("allow_origins", allow_origins)
        arguments.instance("url_lifetime", url_lifetime, (int, float), "a number of seconds")
        self._process = os.getpid()
        ours = [host, urlsplit(storage_url or "").hostname or host]
        self._guard = BrowserGuard(ours, allow_hosts, allow_origins)
        self._folder = DataFolder(folder)
        self.data: Path = self._folder.path
        """The folder that keeps the data."""
        self._host, self._ports = host, (port, storage_port)
        self._storage_url = storage_url
        try:
            root = keys.read_root(self.data)
            self._database = Database(self.data / DATABASE)
        except (sqlite3.Error, OSError, DiskError):
            self._folder.close()
            raise
        self._blobs = BlobStore(self.data / BLOBS)
        contents = Contents(self._database, self._blobs)
        if self._folder.was_killed:
            contents.tidy()
        self.api_key: str = api_key or keys.api_key(root)
        """The key that clients must send."""
        former = [] if api_key else self._database.former_keys()
        self._keys = keys.AcceptedKeys([keys.key_hash(self.api_key), *former])
        signer = Signer(keys.signing_secret(root), lifetime=url_lifetime)
        self._context = Context(
            Organizations(self._database),
            Projects(self._database),
            Files(self._database, contents),
            Collections(self._database),
            Versions(self._database, contents),
            Drafts(self._database, contents),
            Uploads(self._database, contents),
            Streams(self._database),
            contents,
            signer,
            entity,
            frozenset(features),
            frozenset({"default", *storage_regions}),
        )
        self._execution = Execution(frozenset(features))
        self._queries = Workers(QUERY_THREADS)
        self._workers = Workers()
        self.entity = entity
        """Name of the account, and of the entity that paths without one mean."""
        self.faults: Faults = Faults()
        """Misbehaviour that is switched on; see `Fault` and `fault`."""
        self.requests: RequestLog = RequestLog()
        """What came in."""
        self._sockets: list[socket.socket] = []
        self._thread: threading.Thread | None = None
        self._stop: Callable[[], object] | None = None
        self._cut: Callable[[], object] | None = None
        self._closed = False

    def __repr__(self) -> str:
        return f"<WandbServer {self.url or 'not started'}>"

    @property
    def url(self) -> str:
        """Address of the API; empty before the start."""
        return self._context.api_url

    @property
    def storage_url(self) -> str:
        """Address of storage, another origin; empty before the start."""
        return self._context.storage_url

    @property
    def env(self) -> dict[str, str]:
        """The environment variables that point a W&B client here."""
        return {"WANDB_BASE_URL": self.url, "WANDB_API_KEY": self.api_key}

    @property
    def introspection(self) -> bool:
        """Whether the schema may be asked for; settable at any time."""
        return self._execution.introspection

    @introspection.setter
    def introspection(self, allowed: bool) -> None:
        self._execution.introspection = arguments.flag("introspection", allowed)

    def fault(self, fault: Fault) -> AbstractContextManager[Fault]:
        """Switch a fault on for a `with` block."""
        arguments.instance("fault", fault, Fault)
        return self.faults.during(fault)

    def add_run(self, path: str, files: Mapping[str, bytes | str] | None = None) -> None:
        """Create the run `entity/project/run` with files, without going through HTTP.

        A string becomes a file in UTF-8. A run that exists gets the files in addition. Works before
        the start, too.
        """
        with usage_errors():
            Seeds(self._context).run(path, {} if files is None else files)

    def add_organization(self, name: str, entity: str, teams: Iterable[str] = ()) -> None:
        """Make an organization whose registries belong to `entity`, or give it more teams.

        The account is a member of every one. Its registries are the projects of that entity whose
        names begin with `wandb-registry-`.
        """
        arguments.check_strings(name=name, entity=entity)
        self._context.organizations.add(name, entity, arguments.strings("teams", teams))

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
        """Commit a version of the sequence `entity/project/collection`; returns `collection:vN`.

        `contents` maps paths in the version to bytes or text, or is a folder to load. The version
        gets the alias `latest` and those given. `metadata` is a JSON object, or a text taken as it
        is. `logged_by` and `used_by` are paths of runs, made when they are new. Works before the
        start, too.
        """
        with usage_errors():
            return Seeds(self._context).artifact(
                path, type, contents, {} if references is None else references, aliases=aliases,
                tags=tags, description=description, metadata=metadata, layout=layout,
                logged_by=logged_by, used_by=used_by,
            )  # fmt: skip

    def link_artifact(self, source: str, target: str, aliases: Iterable[str] = ()) -> None:
        """Link a version, `entity/project/collection:alias`, into a portfolio, as its latest."""
        with usage_errors():
            Seeds(self._context).link(source, target, aliases)

    def start(self) -> Self:
        """Start answering; returns when it does.

        Raises OSError when a port cannot be used, and UsageError after `close`: a server starts
        once.
        """
        if self._process != os.getpid():
            raise UsageError(
                f"this server belongs to process {self._process}; make one of your own"
            )
        if self._closed or self._thread:
            raise UsageError("this server was started before; make another one on its data folder")
        try:
            for port in self._ports:
                self._sockets.append(listen(self._host, port))
        except OSError:
            self._close_sockets()
            raise
        api, storage = (address(self._host, sock) for sock in self._sockets)
        self._context = replace(
            self._context, api_url=api, storage_url=self._storage_url or storage
        )
        started: Future[None] = Future()
        self._thread = threading.Thread(
            target=self._run, args=(started,), name="wbtyped-server", daemon=True
        )
        self._thread.start()
        try:
            started.result(START_TIMEOUT)
        except TimeoutError as error:
            raise RuntimeError(
                f"the embedded server did not start within {START_TIMEOUT} seconds"
            ) from error
        return self

    def _apps(self) -> list[ASGIApp]:
        api = ApiOrigin(self._context, self._execution, self._keys, self._queries, self._workers)
        storage = StorageOrigin(self._context, self._blobs, self._workers)
        return [
            self._origin(api.app(), "api", api.knows, self._queries),
            self._origin(storage.app(), "storage", storage.knows, self._workers),
        ]

    def _origin(self, app: ASGIApp, origin: Origin, knows: Knows, workers: Workers) -> ASGIApp:
        intake = Intake(app, origin, knows, self._guard, self.requests, self.faults, workers)
        return self._guard.with_cors(intake)

    def _run(self, started: Future[None]) -> None:
        """Serve until the end; what goes wrong before the start is told to who waits for it."""
        try:
            with asyncio.Runner(loop_factory=new_event_loop) as runner:
                runner.run(self._serve(started))
        except BaseException as error:
            if started.done():
                raise
            started.set_exception(error)

    async def _serve(self, started: Future[None]) -> None:
        loop, stopping, cutting = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()
        self._stop = lambda: loop.call_soon_threadsafe(stopping.set)
        self._cut = lambda: loop.call_soon_threadsafe(cutting.set)
        origins = [OriginServer(app, stopping, cutting) for app in self._apps()]
        serving = asyncio.gather(
            *(origin.run_on(sock) for origin, sock in zip(origins, self._sockets, strict=True))
        )
        ready = asyncio.gather(*(origin.ready.wait() for origin in origins))
        either: set[asyncio.Future[Any]] = {serving, ready}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if ready.done():
            started.set_result(None)
        ready.cancel()
        await serving

    def close(self) -> None:
        """Stop answering; a temporary data folder is removed. Closing again does nothing.

        Nor does it do anything in a process forked from the one that made the server.
        """
        if self._closed or self._process != os.getpid():
            return
        self._closed = True
        if self._thread:
            self._end(self._thread)
        self._close_sockets()
        self._queries.close()
        self._workers.close()
        self._database.close()
        self._folder.close()

    def _end(self, thread: threading.Thread) -> None:
        """End the thread that serves; answers under way get some time."""
        # The loop may have ended by itself.
        with suppress(RuntimeError):
            if self._stop:
                self._stop()
            # Locks wait by the clock of the system, loops by one that a test may have stopped.
            thread.join(GRACE)
            if self._cut:
                self._cut()
        thread.join()

    def _close_sockets(self) -> None:
        for sock in self._sockets:
            sock.close()
        self._sockets.clear()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()


def serve(server: WandbServer, ready: Callable[[WandbServer], object]) -> None:
    """Run a server in the foreground; returns after SIGINT or SIGTERM, with everything closed.

    `ready` is called once with the server, when it answers and its addresses are known. Call this
    in the main thread, the only one that receives signals.
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
