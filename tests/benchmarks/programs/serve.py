"""Run a server with this many files in a run and in a version, until the input ends."""

import sys

from wbtyped.server import WandbServer

files = {f"f{number:06}.txt": b"x" for number in range(int(sys.argv[1]))}
with WandbServer() as server:
    if files:
        server.add_run("crew/ship/log", files)
        server.add_artifact("crew/ship/data", "dataset", files)
    print(server.url, server.api_key, flush=True)
    sys.stdin.read()
