"""The embedded W&B server: a real server on real sockets, for tests, demos and offline work.

from wbtyped.server import WandbServer

with WandbServer() as server:
    server.add_run("entity/project/run", files={"a.txt": b"hello"})
    print(server.env)  # what to export so that any W&B client talks to it
"""

from .faults import Fault, RequestKind
from .manifests import Reference
from .request_log import RecordedRequest
from .server import WandbServer, serve

__all__ = ["Fault", "RecordedRequest", "Reference", "RequestKind", "WandbServer", "serve"]
