"""Log a version to a storage region; print `logged` or the error. Argument: the region."""

import json
import sys

import wandb

region = sys.argv[1]
with wandb.init(entity="crew", project="ship", id=f"to-{region}") as run:
    artifact = wandb.Artifact(f"in-{region}", "dataset", storage_region=region)
    with artifact.new_file("a.txt") as file:
        file.write("alpha")
    try:
        run.log_artifact(artifact).wait(timeout=60)
        outcome = "logged"
    except Exception as error:
        outcome = str(error)
print(json.dumps(outcome))
