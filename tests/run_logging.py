"""Log runs to the embedded server over the wire, as the official SDK does."""

import json
from collections.abc import Mapping, Sequence

import httpx

from wbtyped.server import WandbServer

UPSERT = """
mutation ($input: UpsertBucketInput!) { upsertBucket(input: $input) { bucket { id } } }
"""


def log_run(
    server: WandbServer,
    path: str,
    *,
    config: Mapping[str, object] | None = None,
    summary: Mapping[str, object] | None = None,
    history: Sequence[Mapping[str, object]] = (),
    exit_code: int | None = 0,
    **fields: object,
) -> None:
    """Create a run; `fields` are those of `UpsertBucketInput`. None as exit code: it still runs."""
    entity, project, name = path.split("/")
    values = {key: {"value": value} for key, value in (config or {}).items()}
    run = {
        "entityName": entity, "modelName": project, "name": name, "state": "running",
        "config": json.dumps(values), "summaryMetrics": json.dumps(summary or {}), **fields,
    }  # fmt: skip
    lines = [json.dumps({"_step": step, **row}) for step, row in enumerate(history)]
    stream: dict[str, object] = {"files": {"wandb-history.jsonl": {"offset": 0, "content": lines}}}
    if exit_code is not None:
        stream |= {"complete": True, "exitcode": exit_code}
    with httpx.Client(base_url=server.url, auth=("api", server.api_key)) as http:
        created = http.post("/graphql", json={"query": UPSERT, "variables": {"input": run}})
        assert "errors" not in created.raise_for_status().json()
        http.post(f"/files/{path}/file_stream", json=stream).raise_for_status()
