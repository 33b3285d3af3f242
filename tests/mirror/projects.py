"""Projects to mirror, and what can be read back of them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx

from wbtyped import Api
from wbtyped.server import Reference, WandbServer

PROJECT = "me/p"
HOSTILE = "con/../é 😀%2f\\.txt"


def fill(server: WandbServer) -> None:
    """Create a project with one of everything."""
    server.add_run(
        "me/p/maker", {"a.txt": b"same", "deep/b.bin": bytes(range(256)) * 40},
        config={"lr": 0.1, "odd": {"nan": float("nan")}}, summary={"loss": 0.25},
        history=[{"loss": 1.0, "name": "a"}, {"loss": 0.25, "picture": {"path": "x.png"}}],
        tags=["good"], display_name="Maker", group="g", job_type="train",
    )  # fmt: skip
    server.add_run("me/p/Reader", {"other.txt": b"more"})
    server.add_artifact(
        "me/p/data", "dataset", {"x.txt": b"same", "y/z.txt": b"one"},
        references={"far": Reference("s3://bucket/key", digest="etag", size=5)},
        aliases=["old"], tags=["gold"], metadata={"rows": 1}, description="first",
        logged_by="me/p/maker", used_by=["me/p/Reader"],
    )  # fmt: skip
    server.add_artifact(
        "me/p/data", "dataset", {"x.txt": b"same", "y/z.txt": b"two"}, aliases=["best"]
    )
    server.add_artifact("me/p/net", "model", {HOSTILE: b"weights", "empty": b""}, layout="V1")
    server.add_run("me/p/Reader", state="failed")
    with Api({"base_url": server.url}, api_key=server.api_key) as api:
        api.run("me/p/Reader").log_artifact(api.artifact("me/p/data:v1"))
    server.link_artifact("me/p/data:v0", "me/p/shelf", ["chosen"])
    server.link_artifact("me/p/data:v0", "me/q/elsewhere")


def log_system_metrics(
    server: WandbServer, run: str, rows: Sequence[Mapping[str, object]], offset: int = 0
) -> None:
    """Log system metrics as the official client does."""
    lines = [json.dumps(row) for row in rows]
    body = {"files": {"wandb-events.jsonl": {"offset": offset, "content": lines}}}
    url = f"{server.url}/files/{run}/file_stream"
    httpx.post(url, json=body, auth=("api", server.api_key)).raise_for_status()


SYSTEM_METRICS_QUERY = """
query ($entity: String, $project: String, $run: String!) {
  project(name: $project, entityName: $entity) {
    run(name: $run) { eventsLineCount events(samples: 1000000) }
  }
}
"""


def system_metrics_of(server: WandbServer, path: str) -> list[dict[str, object]]:
    """Return the system metrics of a run."""
    entity, project, run = path.split("/")
    values = {"entity": entity, "project": project, "run": run}
    answer = httpx.post(
        f"{server.url}/graphql", auth=("api", server.api_key),
        json={"query": SYSTEM_METRICS_QUERY, "variables": values},
    )  # fmt: skip
    found = answer.raise_for_status().json()["data"]["project"]["run"]
    assert found["eventsLineCount"] == len(found["events"])
    return [json.loads(line) for line in found["events"]]


def state_of(api: Api, path: str = PROJECT) -> dict[str, object]:
    """Return all that a user can read of a project."""
    entity, _, project = path.partition("/")
    found: dict[str, object] = {}
    for run in api.runs(path, order="+created_at"):
        found[f"run {run.id}"] = {
            "name": run.name, "state": run.state, "tags": run.tags, "group": run.group,
            "job": run.job_type, "config": repr(run.config), "summary": repr(run.summary),
            "history": list(run.scan_history()), "files": files_of(run.files()),
            "used": [v.qualified_name for v in run.used_artifacts()],
            "logged": [v.qualified_name for v in run.logged_artifacts()],
        }  # fmt: skip
    for collection in api.project(project, entity).collections(order="name"):
        versions = [version_state(v) for v in collection.artifacts()]
        found[f"collection {collection.name}"] = {
            "type": collection.type, "tags": collection.tags, "versions": versions,
            "description": collection.description,
        }  # fmt: skip
    return found


def version_state(version: object) -> dict[str, object]:
    from wbtyped import Artifact

    assert isinstance(version, Artifact)
    logged_by = version.logged_by()
    return {
        "name": version.qualified_name, "digest": version.digest,
        "aliases": sorted(version.aliases),
        "tags": version.tags, "metadata": version.metadata, "description": version.description,
        "files": {
            e.path: (e.digest, e.size, e.ref, None if e.is_reference else e.read())
            for e in version.manifest
        },
        "logged": logged_by and logged_by.full_path,
        "used": [run.full_path for run in version.used_by()],
        "size": version.size, "layout": version.manifest.storage_layout,
    }  # fmt: skip


def files_of(files: object) -> Mapping[str, object]:
    from wbtyped import Files

    assert isinstance(files, Files)
    return {file.name: (file.size, file.md5, file.read()) for file in files}


def lines(mirror: Path, name: str) -> list[dict[str, object]]:
    """Return the lines of a file of a mirror."""
    return [json.loads(line) for line in (mirror / name).read_text().splitlines()]
