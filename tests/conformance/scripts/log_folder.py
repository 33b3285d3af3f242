"""Log a folder as a version, and read one that another client published."""

import json
import sys
from pathlib import Path

import wandb

folder, published, root = sys.argv[1:]
with wandb.init(project="ship", entity="crew", id="folder") as run:
    artifact = wandb.Artifact("theirs", "dataset", description="d", metadata={"a": 1})
    artifact.add_dir(folder)
    run.log_artifact(artifact).wait()
    again = wandb.Artifact("ours", "dataset")
    again.add_dir(folder)
    found = run.log_artifact(again, aliases=["moved"]).wait()
api = wandb.Api()
ours = api.artifact(published)
ours.download(root)
ours.verify(root)
described = {
    "again": found.version,
    "digest": ours.digest,
    "state": ours.state,
    "size": ours.size,
    "aliases": sorted(api.artifact(published).aliases),
    "description": ours.description,
    "metadata": ours.metadata,
    "manifest": {
        path: [entry.digest, entry.size, entry.ref, entry.extra]
        for path, entry in ours.manifest.entries.items()
    },
    "layout": ours.manifest.to_manifest_json()["storagePolicyConfig"],
    "files": {
        path.relative_to(root).as_posix(): path.read_bytes().hex()
        for path in sorted(Path(root).rglob("*"))
        if path.is_file()
    },
}
print(json.dumps(described))
