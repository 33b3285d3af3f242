"""Log offline, to be synced later. Argument: a working folder."""

import sys
from pathlib import Path

import wandb

work = Path(sys.argv[1])
work.mkdir(exist_ok=True)
(work / "off.txt").write_text("offline")
with wandb.init(entity="crew", project="ship", id="offline", mode="offline") as run:
    run.log({"x": 1})
    run.log({"x": 2})
    artifact = wandb.Artifact("offline", "dataset")
    artifact.add_file(str(work / "off.txt"))
    run.log_artifact(artifact, aliases=["sent"])
