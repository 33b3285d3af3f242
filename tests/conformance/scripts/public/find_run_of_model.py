"""Which run logged this model, and with which settings?"""

import wandb

api = wandb.Api()
artifact = api.artifact("crew/ship/net:best")
run = artifact.logged_by()
print(run.id, run.name, run.state, run.config, run.summary.get("loss"), run.group, run.job_type)
print(run.entity, run.project, run.path, run.url.split("/")[3:], [f.name for f in run.files()])

owners = {}
for candidate in api.runs("crew/ship", filters={"tags": {"$in": ["train"]}}):
    for logged in candidate.logged_artifacts(per_page=5):
        if logged.type == "model":
            owners[logged.name] = candidate.id
print(sorted(owners.items()))
candidate = api.run("crew/ship/train-2")
candidate.load(force=True)
print(candidate.summary["loss"], candidate.tags, candidate.lastHistoryStep)
best_run = api.runs("crew/ship", order="+summary_metrics.loss")[0]
print(best_run.id, [a.name for a in best_run.logged_artifacts()])
