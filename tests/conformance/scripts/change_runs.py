"""Change, stop and delete runs, and print what is left: python change_runs.py ENTITY/PROJECT"""

import json
import sys

import wandb

path = sys.argv[1]
entity, project = path.split("/")
run = wandb.Api().run(f"{path}/r0")
run.config["new"] = 3
run.summary["added"] = 5
run.tags.append("red")
run.notes, run.name = "changed", "renamed"
run.update()
changed = wandb.Api().run(f"{path}/r0")
api = wandb.Api()
made = api.create_run(run_id="made", project=project, entity=entity)
made.stop()
print(
    json.dumps(
        {
            "updated": [
                changed.config, changed.summary["added"], changed.tags, changed.notes, changed.name,
            ],
            "failed": [made.update_state("failed"), api.run(f"{path}/made").state],
            "deleted": [
                made.delete(),
                api.run(f"{path}/r1").delete(),
                api.run(f"{path}/r0").delete(delete_artifacts=True),
            ],
            "left": [run.id for run in wandb.Api().runs(path)],
            "versions": len(api.artifacts("dataset", f"{path}/data")),
        }
    )
)  # fmt: skip
