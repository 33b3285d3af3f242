"""Keep all files of a run in a list, and report by how many bytes the process has grown."""

import gc
import json
import sys
from importlib import import_module
from pathlib import Path

client, path, per_page = sys.argv[1], sys.argv[2], int(sys.argv[3])


def resident() -> int:
    """Return the bytes of resident memory."""
    gc.collect()
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))


run = import_module(client).Api().run(path)
# The first page loads what any listing needs once.
first = run.files(per_page=per_page)[0]

before = resident()
kept = list(run.files(per_page=per_page))
growth = resident() - before

size = sum(file.size for file in kept)
print(json.dumps({"growth": growth, "count": len(kept), "size": size}), flush=True)
sys.stdin.read()
