"""Copy what is in production from the registry to a folder."""

import os

import wandb

REGISTRY, ORGANIZATION = "model", "acme"

api = wandb.Api()
for registry in api.registries(organization=ORGANIZATION, filter={"name": {"$regex": "model"}}):
    print(registry.name, registry.full_name, registry.entity, registry.organization)
    print(registry.visibility, registry.description, registry.allow_all_artifact_types)
    print(sorted(registry.artifact_types))
registry = api.registry(REGISTRY, organization=ORGANIZATION)
for collection in registry.collections():
    print(collection.name, collection.type, sorted(collection.aliases), collection.description)
for version in registry.versions(filter={"$or": [{"alias": "production"}, {"tag": "approved"}]}):
    print(version.qualified_name, version.source_qualified_name, version.is_link)
found = api.registries(ORGANIZATION).collections(filter={"name": "net"}).versions()
print(sorted(version.name for version in found))

artifact = api.artifact(f"{ORGANIZATION}/wandb-registry-{REGISTRY}/net:production", type="model")
folder = artifact.download(root="production", skip_cache=True)
artifact.verify(folder)
for path in sorted(os.listdir(folder)):
    print(path, os.path.getsize(os.path.join(folder, path)))
