"""The command `wbtyped`. Exit codes: 0 done, 1 something failed, 2 wrong usage, 130 interrupted.

`app.py` puts the subcommands together; `reading.py`, `writing.py`, `account.py`, `local.py`,
`cache.py` and `schema.py` declare them with their options and examples, and `parameters.py` what
several of them take. Each subcommand is implemented in a module of its own, which is imported only
when it runs: `wbtyped --help` must not wait for HTTP, GraphQL or the embedded server.
"""

import atexit
import gc
import io
import os
import sys
import warnings
from collections.abc import Sequence

from ..errors import UsageError, WbtypedError
from ..extras import require
from .output import INTERRUPTED, print_err

NEEDED: dict[str, str] = {
    "serve": "server",
    "demo": "server",
    "schema": "drift",
    "codegen": "codegen",
}
"""The extra that a subcommand needs besides `cli`."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command with the arguments of the process, or others, and raise SystemExit."""
    given = sys.argv[1:] if arguments is None else arguments
    for stream in (sys.stdout, sys.stderr):
        # A name that the terminal cannot encode must not end the command half-way.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    require("cli", *(NEEDED[name] for name in given[:1] if name in NEEDED))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("always", UserWarning)
            warnings.showwarning = show_warning  # ty: ignore[invalid-assignment] # as documented
            run(given)
    except KeyboardInterrupt:
        print_err("wbtyped: interrupted")
        sys.exit(INTERRUPTED)
    except (WbtypedError, OSError) as error:
        print_err(f"wbtyped: {error}")
        sys.exit(2 if isinstance(error, UsageError) else 1)


def start_fast() -> None:
    """Leave out what costs a quarter of the CPU time of `wbtyped ls` and is of no use to it."""
    # What modules create stays until the end, and then the process ends anyway.
    gc.set_threshold(50_000)
    atexit.register(gc.freeze)
    # pydantic would read the metadata of every installed package for plugins, which only trace.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")


def show_warning(message: Warning | str, *_: object, **__: object) -> None:
    """Print a warning without the line of code, which says nothing to users of a command."""
    print_err(f"wbtyped: {message}")


def run(arguments: Sequence[str]) -> None:
    """Run a subcommand; raises SystemExit, and KeyboardInterrupt if nothing was reported yet."""
    start_fast()
    from .app import app  # needs typer, which may be missing

    try:
        app(args=arguments, prog_name="wbtyped")
    except SystemExit as ended:
        # typer turns an interrupt into an exit without a message.
        exit_raised = ended.__context__
        if exit_raised and isinstance(exit_raised.__cause__, KeyboardInterrupt):
            raise KeyboardInterrupt from None
        raise
