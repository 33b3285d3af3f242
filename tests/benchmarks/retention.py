"""Usage reports of many versions, and the deletion of many on a slow network."""

import base64
import hashlib
import tempfile

from tests.benchmarks.processes import Cost, measure
from tests.benchmarks.results import OFFICIAL, OURS, Figure, Target, spread
from wbtyped.server import Fault, WandbServer
from wbtyped.server.manifests import Entry

VERSIONS, FILES = 2000, 500
DELETED, DELETED_BY_THE_SDK = 1000, 100
"""The official client takes ten times as long, so it deletes fewer; its time is scaled."""
LATENCY_SECONDS = 0.1
MAX_MEMORY_MB = 400
PAGES = VERSIONS // 100
USAGE = """
import sys
from wbtyped import Api
print(len(Api().usage("me/big").versions), flush=True)
sys.stdin.read()
"""
PLAN = """
import sys
from wbtyped import Api
plan = Api().plan_prune("me/big/data", keep_last=1, cache=False)
plan.write(sys.argv[1])
print(len(plan.deletions), flush=True)
sys.stdin.read()
"""
APPLY = """
import sys
from wbtyped import Api
print(len(Api().apply_plan(sys.argv[1]).deleted), flush=True)
sys.stdin.read()
"""
DOCUMENTED = """
import sys, wandb
deleted = 0
for version in wandb.Api().artifacts("dataset", "me/big/data"):
    if not version.aliases and deleted < int(sys.argv[1]):
        version.delete()
        deleted += 1
print(deleted, flush=True)
sys.stdin.read()
"""


def seed(server: WandbServer) -> None:
    """Add versions whose contents are all different; their contents themselves are not stored."""
    context = server._context  # pyright: ignore[reportPrivateUsage]
    project, _ = context.projects.upsert("me", "big")
    sequence = context.collections.ensure(project["id"], "dataset", "data", "SEQUENCE")
    for version in range(VERSIONS):
        digests = [hashlib.md5(b"%d-%d" % (version, file)).digest() for file in range(FILES)]
        entries = [
            Entry(f"{number:04}.bin", base64.b64encode(digest).decode(), 1000)
            for number, digest in enumerate(digests)
        ]
        context.versions.add(sequence["id"], {}, entries, {})


def usage_figure(rounds: int) -> Figure:
    """Report the usage of many versions: first without a cache, then with one."""
    first: list[Cost] = []
    second: list[Cost] = []
    queries = manifests = 0
    with WandbServer() as server:
        seed(server)
        for _ in range(rounds):
            with tempfile.TemporaryDirectory() as cache:
                environ = {**server.env, "WBTYPED_CACHE": cache}
                server.requests.clear()
                first.append(measure(["-c", USAGE], environ))
                queries = len([name for name in server.requests.operations() if name])
                server.requests.clear()
                second.append(measure(["-c", USAGE], environ))
                manifests = sum(r.path.startswith("/blobs/") for r in server.requests)
    return Figure(
        title=f"Usage of {VERSIONS:,} versions of {FILES} files, all different",
        columns=("run", "wall s", "CPU s", "peak MB"),
        rows=[
            (
                name,
                spread([cost.wall for cost in costs], 1),
                spread([cost.cpu for cost in costs], 1),
                spread([cost.peak / 1e6 for cost in costs]),
            )
            for name, costs in (("first", first), ("second", second))
        ],
        targets=[
            Target("memory", max(cost.peak for cost in first) / 1e6, MAX_MEMORY_MB, "MB"),
            Target("queries", queries / PAGES, 2, "for each page of versions"),
            Target("manifests of the second run", manifests, 0, "requests"),
        ],
    )


def prune_figure(rounds: int) -> Figure:
    """Delete many versions with a latency added to each request, with both clients."""
    costs: dict[str, list[float]] = {OURS: [], OFFICIAL: []}
    for _ in range(rounds):
        for client, count in ((OURS, DELETED), (OFFICIAL, DELETED_BY_THE_SDK)):
            with WandbServer() as server, tempfile.TemporaryDirectory() as folder:
                for version in range(count + 1):
                    server.add_artifact("me/big/data", "dataset", {"a": b"%d" % version})
                plan = f"{folder}/plan.jsonl"
                if client == OURS:
                    measure(["-c", PLAN, plan], server.env)
                program = [APPLY, plan] if client == OURS else [DOCUMENTED, str(count)]
                with server.fault(Fault(kind="graphql", latency=LATENCY_SECONDS)):
                    cost = measure(["-c", *program], server.env)
                assert cost.output.strip() == str(count)
                costs[client].append(cost.wall * DELETED / count)
    share = sorted(costs[OURS])[rounds // 2] / sorted(costs[OFFICIAL])[rounds // 2]
    return Figure(
        title=f"Deleting {DELETED:,} versions with {LATENCY_SECONDS * 1e3:.0f} ms more per request",
        columns=("client", "wall s"),
        rows=[(client, spread(seconds, 1)) for client, seconds in costs.items()],
        targets=[Target("wall time", share, 0.1)],
        notes=[f"The official client deletes {DELETED_BY_THE_SDK}; its time is scaled."],
    )
