"""Print what can be read of runs, as JSON: python read_runs.py ENTITY/PROJECT"""

import json
import sys

import wandb

path = sys.argv[1]
entity = path.split("/")[0]
api = wandb.Api()
run = api.run(f"{path}/r0")


def ids(order="+created_at", **filters):
    """Return the ids of runs; page by page, since some pages are not the first."""
    found = api.runs(path, filters=filters or None, order=order, per_page=2)
    names = [run.id for run in found]
    assert len(found) == len(names)
    return names


def steps(rows):
    return [row["_step"] for row in rows]


project = api.project(path.split("/")[1], entity)
seen = {
    "all": ids(),
    "newest first": ids("-created_at"),
    "by summary": ids("-summary_metrics.loss"),
    "by config": ids("-config.lr.value"),
    "config": ids(**{"config.lr": {"$gt": 0.6}}),
    "config value": ids(**{"config.opt.value.name": "adam", "config.lr.value": 0.5}),
    "summary": ids(**{"summary_metrics.deep.er": {"$in": [1, 2]}}),
    "tags": ids(tags="even"),
    "state": ids(state="finished", display_name={"$regex": "1$"}),
    "or": ids(**{"$or": [{"name": "r0"}, {"name": "r2"}]}),
    "since": ids(created_at={"$gt": "2024-01-01T00:00:00"}),
    "user": ids(**{"username": "me"}),
    "not lazy": [
        [run.id, run.config, run.summary["deep"]["er"], run.user.username, run.historyLineCount]
        for run in api.runs(path, lazy=False)
    ],
    "lazy": [[run.config["lr"], run.summary["deep"]["er"]] for run in api.runs(path)],
    "attributes": [
        run.name, run.state, run.group, run.job_type, run.notes, run.tags, run.user.name,
        run.url.endswith(f"{path.split('/')[1]}/runs/r0"), run.metadata["program"] is not None,
    ],
    "history": run.history(pandas=False)[3]["loss"],
    "history steps": steps(run.history(samples=5, pandas=False)),
    "history keys": run.history(keys=["loss", "rare"], samples=3, pandas=False),
    "history axis": run.history(keys=["rare"], x_axis="double", pandas=False),
    "histories": len(api.runs(path).histories(samples=2)),
    "system": isinstance(run.history(stream="system", pandas=False), list),
    "scan": steps(run.scan_history(page_size=7)),
    "scan range": steps(run.scan_history(page_size=4, min_step=3, max_step=11)),
    "scan keys": list(run.scan_history(keys=["_step", "rare"], page_size=4)),
    "export": str(run.download_history_exports("exports", require_complete_history=False)),
    "last step": run.lastHistoryStep,
    "loaded": run.load(force=True)["name"],
    "waited": run.wait_until_finished(),
    "projects": [[p.name, p.entity] for p in api.projects(entity)],
    "types": [kind.name for kind in project.artifacts_types()],
    "collections": [collection.name for collection in project.collections()],
    "versions": [v.name for v in api.artifact_versions("dataset", f"{path}/data")],
    "paths": [str(api.from_path(p)) for p in (path, f"{path}/r1", f"{path}/runs/r1")],
    "missing": type(api.runs(f"{entity}/nowhere")).__name__,
}  # fmt: skip
for name, bad in (("operator", {"name": {"$near": 1}}), ("field", {"colour": 1})):
    try:
        seen[f"unknown {name}"] = ids(**bad)
    except Exception as error:  # the class has no public name
        seen[f"unknown {name}"] = str(error)
print(json.dumps(seen))
