"""Import httpx without its own command line.

`import httpx` also loads rich, click and pygments if they are installed, as they are with the extra
`cli`: 40 ms of CPU, which is two thirds as much as all the rest of httpx.
"""

import sys
from collections.abc import Generator
from contextlib import contextmanager

COMMAND_LINE = "httpx._main"


@contextmanager
def without_command_line() -> Generator[None]:
    """Let httpx find its command line missing, if it is imported inside the context.

    It is then as if `httpx[cli]` were not installed, which httpx provides for.
    """
    if "httpx" in sys.modules or COMMAND_LINE in sys.modules:
        yield
        return
    # None makes an import fail, as the language reference says of `sys.modules`.
    sys.modules[COMMAND_LINE] = None  # type: ignore[assignment] # ty: ignore[invalid-assignment]
    try:
        yield
    finally:
        sys.modules.pop(COMMAND_LINE, None)
