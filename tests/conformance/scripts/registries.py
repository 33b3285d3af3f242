"""Create, search, change and delete registries: python registries.py ORGANIZATION ENTITY/PROJECT"""

import json
import sys

import wandb

organization, path = sys.argv[1:]
api = wandb.Api(overrides={"organization": organization})
# The test logged the versions: three of `data`, one of `net`.
models = api.create_registry("models", "organization", description="d", artifact_types=["dataset"])
api.create_registry("anything", "restricted")


def refused(call):
    try:
        call()
    except Exception as error:
        return str(error)
    return "nothing was refused"


def names(found):
    return [item.name for item in found]


data = [api.artifact(f"{path}/data:v{number}") for number in range(3)]
net = api.artifact(f"{path}/net:v0")
for number, version in enumerate(data):
    version.link("wandb-registry-models/gold", aliases=[f"g{number}"])
data[0].link("wandb-registry-anything/more")
net.link("wandb-registry-anything/nets")
collection = api.artifact_collection("model", "wandb-registry-anything/nets")
collection.tags.append("blue")
collection.save()
registries = api.registries(organization)
gold = registries.collections(filter={"name": "gold"})
seen = {
    "taken": refused(lambda: api.create_registry("anything", "organization")),
    "wrong type": refused(lambda: net.link("wandb-registry-models/nets")),
    "registries": [
        [
            r.name, r.description, list(r.artifact_types), r.allow_all_artifact_types,
            r.visibility, r.organization, r.entity,
        ]
        for r in api.registries(organization, order="-name")
    ],
    "by name": names(api.registries(organization, filter={"name": "models"})),
    "by pattern": names(api.registries(organization, filter={"name": {"$regex": "any"}})),
    "by description": names(api.registries(organization, filter={"description": "d"})),
    "by several": names(
        api.registries(
            filter={"$or": [{"name": {"$in": ["models", "no"]}}, {"created_at": {"$lt": "2024"}}]}
        )
    ),
    "collections": [[c.name, c.type, c.project] for c in models.collections()],
    "all collections": names(registries.collections(order="name", per_page=1)),
    "number of collections": len(registries.collections()),
    "by tag": names(registries.collections(filter={"tag": "blue"})),
    "by registry": names(
        api.registries(filter={"name": "models"}).collections(filter={"name": {"$ne": "x"}})
    ),
    "versions": [[v.name, v.aliases, v.source_name] for v in registries.versions(per_page=2)],
    "versions of a registry": names(models.versions()),
    "versions of a collection": names(gold.versions()),
    "by alias or metadata": names(
        gold.versions(filter={"$or": [{"alias": "g1"}, {"metadata.number": 2}]})
    ),
    "by version": names(gold.versions(filter={"version": {"$in": [0, "v2"]}})),
    "by time": names(gold.versions(filter={"created_at": {"$lt": "2024-01-01"}})),
    "in order": names(api.registries(order="name").collections(order="-name").versions()),
    "unknown operator": refused(lambda: names(gold.versions(filter={"alias": {"$near": 1}}))),
}  # fmt: skip
models.description = "new"
models.name = "renamed"
models.artifact_types.append("model")
models.save()
again = api.registry("renamed", organization)
seen["saved"] = [again.description, list(again.artifact_types), again.visibility]
seen["by path"] = api.artifact("wandb-registry-renamed/gold:g1").source_qualified_name
again.delete()
seen["left"] = names(api.registries())
seen["source"] = api.artifact(f"{path}/data:v1").state
print(json.dumps(seen))
