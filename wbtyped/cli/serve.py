"""`wbtyped serve`: the embedded server in the foreground."""

import shlex
import signal
import sqlite3
from pathlib import Path

from ..server import WandbServer, serve
from .output import complain, say

SCRIPT = "from wbtyped import Api; print(Api().create_run(project='tour').full_path)"


def serve_folder(data: Path, host: str, port: int, storage_port: int, api_key: str | None) -> int:
    """Serve until the process is interrupted; returns the exit code."""
    # A service manager stops a server politely too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        server = WandbServer(data, host=host, port=port, storage_port=storage_port, api_key=api_key)
    except (OSError, sqlite3.Error) as error:
        complain(f"wbtyped: {data} cannot be used as data folder: {error}")
        return 1
    try:
        serve(server, introduce)
    except OSError as error:
        server.close()
        ports = f"port {port}" + (f" or {storage_port}" if storage_port else "")
        complain(f"wbtyped: cannot listen on {host} {ports}: {error}; choose another with --port")
        return 1
    say("stopped")
    return 0


def introduce(server: WandbServer) -> None:
    """Print how to reach a server that is running."""
    say(f"W&B server at {server.url}, data in {server.data}; Ctrl-C stops it.")
    say("To use it, in another terminal:")
    for name, value in server.env.items():
        say(f"  export {name}={shlex.quote(value)}")
    say("Then, for example:")
    say(f'  python -c "{SCRIPT}"')
