"""One column of Parquet files of a version: bytes read, compared with the same from a disk."""

import io
import tempfile
from collections.abc import Callable, Mapping
from importlib import import_module
from os import PathLike
from pathlib import Path
from typing import Any, ClassVar

import fsspec
import pytest

from tests.benchmarks.results import Figure, Target
from wbtyped.filesystem import WandbFileSystem
from wbtyped.server import WandbServer

FILES, ROWS, COLUMNS = 4, 170_000, 6
MAX_RATIO = 1.1
"""Bytes from a version for each byte that the library reads from a local file."""
Read = Callable[[Any, str, list[str]], object]
"""Reads one column, with a file system, the prefix of its URLs, and paths."""
LocalFileSystem: Any = import_module("fsspec.implementations.local").LocalFileSystem


class CountedFile(io.FileIO):
    """A local file that counts what is read of it."""

    size: ClassVar[int] = 0

    def read(self, size: int | None = -1, /) -> bytes:
        content = super().read(-1 if size is None else size)
        CountedFile.size += len(content)
        return content


class CountedFileSystem(LocalFileSystem):  # type: ignore[misc]
    """The local disk, with files that count."""

    protocol = "counted"

    def _open(self, path: str | PathLike[str], mode: str = "rb", **_: object) -> CountedFile:
        return CountedFile(path, mode)

    @classmethod
    def _strip_protocol(cls, path: Any) -> Any:
        return LocalFileSystem._strip_protocol(str(path).removeprefix("counted://"))


def figure(_: int) -> Figure:
    """Read the same column with each library, once: bytes do not vary."""
    import_module("fsspec").register_implementation("counted", CountedFileSystem, clobber=True)
    with tempfile.TemporaryDirectory() as folder, WandbServer() as server:
        write_tables(Path(folder))
        server.add_artifact("bench/speed/tables", "dataset", folder)
        with pytest.MonkeyPatch.context() as patch:
            for name, value in server.env.items():
                patch.setenv(name, value)
            sizes = {name: bytes_read(server, Path(folder), read) for name, read in READS.items()}
    return Figure(
        title="Columns of Parquet files",
        columns=("what", "measured"),
        rows=[
            (f"one column by {name}: bytes from a disk, from a version", f"{local:,}, {ours:,}")
            for name, (local, ours) in sizes.items()
        ],
        targets=[
            Target(f"one column by {name}", ours / local, MAX_RATIO, "bytes per local byte")
            for name, (local, ours) in sizes.items()
        ],
        notes=[f"{FILES} Parquet files of {ROWS:,} rows and {COLUMNS} columns"],
    )


def write_tables(folder: Path) -> None:
    """Write tables of random numbers, about 8 MB each."""
    numpy, parquet = import_module("numpy"), import_module("pyarrow.parquet")
    table = import_module("pyarrow").table
    random = numpy.random.default_rng(1)
    for number in range(FILES):
        columns = {f"c{column}": random.random(ROWS) for column in range(COLUMNS)}
        parquet.write_table(table(columns), folder / f"{number}.parquet", row_group_size=50_000)


def read_with_pyarrow(fs: Any, _: str, paths: list[str]) -> object:
    """Read the column by a dataset."""
    return import_module("pyarrow.dataset").dataset(paths, filesystem=fs).to_table(columns=["c1"])


def read_with_pandas(_: Any, prefix: str, paths: list[str]) -> object:
    """Read the column of one URL after the other."""
    pandas = import_module("pandas")
    return [pandas.read_parquet(f"{prefix}{path}", columns=["c1"]) for path in paths]


def read_with_duckdb(fs: Any, prefix: str, paths: list[str]) -> object:
    """Sum up the column."""
    with import_module("duckdb").connect() as connection:
        connection.register_filesystem(fs)
        urls = [f"{prefix}{path}" for path in paths]
        return connection.sql(f"select sum(c1) from read_parquet({urls})").fetchall()


READS: Mapping[str, Read] = {
    "pyarrow": read_with_pyarrow, "pandas": read_with_pandas, "DuckDB": read_with_duckdb
}  # fmt: skip


def bytes_read(server: WandbServer, folder: Path, read: Read) -> tuple[int, int]:
    """Return how many bytes a library reads from the disk, and from the version."""
    names = [f"{number}.parquet" for number in range(FILES)]
    CountedFile.size = 0
    read(fsspec.filesystem("counted"), "counted://", [str(folder / name) for name in names])
    local = CountedFile.size
    server.requests.clear()
    WandbFileSystem.clear_instance_cache()
    read(WandbFileSystem(), "wandb://", [f"bench/speed/tables:latest/{name}" for name in names])
    ours = 0
    for request in server.requests:
        # The manifest is the only thing that is read whole.
        if request.origin == "storage" and "range" in request.headers:
            first, _, last = request.headers["range"].removeprefix("bytes=").partition("-")
            ours += int(last) - int(first) + 1
    return local, ours
