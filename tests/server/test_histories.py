"""Pages of a history cost the same wherever they are, and are what parsing all lines would give."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from wbtyped.server import histories, streams
from wbtyped.server.database import Database
from wbtyped.server.histories import BLOCK_LINES, Histories
from wbtyped.server.resolvers.history import sample_evenly
from wbtyped.server.streams import HISTORY, NEWEST_LINES, Chunk, StreamRequest, Streams

RUN = 1


class Logged:
    """A history in a database of its own, and the steps that parsing every line gives."""

    def __init__(self, database: Database) -> None:
        database.connection.execute("INSERT INTO projects VALUES (1, 'e', 'p', NULL, NULL, '', '')")
        database.connection.execute(
            "INSERT INTO runs (id, project_id, name, created_at, updated_at)"
            " VALUES (1, 1, 'r', '', '')"
        )
        self.streams = Streams(database)
        self.histories = Histories(database, self.streams)

    def log(self, lines: Sequence[str], offset: int) -> None:
        chunk = Chunk(offset=offset, content=[*lines])
        self.streams.receive(RUN, StreamRequest(files={HISTORY: chunk}))

    def expected(self, start: int | None, stop: int | None) -> list[Mapping[str, JsonValue]]:
        found, _ = self.streams.steps(RUN)
        return [
            step
            for step in found
            if isinstance(number := step["_step"], int)
            and (start is None or number >= start)
            and (stop is None or number < stop)
        ]


@pytest.fixture
def logged(tmp_path: Path) -> Iterator[Logged]:
    database = Database(tmp_path / "db", lasting=False)
    yield Logged(database)
    database.close()


def metrics(numbers: Sequence[int], **others: int) -> list[str]:
    return [json.dumps({"_step": number, "loss": number / 2, **others}) for number in numbers]


ODD = ["", "null", "[]", '{"_step": 1.5}', '{"_step": "x"}', "{", '{"loss": NaN}', '{"a.b": 1}']
LINES = st.lists(
    st.one_of(
        st.integers(0, 60).map(lambda number: json.dumps({"_step": number, "loss": number})),
        st.integers(0, 60).map(lambda number: json.dumps({"_step": number, "a": {"b": 1}})),
        st.sampled_from(ODD),
    ),
    max_size=40,
)
BOUND = st.none() | st.integers(-5, 70)


@pytest.mark.parametrize("block", [1, 3, 500])
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    chunks=st.lists(st.tuples(LINES, st.integers(0, 60)), max_size=5),
    start=BOUND, stop=BOUND, samples=st.none() | st.integers(1, 12),
    names=st.sampled_from([["loss"], ["a.b"], ["_step"], [], ["loss", "none"]]),
)  # fmt: skip
def test_steps_are_those_of_all_lines(
    tmp_path_factory: pytest.TempPathFactory,
    block: int,
    chunks: Sequence[tuple[Sequence[str], int]],
    start: int | None,
    stop: int | None,
    samples: int | None,
    names: Sequence[str],
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(histories, "BLOCK_LINES", block)
        patch.setattr(histories, "NEWEST_LINES", block)
        patch.setattr(streams, "NEWEST_LINES", block)
        database = Database(tmp_path_factory.mktemp("db") / "db", lasting=False)
        logged = Logged(database)
        for lines, offset in chunks:
            # Between chunks, so that later ones find an index, which they may make out of date.
            assert show(logged.histories.steps(RUN, start, stop).all()) == show(
                logged.expected(start, stop)
            )
            logged.log(lines, offset)
        found, expected = logged.histories.steps(RUN, start, stop), logged.expected(start, stop)
        assert len(found) == len(expected)
        limit = samples or 500
        chosen = [expected[i * len(expected) // limit] for i in range(limit) if expected]
        sampled = chosen if len(expected) > limit else expected
        assert show(sample_evenly(found, samples)) == show(sampled)
        assert show(found.having(names).all()) == show(
            [step for step in expected if histories.has_all(step, names)]
        )
        extent, all_steps = logged.histories.extent(RUN), logged.expected(None, None)
        assert (extent and extent.last) == (all_steps[-1]["_step"] if all_steps else None)
        if extent:
            counted = {name: sum(types.values()) for name, types in extent.types.items()}
            assert counted == {
                name: sum(name in step for step in all_steps)
                for step in all_steps for name in step
            }  # fmt: skip
        database.close()


def show(steps: Sequence[Mapping[str, JsonValue]]) -> str:
    return json.dumps([*steps])  # NaN is unlike itself


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], int]:
    """Count the lines that a call parses."""
    counts = {"parsed": 0}

    def counting(name: str) -> None:
        original = getattr(histories, name)

        def parse(line: histories.Line) -> histories.Step:
            counts["parsed"] += 1
            return original(line)  # type: ignore[no-any-return]

        monkeypatch.setattr(histories, name, parse)

    counting("parse")
    counting("parse_quickly")

    def count(call: Callable[[], object]) -> int:
        counts["parsed"] = 0
        call()
        return counts["parsed"]

    return count


def read_all(logged: Logged, start: int, stop: int) -> list[histories.Step]:
    return logged.histories.steps(RUN, start, stop).all()


def test_page_parses_its_own_lines_wherever_it_is(
    logged: Logged, parsed: Callable[[Callable[[], object]], int]
) -> None:
    total = 40_000
    logged.log(metrics(range(total)), 0)
    assert parsed(lambda: logged.histories.steps(RUN, 0, 100).all()) >= total, "indexed once"
    for start in (0, 20_000, 30_250, total - 100):
        lines = parsed(partial(read_all, logged, start, start + 100))
        assert lines <= 2 * BLOCK_LINES + NEWEST_LINES + BLOCK_LINES
    sampled = parsed(lambda: sample_evenly(logged.histories.steps(RUN), 500))
    assert sampled <= 500 + NEWEST_LINES + BLOCK_LINES
    common = parsed(lambda: sample_evenly(logged.histories.steps(RUN).having(["loss"]), 500))
    assert common <= 500 + NEWEST_LINES + BLOCK_LINES
    assert parsed(lambda: logged.histories.extent(RUN)) <= NEWEST_LINES + BLOCK_LINES


def test_lines_that_are_added_are_indexed_alone(
    logged: Logged, parsed: Callable[[Callable[[], object]], int]
) -> None:
    logged.log(metrics(range(20_000)), 0)
    logged.histories.steps(RUN)
    for start in range(20_000, 23_000, 1_000):
        logged.log(metrics(range(start, start + 1_000)), start)
        last = logged.histories.steps(RUN, start, None)
        assert [step["_step"] for step in last.all()] == [*range(start, start + 1_000)]
        assert parsed(lambda: logged.histories.steps(RUN, 0, 10)) <= 4 * BLOCK_LINES


def test_line_far_ahead_of_others_costs_nothing(logged: Logged) -> None:
    logged.log(metrics(range(1_200)), 0)
    logged.log(metrics([5_000_000]), 2**61)
    assert len(logged.histories.steps(RUN)) == 1_201
    assert [step["_step"] for step in sample_evenly(logged.histories.steps(RUN), 2)] == [0, 600]


def test_rewound_history_is_indexed_anew(logged: Logged) -> None:
    logged.log(metrics(range(3_000)), 0)
    assert len(logged.histories.steps(RUN)) == 3_000
    logged.streams.rewind(RUN, 99)
    logged.log(metrics(range(100, 2_600), accuracy=1), 100)
    steps = logged.histories.steps(RUN, 98, 102).all()
    assert ["accuracy" in step for step in steps] == [False, False, True, True]
    extent = logged.histories.extent(RUN)
    assert extent is not None
    assert extent.types["accuracy"] == {"number": 2_500}
