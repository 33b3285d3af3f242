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

EXAMPLE_SCRIPT = "from wbtyped import Api; print(Api().create_run(project='tour').full_path)"


def load_folder(server: WandbServer, option: str) -> None:
    """Commit the folder of a `--load` option as an artifact version."""
    path, equals, folder = option.partition("=")
    parts = path.split("/")
    if not equals or len(parts) != 4 or not all(parts):
        raise UsageError(f"--load {option!r}: use entity/project/type/collection=FOLDER")
    entity, project, artifact_type, collection = parts
    name = server.add_artifact(f"{entity}/{project}/{collection}", artifact_type, Path(folder))
    print_out(f"loaded {folder} as {entity}/{project}/{name}")


def add_user(server: WandbServer, option: str) -> None:
    """Create the user of a `--user` option, and print its key."""
    name, colon, listed = option.partition(":")
    teams = listed.split(",") if colon else []
    if not all(teams):
        raise UsageError(f"--user {option!r}: use NAME or NAME:TEAM,TEAM")
    key = server.add_user(name, teams=teams)
    print_out(f"user {name} has the key {key}")


def serve_folder(
    data: Path | None,
    host: str,
    port: int,
    storage_port: int,
    api_key: str | None,
    load: Sequence[str] = (),
    *,
    mirrors: Sequence[Path] = (),
    users: Sequence[str] = (),
    introspection: bool = True,
    anonymous_access: bool = False,
    allow_hosts: Sequence[str] = (),
    allow_origins: Sequence[str] = (),
    log_requests: bool = False,
) -> int:
    """Serve until the process is interrupted; return the exit code."""
    # Service managers stop a process with SIGTERM: end as on Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        server = WandbServer(
            data,
            host=host,
            port=port,
            storage_port=storage_port,
            api_key=api_key,
            mirrors=mirrors,
            allow_hosts=allow_hosts,
            allow_origins=allow_origins,
        )
    except ImportError as error:
        print_err(f"wbtyped: {error}")
        return 1
    except (OSError, sqlite3.Error) as error:
        print_err(f"wbtyped: {data} cannot be used as the data folder: {error}")
        return 1
    server.introspection = introspection
    server.anonymous_access = anonymous_access
    # Nothing reads the request log of this process, which may run for months.
    server.requests.enabled = log_requests
    if log_requests:
        print_requests()
    try:
        for option in users:
            add_user(server, option)
        for option in load:
            load_folder(server, option)
        serve(server, print_mirror_instructions if mirrors else print_instructions)
    except UsageError:
        server.close()
        raise
    except OSError as error:
        server.close()
        ports = f"port {port}" + (f" or {storage_port}" if storage_port else "")
        print_err(f"wbtyped: cannot listen on {host} {ports}: {error}; pass another one as --port")
        return 1
    print_out("stopped")
    return 0


def print_requests() -> None:
    """Print each request on stderr as it arrives."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    logger = logging.getLogger("wbtyped.server.request_log")
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)


def print_instructions(server: WandbServer) -> None:
    """Print how to use the running server."""
    print_out(f"W&B server running at {server.url}, data in {server.data}; stop it with Ctrl-C")
    print_out("To use it, in another terminal:")
    for name, value in server.env.items():
        print_out(f"  export {name}={shlex.quote(value)}")
    print_out("Then, for example:")
    print_out(f'  python -c "{EXAMPLE_SCRIPT}"')


def print_mirror_instructions(server: WandbServer) -> None:
    """Print how to read from the running server."""
    print_out(f"W&B server running at {server.url}, read-only; stop it with Ctrl-C")
    print_out("To read from it, in another terminal:")
    for name, value in server.env.items():
        print_out(f"  export {name}={shlex.quote(value)}")
