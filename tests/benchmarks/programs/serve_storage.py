"""Run a server with files of several sizes, whose URLs lead to another storage.

Arguments: the data folder, the port, the URL of the storage, and the number and size of the files
of each kind, as JSON.
"""

import json
import os
import sys
from pathlib import Path

from wbtyped.server import WandbServer, serve

FOLDER, PORT, URL, KINDS = sys.argv[1:]


def content(number: int, size: int) -> bytes:
    """Return content that no other file has."""
    return (number.to_bytes(8, "big") + os.urandom(1024) * ((size - 8) // 1024 + 1))[:size]


server = WandbServer(Path(FOLDER), port=int(PORT), storage_url=URL)
kinds: dict[str, tuple[int, int]] = json.loads(KINDS)
for kind, (count, size) in kinds.items():
    files = {f"{n // 100:03}/{n:05}.bin": content(n, size) for n in range(count)}
    server.add_artifact(f"bench/speed/{kind}", "dataset", files)
    if kind == "small":
        server.add_run("bench/speed/small", files)
server.requests.enabled = False
serve(server, lambda started: print(json.dumps(started.env), flush=True))
