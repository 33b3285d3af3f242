"""The command `wbtyped`. Exit codes: 0 done, 1 something failed, 2 wrong usage.

`app.py` and `schema.py` declare the subcommands and their options, `parameters.py` what several of
them take. Each subcommand is implemented in a module of its own, which is imported only when it
runs: `wbtyped --help` must not wait for HTTP, GraphQL or the embedded server.
"""

import io
import sys
from collections.abc import Sequence

from ..errors import UsageError, WbtypedError
from .extras import require
from .output import print_err


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command with the arguments of the process, or others, and raise SystemExit."""
    for stream in (sys.stdout, sys.stderr):
        # A name that the terminal cannot encode must not end the command half-way.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    require("cli")
    from .app import app  # needs typer, which may be missing

    try:
        app(args=arguments, prog_name="wbtyped")
    except (WbtypedError, OSError) as error:
        print_err(f"wbtyped: {error}")
        sys.exit(2 if isinstance(error, UsageError) else 1)
