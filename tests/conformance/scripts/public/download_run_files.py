"""Download the pictures and the config of every finished run with a high learning rate."""

import os

import wandb

api = wandb.Api()
runs = api.runs(
    path="crew/ship",
    filters={"$and": [{"state": "finished"}, {"config.lr": {"$gte": 0.01}}]},
    order="-created_at",
)
print(f"{len(runs)} runs")
for run in runs:
    target = os.path.join("downloads", run.id)
    os.makedirs(target, exist_ok=True)
    for file in run.files():
        if file.name.endswith((".png", ".yaml")):
            print(run.name, file.name, file.size, file.mimetype)
            file.download(root=target, replace=True)
            file.download(target, exist_ok=True).close()
    with run.file("config.yaml").download(root=target, replace=True) as stream:
        print(stream.read().strip())

for folder, _, names in sorted(os.walk("downloads")):
    for name in sorted(names):
        print(os.path.join(folder, name), os.path.getsize(os.path.join(folder, name)))
