"""What the file system decides without a server."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wbtyped.artifacts.contents.tree import VersionTree
from wbtyped.errors import UsageError
from wbtyped.filesystem.locations import (
    ParentFolder,
    RunLocation,
    VersionLocation,
    parse_location,
)
from wbtyped.filesystem.merged_ranges import MAX_MERGED_BYTES, merge_ranges
from wbtyped.filesystem.readahead import SequentialCache

# Paths.


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("", ParentFolder(())),
        ("crew", ParentFolder(("crew",))),
        ("crew/ship/runs", ParentFolder(("crew", "ship", "runs"))),
        (
            "crew/ship/artifacts/model/net",
            ParentFolder(("crew", "ship", "artifacts", "model", "net")),
        ),
        ("crew/ship/runs/log", RunLocation("crew", "ship", "log", "")),
        ("crew/ship/runs/log/a/b", RunLocation("crew", "ship", "log", "a/b")),
        (
            "crew/ship/net:best/a:b/c",
            VersionLocation("crew", "ship", "net:best", "a:b/c", "crew/ship/net:best"),
        ),
        (
            "crew/ship/artifacts/model/net/v3/a",
            VersionLocation(
                "crew", "ship", "net:v3", "a", "crew/ship/artifacts/model/net/v3", "model"
            ),
        ),
    ],
)  # fmt: skip
def test_path_names_its_location(path: str, location: object) -> None:
    assert parse_location(path) == location


@pytest.mark.parametrize("path", ["crew//runs/log", "/crew/ship", "crew/ship/net/a"])
def test_path_that_names_nothing_says_what_to_write(path: str) -> None:
    with pytest.raises(UsageError, match="COLLECTION:ALIAS"):
        parse_location(path)


def test_path_without_alias_suggests_the_latest() -> None:
    with pytest.raises(UsageError, match="wandb://crew/ship/net:latest"):
        parse_location("crew/ship/net/weights.pt")


# Folders of a version.

NAMES = st.lists(
    st.lists(st.sampled_from(["a", "a.b", "a0", "b", "ü"]), min_size=1, max_size=4), max_size=12
).map(lambda paths: {"/".join(path) for path in paths})


@given(NAMES)
def test_tree_lists_each_folder_as_a_walk_over_all_paths_would(paths: set[str]) -> None:
    # A file cannot have the path of a folder.
    files = {path for path in paths if not any(p.startswith(f"{path}/") for p in paths)}
    tree = VersionTree(files)
    folders = {"", *(path.rsplit("/", depth)[0] for path in files for depth in (1, 2, 3))} - files
    for folder in folders:
        prefix = f"{folder}/" if folder else ""
        below = sorted(path for path in files if path.startswith(prefix))
        children = {prefix + path[len(prefix) :].partition("/")[0] for path in below}
        assert dict(tree.children(folder)) == {path: path in files for path in children}
        assert list(tree.below(folder)) == below
        assert tree.is_folder(folder) == (bool(below) or not folder)


def test_tree_page_is_the_same_for_all_its_paths() -> None:
    paths = [f"{number:05}" for number in range(2500)]
    tree = VersionTree(paths)
    assert tree.page_of("00000") == tree.page_of("00999") == paths[:1000]
    assert tree.page_of("02499") == paths[2000:]


# Ranges.


@given(
    st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500))),
    st.integers(0, 100),
)
def test_merged_ranges_contain_each_range_once(ranges: list[tuple[int, int]], max_gap: int) -> None:
    merged = merge_ranges(ranges, max_gap)
    members = [number for each in merged for number in each.members]
    assert sorted(members) == [n for n, (start, stop) in enumerate(ranges) if start < stop]
    for each in merged:
        assert min(ranges[number][0] for number in each.members) == each.start
        assert max(ranges[number][1] for number in each.members) == each.stop
    for before, after in pairwise(merged):
        assert after.start > before.stop + max_gap


def test_merged_ranges_stay_below_the_limit() -> None:
    half = MAX_MERGED_BYTES // 2
    ranges = [(number * half, (number + 1) * half) for number in range(4)]
    assert [(each.start, each.stop) for each in merge_ranges(ranges)] == [
        (0, 2 * half), (2 * half, 4 * half),
    ]  # fmt: skip


# Readahead.


class Fetched:
    """A content that counts the bytes it was asked for."""

    def __init__(self, size: int) -> None:
        self.content = bytes(number % 251 for number in range(size))
        self.ranges: list[tuple[int, int]] = []
        self.cache = SequentialCache(0, self.fetch, size)

    def fetch(self, start: int, end: int) -> bytes:
        self.ranges.append((start, end))
        return self.content[start:end]

    def read(self, start: int, end: int) -> bytes:
        return self.cache._fetch(start, end)  # pyright: ignore[reportPrivateUsage]


@given(
    st.lists(st.tuples(st.integers(0, 400_000), st.integers(0, 200_000)), max_size=20),
    st.booleans(),
)
def test_readahead_returns_what_was_asked_for(reads: list[tuple[int, int]], in_order: bool) -> None:
    fetched, position = Fetched(500_000), 0
    for start, size in reads:
        first = position if in_order else start
        assert fetched.read(first, first + size) == fetched.content[first : first + size]
        position = first + size


def test_readahead_jumps_request_what_was_asked_for_alone() -> None:
    fetched = Fetched(500_000)
    for start in (400_000, 8, 100_000, 300_000, 200_000):
        fetched.read(start, start + 5000)
    assert [end - start for start, end in fetched.ranges] == [5000] * 5


def test_readahead_large_reads_in_order_request_what_was_asked_for_alone() -> None:
    fetched = Fetched(2_000_000)
    for start in range(0, 2_000_000, 200_000):
        fetched.read(start, start + 200_000)
    assert [end - start for start, end in fetched.ranges] == [200_000] * 10


def test_readahead_small_reads_in_order_take_few_requests() -> None:
    fetched = Fetched(2_000_000)
    for start in range(0, 2_000_000, 8192):
        fetched.read(start, start + 8192)
    assert len(fetched.ranges) < 12
    assert sum(end - start for start, end in fetched.ranges) == 2_000_000


def test_readahead_lines_take_few_requests() -> None:
    fetched = Fetched(200_000)
    position, lines = 0, 0
    while position < 200_000:
        # As `readline` does: a block, then back to behind the line.
        fetched.read(position, min(position + 8192, 200_000))
        position, lines = position + 60, lines + 1
    assert len(fetched.ranges) < 12
    assert sum(end - start for start, end in fetched.ranges) == 200_000
