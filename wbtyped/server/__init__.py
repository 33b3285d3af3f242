"""The embedded W&B server: a real server on real sockets, for tests, demos and offline work.

    from wbtyped.server import WandbServer

    with WandbServer() as server:
        server.add_run("entity/project/run", files={"a.txt": b"hello"})
        print(server.env)  # the environment variables that point a W&B client to it

In this room: everything that handles requests or stores what clients upload, and the ways to seed,
inspect and disturb the server in tests. Not in it: code of the client. Client and server share only
modules without W&B in them (errors, argument checks, clocks); they meet on the wire, so that a
mistake on one side cannot hide on the other. README.md is the how-to, with a map of the modules.
"""

from typing import TYPE_CHECKING

from ..extras import import_from

if TYPE_CHECKING:
    from .alerts import Alert
    from .faults import Fault, RequestKind
    from .manifests import Reference
    from .request_log import RecordedRequest
    from .server import WandbServer, serve

__all__ = ["Alert", "Fault", "RecordedRequest", "Reference", "RequestKind", "WandbServer", "serve"]

# Imported on first use, so that a missing extra is reported as such.
_MODULES = {
    "Alert": "alerts",
    "Fault": "faults",
    "RecordedRequest": "request_log",
    "Reference": "manifests",
    "RequestKind": "faults",
    "WandbServer": "server",
    "serve": "server",
}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import a public name from its module; ImportError says what to install."""
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return import_from(__name__, _MODULES[name], name, "server")

    def __dir__() -> list[str]:
        """List the public names."""
        return sorted(__all__)
