"""A paginator behaves like the list that the server has, whatever the page size."""

import pickle
import threading
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wbtyped_graphql.fragments import PageInfo
from wbtyped_graphql.operation import Operation
from wbtyped_graphql.run_files import RunFiles, RunFilesProject, RunFilesProjectRun
from wbtyped_graphql.run_files import RunFilesProjectRunFiles as Page
from wbtyped_graphql.run_files_rows import RunFilesRow

from wbtyped import Api, Files, Run
from wbtyped.errors import NotFoundError, SchemaMismatchError, UsageError
from wbtyped.server import WandbServer
from wbtyped.transport.cursors import Cursors
from wbtyped.transport.pagination import Position, needed_items

MOST = 12
INDEX = st.none() | st.integers(-MOST - 3, MOST + 3)
SLICES = st.builds(slice, INDEX, INDEX, st.none() | st.integers(-4, 4).filter(bool))
COUNTS = st.integers(0, MOST)
PAGE_SIZES = st.integers(1, MOST + 3)
# One server call takes milliseconds, and how many there are is the point.
MANY = settings(deadline=None, max_examples=80)


@pytest.fixture(scope="module")
def runs(shared_server: WandbServer, shared_api: Api) -> list[Run]:
    """Return one run for every number of files, at that index."""
    for count in range(MOST + 1):
        files = {f"{i:02}.txt": b"x" for i in range(count)}
        shared_server.add_run(f"crew/paging/{count}", files=files)
    return [shared_api.run(f"crew/paging/{count}") for count in range(MOST + 1)]


def expected(count: int) -> list[str]:
    return [f"{i:02}.txt" for i in range(count)]


@MANY
@given(count=COUNTS, per_page=PAGE_SIZES)
def test_iteration_yields_each_file_once(runs: list[Run], count: int, per_page: int) -> None:
    files = runs[count].files(per_page=per_page)
    assert [f.name for f in files] == expected(count)
    assert [f.name for f in files] == expected(count), "a second loop reads from memory"
    assert len(files) == files.length == count
    assert bool(files) is (count > 0)


@MANY
@given(count=COUNTS, per_page=PAGE_SIZES, index=SLICES)
def test_slices_are_those_of_a_list(
    runs: list[Run], count: int, per_page: int, index: slice
) -> None:
    assert [f.name for f in runs[count].files(per_page=per_page)[index]] == expected(count)[index]


@MANY
@given(count=COUNTS, per_page=PAGE_SIZES, index=st.integers(-MOST - 3, MOST + 3))
def test_items_are_those_of_a_list(runs: list[Run], count: int, per_page: int, index: int) -> None:
    files = runs[count].files(per_page=per_page)
    try:
        name = expected(count)[index]
    except IndexError:
        with pytest.raises(IndexError):
            files[index]
    else:
        assert files[index].name == name


@MANY
@given(count=COUNTS, per_page=PAGE_SIZES, taken=st.integers(0, MOST))
def test_next_and_loops_do_not_disturb_each_other(
    runs: list[Run], count: int, per_page: int, taken: int
) -> None:
    files = runs[count].files(per_page=per_page)
    seen = [f.name for _, f in zip(range(taken), files, strict=False)]
    by_next: list[str] = []
    for file in files:
        by_next.append(files.next().name)
        assert file.name == by_next[-1]
    assert by_next == expected(count)
    assert seen == expected(count)[:taken]
    with pytest.raises(StopIteration):
        next(files)


@MANY
@given(count=COUNTS, per_page=PAGE_SIZES, done=st.integers(1, MOST))
def test_cursor_of_one_list_starts_another(
    runs: list[Run], count: int, per_page: int, done: int
) -> None:
    first = runs[count].files(per_page=done)
    page = next(first.pages())
    assert first.cursor is None, "pages() keeps nothing"
    loaded = [f.name for f in first[:done]]
    assert loaded == [f.name for f in page]
    if first.cursor is not None:
        rest = runs[count].files(per_page=per_page, start=first.cursor)
        assert loaded + [f.name for f in rest] == expected(count)


@given(st.lists(st.integers(), max_size=MOST), SLICES)
def test_needed_items_are_enough_and_no_more_than_asked(items: list[int], index: slice) -> None:
    needed = needed_items(index)
    have = items if needed is None else items[:needed]
    assert have[index] == items[index]


async def test_async_iteration_matches_the_synchronous_one(
    wandb_server: WandbServer, api: Api
) -> None:
    wandb_server.add_run("crew/ship/log", files={f"{i}.txt": b"x" for i in range(7)})
    files = (await api.arun("crew/ship/log")).files(per_page=3)
    assert await files.alength() == 7
    assert [f.name async for f in files] == [f.name for f in files]
    assert (await anext(files)).name == "0.txt"
    assert (await files.aget(-1)).name == "6.txt"
    assert [f.name for f in await files.aget(slice(1, 3))] == ["1.txt", "2.txt"]
    assert [len(page) async for page in files.apages()] == [3, 3, 1]
    await api.aclose()


def test_slices_fetch_no_more_than_they_need(wandb_server: WandbServer, api: Api) -> None:
    wandb_server.add_run("crew/ship/log", files={f"{i}.txt": b"x" for i in range(9)})
    files = api.run("crew/ship/log").files(per_page=2)
    wandb_server.requests.clear()
    assert len(files[:4]) == 4
    assert wandb_server.requests.operations() == ["RunFiles"] * 2
    assert len(files) == 9
    assert len(wandb_server.requests) == 2, "the length came with the first page"


def test_threads_can_share_a_list(wandb_server: WandbServer, api: Api) -> None:
    wandb_server.add_run("crew/ship/log", files={f"{i:03}": b"x" for i in range(60)})
    files = api.run("crew/ship/log").files(per_page=4)
    seen: list[list[str]] = []
    threads = [
        threading.Thread(target=lambda: seen.append([f.name for f in files])) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [[f"{i:03}" for i in range(60)]] * 4
    assert len(files.objects) == 60


@pytest.mark.parametrize("per_page", [0, -1, True, 2.0, "50", None])
def test_per_page_invalid_sends_nothing(
    wandb_server: WandbServer, api: Api, per_page: object
) -> None:
    wandb_server.add_run("crew/ship/log")
    run = api.run("crew/ship/log")
    wandb_server.requests.clear()
    with pytest.raises(UsageError, match="per_page"):
        run.files(per_page=per_page)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    assert len(wandb_server.requests) == 0


def test_state_before_and_after_the_first_page(wandb_server: WandbServer, api: Api) -> None:
    wandb_server.add_run("crew/ship/log", files={"a": b"", "b": b""})
    files = api.run("crew/ship/log").files(per_page=1)
    assert (files.cursor, files.more, files.objects, files.convert_objects()) == (
        None,
        True,
        [],
        [],
    )
    assert files.variables["fileCursor"] is None
    assert next(files).name == "a"
    assert [f.name for f in files.convert_objects()] == ["a"]
    assert files.more
    assert files.variables["fileCursor"] == files.cursor
    assert [f.name for f in files] == ["a", "b"]
    assert [f.name for f in files.convert_objects()] == ["b"]
    assert not files.more


def test_empty_list(wandb_server: WandbServer, api: Api) -> None:
    wandb_server.add_run("crew/ship/log")
    files = api.run("crew/ship/log").files()
    assert (list(files), len(files), files.cursor, files.more) == ([], 0, None, False)
    with pytest.raises(IndexError):
        files[0]


def test_list_of_a_missing_run_names_the_missing_part(wandb_server: WandbServer, api: Api) -> None:
    wandb_server.add_run("crew/ship/log")
    run = api.run("crew/ship/log")
    gone = Run(api.client, "crew", "ship", "gone", run.attrs)
    lost = Run(api.client, "crew", "nowhere", "log", run.attrs)
    with pytest.raises(NotFoundError, match="run crew/ship/gone does not exist") as missing:
        list(gone.files())
    assert (missing.value.path, missing.value.missing) == ("crew/ship/gone", "run")
    with pytest.raises(NotFoundError, match="project crew/nowhere does not exist") as missing:
        len(lost.files())
    assert missing.value.missing == "project"


def test_lists_survive_pickling(wandb_server: WandbServer, api: Api) -> None:
    wandb_server.add_run("crew/ship/log", files={f"{i}": b"x" for i in range(5)})
    files = api.run("crew/ship/log").files(per_page=2)
    next(files)
    copy = pickle.loads(pickle.dumps(files))
    assert isinstance(copy, Files)
    assert next(copy).name == "1"
    assert [f.name for f in copy] == ["0", "1", "2", "3", "4"]


class Circling(Files):
    """A broken server: every page announces another one, with a cursor that repeats."""

    places: tuple[str, ...] = ("A",)

    def _operation(self, cursor: str | None) -> Operation[RunFilesRow]:
        self.asked = getattr(self, "asked", 0) + 1
        assert self.asked < 40, "reading on without end"
        self.at = self.places.index(cursor) + 1 if cursor else 0
        return super()._operation(None)

    def _position(self, result: RunFilesRow) -> Position:
        return Position(more=True, cursor=self.places[self.at % len(self.places)])


@pytest.mark.parametrize("places", ["A", "AB", "ABCDE"])
async def test_repeated_cursor_is_a_schema_mismatch(
    wandb_server: WandbServer, api: Api, places: str
) -> None:
    wandb_server.add_run("crew/ship/log", files={"a": b"", "b": b""})
    run = api.run("crew/ship/log")

    def circling() -> Circling:
        files = Circling(api.client, run)
        files.places = tuple(places)
        return files

    with pytest.raises(SchemaMismatchError, match="repeated the cursor 'A'"):
        list(circling())
    with pytest.raises(SchemaMismatchError, match="repeated the cursor 'A'"):
        list(circling().pages())
    with pytest.raises(SchemaMismatchError, match="repeated the cursor 'A'"):
        [page async for page in circling().apages()]
    await api.client.aclose()


def test_cursors_of_any_length_take_little_memory() -> None:
    seen = Cursors("RunFiles", None)
    tracemalloc.start()
    for number in range(10_000):
        seen.add(seen.check(f"{number}" * 200))
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert used < 2_000_000
    with pytest.raises(SchemaMismatchError, match="repeated the cursor") as circle:
        seen.check("77" * 200)
    assert len(str(circle.value)) < 300


@pytest.mark.parametrize("total", [-1, 2**63, 10**30])
def test_length_out_of_range_is_a_schema_mismatch(
    wandb_server: WandbServer, api: Api, total: int
) -> None:
    class Announcing(Files):
        def _total(self, result: RunFilesRow) -> int:
            return total

    wandb_server.add_run("crew/ship/log", files={"a": b""})
    with pytest.raises(SchemaMismatchError, match="entries"):
        len(Announcing(api.client, api.run("crew/ship/log")))


class OnlyLast(Files):
    """Filters on the client's side, as lists of artifact versions by tag do."""

    def _keeps(self, item: object) -> bool:
        return getattr(item, "name", "") == "9"


def test_page_emptied_by_a_filter_does_not_end_the_loop(
    wandb_server: WandbServer, api: Api
) -> None:
    wandb_server.add_run("crew/ship/log", files={f"{i}": b"" for i in range(10)})
    files = OnlyLast(api.client, api.run("crew/ship/log"), per_page=2)
    assert [f.name for f in files] == ["9"]
    assert next(files).name == "9"
    assert files[0].name == "9"


def test_result_models_can_be_constructed() -> None:
    page = Page(edges=[], page_info=PageInfo(end_cursor=None, has_next_page=False))
    run = RunFilesProjectRun(file_count=0, files=page)
    assert RunFiles(project=RunFilesProject(internal_id="x", run=run)).project is not None
