"""Use arguments that came after 0.21: filters, order and start of lists, and `lazy`."""

from wandb import Api
from wandb.apis.public.artifacts import ArtifactCollections, Artifacts

api = Api()
client = api.client if hasattr(api, "client") else api._service_api


def collections(**options):
    found = ArtifactCollections(client, "crew", "ship", "dataset", per_page=2, **options)
    return [c.name for c in found]


print(collections(order="name"))
print(collections(order="-name"))
print(collections(filters={"name": "data"}))
print(collections(filters={"name": {"$in": ["data", "extra", "nope"]}}, order="name"))
versions = Artifacts(client, "crew", "ship", "data", "dataset", per_page=1)
first = next(versions)
print(first.name, versions.more)
rest = Artifacts(client, "crew", "ship", "data", "dataset", per_page=1, start=versions.cursor)
print([a.name for a in rest])
print([a.name for a in Artifacts(client, "crew", "ship", "data", "dataset", order="+createdAt")])

for run in api.runs("crew/ship", lazy=False):
    print(run.id, sorted(run.config.items()), run.summary.get("loss"))
