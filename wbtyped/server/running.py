"""Start and stop the server: in a thread for tests, in the foreground for the command line."""

import asyncio
import secrets
import signal
import socket
import sqlite3
import string
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from os import PathLike
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from starlette.types import ASGIApp

from .. import arguments
from ..errors import DiskError, UsageError
from .api import ApiOrigin
from .blobs import BlobStore
from .collections import Collections
from .contents import Contents
from .context import Context
from .data_folder import DataFolder
from .database import Database
from .drafts import Drafts
from .execution import Execution
from .faults import Fault, Faults
from .files import Files
from .intake import Intake
from .manifests import Reference
from .organizations import Organizations
from .projects import Projects
from .recording import RequestLog
from .seeding import Seeds, usage_errors
from .serving import OriginServer, address, listen
from .signing import Signer
from .storage import StorageOrigin
from .streams import Streams
from .uploads import Uploads
from .versions import Versions
from .workers import Workers

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
KEY_CHARACTERS = string.ascii_lowercase + string.digits
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
    of it. Raises DiskError when another server is using the folder.

    Use it in a `with` statement, or call `start` and, once, `close`.
    """

    # An attribute that does not exist cannot be assigned: `server.introspecton = ...` is an error.
    __slots__ = (
        "__weakref__", "_blobs", "_closed", "_context", "_database", "_execution", "_folder",
        "_host", "_ports", "_sockets", "_stop", "_storage_url", "_thread", "_workers", "api_key",
        "data", "entity", "faults", "requests",
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
    ) -> None:
        folder = arguments.optional_location("data", data)
        arguments.check_strings(host=host, entity=entity)
        arguments.check_optional_strings(api_key=api_key, storage_url=storage_url)
        for name, number in (("port", port), ("storage_port", storage_port)):
            arguments.whole_number(name, number, 0, 65535)
        features = arguments.strings("features", features)
        arguments.instance("url_lifetime", url_lifetime, (int, float), "a number of seconds")
        self._folder = DataFolder(folder)
        self.data: Path = self._folder.path
        """The folder that keeps the data."""
        self._host, self._ports = host, (port, storage_port)
        self._storage_url = storage_url
        try:
            self._database = Database(self.data / "server.sqlite")
        except (sqlite3.Error, DiskError):
            self._folder.close()
            raise
        self._blobs = BlobStore(self.data / "blobs")
        contents = Contents(self._database, self._blobs)
        if self._folder.was_killed:
            contents.tidy()
        self.api_key: str = api_key or self._database.secret("api-key", new_key())
        """The key that clients must send."""
        secret = self._database.secret("signing", secrets.token_hex(32))
        signer = Signer(secret, lifetime=url_lifetime)
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
        )
        self._execution = Execution(frozenset(features))
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
        ready = threading.Event()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve(ready)), name="wbtyped-server", daemon=True
        )
        self._thread.start()
        if not ready.wait(START_TIMEOUT):
            raise RuntimeError(f"the embedded server did not start within {START_TIMEOUT} seconds")
        return self

    def _apps(self) -> list[ASGIApp]:
        api = ApiOrigin(self._context, self._execution, self.api_key, self._workers)
        storage = StorageOrigin(self._context, self._blobs, self._workers)
        return [
            Intake(api.app(), "api", self.requests, self.faults),
            Intake(storage.app(), "storage", self.requests, self.faults),
        ]

    async def _serve(self, ready: threading.Event) -> None:
        loop, stopping = asyncio.get_running_loop(), asyncio.Event()
        self._stop = lambda: loop.call_soon_threadsafe(stopping.set)
        origins = [OriginServer(app) for app in self._apps()]
        running = [
            asyncio.ensure_future(origin.run_until(stopping, sock))
            for origin, sock in zip(origins, self._sockets, strict=True)
        ]
        while not all(origin.started for origin in origins):
            if any(task.done() for task in running):
                break
            await asyncio.sleep(0.001)
        ready.set()
        await asyncio.gather(*running)

    def close(self) -> None:
        """Stop answering; a temporary data folder is removed. Closing again does nothing."""
        if self._closed:
            return
        self._closed = True
        if self._stop:
            self._stop()
        if self._thread:
            self._thread.join()
        self._close_sockets()
        self._workers.close()
        self._database.close()
        self._folder.close()

    def _close_sockets(self) -> None:
        for sock in self._sockets:
            sock.close()
        self._sockets.clear()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def new_key() -> str:
    """Return a key in the form that on-premises W&B servers use."""
    return "local-" + "".join(secrets.choice(KEY_CHARACTERS) for _ in range(40))


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
