"""Download an artifact or the files of a run with one client, and report the time.

Arguments: the client (`httpx`, `curl`, `wandb`, `wandb-no-cache`), `artifact` or `run`, its path,
and the folder.
"""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal

client, what, path, root, *_ = sys.argv[1:]


def ours() -> float:
    """Download with this package."""
    from wbtyped import Api

    api = Api()
    # As the constructor of the official client does; it also loads what requests need.
    _ = api.viewer
    engine: Literal["curl", "httpx"] = "curl" if client == "curl" else "httpx"
    began = time.perf_counter()
    if what == "artifact":
        api.artifact(path).download(root, engine=engine)
    else:
        api.run(path).files().download(root, engine=engine)
    return time.perf_counter() - began


def official() -> float:
    """Download with the official client, and files of a run in 16 threads."""
    import wandb

    api = wandb.Api()
    began = time.perf_counter()
    if what == "artifact":
        api.artifact(path).download(root, skip_cache=client == "wandb-no-cache")
    else:
        with ThreadPoolExecutor(16) as threads:
            files = api.run(path).files(per_page=1000)
            for future in [threads.submit(f.download, root, exist_ok=True) for f in files]:
                future.result()
    return time.perf_counter() - began


seconds = official() if client.startswith("wandb") else ours()
found = [p for p in Path(root).rglob("*") if p.is_file()]
size = sum(p.stat().st_size for p in found)
print(json.dumps({"seconds": seconds, "count": len(found), "size": size}), flush=True)
sys.stdin.read()
