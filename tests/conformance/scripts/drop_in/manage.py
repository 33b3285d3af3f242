"""Change a version, and restore it."""

from wandb import Api

api = Api()
artifact = api.artifact("crew/ship/model:latest")
before = (artifact.description, dict(artifact.metadata), list(artifact.tags))
artifact.description = "for now"
artifact.metadata["checked"] = True
artifact.tags = ["temporary"]
artifact.aliases.append("temporary")
artifact.save()
found = api.artifact("crew/ship/model:temporary")
print(found.version, found.description, found.metadata, found.tags, sorted(found.aliases))
found.description, found.metadata, found.tags = before[0] or "", before[1], before[2]
found.aliases.remove("temporary")
found.save()
print(api.artifact_exists("crew/ship/model:temporary"), sorted(found.aliases))
for bad in ("with space", "a/b"):
    try:
        found.tags = [bad, "not!ok"]
    except ValueError:
        print("refused", bad)
run = api.run("crew/ship/maker")
print(sorted({a.name for a in run.logged_artifacts()}))
print([a.type for a in api.run("crew/ship/user").used_artifacts()])
