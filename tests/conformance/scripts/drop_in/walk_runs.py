"""List the projects and the runs of one, and read what they logged, in the documented ways."""

from wandb import Api

api = Api()
print(sorted(project.name for project in api.projects("crew")))
runs = api.runs("crew/ship")
print(len(runs), [run.id for run in runs])
print([run.id for run in api.runs("crew/ship", order="-created_at", per_page=1)])

for run in api.runs("crew/ship", per_page=1):
    print(run.id, run.name, run.state, run.group, run.job_type, run.notes, run.tags)
    print(run.user.username, run.user.name, run.path, run.url.split("/")[3:], run.entity)
    print(sorted(run.config.items()), run.config.get("none", "nothing"))
    timed = ("_runtime", "_timestamp", "_wandb")
    print(sorted((key, value) for key, value in run.summary.items() if key not in timed))
    print(sorted(run.summary._json_dict), run.summary.get("loss"))
    rows = run.history(pandas=False)
    print([(row["_step"], row["loss"]) for row in rows], run.lastHistoryStep)
    print(run.history(samples=2, keys=["loss"], pandas=False))
    print(sorted(run.metadata or {})[:3])
    run.wait_until_finished()

table = [
    {**{key: value for key, value in run.config.items() if not key.startswith("_")},
     "loss": run.summary.get("loss"), "name": run.name}
    for run in api.runs("crew/ship")
]  # fmt: skip
print(table)
