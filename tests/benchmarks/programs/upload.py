"""Publish a folder with one client, and report what it cost.

Arguments: the client (`httpx`, `curl`, `wandb`), the folder, and the collection. With `whole` as a
fourth one, nothing is prepared before: the caller measures the process.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Literal

client, folder, collection, *whole = sys.argv[1:]


def ours() -> Callable[[], object]:
    """Prepare an upload with this package."""
    from wbtyped import Api

    api = Api()
    if not whole:
        # As the constructor of the official client does; it also loads what requests need.
        _ = api.viewer
    engine: Literal["curl", "httpx"] = "curl" if client == "curl" else "httpx"

    def upload() -> object:
        return api.publish(folder, f"bench/speed/{collection}", "dataset", engine=engine)

    return upload


def official() -> Callable[[], object]:
    """Prepare an upload with the official client, which needs a run."""
    import wandb

    run = wandb.init(entity="bench", project="speed", settings=wandb.Settings(console="off"))

    def upload() -> object:
        artifact = wandb.Artifact(collection, "dataset")
        artifact.add_dir(folder)
        run.log_artifact(artifact).wait()
        if whole:
            run.finish()
        return artifact

    return upload


upload = official() if client == "wandb" else ours()
began, cpu = time.perf_counter(), sum(os.times()[:4])
upload()
taken, cpu = time.perf_counter() - began, sum(os.times()[:4]) - cpu
print(json.dumps({"seconds": taken, "cpu": cpu}), flush=True)
sys.stdin.read()
if client == "wandb" and not whole:
    os._exit(0)
