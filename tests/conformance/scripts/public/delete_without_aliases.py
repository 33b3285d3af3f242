"""Delete every version that no alias names, and let the others expire as the project says."""

import wandb
from wandb import ArtifactTTL

dry_run = False
api = wandb.Api()
project = api.project(name="ship", entity="crew")

for artifact_type in project.artifacts_types():
    if artifact_type.name.startswith("wandb-"):
        continue
    for artifact_collection in artifact_type.collections():
        for version in artifact_collection.artifacts():
            if len(version.aliases) > 0:
                # print out the name of the one we are keeping
                print(f"KEEPING {version.name} {sorted(version.aliases)}")
                version.ttl = ArtifactTTL.INHERIT
                version.save()
            elif dry_run:
                print(f"SHOULD DELETE {version.name}")
            else:
                print(f"DELETING {version.name}")
                version.delete()
