"""Print the runs that filters select, in several orders, and what rows their histories have."""

import json

from wandb import Api

FILTERS = [
    None, {}, {"state": "finished"}, {"state": {"$ne": "finished"}}, {"config.lr": 0.1},
    {"config.lr.value": {"$gt": 0.15}}, {"summary_metrics.loss": {"$lte": 0.5}}, {"tags": "best"},
    {"tags": {"$in": ["best", "odd"]}}, {"name": "run-2"}, {"display_name": {"$regex": "^third"}},
    {"displayName": "third run"}, {"group": "g", "job_type": "train"}, {"jobType": "eval"},
    {"username": "me"}, {"created_at": {"$gt": "2020-01-01"}}, {"createdAt": {"$lt": "2020-01-01"}},
    {"$or": [{"config.lr": 0.1}, {"tags": "best"}]},
    {"$and": [{"state": "finished"}, {"config.lr": {"$exists": True}}]},
    {"config.none": None}, {"config.name": {"$in": ["adam", "sgd"]}},
]  # fmt: skip
ORDERS = [
    "+created_at", "-created_at", "-heartbeat_at", "+summary_metrics.loss", "-summary_metrics.loss",
    "+config.lr.value", "-config.lr.value",
]  # fmt: skip


def with_metrics(rows, *keys):
    """Return the rows that have some metrics; the official client reads null if one is missing."""
    found = [{key: value for key, value in row.items() if value is not None} for row in rows]
    return [row for row in found if row.keys() >= {*keys}]


api = Api()
found = {}
for filters in FILTERS:
    runs = api.runs("crew/ship", filters=filters, per_page=2)
    found[json.dumps(filters)] = [len(runs), [run.id for run in runs]]
for order in ORDERS:
    runs = api.runs("crew/ship", {"config.lr": {"$exists": True}}, order, per_page=2)
    found[order] = [len(runs), [run.id for run in runs]]
run = api.run("crew/ship/run-1")
found["rows"] = [run.history(pandas=False), run.history(samples=2, pandas=False)]
found["rows of keys"] = [
    run.history(keys=["loss"], pandas=False), run.history(keys=["loss", "acc"], pandas=False),
    run.history(samples=2, keys=["loss"], pandas=False),
]  # fmt: skip
found["all rows"] = [
    with_metrics(run.scan_history()), with_metrics(run.scan_history(page_size=2)),
    with_metrics(run.scan_history(keys=["loss", "acc"]), "loss", "acc"),
    with_metrics(run.scan_history(min_step=1, max_step=3)),
]  # fmt: skip
print(json.dumps(found))
