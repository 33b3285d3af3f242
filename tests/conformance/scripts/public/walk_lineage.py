"""Where does a model come from, and who uses what it comes from?"""

import wandb

api = wandb.Api()


def show(artifact, depth=0, seen=None):
    seen = set() if seen is None else seen
    indent = "  " * depth
    print(f"{indent}{artifact.type} {artifact.source_qualified_name}")
    for consumer in artifact.used_by():
        print(f"{indent}  used by {consumer.id} ({consumer.state})")
    producer = artifact.logged_by()
    if producer is None:
        print(f"{indent}  of unknown origin")
        return
    print(f"{indent}  logged by {producer.id}, {producer.config.get('lr')}, {producer.path}")
    for used in producer.used_artifacts():
        if used.id not in seen:
            seen.add(used.id)
            show(used, depth + 1, seen)


show(api.artifact("crew/ship/net:latest"))
link = api.artifact("crew/shelf/best-net:latest")
print(link.is_link, link.source_name, link.source_project, link.source_artifact.name)
print(sorted(found.qualified_name for found in link.source_artifact.linked_artifacts))
show(link.source_artifact)
