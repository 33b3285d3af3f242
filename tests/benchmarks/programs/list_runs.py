"""List the runs of a project with the client named by the first argument, and report the time.

The same code for both clients. Import and `Api()` are not timed.
"""

import json
import sys
import time
from importlib import import_module

client, path, per_page = sys.argv[1], sys.argv[2], int(sys.argv[3])

api = import_module(client).Api()

started = time.perf_counter()
count = size = 0
for run in api.runs(path, per_page=per_page):
    count += 1
    size += len(run.state)
seconds = time.perf_counter() - started

print(json.dumps({"seconds": seconds, "count": count, "size": size}), flush=True)
sys.stdin.read()
