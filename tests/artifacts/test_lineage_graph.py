"""Lineage as a graph: which nodes and edges, how many requests, and how it is drawn."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wbtyped import Api, LineageEdge, LineageGraph, LineageNode
from wbtyped.artifacts import lineage_graph
from wbtyped.errors import UsageError
from wbtyped.server import WandbServer


@pytest.fixture
def server(wandb_server: WandbServer) -> WandbServer:
    """raw:v0 -> clean -> data:v0 -> train -> net:v0 -> evaluate"""
    wandb_server.add_run("me/p/train", display_name="train well")
    wandb_server.add_artifact("me/p/raw", "dataset", {"a": b"1"}, used_by=["me/p/clean"])
    wandb_server.add_artifact(
        "me/p/data", "dataset", {"a": b"2"}, logged_by="me/p/clean", used_by=["me/p/train"]
    )
    wandb_server.add_artifact(
        "me/p/net", "model", {"a": b"3"}, logged_by="me/p/train", used_by=["me/q/evaluate"]
    )
    return wandb_server


def arrows(graph: LineageGraph) -> set[str]:
    paths = {node.key: node.path.removeprefix("me/") for node in graph.nodes}
    return {f"{paths[e.source]} {e.relation} {paths[e.target]}" for e in graph.edges}


def test_lineage_grows_with_its_depth(server: WandbServer, api: Api) -> None:
    version = api.artifact("me/p/data:v0")
    near = {"p/clean logged p/data:v0", "p/data:v0 used p/train"}
    assert arrows(version.lineage(1)) == near
    far = near | {"p/raw:v0 used p/clean", "p/train logged p/net:v0"}
    assert arrows(version.lineage()) == far
    assert arrows(version.lineage(9)) == far | {"p/net:v0 used q/evaluate"}
    assert arrows(api.run("me/p/train").lineage(1)) == {
        "p/data:v0 used p/train", "p/train logged p/net:v0",
    }  # fmt: skip


def test_lineage_sends_one_request_for_each_node(server: WandbServer, api: Api) -> None:
    version = api.artifact("me/p/raw:v0")
    server.requests.clear()
    graph = version.lineage(20)
    sent = server.requests.operations()
    assert len(graph.nodes) == len(sent) == 6
    assert set(sent) == {"ArtifactLineage", "RunLineage"}


async def test_both_loops_find_the_same_graph(server: WandbServer) -> None:
    async with Api() as api:
        version, run = await api.aartifact("me/p/data:v0"), await api.arun("me/p/train")
        assert await version.alineage() == version.lineage()
        assert await run.alineage(3) == run.lineage(3)


def test_link_has_the_lineage_of_its_source(server: WandbServer, api: Api) -> None:
    server.link_artifact("me/p/net:v0", "me/p/shelf")
    linked, source = api.artifact("me/p/shelf:v0"), api.artifact("me/p/net:v0")
    assert linked.lineage() == source.lineage()


def test_large_graph_is_cut_and_says_so(
    server: WandbServer, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert api.run("me/p/clean").lineage().complete
    monkeypatch.setattr(lineage_graph, "MAX_NODES", 3)
    graph = api.run("me/p/clean").lineage(9)
    assert (len(graph.nodes), graph.complete) == (3, False)


def test_graph_is_drawn(server: WandbServer, api: Api) -> None:
    graph = api.run("me/p/train").lineage(1)
    assert graph.to_mermaid().splitlines() == [
        "flowchart LR",
        '    n0["me/p/data:v0<br/>dataset"]',
        '    n1["me/p/net:v0<br/>model"]',
        '    n2(["me/p/train<br/>train well"])',
        "    n0 --> n2",
        "    n2 --> n1",
    ]
    assert graph.to_dot().splitlines() == [
        "digraph lineage {",
        "  rankdir=LR;",
        '  n0 [shape=box, label="me/p/data:v0\\ndataset"];',
        '  n1 [shape=box, label="me/p/net:v0\\nmodel"];',
        '  n2 [shape=ellipse, label="me/p/train\\ntrain well"];',
        "  n0 -> n2;",
        "  n2 -> n1;",
        "}",
    ]
    bundle = graph._repr_mimebundle_()  # pyright: ignore[reportPrivateUsage]
    assert bundle["text/vnd.mermaid"] == graph.to_mermaid()
    assert bundle["text/plain"] == "<LineageGraph of me/p/train: 3 nodes, 2 edges>"


@given(st.text(), st.text())
def test_any_name_stays_inside_its_label(path: str, label: str) -> None:
    nodes = [LineageNode("a", "artifact", path, label), LineageNode("b", "run", label, path)]
    graph = LineageGraph("a", 1, nodes, [LineageEdge("a", "b", "used")])
    assert len(graph.to_mermaid().split("\n")) == 4
    text = r"(?:[^\W_]|[-_ ./:,=+@]|#\d+;)*"
    for line in graph.to_mermaid().split("\n")[1:3]:
        assert re.fullmatch(rf' +n\d\(?\["{text}<br/>{text}"\]\)?', line)
    quoted = re.findall(r'label="((?:[^"\\]|\\.)*)"\];', graph.to_dot(), re.DOTALL)
    assert len(quoted) == 2


@pytest.mark.parametrize("depth", [0, 21, 1.5])
def test_wrong_depth_is_refused(server: WandbServer, api: Api, depth: int) -> None:
    version = api.artifact("me/p/raw:v0")
    with pytest.raises(UsageError, match="depth must be a whole number, 1 to 20"):
        version.lineage(depth)
