"""Log an existing version from another run, and count some of its files."""

import json

from wandb import Api

api = Api()
artifact = api.artifact("crew/ship/data:v0")
api.run("crew/ship/second").log_artifact(artifact, aliases=["again"], tags=["kept"])
selected = artifact.files(names=["3.txt", "absent.txt"])
print(
    json.dumps(
        {
            "logged": [
                [a.name for a in api.run(f"crew/ship/{r}").logged_artifacts()]
                for r in ("first", "second", "third")
            ],
            "creator": artifact.logged_by().id,
            "versions": len(api.artifacts("dataset", "crew/ship/data")),
            "aliases": sorted(api.artifact("crew/ship/data:again").aliases),
            "named": [len(selected), [f.name for f in selected]],
            "all": len(artifact.files()),
        }
    )
)
