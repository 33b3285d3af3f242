"""Log a version to a storage region, and print what comes of it."""

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
        said = "logged"
    except Exception as error:
        said = str(error)
print(json.dumps(said))
