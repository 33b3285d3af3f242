"""httpx, imported without its own command line: `from .httpx_import import httpx`.

`import httpx` also loads rich, click and pygments if they are installed, as they are with the extra
`cli`: 30 ms of CPU time, which is as much as half of all the rest of httpx.
"""

import sys

COMMAND_LINE = "httpx._main"


def _hide_command_line() -> bool:
    """Let httpx find its command line missing, as if `httpx[cli]` were not installed.

    httpx provides for that. Returns False if httpx or its command line is imported already.
    """
    if "httpx" in sys.modules or COMMAND_LINE in sys.modules:
        return False
    # None makes an import fail, as the language reference says of `sys.modules`.
    sys.modules[COMMAND_LINE] = None  # type: ignore[assignment] # ty: ignore[invalid-assignment]
    return True


_hidden = _hide_command_line()
try:
    import httpx as httpx  # noqa: TID251
finally:
    if _hidden:
        del sys.modules[COMMAND_LINE]
