"""Export the runs of a project and their artifacts as CSV."""

import csv
import sys

import wandb

api = wandb.Api()
runs = api.runs("crew/ship", order="+created_at")

summary_list, config_list, name_list = [], [], []
for run in runs:
    # .summary contains the output keys/values for metrics like accuracy; _json_dict omits large files
    summary_list.append({k: v for k, v in run.summary._json_dict.items() if not k.startswith("_")})
    # .config contains the hyperparameters; remove special values that start with _.
    config_list.append({k: v for k, v in run.config.items() if not k.startswith("_")})
    name_list.append(run.name)

keys = sorted({key for values in (*summary_list, *config_list) for key in values})
table = csv.writer(sys.stdout)
table.writerow(["name", *keys])
for name, summary, config in zip(name_list, summary_list, config_list, strict=True):
    table.writerow([name, *({**config, **summary}.get(key, "") for key in keys)])

table.writerow(["run", "state", "group", "job_type", "tags", "logged", "used"])
for run in api.runs("crew/ship", per_page=2):
    logged = [artifact.name for artifact in run.logged_artifacts()]
    used = [artifact.name for artifact in run.used_artifacts()]
    table.writerow(
        [
            run.id,
            run.state,
            run.group,
            run.job_type,
            " ".join(run.tags),
            *map(" ".join, (logged, used)),
        ]
    )

for run in api.runs(
    "crew/ship", filters={"display_name": {"$regex": ".*"}}, order="-summary_metrics.loss"
):
    history = run.history(keys=["loss"], pandas=False)
    table.writerow([run.id, *(row["loss"] for row in history)])
    table.writerow([run.id, *(row["loss"] for row in run.scan_history())])
