"""Download an artifact or the files of a run with one client, and report what it cost.

Arguments: the client (`httpx`, `curl`, `wandb`), `artifact` or `run`, its path, the folder, and
perhaps a folder for the cache.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal

client, what, path, root, *cache = sys.argv[1:]


def ours() -> Callable[[], object]:
    """Prepare a download with this package."""
    from wbtyped import Api

    api = Api()
    # As the constructor of the official client does; it also loads what requests need.
    _ = api.viewer
    engine: Literal["curl", "httpx"] = "curl" if client == "curl" else "httpx"
    folder = Path(cache[0]) if cache else None

    def download() -> object:
        if what == "artifact":
            return api.artifact(path).download(root, engine=engine, cache=folder)
        return api.run(path).files().download(root, engine=engine, cache=folder)

    return download


def official() -> Callable[[], object]:
    """Prepare a download with the official client, of files of a run in 16 threads."""
    import wandb

    api = wandb.Api()

    def download() -> object:
        if what == "artifact":
            return api.artifact(path).download(root)
        with ThreadPoolExecutor(16) as threads:
            files = api.run(path).files(per_page=1000)
            return [threads.submit(f.download, root, exist_ok=True) for f in files]

    return download


def cpu_seconds() -> float:
    """Return the user and system time of this process and of children that have ended."""
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


download = official() if client == "wandb" else ours()
began, cpu = time.perf_counter(), cpu_seconds()
download()
taken, cpu = time.perf_counter() - began, cpu_seconds() - cpu
found = [p for p in Path(root).rglob("*") if p.is_file()]
size = sum(p.stat().st_size for p in found)
print(json.dumps({"seconds": taken, "cpu": cpu, "count": len(found), "size": size}), flush=True)
sys.stdin.read()
