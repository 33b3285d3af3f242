"""Copy a version to a folder: whole, in chunks, or by workers of a Dask cluster.

Arguments: the variant (`download`, `chunks`, `1 worker`, `2 workers`), the version, the folder, and
the number of downloads at once.
"""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any

from wbtyped import Api
from wbtyped.filesystem.chunks import copy_chunks, plan_chunks


def main(variant: str, path: str, root: str, jobs: int) -> dict[str, float]:
    """Copy, and return the seconds, the CPU seconds and the number of files."""
    api = Api()
    if variant == "download":
        began, used = time.perf_counter(), time.process_time()
        count = len(api.artifact(path).files().download(root).written)
    elif variant == "chunks":
        began, used = time.perf_counter(), time.process_time()
        with ThreadPoolExecutor(1) as executor:
            count = copy_chunks(plan_chunks(api, path), root, executor).written
    else:
        distributed: Any = import_module("distributed")

        workers = int(variant.split()[0])
        with (
            distributed.LocalCluster(
                n_workers=workers, threads_per_worker=1, dashboard_address=None
            ) as cluster,
            distributed.Client(cluster) as client,
        ):
            client.run(lambda: __import__("wbtyped.filesystem.chunks"))
            began, used = time.perf_counter(), time.process_time()
            count = copy_chunks(plan_chunks(api, path), root, client, jobs=jobs).written
            return report(began, used, count)
    return report(began, used, count)


def report(began: float, used: float, count: int) -> dict[str, float]:
    """Return what was measured."""
    seconds, cpu = time.perf_counter() - began, time.process_time() - used
    return {"seconds": seconds, "cpu": cpu, "count": count}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))), flush=True)
    sys.stdin.read()
