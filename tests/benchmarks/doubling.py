"""`python tests/benchmarks/doubling.py`: find code that is slower than linear.

Each path runs with sizes that double. If its CPU time grows by more than MAX_GROWTH at the last two
doublings, it is (nearly) quadratic, and the exit code is 1.
"""

import base64
import hashlib
import json
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

# When a file is run, Python looks for modules beside it, and not beside `tests`.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from wbtyped import Api
from wbtyped.artifacts import Artifact
from wbtyped.artifacts.contents.manifest import parse_manifest
from wbtyped.download.disk.safe_names import SafeNames, require_targets
from wbtyped.server import Reference, WandbServer

MAX_GROWTH = 3.0
"""Growth at one doubling: linear is 2, quadratic is 4."""
MIN_CPU_SECONDS = 0.05
"""CPU time of client and server together below which a measurement means nothing."""
Measured = Callable[[int, Path], Iterator[None]]
"""Prepares for a size and a folder; what follows its only `yield` is measured."""


def digest(content: bytes) -> str:
    return base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()


def manifest(size: int) -> bytes:
    """Return a manifest with `size` files."""
    contents = {
        f"d{n % 100}/{n}.bin": {"digest": digest(b"%d" % n), "size": n} for n in range(size)
    }
    return json.dumps({"version": 1, "contents": contents}).encode()


@contextmanager
def open_server(folder: Path) -> Generator[tuple[WandbServer, Api]]:
    with (
        WandbServer(folder / "server") as server,
        Api({"base_url": server.url}, api_key=server.api_key) as api,
    ):
        yield server, api


def add_version(server: WandbServer, api: Api, size: int, *, same: bool = False) -> Artifact:
    files = {f"{n:06}": b"" if same else b"%d" % n for n in range(size)}
    server.add_artifact("crew/ship/data", "dataset", files)
    return api.artifact("crew/ship/data")


def read_manifest(size: int, _: Path) -> Iterator[None]:
    content = manifest(size * 20)
    yield
    parse_manifest(content, "x").digest()


def place_names(size: int, folder: Path) -> Iterator[None]:
    names = [f"{n % 10}/{n}" for n in range(size * 10)]
    yield
    require_targets(names, SafeNames(folder))


def place_deep_names(size: int, folder: Path) -> Iterator[None]:
    names = ["/".join(["d"] * (size // 10)) + f"/{n}" for n in range(10)]
    yield
    require_targets(names, SafeNames(folder))


def compare_missing(size: int, folder: Path) -> Iterator[None]:
    with open_server(folder) as (server, api):
        artifact = add_version(server, api, 1)
        artifact.contents.use_manifest(parse_manifest(manifest(size * 5), "x", artifact))
        yield
        artifact.compare(folder / "missing")


def compare_unexpected(size: int, folder: Path) -> Iterator[None]:
    with open_server(folder) as (server, api):
        artifact = add_version(server, api, 1)
        root = folder / "root"
        root.mkdir()
        for n in range(size):
            (root / f"x{n}").touch()
        yield
        artifact.compare(root)


def commit_same_contents(size: int, folder: Path) -> Iterator[None]:
    with open_server(folder) as (server, api):
        yield
        add_version(server, api, size, same=True)


def download_all(size: int, folder: Path) -> Iterator[None]:
    with open_server(folder) as (server, api):
        artifact = add_version(server, api, size)
        yield
        artifact.download(folder / "root")


def download_most(size: int, folder: Path) -> Iterator[None]:
    with open_server(folder) as (server, api):
        artifact = add_version(server, api, size)
        names = [entry.path for entry in artifact.manifest][1:]
        yield
        artifact.files(names).download(folder / "root")


def follow_references(size: int, folder: Path) -> Iterator[None]:
    with open_server(folder) as (server, api):
        entry = add_version(server, api, 1).get_entry("000000")
        references = {f"{n:06}": Reference(entry.ref_url()) for n in range(size)}
        server.add_artifact("crew/ship/away", "dataset", {}, references)
        artifact = api.artifact("crew/ship/away")
        yield
        artifact.download(folder / "root")


def list_files(size: int, folder: Path) -> Iterator[None]:
    with open_server(folder) as (server, api):
        artifact = add_version(server, api, size)
        yield
        assert sum(1 for _ in artifact.files(per_page=100)) == size


def list_named_files(size: int, folder: Path) -> Iterator[None]:
    with open_server(folder) as (server, api):
        artifact = add_version(server, api, size)
        names = [entry.path for entry in artifact.manifest]
        yield
        assert sum(1 for _ in artifact.files(names, per_page=100)) == size


def list_versions(size: int, folder: Path) -> Iterator[None]:
    with open_server(folder) as (server, api):
        for n in range(size // 4):
            server.add_artifact("crew/ship/data", "dataset", {"a": b"%d" % n})
        versions = api.artifacts("dataset", "crew/ship/data")
        yield
        assert sum(1 for _ in versions) == size // 4


PATHS: dict[str, Measured] = {
    path.__name__.replace("_", " "): path
    for path in (
        read_manifest, place_names, place_deep_names, compare_missing, compare_unexpected,
        commit_same_contents, download_all, download_most, follow_references, list_files,
        list_named_files, list_versions,
    )
}  # fmt: skip


def seconds(path: Measured, size: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        work = path(size, Path(folder))
        next(work)
        began = time.process_time()
        next(work, None)
        return time.process_time() - began


def main() -> int:
    """Measure the named paths, or all; return exit code 1 if one grows too fast."""
    names = sys.argv[1:] or PATHS
    sizes = [250 * 2**n for n in range(5)]
    print(f"{'size':24}", *(f"{size:8}" for size in sizes))
    bad = 0
    for name in names:
        times = [seconds(PATHS[name], size) for size in sizes]
        quick = times[-3] < MIN_CPU_SECONDS
        growth = (times[-1] / times[-3]) ** 0.5
        verdict = "" if growth < MAX_GROWTH or quick else "  too fast"
        bad += bool(verdict)
        print(f"{name:24}", *(f"{spent:8.3f}" for spent in times), f"  x{growth:.1f}{verdict}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
