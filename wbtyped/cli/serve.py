"""`wbtyped serve`: the embedded server in the foreground."""

import logging
import shlex
import signal
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from ..errors import UsageError
from ..server import WandbServer, serve
from .output import print_err, print_out

SCRIPT = "from wbtyped import Api; print(Api().create_run(project='tour').full_path)"


def load_folder(server: WandbServer, given: str) -> None:
    """Commit a folder as a version of a sequence."""
    path, equals, folder = given.partition("=")
    parts = path.split("/")
    if not equals or len(parts) != 4 or not all(parts):
        raise UsageError(f"--load {given!r}: write entity/project/type/collection=FOLDER")
    entity, project, kind, collection = parts
    name = server.add_artifact(f"{entity}/{project}/{collection}", kind, Path(folder))
    print_out(f"loaded {folder} as {entity}/{project}/{name}")


def serve_folder(
    data: Path,
    host: str,
    port: int,
    storage_port: int,
    api_key: str | None,
    load: Sequence[str] = (),
    *,
    introspection: bool = True,
    allow_hosts: Sequence[str] = (),
    allow_origins: Sequence[str] = (),
    log_requests: bool = False,
) -> int:
    """Serve until the process is interrupted; returns the exit code."""
    # A service manager stops a server politely too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        server = WandbServer(
            data,
            host=host,
            port=port,
            storage_port=storage_port,
            api_key=api_key,
            allow_hosts=allow_hosts,
            allow_origins=allow_origins,
        )
    except (OSError, sqlite3.Error) as error:
        print_err(f"wbtyped: {data} cannot be used as data folder: {error}")
        return 1
    server.introspection = introspection
    # Nobody could read the log of this process, which may run for months.
    server.requests.enabled = log_requests
    if log_requests:
        show_requests()
    try:
        for given in load:
            load_folder(server, given)
        serve(server, introduce)
    except UsageError:
        server.close()
        raise
    except OSError as error:
        server.close()
        ports = f"port {port}" + (f" or {storage_port}" if storage_port else "")
        print_err(f"wbtyped: cannot listen on {host} {ports}: {error}; choose another with --port")
        return 1
    print_out("stopped")
    return 0


def show_requests() -> None:
    """Print each request as it comes in."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    logger = logging.getLogger("wbtyped.server.request_log")
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)


def introduce(server: WandbServer) -> None:
    """Print how to reach a server that is running."""
    print_out(f"W&B server at {server.url}, data in {server.data}; Ctrl-C stops it.")
    print_out("To use it, in another terminal:")
    for name, value in server.env.items():
        print_out(f"  export {name}={shlex.quote(value)}")
    print_out("Then, for example:")
    print_out(f'  python -c "{SCRIPT}"')
