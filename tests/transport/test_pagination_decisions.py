"""A list read page by page, against a server in memory that pages as it likes."""

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from wbtyped_graphql.base_model import BaseModel
from wbtyped_graphql.operation import Operation

from tests.transport.memory_sender import RUN_NODE, MemoryClient
from wbtyped import File, Files, Run
from wbtyped.errors import NotFoundError, SchemaMismatchError, TransportError, UsageError

MOST = 10
NAMES = st.lists(st.booleans(), max_size=MOST).map(
    lambda seen: [f"{i}.txt" if is_seen else None for i, is_seen in enumerate(seen)]
)
"""Entries of a list; None is one that the key may not see."""
INDEX = st.none() | st.integers(-MOST - 2, MOST + 2)
SLICES = st.builds(slice, INDEX, INDEX, st.none() | st.integers(-3, 3).filter(bool))


def node(name: str) -> dict[str, object]:
    return {
        "id": name, "name": name, "url": None, "directUrl": "", "sizeBytes": 0, "mimetype": None,
        "updatedAt": None, "md5": None,
    }  # fmt: skip


class MemoryFiles:
    """The files of a run on a server whose pages are as long as it likes, or empty."""

    def __init__(self, names: Sequence[str | None], sizes: Sequence[int]) -> None:
        self.names = names
        self.sizes = sizes
        """Entries of each page, over and over; 0 for an empty one that is not the last."""
        self.fails = False
        """Whether the next request fails."""
        self.asked: list[str | None] = []
        """Where the pages began that were sent."""

    def __call__(self, operation: Operation[BaseModel]) -> object:
        if self.fails:
            self.fails = False
            raise TransportError("connection lost")
        after = cursor_of(operation)
        self.asked.append(after)
        # A cursor is the position, and how many pages it took: an empty page has another one.
        start, number = map(int, after.split("/")) if after else (0, 0)
        stop = min(len(self.names), start + self.sizes[number % len(self.sizes)])
        end = f"{stop}/{number + 1}"
        return page(self.names[start:stop], end, more=stop < len(self.names), total=len(self.names))


def cursor_of(operation: Operation[BaseModel]) -> str | None:
    """Return where an operation wants its page to begin."""
    cursor = operation.sent_variables().get("fileCursor")
    assert cursor is None or isinstance(cursor, str)
    return cursor


def page(names: Sequence[str | None], end: str | None, *, more: bool, total: int) -> object:
    edges = [{"cursor": f"{end}", "node": None if n is None else node(n)} for n in names]
    info = {"endCursor": end, "hasNextPage": more}
    files = {"edges": edges, "pageInfo": info}
    return {"project": {"internalId": "UHJvamVjdDox", "run": {"fileCount": total, "files": files}}}


def files_of(server: MemoryFiles, *, start: str | None = None) -> tuple[Files, MemoryClient]:
    client = MemoryClient(server)
    return Files(client, Run(client, "crew", "ship", "log", RUN_NODE), start=start), client


# Sizes of pages; at least one has an entry, or there would be no end.
SIZES = st.lists(st.integers(0, 4), min_size=1, max_size=4).filter(any)


class PaginatorMachine(RuleBasedStateMachine):
    """Reads a list in every way there is, through failures, against a plain list."""

    @initialize(names=NAMES, sizes=SIZES)
    def begin(self, names: list[str | None], sizes: list[int]) -> None:
        self.server = MemoryFiles(names, sizes)
        self.files, self.client = files_of(self.server)
        self.expected = [name for name in names if name is not None]
        self.total = len(names)
        self.armed = False
        self.nexts = 0
        self.loops: list[tuple[Iterator[File], int]] = []

    def check_failure(self) -> None:
        """Fail unless the request was one that had to fail."""
        assert self.armed
        self.armed = False

    @rule()
    def next_request_fails(self) -> None:
        self.server.fails = self.armed = True

    @rule(index=st.integers(-MOST - 2, MOST + 2))
    def item(self, index: int) -> None:
        try:
            name = self.files[index].name
        except IndexError:
            assert not -len(self.expected) <= index < len(self.expected)
        except TransportError:
            self.check_failure()
        else:
            assert name == self.expected[index]

    @rule(index=SLICES)
    def items(self, index: slice) -> None:
        try:
            names = [file.name for file in self.files[index]]
        except TransportError:
            self.check_failure()
        else:
            assert names == self.expected[index]

    @rule()
    def next_item(self) -> None:
        try:
            name = next(self.files).name
        except StopIteration:
            assert self.nexts == len(self.expected)
        except TransportError:
            self.check_failure()
        else:
            assert name == self.expected[self.nexts]
            self.nexts += 1
        assert self.files.index == self.nexts - 1

    @rule()
    def loop(self) -> None:
        try:
            names = [file.name for file in self.files]
        except TransportError:
            self.check_failure()
        else:
            assert names == self.expected

    @rule(count=st.integers(0, 4))
    def begin_of_a_loop(self, count: int) -> None:
        try:
            names = [file.name for _, file in zip(range(count), self.files, strict=False)]
        except TransportError:
            self.check_failure()
        else:
            assert names == self.expected[:count]

    @rule()
    def start_loop(self) -> None:
        self.loops.append((iter(self.files), 0))

    @rule(number=st.integers(0, 9))
    def step_of_a_loop(self, number: int) -> None:
        if not self.loops:
            return
        loop, read = self.loops.pop(number % len(self.loops))
        try:
            name = next(loop).name
        except StopIteration:
            assert read == len(self.expected)
        except TransportError:
            self.check_failure()
        else:
            assert name == self.expected[read]
            self.loops.append((loop, read + 1))

    @rule()
    def length(self) -> None:
        try:
            assert len(self.files) == self.total
        except TransportError:
            self.check_failure()

    @invariant()
    def items_are_the_beginning_of_the_list(self) -> None:
        names = [file.name for file in self.files.objects]
        assert names == self.expected[: len(names)]
        assert self.files.more or names == self.expected

    @invariant()
    def no_page_is_asked_for_twice(self) -> None:
        assert len(set(self.server.asked)) == len(self.server.asked)

    def teardown(self) -> None:
        self.server.fails = False
        assert [file.name for file in self.files] == self.expected
        assert not self.files.more


TestPaginator = PaginatorMachine.TestCase
TestPaginator.settings = settings(max_examples=30, stateful_step_count=15, deadline=None)


def names_of(files: Sequence[File]) -> list[str]:
    return [file.name for file in files]


def listed(names: Sequence[str | None]) -> list[str]:
    """Return the names of a list: what the key may not see is not in it."""
    return [name for name in names if name is not None]


@settings(deadline=None)
@given(names=NAMES, sizes=SIZES, stop=st.integers(0, MOST + 2))
def test_paginator_fetches_no_page_that_it_does_not_need(
    names: list[str | None], sizes: list[int], stop: int
) -> None:
    server = MemoryFiles(names, sizes)
    files, _ = files_of(server)
    assert names_of(files[:stop]) == listed(names)[:stop]
    assert len(server.asked) == pages_for(server, stop)


def pages_for(server: MemoryFiles, count: int) -> int:
    """Return how many pages of a server hold the first items, or are all."""
    at, number = 0, 0
    while len(listed(server.names[:at])) < count and (number == 0 or at < len(server.names)):
        at += server.sizes[number % len(server.sizes)]
        number += 1
    return number


@settings(max_examples=40, deadline=None)
@given(names=NAMES, sizes=SIZES)
async def test_paginator_sends_the_same_from_a_coroutine(
    names: list[str | None], sizes: list[int]
) -> None:
    here, there = MemoryFiles(names, sizes), MemoryFiles(names, sizes)
    files, afiles = files_of(here)[0], files_of(there)[0]
    assert names_of(files[:2]) == names_of(await afiles.aget(slice(2)))
    assert len(files) == await afiles.alength()
    assert [f.name for f in files] == [f.name async for f in afiles] == listed(names)
    assert [names_of(p) for p in files.pages()] == [names_of(p) async for p in afiles.apages()]
    assert here.asked == there.asked


@settings(max_examples=50, deadline=None)
@given(names=NAMES, sizes=SIZES)
def test_paginator_pages_are_requested_again_and_not_kept(
    names: list[str | None], sizes: list[int]
) -> None:
    server = MemoryFiles(names, sizes)
    files, _ = files_of(server)
    for _ in range(2):
        read = [names_of(p) for p in files.pages()]
        assert [name for names_of_page in read for name in names_of_page] == listed(names)
    assert len(server.asked) == 2 * len(set(server.asked))
    assert files.objects == []
    assert files.more


@settings(max_examples=50, deadline=None)
@given(names=NAMES, sizes=SIZES, count=st.integers(1, 5))
def test_paginator_resumes_where_another_stopped(
    names: list[str | None], sizes: list[int], count: int
) -> None:
    server = MemoryFiles(names, sizes)
    first, _ = files_of(server)
    for _, _ in zip(range(count), first, strict=False):
        pass
    done = names_of(first.objects)
    assert first.cursor is not None
    if first.more:
        rest, _ = files_of(server, start=first.cursor)
        assert names_of(list(rest)) == names_of([f for p in first.pages(first.cursor) for f in p])
        assert done + names_of(rest.objects) == listed(names)
    else:
        assert done == listed(names)


@pytest.mark.parametrize(
    ("cursors", "reason"),
    [([None], "sent no cursor"), (["a", "a"], "repeated the cursor 'a'"),
     (["a", "b", "a"], "repeated the cursor 'a'"),
     (["start"], "repeated the cursor 'start'")],
)  # fmt: skip
def test_paginator_of_a_list_that_never_ends_raises_on_each_read(
    cursors: list[str | None], reason: str
) -> None:
    sent = list[str | None]()

    def respond(operation: Operation[BaseModel]) -> object:
        sent.append(cursor_of(operation))
        end = cursors[min(len(sent), len(cursors)) - 1]
        return page([], end, more=True, total=9)

    client = MemoryClient(respond)
    files = Files(client, Run(client, "crew", "ship", "log", RUN_NODE), start="start")
    for read in (lambda: list(files), lambda: files[0], lambda: next(files), lambda: files[-1]):
        with pytest.raises(SchemaMismatchError, match=reason):
            read()
    assert files.objects == []


@pytest.mark.parametrize("index", ["0", 1.5, None, slice("a"), slice(0, 9, 0)], ids=repr)
def test_paginator_invalid_index_is_refused_before_a_request(index: int) -> None:
    server = MemoryFiles(["a"], [1])
    files, client = files_of(server)
    with pytest.raises(UsageError, match="whole number or a slice"):
        files[index]
    assert client.sent == []


def test_paginator_of_a_missing_run_names_the_missing_part() -> None:
    client = MemoryClient(lambda _: {"project": None})
    files = Files(client, Run(client, "crew", "ship", "log", RUN_NODE))
    for _ in range(2):
        with pytest.raises(NotFoundError) as gone:
            list(files)
        assert gone.value.missing == "project"
    assert files.more
    assert files.cursor is None
