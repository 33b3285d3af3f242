"""Pages of large lists: no query reads all rows, and views follow what changes."""

import json
import random
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import cast

import pytest

from wbtyped.server import WandbServer
from wbtyped.server.collections import Collections
from wbtyped.server.context import Context
from wbtyped.server.drafts import VersionRequest
from wbtyped.server.execution import Execution
from wbtyped.server.graphql_request import GraphQLRequest
from wbtyped.server.manifests import MD5
from wbtyped.server.node_ids import node_id
from wbtyped.server.projects import Projects
from wbtyped.server.runs import Runs
from wbtyped.server.server import FEATURES
from wbtyped.server.sorted_views import SortedViews
from wbtyped.server.uploads import AnnouncedFile
from wbtyped.server.versions import Versions

TYPES = {"after": "String", "first": "Int = 2", "filters": "JSONString", "order": "String"}


def declared(selection: str) -> str:
    """Return a query that declares the variables it uses."""
    used = ", ".join(f"${name}: {kind}" for name, kind in TYPES.items() if f"${name}" in selection)
    return f"query{f' ({used})' if used else ''} {{ {selection} }}"


def in_project(selection: str) -> str:
    return declared(f"{SHIP} {{ {selection} }}")


def in_entity(selection: str) -> str:
    return declared(f'entity(name: "crew") {{ {selection} }}')


def in_run(selection: str) -> str:
    return in_project(f'run(name: "r0") {{ {selection} }}')


def in_version(selection: str) -> str:
    return in_project(f'artifact(name: "data:v0") {{ {selection} }}')


def in_data(selection: str) -> str:
    return in_project(f'artifactCollection(name: "data") {{ {selection} }}')


SHIP = 'project(name: "ship", entityName: "crew")'
PAGE = "{ totalCount edges { cursor node { id } } pageInfo { endCursor hasNextPage } }"
PAGED = f"(after: $after, first: $first) {PAGE}"
UNCOUNTED = PAGED.replace("totalCount", "")
UNCOUNTED_PAGE = PAGE.replace("totalCount", "")
FILTERED = f"(after: $after, first: $first, filters: $filters, order: $order) {PAGE}"
FILTERS = json.dumps({"$and": [{"state": {"$in": ["finished", "COMMITTED"]}}]})
LISTS: dict[str, tuple[str, dict[str, object]]] = {
    "files of a run": (in_run(f"files{PAGED}"), {}),
    "files of a version": (in_version(f"files{PAGED}"), {}),
    "runs": (in_project(f"runCount runs{PAGED}"), {}),
    "newest runs": (in_project(f"runs{FILTERED}"), {"order": "-created_at"}),
    "runs by name": (in_project(f"runs{FILTERED}"), {"order": "+display_name"}),
    "runs by loss": (
        in_project(f"runCount(filters: $filters) runs{FILTERED}"),
        {"order": "-summary_metrics.loss", "filters": FILTERS},
    ),
    "versions": (in_data(f"artifacts{FILTERED}"), {}),
    "oldest versions": (in_data(f"artifacts{FILTERED}"), {"order": "+createdAt"}),
    "committed versions": (in_data(f"artifacts{FILTERED}"), {"filters": FILTERS}),
    "memberships": (in_data(f"artifactMemberships{UNCOUNTED}"), {}),
    "aliases": (in_data(f"aliases{UNCOUNTED}"), {}),
    "logged versions": (in_run(f"outputArtifacts{PAGED}"), {}),
    "used versions": (in_run(f"inputArtifacts{PAGED}"), {}),
    "users": (in_version(f"usedCount usedByApprox{PAGED}"), {}),
    "collections": (in_project(f"artifactCollections{PAGED}"), {}),
    "projects": (declared(f'models(entityName: "crew", {UNCOUNTED[1:]}'), {}),
    "named projects": (
        in_entity(f"projects{FILTERED}".replace("totalCount", "")),
        {"order": "-name"},
    ),
    "named collections": (
        in_project(f"artifactCollections{FILTERED}"),
        {"order": "-name", "filters": json.dumps({"name": {"$ne": "c9"}})},
    ),
    "tagged collections": (
        in_project(f"artifactCollections{FILTERED}"),
        {"filters": json.dumps({"tag": {"$ne": "t"}})},
    ),
    "collections of an entity": (in_entity(f"artifactCollections{FILTERED}"), {}),
    "versions of an entity": (
        in_entity(
            f"artifactMemberships(after: $after, first: $first, filters: $filters) {UNCOUNTED_PAGE}"
        ),
        {"filters": json.dumps({"alias": {"$ne": "z"}})},
    ),
}
NEWEST = "... on ArtifactSequence { latestArtifact { id } digestAlgorithm }"
LOOK_UPS = {
    "alias": in_data('artifactMembership(aliasName: "latest") { id }'),
    "number": in_data('artifactMembership(aliasName: "v1") { id }'),
    "unknown": in_data('artifactMembership(aliasName: "none") { id }'),
    "newest": in_data(NEWEST),
    "file": in_run(f'files(names: ["f0", "none"]) {PAGE}'),
    "entries": in_version(f'files(names: ["f0", "none"]) {PAGE}'),
}
CATALOG = [
    "projects", "named projects", "named collections", "tagged collections",
    "collections of an entity", "versions of an entity",
]  # fmt: skip
"""Lists that span projects, or are filtered: read again after any change of the catalog."""
Answer = dict[str, "Answer"]


class Backend:
    """The server without HTTP, in this thread."""

    def __init__(self, server: WandbServer) -> None:
        self.context: Context = server._context  # pyright: ignore[reportPrivateUsage]
        self.database = server._database  # pyright: ignore[reportPrivateUsage]
        self.execution = Execution(FEATURES)

    def ask(self, query: str, **variables: object) -> Answer:
        request = GraphQLRequest(query, variables=variables)
        status, body = self.execution.execute(request, self.context)
        assert status == 200, body
        answer: Answer = json.loads(body)["data"]
        (found,) = answer.values()
        return found

    def pages(self, query: str, **variables: object) -> Iterator[Answer]:
        after: object = None
        while True:
            answer = self.ask(query, after=after, **variables)
            found = find_connection(answer)
            yield found
            if not found["pageInfo"]["hasNextPage"]:
                return
            after = found["pageInfo"]["endCursor"]

    def ids(self, query: str, **variables: object) -> list[str]:
        nodes: list[str] = []
        total: object = None
        for page in self.pages(query, **variables):
            edges = cast("list[dict[str, dict[str, str]]]", page["edges"])
            nodes += [edge["node"]["id"] for edge in edges]
            total = page.get("totalCount")
        assert len(nodes) == len(set(nodes))
        assert total in {None, len(nodes)}
        return nodes

    def statements(self, action: Callable[[], object]) -> list[str]:
        """Return the SQL that an action executes, with its values."""
        found: list[str] = []
        self.database.connection.set_trace_callback(found.append)
        action()
        self.database.connection.set_trace_callback(None)
        return found

    def slow_steps(self, statement: str) -> list[str]:
        """Return the steps of a statement that read or sort more than they show."""
        plan = self.database.connection.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()
        details = [str(row["detail"]) for row in plan]
        # What JSON or a part of the query has is no larger than a page; organizations are few.
        small = [
            "SCAN organizations",
            "SCAN json_each",
            "SCAN (",
            "SCAN CONSTANT ROW",
            "UNION USING TEMP B-TREE",
        ]
        slow = [each for each in details if each.startswith("SCAN") or "TEMP B-TREE" in each]
        if any(each.startswith("COMPOUND QUERY") for each in details):
            small.append("USE TEMP B-TREE FOR ORDER BY")
        return [each for each in slow if not each.startswith(tuple(small))]


def find_connection(answer: Answer) -> Answer:
    while "edges" not in answer:
        answer = answer[next(name for name in answer if not name.endswith("Count"))]
    return answer


@pytest.fixture(scope="module")
def backend() -> Iterator[Backend]:
    server = WandbServer()
    for number in range(5):
        server.add_project(f"crew/p{number}")
        server.add_run(
            f"crew/ship/r{number}", {f"f{n}": "x" for n in range(5)},
            summary={"loss": number % 3}, display_name=f"name {number % 2}",
        )  # fmt: skip
        server.add_artifact(
            "crew/ship/data", "dataset", {f"f{n}": str(number) for n in range(5)},
            aliases=[f"a{number}"], logged_by="crew/ship/r0",
        )  # fmt: skip
        server.add_artifact(
            f"crew/ship/c{number}", "model", {"x": "x"},
            logged_by="crew/ship/r1", used_by=["crew/ship/r0"],
        )  # fmt: skip
    for number in range(5):
        use = server._context.versions.use  # pyright: ignore[reportPrivateUsage]
        use(number + 1, 1)
    yield Backend(server)
    server.close()


@pytest.mark.parametrize("name", LISTS)
def test_pages_of_a_list_are_complete(backend: Backend, name: str) -> None:
    query, variables = LISTS[name]
    assert len(backend.ids(query, **variables)) >= 5


@pytest.mark.parametrize("name", LISTS)
def test_no_page_reads_a_whole_table(backend: Backend, name: str) -> None:
    query, variables = LISTS[name]
    assert list(backend.pages(query, **variables)), "reads what is read once"
    found = backend.statements(lambda: list(backend.pages(query, **variables)))
    assert len(found) > 2
    for statement in found:
        assert backend.slow_steps(statement) == [], statement


@pytest.mark.parametrize("name", LISTS)
def test_page_takes_as_many_statements_whatever_its_size(backend: Backend, name: str) -> None:
    query, variables = LISTS[name]
    assert backend.ids(query, **variables), "reads what is read once"
    counts = {
        len(backend.statements(partial(backend.ask, query, first=size, **variables)))
        for size in (1, 2, 5)
    }
    assert len(counts) == 1
    assert counts.pop() <= 7


def test_versions_of_a_page_share_their_collection_and_project(backend: Backend) -> None:
    versions = in_data(
        "artifacts(first: $first) { edges { node { aliases { artifactCollection { id } }"
        " artifactType { name } artifactSequence { name project { name } } } } }"
    )

    def count(first: int) -> int:
        return len(backend.statements(lambda: backend.ask(versions, first=first)))

    # Each further version has aliases of its own, and nothing else.
    assert count(5) - count(1) == 4


def test_uploaded_file_takes_a_few_statements(backend: Backend) -> None:
    context, store = backend.context, backend.context.blobs.store

    def upload(name: str) -> None:
        blob = store.new_blob()
        blob.write(name.encode())
        context.files.receive(1, name, blob)

    def announce(count: int) -> None:
        files = [AnnouncedFile(f"n{n}", str(n), str(n), MD5, {}) for n in range(count)]
        context.uploads.announce(draft, files, context.access)

    request = VersionRequest(
        1, "crew", "x", {"digest_algorithm": MD5, "storage_layout": "V2"}, aliases=[], tags=[]
    )
    draft = context.drafts.begin(request)
    assert len(backend.statements(lambda: upload("new"))) <= 9, "with those of triggers"
    assert len(backend.statements(lambda: announce(10))) <= 4 * 10 + 3
    context.versions.delete(draft, with_aliases=True)
    row = context.files.find(1, "new")
    assert row is not None
    context.files.delete([node_id("File", row["id"])], None)


@pytest.mark.parametrize("name", LOOK_UPS)
def test_no_look_up_reads_a_whole_table(backend: Backend, name: str) -> None:
    found = backend.statements(lambda: backend.ask(LOOK_UPS[name]))
    for statement in found:
        assert backend.slow_steps(statement) == [], statement


def test_contents_are_found_by_indexes(backend: Backend) -> None:
    context = backend.context
    found = backend.statements(lambda: context.blobs.md5_of("0" * 64))
    found += backend.statements(lambda: context.versions.find_blob("digest", 1))
    found += backend.statements(lambda: context.versions.find_blob("digest", None))
    found += backend.statements(lambda: context.runs.by_path("crew", "ship", "r0"))
    for statement in found:
        assert backend.slow_steps(statement) == [], statement


def test_check_of_plans_finds_a_scan(backend: Backend) -> None:
    assert backend.slow_steps("SELECT * FROM runs WHERE host = 'x'")
    assert backend.slow_steps("SELECT * FROM runs WHERE project_id = 1 ORDER BY host")


def test_second_page_of_a_view_reads_no_other_rows(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs, versions = LISTS["runs by loss"], LISTS["committed versions"]
    for query, variables in (runs, versions):
        backend.ask(query, **variables)
    for name in CATALOG:
        backend.ask(LISTS[name][0], **LISTS[name][1])
    monkeypatch.delattr(Runs, "scan")
    monkeypatch.delattr(Versions, "scan_memberships")
    monkeypatch.delattr(Projects, "with_prefix")
    monkeypatch.delattr(Collections, "list_by")
    for query, variables in (runs, versions, *(LISTS[name] for name in CATALOG)):
        assert backend.ids(query, **variables)


# Views follow what changes.

Change = Callable[[Backend, random.Random], object]


def run_id(rng: random.Random) -> str:
    return f"r{rng.randrange(6)}"


def change_run(backend: Backend, rng: random.Random) -> None:
    values: dict[str, object] = rng.choice([
        {"state": rng.choice(["finished", "failed"])}, {"displayName": f"x{rng.randrange(3)}"},
        {"summaryMetrics": json.dumps({"loss": rng.randrange(5)})}, {"summaryMetrics": "{}"},
    ])  # fmt: skip
    backend.context.runs.upsert(1, run_id(rng), values)


def delete_run(backend: Backend, rng: random.Random) -> None:
    row = backend.context.runs.find(1, run_id(rng))
    backend.context.runs.delete([row["id"]] if row else [])


def member(backend: Backend, rng: random.Random) -> sqlite3.Row:
    versions = backend.context.versions
    rows = versions.memberships(1)
    return rng.choice(rows)


def add_version(backend: Backend, rng: random.Random) -> None:
    backend.context.versions.add(1, {"x": rng.randbytes(4)}, [], {})


def change_version(backend: Backend, rng: random.Random) -> None:
    versions, row = backend.context.versions, member(backend, rng)
    match rng.randrange(4):
        case 0:
            versions.update(row["id"], {"description": rng.choice(["a", "b"])})
        case 1:
            versions.add_alias(1, row["id"], rng.choice("ab"))
        case 2:
            versions.change_tags(row["id"], "crew", ["t"], ["u"])
        case _:
            versions.change_tags(row["id"], "crew", ["u"], ["t"])


def delete_version(backend: Backend, rng: random.Random) -> None:
    backend.context.versions.delete(member(backend, rng)["id"], with_aliases=True)


def change_collection(backend: Backend, rng: random.Random) -> None:
    collections = backend.context.collections
    row = rng.choice(collections.list_by("project_id", 1))
    match rng.randrange(4):
        case 0:
            collections.add_tags(row["id"], "crew", ["t"])
        case 1:
            collections.remove_tags(row["id"], ["t"])
        case 2:
            name = f"c{rng.randrange(100)}"
            if row["name"] != "data" and collections.named(1, name) is None:
                collections.update(row["id"], name, None)
        case _:
            collections.ensure(1, "model", f"n{rng.randrange(3)}", "PORTFOLIO")


def change_project(backend: Backend, rng: random.Random) -> None:
    projects = backend.context.projects
    row, _ = projects.upsert("crew", f"q{rng.randrange(3)}")
    if rng.random() < 0.5:
        projects.delete(row["id"])


VIEWS: Sequence[tuple[str, dict[str, object]]] = [
    LISTS["runs by loss"], LISTS["runs by name"],
    (LISTS["newest runs"][0], {"filters": '{"state": "failed"}'}),
    LISTS["committed versions"], LISTS["oldest versions"],
    (LISTS["versions"][0], {"filters": '{"alias": "a"}'}),
    (LISTS["versions"][0], {"filters": '{"tag": {"$ne": "t"}}', "order": "-description"}),
    *(LISTS[name] for name in CATALOG),
]  # fmt: skip
CHANGES: Sequence[Change] = [
    change_run, change_run, change_run, delete_run,
    add_version, change_version, change_version, change_version, delete_version,
    change_collection, change_collection, change_project,
]  # fmt: skip


def test_views_show_what_reading_everything_would(monkeypatch: pytest.MonkeyPatch) -> None:
    server, rng = WandbServer(), random.Random(7)
    for number in range(4):
        server.add_run(f"crew/ship/r{number}", summary={"loss": number})
        server.add_artifact("crew/ship/data", "dataset", {"x": str(number)})
    backend = Backend(server)
    monkeypatch.setattr("wbtyped.server.sorted_views.REREAD_ROWS", 3)
    for _ in range(60):
        for _ in range(rng.randrange(3)):
            rng.choice(CHANGES)(backend, rng)
        kept = [backend.ids(query, **variables) for query, variables in VIEWS]
        views: SortedViews = backend.context.views
        views.clear()
        assert kept == [backend.ids(query, **variables) for query, variables in VIEWS]
    server.close()


def test_views_beyond_the_limit_are_forgotten(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend.context.views.clear()
    monkeypatch.setattr("wbtyped.server.sorted_views.KEPT_ENTRIES", 12)
    for name in ("runs by loss", "runs by name", "committed versions"):
        query, variables = LISTS[name]
        assert backend.ids(query, **variables)
    assert len(backend.context.views) == 2
    monkeypatch.setattr("wbtyped.server.sorted_views.KEPT_ENTRIES", 1)
    backend.ids(LISTS["runs by name"][0], **LISTS["runs by name"][1])
    assert len(backend.context.views) == 1
