"""Log versions in every way that a draft can be made, if given a folder; describe what is there."""

import json
import sys

import wandb


def log(folder):
    with wandb.init(project="ship", entity="crew", id="drafts") as run:
        first = wandb.Artifact("data", "dataset", description="d", metadata={"a": 1})
        first.add_dir(folder)
        run.log_artifact(first).wait()
        draft = first.new_draft()
        draft.remove("b.txt")
        draft.remove("deep")
        with draft.new_file("new.txt") as file:
            file.write("new")
        run.log_artifact(draft, aliases=["second"]).wait()
        more = wandb.Artifact("data", "dataset", incremental=True)
        more.add_file(f"{folder}/deep/c.txt")
        run.log_artifact(more).wait()
        same = wandb.Artifact("data", "dataset")
        same.add_dir(folder)
        run.log_artifact(same, aliases=["again"]).wait()
        fast = wandb.Artifact("data-fast", "dataset", digest_algorithm="XXH128")
        fast.add_dir(folder)
        run.log_artifact(fast).wait()
        faster = fast.new_draft()
        with faster.new_file("new.txt") as file:
            file.write("new")
        run.log_artifact(faster).wait()
        plain = wandb.Artifact("data-fast", "dataset")
        plain.add_dir(folder)
        run.log_artifact(plain).wait()
        run.log_artifact(f"{folder}/b.txt", "data-file", "dataset")
        old = wandb.Api().artifact("crew/ship/data-old:v0").new_draft()
        with old.new_file("new.txt") as file:
            file.write("new")
        run.log_artifact(old).wait()
        used = wandb.Artifact("data-used", "dataset")
        used.add_file(f"{folder}/b.txt")
        run.use_artifact(used)


def describe(artifact, names):
    return {
        "digest": artifact.digest,
        "algorithm": artifact.digest_algorithm,
        "size": artifact.size,
        "count": artifact.file_count,
        "description": artifact.description,
        "metadata": artifact.metadata,
        "aliases": sorted(artifact.aliases),
        "layout": artifact.manifest.to_manifest_json()["storagePolicyConfig"],
        "logged": artifact.logged_by() is not None,
        "used": len(artifact.used_by()),
        "entries": {
            path: [e.digest, e.size, e.ref, e.extra, names.get(e.birth_artifact_id)]
            for path, e in artifact.manifest.entries.items()
        },
    }


if len(sys.argv) > 1:
    log(sys.argv[1])
api = wandb.Api()
listed = [
    artifact
    for name in ("data", "data-fast", "data-file", "data-used", "data-old")
    for artifact in api.artifacts("dataset", f"crew/ship/{name}")
]
names = {artifact.id: artifact.name for artifact in listed}
print(json.dumps({artifact.name: describe(artifact, names) for artifact in listed}))
