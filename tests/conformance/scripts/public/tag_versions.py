"""Tag the versions that are good enough, move an alias to the best, and describe the collection."""

import wandb

api = wandb.Api()
best = None
for version in api.artifacts("model", "crew/ship/net", per_page=1):
    accuracy = version.metadata.get("accuracy", 0)
    if accuracy >= 0.8:
        version.tags = [*version.tags, "good"]
        version.metadata["reviewed"] = True
        version.description = f"accuracy {accuracy:.2f}"
        version.save()
        if best is None or accuracy > best.metadata["accuracy"]:
            best = version

best.aliases.append("champion")
best.save()
best.link("crew/shelf/champions", aliases=["current"])
for version in sorted(api.artifacts("model", "crew/ship/net", tags=["good"]), key=lambda v: v.name):
    print(version.name, sorted(version.tags), sorted(version.aliases), version.description)

collection = api.artifact_collection("model", "crew/ship/net")
collection.description = "Nets, the good ones tagged"
collection.tags = ["reviewed"]
collection.save()
print(collection.description, collection.tags, sorted(collection.aliases), collection.is_sequence())
for name in ("champion", "latest", "v0"):
    found = api.artifact(f"crew/ship/net:{name}")
    print(name, found.source_name, found.metadata, found.json_encode()["sequenceName"])

run = api.run("crew/ship/eval")
run.use_artifact(best)
print(sorted(used.name for used in run.used_artifacts()))
