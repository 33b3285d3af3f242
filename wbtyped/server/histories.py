"""The steps of runs, found without parsing the lines of all the others.

Lines are indexed in blocks when they are first read: the steps that a block has, and which metrics.
A page then parses the blocks that it needs, wherever it is, and the lines after the last block. The
newest lines are in no block, since clients that got no response send them again.
"""

import json
import threading
from bisect import bisect_right
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple

from pydantic import JsonValue
from pydantic_core import from_json

from .comparisons import MISSING, look_up
from .database import Database
from .node_ids import MAX_ROW_ID
from .streams import HISTORY, NEWEST_LINES, STEP, Streams
from .time_limit import check_time_limit, restart_time_limit
from .user_json import read_object

KEPT_RUNS = 100
"""Indexes in memory: each takes about 300 bytes for a block, and 200 for the name of a metric."""
BLOCK_LINES = 500
BLOCKS_PER_READ = 20
"""Blocks whose lines are in memory while they are indexed."""

Step = Mapping[str, JsonValue]
TYPE_NAMES: Mapping[type, str] = {
    bool: "boolean", str: "string", int: "number", float: "number", list: "list", dict: "map",
    type(None): "map",
}  # fmt: skip
"""W&B's names for the types of metrics."""


class Block(NamedTuple):
    """What is known of consecutive lines, `first_line` to `last_line`, and of the steps in them."""

    first_line: int
    last_line: int
    steps: int
    lowest: int = 0
    highest: int = -1
    last: int = 0
    """The step of the last line."""

    @property
    def is_dense(self) -> bool:
        """Whether each number from the first line to the last one is that of a step."""
        return self.steps == self.last_line - self.first_line + 1


class Line(NamedTuple):
    """A line of the history of a run."""

    number: int
    text: str


class Index:
    """The blocks of one run, as far as lines have been indexed."""

    def __init__(self) -> None:
        self.lock: threading.Lock = threading.Lock()
        self.rewrites: int = 0
        self.blocks: list[Block] = []
        self.types: dict[str, Counter[str]] = {}
        """How often each metric had each type, in all blocks."""

    def reset(self, rewrites: int) -> None:
        """Forget everything: lines were replaced."""
        self.rewrites = rewrites
        self.blocks, self.types = [], {}

    def add(self, lines: Sequence[Line]) -> None:
        """Index the lines of the next block."""
        numbers: list[int] = []
        for line in lines:
            step = parse_quickly(line)
            number = step[STEP]
            if isinstance(number, int):
                numbers.append(number)
                count_types(self.types, step)
        block = Block(lines[0].number, lines[-1].number, len(numbers))
        if numbers:
            block = Block(*block[:3], min(numbers), max(numbers), numbers[-1])
        self.blocks.append(block)

    def next_line(self) -> int:
        """Return the number of the line after the last block."""
        return self.blocks[-1].last_line + 1 if self.blocks else 0

    def names(self) -> set[str]:
        """Return the metrics that every step in every block has."""
        steps = sum(block.steps for block in self.blocks)
        return {name for name, counted in self.types.items() if counted.total() == steps}


def parse_quickly(line: Line) -> Step:
    """Return the step in a line; parsing takes a quarter of the time where nothing is odd."""
    try:
        found: JsonValue = from_json(line.text)
    except ValueError:
        return parse(line)
    return {STEP: line.number, **found} if isinstance(found, dict) else {STEP: line.number}


def parse(line: Line) -> Step:
    """Return the step in a line, which has the line's number unless it says another."""
    return {STEP: line.number, **read_object(line.text)}


def count_types(types: dict[str, Counter[str]], step: Step) -> None:
    """Count the type of each metric of a step."""
    for name, value in step.items():
        counted = types.get(name)
        if counted is None:
            counted = types[name] = Counter()
        counted[TYPE_NAMES[type(value)]] += 1


@dataclass(frozen=True, slots=True)
class Piece:
    """Consecutive steps: those of a whole block, not parsed yet, or some that are."""

    count: int
    block: Block | None = None
    parsed: Sequence[Step] = ()


ReadLines = Callable[[int, int], list[Line]]
"""Return the lines from a number to another."""
ReadNumbers = Callable[[Sequence[int]], list[Line]]
"""Return the lines with these numbers that there are."""


@dataclass(frozen=True)
class Steps:
    """Steps of a run, in the order they were logged; they are parsed when they are needed."""

    pieces: Sequence[Piece]
    common: set[str]
    """Metrics that every step in a whole block has."""
    read: ReadLines
    read_numbers: ReadNumbers
    ends: list[int] = field(default_factory=list[int])

    def __post_init__(self) -> None:
        self.ends.extend(accumulate(piece.count for piece in self.pieces))

    def __len__(self) -> int:
        return self.ends[-1] if self.ends else 0

    def all(self) -> list[Step]:
        """Return every step."""
        return [step for piece in self.pieces for step in self._parsed(piece)]

    def pick(self, positions: Sequence[int]) -> list[Step]:
        """Return the steps at some positions, which ascend."""
        numbers = [self._number(position) for position in positions]
        lines = self.read_numbers([number for number in numbers if number is not None])
        whole = {line.number: line for line in lines}
        kept: tuple[Piece | None, Sequence[Step]] = None, ()
        found: list[Step] = []
        for position, number in zip(positions, numbers, strict=True):
            if number is not None:
                found += [parse(whole[number])] if number in whole else []
                continue
            piece, offset = self._locate(position)
            if kept[0] is not piece:
                kept = piece, self._parsed(piece)
            found += kept[1][offset : offset + 1]
        return found

    def having(self, names: Sequence[str]) -> "Steps":
        """Return the steps that have all of these metrics; dots lead to parts of a metric."""
        is_common = self.common.issuperset(names)

        def complete(piece: Piece) -> Piece:
            if piece.block is not None and is_common:
                return piece
            check_time_limit()
            parsed = self._parsed(piece)
            chosen = [step for step in parsed if has_all(step, names)]
            return Piece(len(chosen), parsed=chosen)

        pieces = [complete(piece) for piece in self.pieces]
        return Steps(pieces, self.common, self.read, self.read_numbers)

    def _locate(self, position: int) -> tuple[Piece, int]:
        at = bisect_right(self.ends, position)
        return self.pieces[at], position - (self.ends[at - 1] if at else 0)

    def _number(self, position: int) -> int | None:
        """Return the line of a step, if that can be told without parsing others."""
        piece, offset = self._locate(position)
        is_dense = piece.block is not None and piece.block.is_dense
        return piece.block.first_line + offset if piece.block and is_dense else None

    def _parsed(self, piece: Piece) -> Sequence[Step]:
        if piece.block is None:
            return piece.parsed
        return parse_valid(self.read(piece.block.first_line, piece.block.last_line))


def parse_valid(lines: Sequence[Line]) -> list[Step]:
    """Return the steps in lines; those whose step is no whole number do not count."""
    check_time_limit()
    return [step for step in map(parse, lines) if isinstance(step[STEP], int)]


def has_all(step: Step, names: Sequence[str]) -> bool:
    """Return True if a step has all of these metrics."""
    given = {**step}
    return all(look_up(given, name) is not MISSING for name in names)


class Extent(NamedTuple):
    """How often each metric had each type, and the last step."""

    types: Mapping[str, Mapping[str, int]]
    last: int


class Histories:
    """The steps of all runs."""

    def __init__(self, database: Database, streams: Streams) -> None:
        self._database = database
        self._streams = streams
        self._lock = threading.Lock()
        self._indexes: OrderedDict[int, Index] = OrderedDict()

    def steps(self, run_id: int, start: int | None = None, stop: int | None = None) -> Steps:
        """Return the steps of a run from `start` to before `stop`, in the order of its lines."""
        index = self._index(run_id)
        with index.lock:
            blocks, common, rest = [*index.blocks], index.names(), index.next_line()

        def read(first: int, last: int) -> list[Line]:
            return self._lines(run_id, first, last)

        def is_wanted(step: Step) -> bool:
            number = step[STEP]
            assert isinstance(number, int)  # noqa: S101 - others are not among them
            return (start is None or number >= start) and (stop is None or number < stop)

        pieces: list[Piece] = []
        for block in blocks:
            if not block.steps or (stop is not None and block.lowest >= stop):
                continue
            if start is not None and block.highest < start:
                continue
            is_whole = (start is None or block.lowest >= start) and (
                stop is None or block.highest < stop
            )
            piece = Piece(block.steps, block)
            if not is_whole:
                lines = read(block.first_line, block.last_line)
                found = [*filter(is_wanted, parse_valid(lines))]
                piece = Piece(len(found), parsed=found)
            pieces.append(piece)
        tail = [*filter(is_wanted, parse_valid(read(rest, MAX_ROW_ID)))]
        pieces.append(Piece(len(tail), parsed=tail))

        def read_numbers(numbers: Sequence[int]) -> list[Line]:
            return self._numbered(run_id, numbers)

        return Steps(pieces, common, read, read_numbers)

    def extent(self, run_id: int) -> Extent | None:
        """Return what metrics a run has logged; None without any step."""
        index = self._index(run_id)
        with index.lock:
            types = {name: Counter(counted) for name, counted in index.types.items()}
            last = next((block.last for block in reversed(index.blocks) if block.steps), None)
            rest = index.next_line()
        for step in parse_valid(self._lines(run_id, rest, MAX_ROW_ID)):
            count_types(types, step)
            number = step[STEP]
            last = number if isinstance(number, int) else last
        return None if last is None else Extent(types, last)

    def _index(self, run_id: int) -> Index:
        """Return the index of a run, with all blocks that there are."""
        with self._lock:
            index = self._indexes.setdefault(run_id, Index())
            self._indexes.move_to_end(run_id)
            while len(self._indexes) > KEPT_RUNS:
                self._indexes.popitem(last=False)
        with index.lock:
            while not self._extend(run_id, index):
                pass
        return index

    def _extend(self, run_id: int, index: Index) -> bool:
        """Index further blocks; return True once there are no more, and no line was replaced."""
        rewrites = self._streams.rewrites(run_id)
        if index.rewrites != rewrites:
            index.reset(rewrites)
        wanted = BLOCKS_PER_READ * BLOCK_LINES
        lines = self._lines(run_id, index.next_line(), MAX_ROW_ID, wanted + NEWEST_LINES)
        for start in range(0, len(lines) - NEWEST_LINES - BLOCK_LINES + 1, BLOCK_LINES):
            index.add(lines[start : start + BLOCK_LINES])
            # A line is indexed once, at 3 s for a million: not the fault of this query.
            restart_time_limit()
        return len(lines) < wanted + NEWEST_LINES and self._streams.rewrites(run_id) == rewrites

    def _lines(self, run_id: int, first: int, last: int, limit: int = -1) -> list[Line]:
        query = (
            "SELECT number, line FROM stream_lines"
            " WHERE run_id = ? AND name = ? AND number BETWEEN ? AND ? ORDER BY number LIMIT ?"
        )
        values = (run_id, HISTORY, first, last, limit)
        rows = self._database.connection.execute(query, values)
        return [Line(row["number"], row["line"]) for row in rows]

    def _numbered(self, run_id: int, numbers: Sequence[int]) -> list[Line]:
        query = (
            "SELECT number, line FROM stream_lines WHERE run_id = ? AND name = ?"
            " AND number IN (SELECT value FROM json_each(?))"
        )
        values = (run_id, HISTORY, json.dumps([*numbers]))
        return [
            Line(r["number"], r["line"]) for r in self._database.connection.execute(query, values)
        ]
