"""Log references to URLs, with and without a checksum; print the manifest entries as JSON.

Arguments: the URLs. Those without a checksum are not downloaded here: if the server sends an ETag,
the official client reports them as changed.
"""

import json
import sys

import wandb

with wandb.init(entity="crew", project="ship", id="referring") as run:
    artifact = wandb.Artifact("recorded", "dataset")
    for url in sys.argv[1:]:
        name = "-".join(url.split("/")[3:])
        artifact.add_reference(url, name=f"compared/{name}")
        artifact.add_reference(url, name=f"unchecked/{name}", checksum=False)
    run.log_artifact(artifact).wait()

logged = wandb.Api().artifact("crew/ship/recorded:latest")
entries = logged.manifest.entries
for path in entries:
    if path.startswith("compared/"):
        logged.get_entry(path).download("there")
print(json.dumps({path: entry.to_json() for path, entry in entries.items()}))
