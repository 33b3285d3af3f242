"""The libraries that people read tables and arrays with, on URLs of the embedded server."""

import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest

from wbtyped.filesystem import WandbFileSystem
from wbtyped.server import WandbServer

# Their own warnings are their own matter.
pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.slow]
ROWS = 30_000
ROOT = "wandb://crew/ship/tables:latest"
PARTS = [f"{ROOT}/part-{number}.parquet" for number in range(3)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with three tables, each as Parquet and as CSV."""
    numpy, pandas = pytest.importorskip("numpy"), pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    folder = tmp_path_factory.mktemp("tables")
    for number in range(3):
        first = number * ROWS
        columns = {
            "number": numpy.arange(first, first + ROWS),
            **{f"noise {n}": numpy.random.default_rng(number).random(ROWS) for n in range(6)},
            "text": [f"row {row}" for row in range(first, first + ROWS)],
        }
        table = pandas.DataFrame(columns)
        table.to_parquet(folder / f"part-{number}.parquet", row_group_size=10_000)
        table.to_csv(folder / f"part-{number}.csv", index=False)
    return folder


@pytest.fixture
def tables(wandb_server: WandbServer, folder: Path) -> WandbServer:
    """A server with a version of these tables, and a run."""
    wandb_server.add_artifact("crew/ship/tables", "dataset", folder)
    wandb_server.add_run("crew/ship/log")
    return wandb_server


def bytes_read(server: WandbServer, folder: Path) -> int:
    """Return how many bytes of Parquet files were requested."""
    whole = (folder / "part-0.parquet").stat().st_size
    total = 0
    for each in server.requests:
        if each.origin == "storage" and each.path.endswith(".parquet"):
            first, _, last = each.headers.get("range", f"bytes=0-{whole - 1}")[6:].partition("-")
            total += int(last) - int(first) + 1
    return total


def test_pandas_reads_csv_and_parquet(tables: WandbServer) -> None:
    pandas = pytest.importorskip("pandas")
    assert pandas.read_csv(f"{ROOT}/part-1.csv")["number"].iloc[-1] == 2 * ROWS - 1
    frame = pandas.read_parquet(PARTS[2], columns=["number"])
    assert (frame["number"].min(), len(frame)) == (2 * ROWS, ROWS)


def test_pandas_reads_lines_in_few_requests(tables: WandbServer) -> None:
    pandas = pytest.importorskip("pandas")
    tables.requests.clear()
    assert len(pandas.read_csv(f"{ROOT}/part-1.csv")) == ROWS
    assert len(tables.requests) < 30


def test_pandas_writes_to_a_run(tables: WandbServer) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    root = "wandb://crew/ship/runs/log"
    frame.to_csv(f"{root}/out.csv", index=False)
    frame.to_parquet(f"{root}/out.parquet")
    assert pandas.read_csv(f"{root}/out.csv").equals(frame)
    assert pandas.read_parquet(f"{root}/out.parquet").equals(frame)


def test_pyarrow_dataset_reads_one_column_of_all_files(tables: WandbServer, folder: Path) -> None:
    dataset = pytest.importorskip("pyarrow.dataset")
    fs = WandbFileSystem()
    paths = [path.removeprefix("wandb://") for path in PARTS]
    found = dataset.dataset(paths, filesystem=fs)
    tables.requests.clear()
    assert found.to_table(columns=["number"])["number"].to_pylist() == list(range(3 * ROWS))
    total = sum((folder / f"part-{number}.parquet").stat().st_size for number in range(3))
    assert bytes_read(tables, folder) < total / 2
    assert tables.requests.operations() == []


def test_pyarrow_dataset_reads_a_folder(tables: WandbServer) -> None:
    dataset = pytest.importorskip("pyarrow.dataset")
    fs = WandbFileSystem()
    found = dataset.dataset(
        ROOT.removeprefix("wandb://"), filesystem=fs, format="parquet", exclude_invalid_files=True
    )
    assert found.count_rows() == 3 * ROWS


def test_duckdb_reads_globs_of_urls(tables: WandbServer, folder: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect() as connection:
        connection.register_filesystem(fsspec.filesystem("wandb"))
        query = f"select count(*), sum(number) from '{ROOT}/*.parquet'"
        tables.requests.clear()
        assert connection.sql(query).fetchall() == [(3 * ROWS, sum(range(3 * ROWS)))]
        total = sum((folder / f"part-{number}.parquet").stat().st_size for number in range(3))
        assert bytes_read(tables, folder) < total / 2
        lines = connection.sql(f"select count(*) from read_csv('{ROOT}/part-0.csv')")
        assert lines.fetchall() == [(ROWS,)]


def test_polars_reads_file_objects_and_datasets(tables: WandbServer) -> None:
    polars, dataset = pytest.importorskip("polars"), pytest.importorskip("pyarrow.dataset")
    fs = WandbFileSystem()
    with fs.open(PARTS[0]) as file:
        assert polars.read_parquet(file, columns=["number"]).height == ROWS
    with fs.open(f"{ROOT}/part-0.csv") as file:
        assert polars.read_csv(file).height == ROWS
    paths = [path.removeprefix("wandb://") for path in PARTS]
    lazy = polars.scan_pyarrow_dataset(dataset.dataset(paths, filesystem=fs))
    found = lazy.filter(polars.col("number") >= 2 * ROWS).select("number").collect()
    assert found.height == ROWS


def test_polars_knows_no_wandb_urls(tables: WandbServer) -> None:
    """What the documentation says: if this fails, Polars has learnt it."""
    polars = pytest.importorskip("polars")
    with pytest.raises(Exception, match=r"wandb|No such file|scheme"):
        polars.scan_parquet(PARTS[0]).collect()


def test_zarr_reads_the_chunks_that_it_needs(tables: WandbServer, tmp_path: Path) -> None:
    numpy, zarr = pytest.importorskip("numpy"), pytest.importorskip("zarr", "3")
    values = numpy.arange(10_000).reshape(100, 100)
    group = zarr.open_group(str(tmp_path / "array"), mode="w")
    array = group.create_array("x", shape=values.shape, dtype=values.dtype, chunks=(10, 10))
    array[:] = values
    tables.add_artifact("crew/ship/array", "dataset", tmp_path / "array")
    tables.requests.clear()
    found = zarr.open_group("wandb://crew/ship/array:latest", mode="r")["x"][5:15, 5:15]
    assert (found == values[5:15, 5:15]).all()
    stored = [each.path for each in tables.requests if each.origin == "storage"]
    assert len([path for path in stored if not path.endswith(".json")]) == 4


def test_xarray_opens_a_zarr_store(tables: WandbServer, tmp_path: Path) -> None:
    numpy, xarray = pytest.importorskip("numpy"), pytest.importorskip("xarray")
    pytest.importorskip("zarr", "3")
    values = numpy.arange(10_000.0).reshape(100, 100)
    xarray.Dataset({"t": (("y", "x"), values)}).to_zarr(tmp_path / "store")
    tables.add_artifact("crew/ship/store", "dataset", tmp_path / "store")
    with xarray.open_dataset("wandb://crew/ship/store:latest", engine="zarr") as found:
        assert float(found["t"].sum()) == values.sum()


def test_universal_pathlib_makes_paths_of_urls(tables: WandbServer) -> None:
    upath = pytest.importorskip("upath")
    root = upath.UPath(ROOT)
    assert type(root).__name__ == "WandbPath"
    assert root.is_dir()
    assert sorted(path.name for path in root.iterdir())[:2] == ["part-0.csv", "part-0.parquet"]
    assert sorted(path.name for path in root.glob("*.csv")) == [f"part-{n}.csv" for n in range(3)]
    table = root / "part-0.csv"
    assert (table.exists(), table.suffix, table.parent) == (True, ".csv", root)
    assert table.read_text().startswith("number,noise 0,")
    assert table.stat().st_size == len(table.read_bytes())
    assert not (root / "absent").exists()
    note = upath.UPath("wandb://crew/ship/runs/log/note.txt")
    note.write_text("hello")
    assert note.read_text() == "hello"
    note.unlink()
    assert not note.exists()


def test_pickled_universal_path_contains_no_key_and_keeps_its_version(
    tables: WandbServer,
) -> None:
    upath = pytest.importorskip("upath")
    path = upath.UPath(f"{ROOT}/part-0.csv", api_key=tables.api_key)
    assert path.exists()
    packed = pickle.dumps(path)
    assert tables.api_key.encode() not in packed
    tables.add_artifact("crew/ship/tables", "dataset", {"part-0.csv": "new"})
    tables.requests.clear()
    again = pickle.loads(packed)
    assert str(again) == str(path)
    assert again.read_text().startswith("number,noise 0,")
    assert "ArtifactByPath" not in tables.requests.operations()


# A cluster.


@pytest.fixture(scope="module")
def start_cluster() -> Iterator[Callable[[], Any]]:
    """Start a cluster of two processes, whose workers find the server of the test."""
    distributed = pytest.importorskip("distributed")
    started: list[Any] = []

    def start() -> Any:
        cluster = distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        )
        client = distributed.Client(cluster)
        started[:] = [client, cluster]
        return client

    yield start
    for each in started:
        each.close()


def test_dask_reads_the_version_that_was_planned_on_two_processes(
    tables: WandbServer, start_cluster: Callable[[], Any]
) -> None:
    frames = pytest.importorskip("dask.dataframe")
    client = start_cluster()
    table = frames.read_csv(f"{ROOT}/*.csv")["number"]
    columns = frames.read_parquet(f"{ROOT}/*.parquet", columns=["number"])["number"]
    tables.add_artifact("crew/ship/tables", "dataset", {"part-0.csv": "number\n-1\n"})
    tables.requests.clear()
    assert client.compute(table.sum()).result() == sum(range(3 * ROWS))
    assert client.compute(columns.sum()).result() == sum(range(3 * ROWS))
    # At most one query in each of the workers, and none for the plan.
    assert tables.requests.operations() in (["ArtifactFilesById"] * 1, ["ArtifactFilesById"] * 2)


def test_dask_writes_parts_to_a_run(tables: WandbServer, start_cluster: Callable[[], Any]) -> None:
    frames = pytest.importorskip("dask.dataframe")
    table = frames.read_parquet(PARTS, columns=["number"])
    table.to_csv("wandb://crew/ship/runs/log/out-*.csv", index=False, scheduler="threads")
    written = WandbFileSystem().glob("crew/ship/runs/log/out-*.csv")
    assert len(written) == 3
    assert WandbFileSystem().cat_file(written[0]).startswith(b"number\n0\n")
