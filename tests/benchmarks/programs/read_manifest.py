"""Read a manifest from a file, and report the CPU time and the memory of it."""

import json
import os
import sys
import time
from pathlib import Path

from wbtyped.artifacts.contents.manifest import parse_manifest, read_manifest


def resident() -> int:
    """Return the bytes of this process in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def peak() -> int:
    """Return the most bytes of this process that were in memory."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


# Models are built on first use.
parse_manifest(b'{"version": 1, "contents": {"a": {"digest": "x"}}}', "a manifest")
before = resident()
began = time.process_time()
with Path(sys.argv[1]).open("rb") as stream:
    manifest = read_manifest(stream, "a manifest")
    manifest.digest()
seconds = time.process_time() - began
count = len(manifest)
report = {
    "count": count,
    "seconds": seconds,
    "kept": (resident() - before) / count,
    "peak": (peak() - before) / count,
}
print(json.dumps(report), flush=True)
sys.stdin.read()
