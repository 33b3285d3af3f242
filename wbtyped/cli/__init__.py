"""The command `wbtyped`. Exit codes: 0 done, 1 something failed, 2 wrong use."""

import io
import sys
from collections.abc import Sequence

from ..errors import UsageError, WbtypedError
from .extras import require


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command with the arguments of the process, or others, and raise SystemExit."""
    for stream in (sys.stdout, sys.stderr):
        # A name that the terminal's encoding lacks is no reason to stop half-way.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    require("cli")
    from .app import app
    from .output import print_err

    try:
        app(args=arguments, prog_name="wbtyped")
    except (WbtypedError, OSError) as error:
        print_err(f"wbtyped: {error}")
        sys.exit(2 if isinstance(error, UsageError) else 1)
