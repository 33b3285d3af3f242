"""Log versions in sequence. Arguments: name of the run, number of versions, files per version."""

import sys
from pathlib import Path

import wandb

name, versions, files = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
with wandb.init(entity="crew", project="ship", id=name) as run:
    for version in range(versions):
        artifact = wandb.Artifact("shared", "dataset", metadata={"by": name, "nth": version})
        for number in range(files):
            path = Path(f"{number}.txt")
            # Half of the files are the same everywhere.
            path.write_text(f"{number}" if number % 2 else f"{name} {version} {number}")
            artifact.add_file(str(path), name=f"deep/{path}")
        run.log_artifact(artifact, aliases=[f"{name}-{version}"]).wait()
        run.log({"version": version})
