"""Walk types, collections and versions."""

from wandb import Api

api = Api()
for kind in api.artifact_types("crew/ship"):
    print(kind.name)
    for collection in sorted(kind.collections(), key=lambda c: c.name):
        print(" ", collection.name, collection.type, collection.is_sequence(), collection.tags)
        for version in collection.artifacts():
            print("   ", version.name, version.state, version.size, sorted(version.aliases))
print([c.name for c in api.artifact_collections("crew/ship", "model")])
print(api.artifact_collection("dataset", "crew/ship/data").name)
print(api.artifact_type("dataset", "crew/ship").name)
print([a.name for a in api.artifacts("dataset", "crew/ship/data", per_page=1)])
print([a.name for a in api.artifacts("dataset", "crew/ship/data", tags=["checked"])])
