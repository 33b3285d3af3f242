"""Log three runs, the first with an artifact: python log_runs.py ENTITY/PROJECT"""

import sys

import wandb

entity, project = sys.argv[1].split("/")
for number in range(3):
    run = wandb.init(
        entity=entity,
        project=project,
        id=f"r{number}",
        name=f"run {number}",
        config={"lr": 0.5 * (number + 1), "opt": {"name": "adam"}},
        tags=["even" if number % 2 == 0 else "odd"],
        group="group",
        job_type="train",
        notes="notes",
    )
    for step in range(25):
        rare = {"rare": step} if step % 5 == 0 else {}
        run.log({"loss": number + 1 / (step + 1), "double": step * 2, **rare})
    run.summary["deep"] = {"er": number}
    if number == 0:
        artifact = wandb.Artifact("data", "dataset")
        with artifact.new_file("x.txt") as file:
            file.write("content")
        run.log_artifact(artifact).wait()
    run.finish()
print("{}")
