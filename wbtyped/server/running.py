"""Start and stop the server: in a thread for tests, in the foreground for the command line."""

import asyncio
import secrets
import shutil
import socket
import string
import tempfile
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Self

import uvicorn
from starlette.types import ASGIApp

from .api import ApiOrigin
from .blobs import BlobStore
from .connection import Connection
from .context import Context
from .database import Database
from .execution import Execution
from .faults import Fault, Faults
from .files import Files
from .intake import Intake
from .projects import Projects
from .recording import RequestLog
from .signing import Signer
from .storage import StorageOrigin

FEATURES = frozenset({"MARK_RUN_FILES_UPLOADED"})
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
    admits to having.

    Use it in a `with` statement, or call `start` and `close`.
    """

    def __init__(
        self,
        data: Path | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        storage_port: int = 0,
        api_key: str | None = None,
        entity: str = "me",
        features: Iterable[str] = FEATURES,
        url_lifetime: float = URL_LIFETIME,
    ) -> None:
        self._temporary = Path(tempfile.mkdtemp(prefix="wbtyped-server-")) if data is None else None
        self.data: Path = data or self._temporary or Path()
        self.data.mkdir(parents=True, exist_ok=True)
        self._host, self._ports = host, (port, storage_port)
        self._database = Database(self.data / "server.sqlite")
        self._blobs = BlobStore(self.data / "blobs")
        self.api_key: str = api_key or self._database.secret("api-key", new_key())
        """The key that clients must send."""
        signer = Signer(
            self._database.secret("signing", secrets.token_hex(32)), lifetime=url_lifetime
        )
        files = Files(self._database, self._blobs)
        self._context = Context(
            Projects(self._database), files, signer, entity, frozenset(features)
        )
        self._execution = Execution(self._context)
        self.entity = entity
        """Name of the account, and of the entity that paths without one mean."""
        self.faults: Faults = Faults()
        """Misbehaviour that is switched on; see `Fault` and `fault`."""
        self.requests: RequestLog = RequestLog()
        """What came in."""
        self._servers: list[uvicorn.Server] = []
        self._sockets: list[socket.socket] = []
        self._thread: threading.Thread | None = None

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
        self._execution.introspection = allowed

    def fault(self, fault: Fault) -> AbstractContextManager[Fault]:
        """Switch a fault on for a `with` block."""
        return self.faults.during(fault)

    def add_run(self, path: str, files: Mapping[str, bytes] | None = None) -> None:
        """Create the run `entity/project/run` with files, without going through HTTP."""
        entity, project, run = path.split("/")
        owner, _ = self._context.projects.upsert(entity, project)
        row, _ = self._context.projects.upsert_run(owner["id"], run, {"state": "finished"})
        self._context.files.put(row["id"], files or {})

    def start(self) -> Self:
        """Start answering; returns when it does. Raises OSError when a port is taken."""
        try:
            for port in self._ports:
                self._sockets.append(socket.create_server((self._host, port), backlog=512))
        except OSError:
            self._close_sockets()
            raise
        api, storage = (f"http://{self._host}:{s.getsockname()[1]}" for s in self._sockets)
        self._context.api_url, self._context.storage_url = api, storage
        key = self.api_key
        apps: list[ASGIApp] = [
            Intake(
                ApiOrigin(self._context, self._execution, key).app(),
                "api",
                self.requests,
                self.faults,
            ),
            Intake(
                StorageOrigin(self._context, self._blobs).app(),
                "storage",
                self.requests,
                self.faults,
            ),
        ]
        self._servers = [uvicorn.Server(configuration(app)) for app in apps]
        ready = threading.Event()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve(ready)), name="wbtyped-server", daemon=True
        )
        self._thread.start()
        if not ready.wait(START_TIMEOUT):
            raise RuntimeError(f"the embedded server did not start within {START_TIMEOUT} seconds")
        return self

    async def _serve(self, ready: threading.Event) -> None:
        running = [
            asyncio.ensure_future(server.serve(sockets=[sock]))
            for server, sock in zip(self._servers, self._sockets, strict=True)
        ]
        while not all(server.started for server in self._servers):
            if any(task.done() for task in running):
                break
            await asyncio.sleep(0.005)
        ready.set()
        await asyncio.gather(*running)

    def close(self) -> None:
        """Stop answering; a temporary data folder is removed."""
        for server in self._servers:
            server.should_exit = True
        if self._thread:
            self._thread.join()
            self._thread = None
        self._close_sockets()
        self._database.close()
        if self._temporary:
            shutil.rmtree(self._temporary, ignore_errors=True)

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


def configuration(app: ASGIApp) -> uvicorn.Config:
    """Return how uvicorn serves one origin."""
    return uvicorn.Config(
        app,
        http=Connection,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        # The application must see the connection itself, not a proxy's word for it.
        proxy_headers=False,
        timeout_graceful_shutdown=2,
    )


def new_key() -> str:
    """Return a key in the form that on-premises W&B servers use."""
    return "local-" + "".join(secrets.choice(KEY_CHARACTERS) for _ in range(40))


def serve(server: WandbServer, ready: Callable[[WandbServer], None]) -> None:
    """Run a server in the foreground until the process is interrupted; `ready` is called once."""
    with server:
        ready(server)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return
