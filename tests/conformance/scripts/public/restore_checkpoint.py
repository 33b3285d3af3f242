"""Continue from the best checkpoint of a run, by its alias."""

import os

import wandb

api = wandb.Api({"entity": "crew", "project": "ship"})
for name in ("net:best", "net:missing", "nothing:best"):
    print(
        name, api.artifact_exists(name), api.artifact_collection_exists(name.split(":")[0], "model")
    )
artifact = api.artifact("net:best", type="model").wait()
print(artifact.source_name, artifact.version, artifact.is_draft(), artifact.metadata["epoch"])

path = artifact.get_path("weights/net.bin").download(root="restored")
print(os.path.relpath(path), open(path, "rb").read())
print(sorted(entry.path for entry in artifact.manifest.entries.values()))
print(artifact.get_entry("config.json").size, artifact.get_path("config.json").digest)
path = api.artifact("crew/ship/tokens:v0").file(root="tokens")
print(os.path.relpath(path), open(path).read())
folder = artifact.download(path_prefix="weights/")
print(os.path.relpath(folder), sorted(os.listdir(os.path.join(folder, "weights"))))
for missing in ("net:missing", "nothing:latest", "/".join(["crew", "nowhere", "net:v0"])):
    try:
        api.artifact(missing)
    except wandb.errors.CommError as error:
        print(f"no checkpoint {missing}", bool(str(error)))
try:
    api.run("crew/ship/nobody")
except (ValueError, wandb.CommError) as error:
    print("no run", isinstance(error, wandb.errors.Error))
