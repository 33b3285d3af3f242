"""Print the URLs of all objects that have one, with what the page should be headed by."""

import json
import sys

import wandb

PROJECT, RUN = sys.argv[1:]
found: list[tuple[str, str]] = []
options = {"entity": "crew", "project": PROJECT, "id": RUN, "name": f"name of {RUN}"}
with wandb.init(**options, settings=wandb.Settings(console="off")) as run:
    run.log({"loss": 1})
    version = wandb.Artifact("data", "my type")
    with version.new_file("sub folder/ü %.txt") as stream:
        stream.write("hello")
    run.log_artifact(version, aliases=["best one"]).wait()
    registered = run.link_artifact(version, "acme-org/wandb-registry-model/shelf")
    collected = run.link_artifact(version, "crew/model-registry/port folio")
    found += [
        (f"name of {RUN}", run.url), (PROJECT, run.project_url), ("data:v0", version.url),
        ("shelf:v0", registered.url), ("port folio:v0", collected.url),
    ]  # fmt: skip

api = wandb.Api()
read = api.run(f"crew/{PROJECT}/{RUN}")
found += [(f"name of {RUN}", read.url), (PROJECT, api.project(PROJECT, "crew").url)]
for path, heading in (
    (f"crew/{PROJECT}/data:best one", "data:v0"),
    (f"crew/{PROJECT}/data:v0", "data:v0"),
    ("acme-org/wandb-registry-model/shelf:latest", "shelf:v0"),
    ("crew/model-registry/port folio:v0", "port folio:v0"),
):
    found.append((heading, api.artifact(path).url))
print(json.dumps(found))
