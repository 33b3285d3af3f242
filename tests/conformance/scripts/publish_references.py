"""Log a version with given references, and read and download one that another client published."""

import json
import sys
from pathlib import Path

import wandb

wanted, published, root = sys.argv[1:]
with wandb.init(project="ship", entity="crew", id="references") as run:
    artifact = wandb.Artifact("theirs", "dataset")
    for uri, name, checksum in json.loads(wanted):
        artifact.add_reference(uri, name, checksum=checksum)
    run.log_artifact(artifact).wait()
ours = wandb.Api().artifact(published)
read = {}
for path in ours.manifest.entries:
    try:
        read[path] = Path(ours.get_entry(path).download(root)).read_bytes().decode()
    except Exception as error:
        read[path] = type(error).__name__
print(
    json.dumps(
        {
            "digest": ours.digest,
            "manifest": {
                path: [entry.digest, entry.size, entry.ref, entry.extra]
                for path, entry in ours.manifest.entries.items()
            },
            "read": read,
        }
    )
)
