"""The lineage of versions and runs as a graph: what came from what, and how to draw it."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal, TypeAlias

from pydantic import JsonValue
from wbtyped_graphql import calls, fragments

from .. import arguments
from ..download.paced_flows import paced_flows
from ..notebook import Record
from ..transport.client import Client
from ..transport.flow import Flow, ask
from .location import ArtifactLocation

if TYPE_CHECKING:
    from wbtyped_graphql.artifact_lineage import ArtifactLineageArtifact as VersionResult
    from wbtyped_graphql.run_lineage import RunLineageProjectRun as RunResult

Kind: TypeAlias = Literal["artifact", "run"]
Relation: TypeAlias = Literal["logged", "used"]
MAX_DEPTH = 20
MAX_NODES = 500
"""After so many nodes a graph is cut: nobody can read it."""
NEIGHBOURS_PER_PAGE = 100
JOBS = 16


@dataclass(frozen=True, slots=True)
class LineageNode(Record):
    """A version or a run in a graph."""

    key: str
    """The id of a version, or the path of a run."""
    kind: Kind
    path: str
    """`entity/project/collection:vN`, or `entity/project/run`."""
    label: str
    """The type of a version, or the display name of a run."""

    __columns__: ClassVar[tuple[str, ...]] = ("kind", "path", "label")

    def to_dict(self) -> dict[str, JsonValue]:
        """Return plain values."""
        return {"kind": self.kind, "path": self.path, "label": self.label, "key": self.key}


@dataclass(frozen=True, slots=True)
class LineageEdge:
    """A run that logged a version, or a version that a run used: from the earlier to the later."""

    source: str
    """The `key` of a node."""
    target: str
    relation: Relation


@dataclass(slots=True)
class LineageGraph(Record):
    """Versions and runs that came from each other, around one of them.

    Notebooks draw it, as does everything that knows Mermaid, such as the Markdown of GitHub.

    Example:
        >>> graph = run.lineage(depth=1)
        >>> [node.path for node in graph.nodes]
        ['my-team/mnist/digits:v0', 'my-team/mnist/digits:v1', 'my-team/mnist/run-1']
        >>> print(artifact.lineage(depth=1).to_mermaid())
        flowchart LR
            n0["my-team/mnist/digits:v1<br/>dataset"]
            n1(["my-team/mnist/run-1<br/>..."])
            n1 --> n0
    """

    start: str
    """The path of the version or run that it is around."""
    depth: int
    nodes: list[LineageNode] = field(default_factory=list[LineageNode])
    """Sorted by path."""
    edges: list[LineageEdge] = field(default_factory=list[LineageEdge])
    complete: bool = True
    """False if something within the depth was left out: the graph would be too large."""

    __columns__: ClassVar[tuple[str, ...]] = LineageNode.__columns__

    def to_dict(self) -> dict[str, JsonValue]:
        """Return plain values."""
        return {
            "start": self.start,
            "depth": self.depth,
            "complete": self.complete,
            "nodes": [node.to_dict() for node in self.nodes],
            "edges": [
                {"source": edge.source, "target": edge.target, "relation": edge.relation}
                for edge in self.edges
            ],
        }

    def to_mermaid(self) -> str:
        """Return it as a flowchart in Mermaid: versions are boxes, runs are rounded."""
        numbers = {node.key: number for number, node in enumerate(self.nodes)}
        lines = ["flowchart LR"]
        for node in self.nodes:
            text = f"{mermaid_text(node.path)}<br/>{mermaid_text(node.label)}"
            shape = f'["{text}"]' if node.kind == "artifact" else f'(["{text}"])'
            lines.append(f"    n{numbers[node.key]}{shape}")
        lines += [f"    n{numbers[e.source]} --> n{numbers[e.target]}" for e in self.edges]
        return "\n".join(lines)

    def to_dot(self) -> str:
        """Return it as a directed graph in DOT, for Graphviz."""
        numbers = {node.key: number for number, node in enumerate(self.nodes)}
        lines = ["digraph lineage {", "  rankdir=LR;"]
        for node in self.nodes:
            shape = "box" if node.kind == "artifact" else "ellipse"
            label = dot_text(f"{node.path}\n{node.label}")
            lines.append(f"  n{numbers[node.key]} [shape={shape}, label={label}];")
        lines += [f"  n{numbers[e.source]} -> n{numbers[e.target]};" for e in self.edges]
        return "\n".join([*lines, "}"])

    def __repr__(self) -> str:
        return f"<LineageGraph of {self.start}: {len(self.nodes)} nodes, {len(self.edges)} edges>"

    def _repr_html_(self) -> None:
        """Leave it to the picture."""

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        """Return what notebooks choose from."""
        mermaid = self.to_mermaid()
        return {
            "text/plain": repr(self),
            "text/markdown": f"```mermaid\n{mermaid}\n```",
            "text/vnd.mermaid": mermaid,
        }


def mermaid_text(text: str) -> str:
    """Return text inside a label of Mermaid: everything that means something is an entity."""
    return "".join(c if c.isalnum() or c in " -_./:,=+@" else f"#{ord(c)};" for c in text)


def dot_text(text: str) -> str:
    """Return text as a quoted string of DOT."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def version_node(version_id: str, location: ArtifactLocation, type_name: str) -> LineageNode:
    """Return the node of a version."""
    return LineageNode(version_id, "artifact", location.path, type_name)


def run_node(path: str, display_name: str | None) -> LineageNode:
    """Return the node of a run."""
    return LineageNode(path, "run", path, display_name or path.rpartition("/")[2])


def find_lineage(client: Client, start: LineageNode, depth: int) -> Flow[LineageGraph]:
    """Return what is at most `depth` steps away, with one request for each node."""
    arguments.whole_number("depth", depth, 1, MAX_DEPTH)
    tracing = Tracing(start)
    reached = [start]
    for _ in range(depth):
        if not reached:
            break
        work = paced_flows(client, JOBS)
        for node in reached:
            work.add(tracing.expand(node))
        yield work
        reached = tracing.newly_reached()
    return tracing.graph(start.path, depth)


class Tracing:
    """A graph that grows from its start, one step at a time."""

    def __init__(self, start: LineageNode) -> None:
        self._nodes = {start.key: start}
        self._edges: set[LineageEdge] = set()
        self._reached: list[LineageNode] = []
        self._complete = True
        self._lock = threading.Lock()

    def newly_reached(self) -> list[LineageNode]:
        """Return the nodes that were found since the last call, sorted."""
        reached, self._reached = self._reached, []
        return sorted(reached, key=lambda node: node.path)

    def graph(self, start: str, depth: int) -> LineageGraph:
        """Return the graph as far as it has grown."""
        nodes = sorted(self._nodes.values(), key=lambda node: (node.path, node.key))
        ranks = {node.key: rank for rank, node in enumerate(nodes)}
        edges = sorted(self._edges, key=lambda edge: (ranks[edge.source], ranks[edge.target]))
        return LineageGraph(start, depth, nodes, edges, self._complete)

    def _connect(self, source: LineageNode, target: LineageNode, relation: Relation) -> None:
        with self._lock:
            for node in (source, target):
                if node.key not in self._nodes:
                    if len(self._nodes) >= MAX_NODES:
                        self._complete = False
                        return
                    self._nodes[node.key] = node
                    self._reached.append(node)
            self._edges.add(LineageEdge(source.key, target.key, relation))

    def expand(self, node: LineageNode) -> Flow[None]:
        """Add everything that a node is connected to."""
        if node.kind == "run":
            yield from self._expand_run(node)
        else:
            yield from self._expand_version(node)

    def _expand_version(self, node: LineageNode) -> Flow[None]:
        result = yield from ask(calls.artifact_lineage(id=node.key), f"artifact {node.path}")
        if result.artifact is None:
            return
        for run in self._runs_of(result.artifact):
            self._connect(node, run, "used")
        creator = result.artifact.created_by
        if creator is not None and creator.typename__ == "Run" and creator.project is not None:
            place = creator.project
            path = f"{place.entity_name}/{place.name}/{creator.name}"
            self._connect(run_node(path, creator.display_name), node, "logged")

    def _runs_of(self, version: VersionResult) -> Iterable[LineageNode]:
        if version.used_by.page_info.has_next_page:
            self._complete = False
        for edge in version.used_by.edges:
            place = edge.node.project
            if place is not None:
                path = f"{place.entity_name}/{place.name}/{edge.node.name}"
                yield run_node(path, edge.node.display_name)

    def _expand_run(self, node: LineageNode) -> Flow[None]:
        entity, project, name = node.path.split("/", 2)
        result = yield from ask(
            calls.run_lineage(
                entity=entity, project=project, name=name, per_page=NEIGHBOURS_PER_PAGE
            )
        )
        found = result.project.run if result.project else None
        if found is not None:
            self._add_versions(node, found)

    def _add_versions(self, node: LineageNode, run: RunResult) -> None:
        for page, relation in ((run.input_artifacts, "used"), (run.output_artifacts, "logged")):
            if page is None:
                continue
            if page.page_info.has_next_page:
                self._complete = False
            for edge in page.edges:
                version = node_of(edge.node) if edge.node else None
                if version is None:
                    continue
                if relation == "used":
                    self._connect(version, node, "used")
                else:
                    self._connect(node, version, "logged")


def node_of(node: fragments.LineageVersion) -> LineageNode | None:
    """Return the node of a version; None if the API key may not see its project."""
    sequence = node.artifact_sequence
    if sequence.project is None:
        return None
    place = sequence.project
    version = f"v{node.version_index or 0}"
    location = ArtifactLocation(place.entity_name, place.name, sequence.name, version)
    return version_node(node.id, location, node.artifact_type.name)
