"""Delete all but the newest versions of every model, as in the forum's answers about storage."""

import wandb

KEEP = 2

api = wandb.Api(overrides={"entity": "crew", "project": "ship"})
model_type = api.artifact_type(type_name="model", project="crew/ship")
for collection in model_type.collections():
    for position, version in enumerate(
        api.artifact_versions("model", f"crew/ship/{collection.name}")
    ):
        print(
            f"{'keep' if position < KEEP else 'delete'} {version.name} {version.size / 2**20:.6f} MB"
        )
        if position >= KEEP:
            version.delete(delete_aliases=True)
print(sorted(collection.name for collection in model_type.collections()))
