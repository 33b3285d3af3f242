"""Where a version comes from and who uses it, as a drawing in columns from left to right."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ..context import Context
from .runs import Neighbours, run_link, version_names, versions_next_to

COLUMN_WIDTH, COLUMN_GAP, ROW_HEIGHT, ROW_GAP = 190, 50, 34, 12
TITLE_HEIGHT = 26
SHOWN_NODES = 8
"""Nodes of a column; the others are counted."""
SHOWN_OUTPUTS = 3
"""Versions that are shown of each run that uses a version."""
LABEL_CHARACTERS = 22
TITLES = ("Inputs", "Created by", "This version", "Used by", "Outputs")


class Box(NamedTuple):
    """A node of the drawing."""

    x: int
    y: int
    name: str
    href: str = ""
    """The URL path of its page; empty for what has none."""
    kind: str = "version"

    @property
    def label(self) -> str:
        """As much of the name as fits."""
        return self.name if len(self.name) <= LABEL_CHARACTERS else f"{self.name[:21]}…"


class Line(NamedTuple):
    """An edge, from the right of a node to the left of another."""

    x1: int
    y1: int
    x2: int
    y2: int


@dataclass
class Graph:
    """A drawing, which grows by nodes and edges."""

    boxes: list[Box] = field(default_factory=list[Box])
    lines: list[Line] = field(default_factory=list[Line])
    columns: Sequence[tuple[int, str]] = ()
    width: int = 0
    height: int = 0
    box_width: int = COLUMN_WIDTH
    box_height: int = ROW_HEIGHT

    def add(self, column: int, found: Mapping[str, object], kind: str) -> Box:
        """Add a node below the others of its column, unless it is there."""
        above = [box for box in self.boxes if box.x == column_x(column)]
        name, href = str(found["name"]), str(found.get("href", ""))
        for box in above:
            if href and box.href == href:
                return box
        y = TITLE_HEIGHT + len(above) * (ROW_HEIGHT + ROW_GAP)
        box = Box(column_x(column), y, name, href, kind)
        self.boxes.append(box)
        return box

    def connect(self, source: Box, target: Box) -> None:
        """Add an edge."""
        middle = ROW_HEIGHT // 2
        line = Line(source.x + COLUMN_WIDTH, source.y + middle, target.x, target.y + middle)
        self.lines.append(line)

    def finish(self) -> "Graph":
        """Leave out columns without nodes, and compute the size."""
        first, last = (of(box.x for box in self.boxes) for of in (min, max))
        shift = first - column_x(0)
        titles = [(column_x(number), title) for number, title in enumerate(TITLES)]
        self.columns = [(x - shift, title) for x, title in titles if first <= x <= last]
        # In the order in which the tab key goes through them.
        self.boxes = sorted(box._replace(x=box.x - shift) for box in self.boxes)
        self.lines = [line._replace(x1=line.x1 - shift, x2=line.x2 - shift) for line in self.lines]
        self.width = last - shift + COLUMN_WIDTH + 2
        self.height = max(box.y for box in self.boxes) + ROW_HEIGHT + 2
        return self


def column_x(column: int) -> int:
    """Return where a column begins."""
    return column * (COLUMN_WIDTH + COLUMN_GAP) + 1


def lineage_graph(context: Context, version: sqlite3.Row) -> Graph:
    """Return the drawing of the neighbours of a version."""
    graph = Graph()
    here = graph.add(2, version_names(context, version), "here")
    add_origin(context, graph, version, here)
    add_users(context, graph, version, here)
    return graph.finish()


def add_origin(context: Context, graph: Graph, version: sqlite3.Row, here: Box) -> None:
    """Add the run that created a version, and what that run used."""
    versions = context.versions
    creator = versions.run_by_id(version["run_id"]) if version["run_id"] else None
    if creator is None or not context.access.project(creator["project_id"]):
        graph.connect(graph.add(1, {"name": "no run"}, "none"), here)
        return
    run = graph.add(1, run_link(context, creator), "run")
    graph.connect(run, here)
    used = Neighbours(versions.used_by_run, versions.count_used_by_run)
    inputs, more = versions_next_to(context, creator["id"], used, SHOWN_NODES)
    for each in inputs:
        graph.connect(graph.add(0, each, "version"), run)
    add_rest(graph, 0, more)


def add_users(context: Context, graph: Graph, version: sqlite3.Row, here: Box) -> None:
    """Add the runs that used a version, and what they made of it."""
    versions, access = context.versions, context.access
    using = Neighbours(versions.runs_using, versions.count_runs_using)
    logged = Neighbours(versions.logged_by_run, versions.count_logged_by_run)
    users, more_users = using.first(
        version["id"], SHOWN_NODES, access.visible, limited=access.limited
    )
    for user in users:
        run = graph.add(3, run_link(context, user), "run")
        graph.connect(here, run)
        outputs, more = versions_next_to(context, user["id"], logged, SHOWN_OUTPUTS)
        for each in outputs:
            graph.connect(run, graph.add(4, each, "version"))
        add_rest(graph, 4, more)
    add_rest(graph, 3, more_users)


def add_rest(graph: Graph, column: int, count: int) -> None:
    """Say how many nodes of a column are not shown."""
    if count > 0:
        graph.add(column, {"name": f"{count} more"}, "none")
