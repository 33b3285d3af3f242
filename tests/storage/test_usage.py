"""Usage reports: sizes by the books, distinct contents, and what deleting would free."""

import csv
import io
import itertools
import pickle
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.storage.changed_rows import set_state
from wbtyped import Api
from wbtyped.errors import NotFoundError, UsageError
from wbtyped.server import Fault, Reference, WandbServer
from wbtyped.storage.content_list import ContentList, parse_content_list
from wbtyped.storage.content_table import ContentTable
from wbtyped.storage.inventory import ScanProgress
from wbtyped.storage.shares import freed_by, shares
from wbtyped.storage.usage_values import UsageGroup

PROJECTS = itertools.count()
COLLECTIONS = ("digits", "faces", "net")


@pytest.fixture
def server(wandb_server: WandbServer) -> WandbServer:
    """Three collections that share contents, one of them in another project."""
    run = "me/one/run-1"
    wandb_server.add_run(run, {"a/x.pt": b"1" * 7, "a/y.PT": b"1" * 5, "log.txt": b"1", "b": b""})
    wandb_server.add_run("me/one/idle")
    for number in range(3):
        files = {"same": b"s" * 100, "twin": b"s" * 100, "own": b"%d" % number * 10}
        wandb_server.add_artifact("me/one/digits", "dataset", files, logged_by=run, used_by=[run])
    wandb_server.add_artifact(
        "me/one/net", "model", {"copy": b"s" * 100, "weights": b"w" * 50},
        {"large": Reference("s3://bucket/large", size=1000)}, aliases=["best"], tags=["gold"],
    )  # fmt: skip
    wandb_server.add_artifact("me/two/net", "model", {"weights": b"w" * 50})
    wandb_server.link_artifact("me/one/net:v0", "me/one/shelf", aliases=["prod"])
    return wandb_server


def sizes(group: UsageGroup) -> tuple[str, int, int, int]:
    return group.path, group.size, group.distinct_size, group.freed_size


def manifests_sent(server: WandbServer) -> int:
    """Return how many contents were requested from storage; `usage` reads only manifests there."""
    return sum(request.path.startswith("/blobs/") for request in server.requests)


def test_usage_counts_shared_contents_once(server: WandbServer, api: Api) -> None:
    report = api.usage("me/one")
    assert [sizes(group) for group in report.collections] == [
        ("me/one/net", 1150, 150, 50),
        ("me/one/digits", 630, 130, 30),
    ]
    assert [sizes(group) for group in report.types] == [
        ("me/one/model", 1150, 150, 50),
        ("me/one/dataset", 630, 130, 30),
    ]
    assert [sizes(group) for group in report.runs] == [
        ("me/one/run-1", 643, 143, 43),
        ("me/one/idle", 0, 0, 0),
    ]
    assert sizes(report.total) == ("me/one", 1793, 193, 193)
    assert (report.total.reference_size, report.total.run_files_size) == (1000, 13)
    assert report.runs_without_artifacts == ["me/one/idle"]


def test_usage_of_an_entity_knows_what_projects_share(server: WandbServer, api: Api) -> None:
    server.add_artifact("me/two/more", "model", {"weights": b"w" * 50})
    report = api.usage("me")
    assert [sizes(group) for group in report.projects] == [
        ("me/one", 1793, 193, 143),
        ("me/two", 100, 50, 0),
    ]
    assert (report.size, report.distinct_size, report.freed_size) == (1893, 193, 193)
    assert api.usage() == report, "the default entity"


def test_usage_of_a_collection_knows_what_others_share(server: WandbServer, api: Api) -> None:
    report = api.usage("me/one/digits")
    assert sizes(report.total) == ("me/one/digits", 630, 130, 30)
    assert [(v.name, v.size, v.distinct_size, v.freed_size) for v in report.versions] == [
        (f"digits:v{number}", 210, 110, 10) for number in range(3)
    ]
    assert api.usage("me/one", "dataset").total.freed_size == 30
    assert "RunFileSizes" not in server.requests.operations()


def test_usage_tells_who_needs_a_version(server: WandbServer, api: Api) -> None:
    by_name = {version.name: version for version in api.usage("me/one").versions}
    version = by_name["net:v0"]
    assert version.aliases == ("best", "latest")
    assert version.other_aliases == ("me/one/shelf:latest", "me/one/shelf:prod")
    assert (version.tags, version.links) == (("gold",), ("me/one/shelf",))
    assert by_name["digits:v0"].used_by == ("me/one/run-1",)
    assert by_name["digits:v0"].logged_by == "me/one/run-1"


def test_usage_adds_up_run_files_by_suffix_and_folder(server: WandbServer, api: Api) -> None:
    many = {f"many/{number:03}.bin": b"12" for number in range(450)}
    server.add_run("me/one/many", many)
    report = api.usage("me/one")
    assert [(f.name, f.size, f.file_count) for f in report.run_file_suffixes] == [
        (".bin", 900, 450), (".pt", 12, 2), (".txt", 1, 1), ("(none)", 0, 1),
    ]  # fmt: skip
    assert [(f.name, f.size, f.file_count) for f in report.run_file_folders] == [
        ("many/", 900, 450), ("a/", 12, 2), ("./", 1, 2),
    ]  # fmt: skip
    assert "MoreRunFileSizes" in server.requests.operations()
    assert api.usage("me/one", run_files=False).total.run_files_size == 0


def test_usage_finds_duplicates_and_orphans(server: WandbServer, api: Api) -> None:
    server.add_artifact("me/one/gone", "dataset", {"a": b"x"})
    api.artifact("me/one/gone:v0").delete(delete_aliases=True)
    server.add_artifact("me/one/digits", "dataset", {"a": b"unfinished"})
    set_state(server, "PENDING", "version_index = 3")
    report = api.usage("me/one")
    [duplicates] = report.duplicates
    assert duplicates.collections == ("me/one/digits", "me/one/net")
    assert (duplicates.content_count, duplicates.wasted_size) == (1, 100)
    assert report.empty_collections == ["me/one/gone"]
    assert report.drafts == ["me/one/digits:v3"]
    assert [v.name for v in report.versions].count("digits:v3") == 0


def test_second_report_sends_no_request_for_a_manifest(
    server: WandbServer, api: Api, tmp_path: Path
) -> None:
    seen: list[ScanProgress] = []
    first = api.usage("me/one", cache=tmp_path)
    server.requests.clear()
    assert api.usage("me/one", cache=tmp_path, progress=seen.append).versions == first.versions
    assert manifests_sent(server) == 0
    assert seen[-1] == ScanProgress(versions=4, read=4, cached=4)
    server.add_artifact("me/one/digits", "dataset", {"new": b"new"})
    server.requests.clear()
    api.usage("me/one", cache=tmp_path)
    assert manifests_sent(server) == 1


def test_corrupt_file_of_the_cache_is_read_again(
    server: WandbServer, api: Api, tmp_path: Path
) -> None:
    first = api.usage("me/one", cache=tmp_path)
    for file in (tmp_path / "manifests").iterdir():
        file.write_bytes(file.read_bytes()[:-1] + b"?")
    assert api.usage("me/one", cache=tmp_path) == first


def test_interrupted_report_goes_on_where_it_was(
    server: WandbServer, api: Api, tmp_path: Path
) -> None:
    broken = Fault(kind="storage-get", status=403, skip=2)
    with server.fault(broken), pytest.raises(Exception, match="403"):
        api.usage("me/one", cache=tmp_path, jobs=1)
    server.requests.clear()
    assert len(api.usage("me/one", cache=tmp_path).versions) == 4
    assert manifests_sent(server) == 2


def test_expired_url_of_a_manifest_is_refreshed(server: WandbServer, api: Api) -> None:
    with server.fault(Fault(kind="storage-get", expired=True, times=1)) as fault:
        assert len(api.usage("me/one", cache=False).versions) == 4
    assert fault.hits == 1


async def test_both_loops_read_the_same(server: WandbServer) -> None:
    with Api() as api:
        expected = api.usage("me/one", cache=False)
    async with Api() as api:
        assert await api.ausage("me/one", cache=False) == expected


def test_report_is_plain_values(server: WandbServer, api: Api) -> None:
    report = api.usage("me/one")
    assert pickle.loads(pickle.dumps(report)) == report
    rows = list(csv.DictReader(io.StringIO(report.to_csv())))
    assert [row["kind"] for row in rows] == [
        "project", "type", "type", "collection", "collection", "run", "run", *["version"] * 4,
    ]  # fmt: skip
    assert {row["distinct_size"] for row in rows if row["path"] == "me/one/net"} == {"150"}
    assert "me/one/net" in (report._repr_html_() or "")  # pyright: ignore[reportPrivateUsage]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("me/one/shelf", "is a portfolio: it stores nothing"),
        ("me/one/run-1", "is a run; name an entity"),
        ("me/one/net:best", "is one version"),
    ],
)
def test_usage_of_what_stores_nothing_is_refused(
    server: WandbServer, api: Api, path: str, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        api.usage(path)


@pytest.mark.parametrize("path", ["me/absent", "absent", "me/one/absent"])
def test_usage_of_what_does_not_exist_is_not_found(
    server: WandbServer, api: Api, path: str
) -> None:
    if path == "absent":
        assert api.usage(path).versions == []
        return
    with pytest.raises(NotFoundError):
        api.usage(path)


# The sums, against a direct reading of the same contents.

HELD = st.lists(st.frozensets(st.integers(0, 9), max_size=5), min_size=1, max_size=8)


def table_of(versions: list[frozenset[int]]) -> ContentTable:
    from wbtyped.storage.content_list import RECORD

    table = ContentTable()
    for number, contents in enumerate(versions):
        packed = [RECORD.pack(b"M%016d" % key, 2**key, number) for key in contents]
        table.add(number, ContentList(b"".join(packed), 0))
    return table


def total(contents: set[int] | frozenset[int]) -> int:
    return sum(2**key for key in contents)


@given(HELD, st.data())
def test_shares_are_those_of_a_direct_reading(
    versions: list[frozenset[int]], data: st.DataObject
) -> None:
    groups = data.draw(st.lists(st.integers(-1, 3), min_size=len(versions), max_size=len(versions)))
    [found] = shares(table_of(versions), [groups])
    for group, share in enumerate(found):
        inside = set[int]().union(*(c for c, g in zip(versions, groups, strict=True) if g == group))
        other = set[int]().union(*(c for c, g in zip(versions, groups, strict=True) if g != group))
        assert (share.distinct_size, share.freed_size) == (total(inside), total(inside - other))


@given(HELD, st.data())
def test_freed_sizes_add_up_to_what_no_other_version_has(
    versions: list[frozenset[int]], data: st.DataObject
) -> None:
    deleted = data.draw(st.sets(st.integers(0, len(versions) - 1)))
    freed = freed_by(table_of(versions), deleted, range(len(versions)))
    assert freed.keys() == deleted
    gone = set[int]().union(*(versions[number] for number in deleted))
    stay = set[int]().union(*(c for n, c in enumerate(versions) if n not in deleted))
    assert sum(freed.values()) == total(gone - stay)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_content_list_or_none(file: bytes) -> None:
    found = parse_content_list(file)
    assert found is None or found.to_bytes() == file


@pytest.mark.slow
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from(COLLECTIONS), st.frozensets(st.integers(0, 4), min_size=1)),
        min_size=1, max_size=6,
    )
)  # fmt: skip
def test_deleting_a_collection_frees_what_the_report_says(
    shared_server: WandbServer, shared_api: Api, versions: list[tuple[str, frozenset[int]]]
) -> None:
    project = f"usage-{next(PROJECTS)}"
    for name, contents in versions:
        files = {str(key): f"{project} {key}" * (key + 1) for key in contents}
        shared_server.add_artifact(f"me/{project}/{name}", "dataset", files)
    shared_server.collect_garbage()
    report = shared_api.usage(f"me/{project}", cache=False)
    collection = report.collections[0]
    before = shared_server.stored_size()
    for version in shared_api.artifacts("dataset", collection.path)[:]:
        version.delete(delete_aliases=True)
    shared_server.collect_garbage()
    assert before - shared_server.stored_size() == collection.freed_size
