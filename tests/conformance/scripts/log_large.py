"""Log a file that is uploaded in parts. Argument: its path."""

import sys

import wandb

with wandb.init(entity="crew", project="ship", id="large") as run:
    artifact = wandb.Artifact("large", "dataset")
    artifact.add_file(sys.argv[1], name="large.bin", policy="immutable", skip_cache=True)
    run.log_artifact(artifact).wait()
