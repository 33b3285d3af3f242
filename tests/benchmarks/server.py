"""The cost of the embedded server itself: large lists, a start, uploads of the official client.

The first two need no HTTP: a page is executed in this thread, whose CPU time is read. What a listed
file and an upload cost is read from the process of a server.
"""

import json
import os
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from sqlite3 import Connection
from statistics import median
from typing import Any, cast

from tests.benchmarks.processes import measure
from tests.benchmarks.results import Figure, Target, spread
from wbtyped.server import WandbServer
from wbtyped.server.execution import Execution
from wbtyped.server.graphql_request import GraphQLRequest
from wbtyped.server.server import FEATURES

PROGRAMS = Path(__file__).parent / "programs"
SIZES = (1_000, 10_000, 100_000)
FILES = (*SIZES, 1_000_000)
PAGE = 50
REPEATED = 20
"""Pages of which one measurement takes the mean."""
MAX_GROWTH = 1.75
"""The cost of a page may grow by so much, wherever it is: an index of a million rows is deeper, and
fits into no cache of the processor. A page that read what is before it would take 1,000 times."""
MAX_PAGE_MS = 2.0
FIRST_START_MS, NEXT_START_MS = 150.0, 30.0
FILE_COUNT = 10_000
MAX_FILE_US = {
    ("run", 50): 20.0,
    ("run", 1000): 12.0,
    ("version", 50): 23.0,
    ("version", 1000): 16.0,
}
"""CPU time of the server for a listed file with its URLs, by kind and page size. It was 30 and 21
for runs, 45 to 53 and 36 to 41 for versions."""
UPLOADED_FILES = 2_000
MIN_UPLOADS = 400
"""Files per second, of client and server on two cores."""

HEAD = "query P($after: String, $first: Int, $filters: JSONString, $order: String) {"
SHIP = 'project(name: "ship", entityName: "crew")'
EDGES = "edges { cursor node { id name } } pageInfo { endCursor hasNextPage }"
FILE_FIELDS = "id name url directUrl sizeBytes mimetype updatedAt md5"
Seed = Callable[[Connection, int], object]
Row = tuple[str, ...]


@dataclass(frozen=True)
class Listing:
    """A list, its orders and filters."""

    name: str
    query: str
    sizes: tuple[int, ...]
    order: str | None = None
    filters: str | None = None


def paged(selection: str, arguments: str = "") -> str:
    """Return a query for a page."""
    declared = "$after: String, $first: Int"
    if arguments:
        declared += ", $filters: JSONString, $order: String"
        arguments = ", filters: $filters, order: $order"
    selected = selection.replace("ARGS", f"(after: $after, first: $first{arguments})")
    return f"query P({declared}) {{ {SHIP} {{ {selected} }} }}"


RUN_FILES = paged(f'run(name: "r0") {{ files ARGS {{ totalCount {EDGES} }} }}')
RUNS = paged(f"runs ARGS {{ totalCount {EDGES} }}", "filtered")
VERSIONS = paged(
    'artifactCollection(name: "data") { artifacts ARGS { totalCount'
    " edges { cursor node { id } } pageInfo { endCursor hasNextPage } } }",
    "filtered",
)
LISTINGS = [
    Listing("files", RUN_FILES, FILES),
    Listing("runs", RUNS, SIZES),
    Listing("runs", RUNS, SIZES, "-created_at"),
    Listing("runs", RUNS, SIZES, "+display_name"),
    Listing("runs", RUNS, SIZES, "-summary_metrics.loss"),
    Listing("runs", RUNS, SIZES, "-created_at", '{"state": "finished"}'),
    Listing("runs", RUNS, SIZES, "+config.lr", '{"tags": {"$in": ["night"]}}'),
    Listing("versions", VERSIONS, SIZES),
    Listing("versions", VERSIONS, SIZES, "+version_index"),
    Listing("versions", VERSIONS, SIZES, "-createdAt"),
    Listing("versions", VERSIONS, SIZES, "-createdAt", '{"state": "COMMITTED"}'),
]
NOW = "2026-11-28T00:00:00.000000Z"


def add_files(connection: Connection, count: int) -> None:
    """Add the files of a run."""
    connection.executemany(
        "INSERT INTO files (run_id, name, blob, size, md5, mimetype, updated_at)"
        " VALUES (1, ?, 'b', 1, 'm', 'text/plain', ?)",
        ((f"folder/{n:07}.txt", NOW) for n in range(count)),
    )


def add_runs(connection: Connection, count: int) -> None:
    """Add runs with configuration, summary and tags."""
    connection.executemany(
        "INSERT INTO runs (project_id, name, display_name, state, config, summary_metrics, tags,"
        " created_at, updated_at) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                f"x{n}", f"name {n % 977}", ("finished", "failed")[n % 2],
                json.dumps({"lr": {"value": n % 31}}), json.dumps({"loss": n % 101}),
                json.dumps(["night"] if n % 3 else []), NOW, NOW,
            )
            for n in range(count)
        ),
    )  # fmt: skip


def add_versions(connection: Connection, count: int) -> None:
    """Add versions of a collection."""
    connection.executemany(
        "INSERT INTO artifacts (id, sequence_id, version_index, state, digest, digest_algorithm,"
        " storage_layout, created_at, updated_at)"
        " VALUES (?, 1, ?, 'COMMITTED', ?, 'MANIFEST_MD5', 'V2', ?, ?)",
        ((n + 2, n + 1, f"d{n}", NOW, NOW) for n in range(count)),
    )
    connection.executemany(
        "INSERT INTO memberships (collection_id, artifact_id, version_index, created_at)"
        " VALUES (1, ?, ?, ?)",
        ((n + 2, n + 1, NOW) for n in range(count)),
    )


SEEDS: dict[str, Seed] = {"files": add_files, "runs": add_runs, "versions": add_versions}


def find_connection(answer: dict[str, Any]) -> dict[str, Any]:
    """Return the connection in an answer."""
    while "edges" not in answer:
        (answer,) = answer.values()
    return answer


class Pages:
    """A server of one size, asked without HTTP."""

    def __init__(self, kind: str, size: int) -> None:
        self._server = WandbServer()
        self._server.add_run("crew/ship/r0")
        self._server.add_artifact("crew/ship/data", "dataset", {"a": "a"})
        database = self._server._database  # pyright: ignore[reportPrivateUsage]
        with database.transaction() as connection:
            SEEDS[kind](connection, size - 1)
        self._execution = Execution(FEATURES)
        self._context = self._server._context  # pyright: ignore[reportPrivateUsage]

    def ask(self, listing: Listing, after: str | None, first: int) -> dict[str, Any]:
        """Return a page."""
        variables = {
            "after": after, "first": first, "filters": listing.filters, "order": listing.order,
        }  # fmt: skip
        request = GraphQLRequest(listing.query, variables=variables)
        status, body = self._execution.execute(request, self._context)
        if status != 200:
            raise RuntimeError(body.decode())
        return find_connection(cast("dict[str, Any]", json.loads(body)))

    def cursors(self, listing: Listing) -> tuple[float, list[str | None]]:
        """Return the CPU ms of the very first page, and the cursors before three pages."""
        started = time.thread_time()
        total = self.ask(listing, None, 1)["totalCount"]
        first = 1e3 * (time.thread_time() - started)
        found: list[str | None] = [None]
        after = None
        for wanted in (total // 2, total - PAGE):
            # Large pages, since cursors are opaque.
            reached = 0 if after is None else total // 2
            while reached < wanted:
                step = min(10_000, wanted - reached)
                after = self.ask(listing, after, step)["pageInfo"]["endCursor"]
                reached += step
            found.append(after)
        return first, found

    def page_ms(self, listing: Listing, after: str | None) -> float:
        """Return the CPU ms of a page."""
        started = time.thread_time()
        for _ in range(REPEATED):
            self.ask(listing, after, PAGE)
        return 1e3 * (time.thread_time() - started) / REPEATED

    def close(self) -> None:
        """Remove the server."""
        self._server.close()


def list_rows(rounds: int) -> tuple[list[Row], list[Target]]:
    """Measure pages at the beginning, in the middle and at the end of lists."""
    rows: list[Row] = []
    targets: list[Target] = []
    costs: dict[Listing, dict[int, list[float]]] = {listing: {} for listing in LISTINGS}
    for kind in SEEDS:
        listings = [listing for listing in LISTINGS if listing.name == kind]
        for size in listings[0].sizes:
            pages = Pages(kind, size)
            for listing in listings:
                first, cursors = pages.cursors(listing)
                found = [[pages.page_ms(listing, c) for _ in range(rounds)] for c in cursors]
                costs[listing][size] = [min(each) for each in found]
                label = f"{kind} {listing.order or ''} {listing.filters or ''}".strip()
                shown = tuple(spread(each, 2) for each in found)
                rows.append((label, f"{size:,}", f"{first:,.1f}", *shown))
            pages.close()
    for listing, by_size in costs.items():
        label = f"{listing.name} {listing.order or ''} {listing.filters or ''}".strip()
        smallest, largest = min(by_size), max(by_size)
        growth = max(by_size[largest]) / min(by_size[smallest])
        targets.append(
            Target(f"{label}: any page of {largest:,}", growth, MAX_GROWTH, f"times {smallest:,}'s")
        )
        targets.append(Target(f"{label}: a page", max(by_size[largest]), MAX_PAGE_MS, "ms"))
    return rows, targets


def start_times(rounds: int) -> tuple[Row, list[Target]]:
    """Measure what the fixture waits for: a server that starts, and one that ends."""

    def once() -> float:
        started = time.perf_counter()
        with WandbServer():
            pass
        return 1e3 * (time.perf_counter() - started)

    first, *others = [once() for _ in range(10 * rounds + 1)]
    row = ("start and end of a server", "", f"{first:.1f}", spread(others, 1), "", "")
    return row, [
        Target("start and end of a further server", median(others), NEXT_START_MS, "ms"),
        Target("the slowest of them", max(others), FIRST_START_MS, "ms"),
    ]


@dataclass(frozen=True)
class ServerProcess:
    """A server in a process of its own, so that its CPU time can be read."""

    pid: int
    url: str
    key: str

    def cpu(self) -> float:
        """Return the CPU seconds so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def server_process(*arguments: str) -> Generator[ServerProcess]:
    """Run a server until the block ends."""
    command = [sys.executable, str(PROGRAMS / "serve.py"), *arguments]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as started:
        assert started.stdin
        assert started.stdout
        url, key = started.stdout.readline().split()
        yield ServerProcess(started.pid, url, key)
        started.stdin.close()


def listed_files(rounds: int) -> tuple[list[Row], list[Target]]:
    """Measure what the server spends on a listed file with its URLs."""
    queries = {
        "run": paged(f'run(name: "log") {{ files ARGS {{ {files_of()} }} }}'),
        "version": paged(f'artifact(name: "data:latest") {{ files ARGS {{ {files_of()} }} }}'),
    }
    costs: dict[tuple[str, int], list[float]] = {variant: [] for variant in MAX_FILE_US}
    with server_process(str(FILE_COUNT)) as server:
        for _ in range(rounds + 1):
            for kind, size in MAX_FILE_US:
                before = server.cpu()
                walk(server, queries[kind], size)
                costs[kind, size].append(1e6 * (server.cpu() - before) / FILE_COUNT)
    rows: list[Row] = []
    targets: list[Target] = []
    for (kind, size), (_, *found) in costs.items():
        label = f"a listed file of a {kind}, {size} a page"
        rows.append((label, f"{FILE_COUNT:,}", "", f"{spread(found, 1)} µs", "", ""))
        targets.append(Target(f"CPU of {label}", median(found), MAX_FILE_US[kind, size], "µs"))
    return rows, targets


def files_of() -> str:
    """Return what is selected of files."""
    return f"edges {{ cursor node {{ {FILE_FIELDS} }} }} pageInfo {{ endCursor hasNextPage }}"


def walk(server: ServerProcess, query: str, size: int) -> None:
    """List all files over HTTP."""
    connection = HTTPConnection(server.url.removeprefix("http://"))
    key = b64encode(f"api:{server.key}".encode()).decode()
    headers = {"Authorization": f"Basic {key}", "Content-Type": "application/json"}
    after, count, more = None, 0, True
    while more:
        body = {"query": query, "variables": {"after": after, "first": size}}
        connection.request("POST", "/graphql", json.dumps(body), headers)
        found = find_connection(json.loads(connection.getresponse().read()))
        count += len(found["edges"])
        after, more = found["pageInfo"]["endCursor"], found["pageInfo"]["hasNextPage"]
    connection.close()
    if count != FILE_COUNT:
        raise RuntimeError(f"{count} files were listed")


def uploads(rounds: int) -> tuple[list[Row], list[Target]]:
    """Measure how fast the official client uploads the files of an artifact, and of a run."""
    rows: list[Row] = []
    targets: list[Target] = []
    for kind in ("artifact", "run"):
        rates: list[float] = []
        cpu: list[float] = []
        for _ in range(rounds):
            with server_process("0") as server:
                before = server.cpu()
                environ = {"WANDB_BASE_URL": server.url, "WANDB_API_KEY": server.key}
                program = [str(PROGRAMS / "upload_files.py"), kind, str(UPLOADED_FILES)]
                rates.append(float(measure(program, environ).output))
                cpu.append(1e6 * (server.cpu() - before) / UPLOADED_FILES)
        label = f"files of {'an' if kind == 'artifact' else 'a'} {kind} uploaded by wandb"
        rates_shown = f"{spread(rates)} files/s"
        rows.append((label, f"{UPLOADED_FILES:,}", "", rates_shown, f"{spread(cpu)} µs", ""))
        target = Target(f"{label}: time", 1e3 / median(rates), 1e3 / MIN_UPLOADS, "ms a file")
        targets.append(target)
    return rows, targets


def figure(rounds: int) -> Figure:
    """Measure everything."""
    start, start_targets = start_times(rounds)
    parts = [([start], start_targets), list_rows(rounds), listed_files(rounds), uploads(rounds)]
    return Figure(
        title="The embedded server",
        columns=("what", "size", "once", "first page", "middle page", "last page"),
        rows=[row for rows, _ in parts for row in rows],
        targets=[target for _, targets in parts for target in targets],
        notes=[
            f"lists: CPU ms of a page of {PAGE} without HTTP; `once` is the first request, which"
            " reads all rows where no index has the order",
            "start: wall ms; a listed file, an upload: CPU of the server's process, with HTTP",
            "uploads: wall time, from the call that begins to upload to the end of it",
        ],
    )
