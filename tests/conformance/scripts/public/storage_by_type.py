"""Which kinds of artifacts fill the storage?"""

from collections import defaultdict

import wandb

api = wandb.Api(timeout=60)
sizes, counts = defaultdict(int), defaultdict(int)
largest = []
for artifact_type in api.artifact_types(project="crew/ship"):
    for collection in api.artifact_collections("crew/ship", artifact_type.name, per_page=10):
        for artifact in api.artifacts(
            type_name=artifact_type.name, name=f"crew/ship/{collection.name}"
        ):
            if artifact.state == "DELETED":
                continue
            sizes[artifact_type.name] += artifact.size
            counts[artifact_type.name] += artifact.file_count
            largest.append((artifact.size, artifact.name))

for name in sorted(sizes, key=sizes.get, reverse=True):
    print(f"{name:>10} {counts[name]:>5} files {sizes[name]:>10} bytes")
for size, name in sorted(largest, reverse=True)[:3]:
    print(f"{size:>10} {name}")
for collection in sorted(api.project("ship", entity="crew").collections(), key=lambda c: c.name):
    print(collection.name, collection.type, len(collection.artifacts()), sorted(collection.aliases))
