"""Print everything that the public API shows of a project, as JSON. Argument: its path."""

import json
import sys
from urllib.parse import urlsplit

from wandb import Api

api = Api()
project = sys.argv[1]


def values(thing, *names):
    """Return the values of attributes and the results of methods, or what they raise."""
    return {name: value_of(thing, name) for name in names}


def value_of(thing, name):
    try:
        value = getattr(thing, name)
        return value() if callable(value) else value
    except Exception as error:
        return next(kind.__name__ for kind in type(error).__mro__ if kind.__module__ == "builtins")


def stable(url):
    """Return a URL without its signature, which differs each time."""
    parts = urlsplit(url)
    return parts.path if parts.query else url


def file(f):
    known = values(f, "name", "size", "md5", "mimetype", "updated_at", "path_uri")
    known["path_uri"] = stable(known["path_uri"])
    return known | {"url": stable(f.url), "direct_url": stable(f.direct_url)}


def entry(e):
    return values(
        e, "path", "digest", "size", "ref", "birth_artifact_id", "extra", "ref_url", "ref_target"
    )


def artifact(a):
    known = values(
        a, "id", "entity", "project", "name", "qualified_name", "version", "source_entity",
        "source_project", "source_name", "source_qualified_name", "source_version", "is_link",
        "linked_at", "type", "description", "metadata", "ttl", "aliases", "tags", "state", "digest",
        "size", "file_count", "commit_hash", "created_at", "updated_at", "history_step", "url",
        "incremental", "distributed_id",
    )  # fmt: skip
    manifest = a.manifest
    return known | {
        "collection": a.collection.name,
        "source_collection": a.source_collection.name,
        "source_artifact": a.source_artifact.qualified_name,
        "linked": sorted(link.qualified_name for link in a.linked_artifacts),
        "files": [file(f) for f in a.files(per_page=2)],
        "count of files": len(a.files()),
        "two files": [f.name for f in a.files(["a.txt", "one.txt"])],
        "entries": [entry(a.get_entry(path)) for path in manifest.entries],
        "manifest": values(manifest, "__len__", "size", "digest"),
        "in sub": sorted(e.path for e in manifest.get_entries_in_directory("sub")),
        "manifest json": manifest.to_manifest_json(),
        "logged by": maker.name if (maker := a.logged_by()) else None,
        "used by": sorted(run.name for run in a.used_by()),
    }


def collection(c):
    known = values(c, "id", "name", "type", "description", "tags", "created_at", "updated_at")
    return known | {
        "aliases": sorted(c.aliases),
        "sequence": c.is_sequence(),
        "versions": [artifact(a) for a in c.artifacts(per_page=1)],
        "count": len(c.artifacts()),
    }


def run(r):
    known = values(r, "id", "name", "entity", "project", "path", "state", "url", "tags",
                  "created_at")  # fmt: skip
    return known | {
        "files": [file(f) for f in r.files(per_page=2)],
        "count of files": len(r.files()),
        "text files": [f.name for f in r.files(pattern="%.txt")],
        "two files": sorted(f.name for f in r.files(["notes.txt", "output.log"])),
        "one file": file(r.file("notes.txt")),
        "logged": [a.qualified_name for a in r.logged_artifacts(per_page=2)],
        "used": [a.qualified_name for a in r.used_artifacts()],
    }


def kind(t):
    known = values(t, "id", "name")
    return known | {
        "collections": [collection(c) for c in t.collections(per_page=1)],
        "count": len(t.collections()),
        "one": t.collection(t.collections()[0].name).name,
    }


def names(things):
    return [thing.name for thing in things]


def states_of(pages):
    """Read two items, and return the state of the list after each."""
    states = []
    for _ in range(2):
        name = next(pages).name
        states.append([name, pages.more, pages.cursor])
    return states


description = {
    "entity": api.default_entity,
    "runs": [run(api.run(f"{project}/{name}")) for name in ("maker", "user")],
    "types": [kind(t) for t in api.artifact_types(project)],
    "cursors": states_of(api.artifacts("dataset", f"{project}/data", per_page=1)),
    "exists": [
        api.artifact_exists(f"{project}/data:latest"),
        api.artifact_exists(f"{project}/data:nope"),
        api.artifact_exists(f"{project}/nope"),
        api.artifact_collection_exists(f"{project}/data", "dataset"),
        api.artifact_collection_exists(f"{project}/nope", "dataset"),
    ],
    "by path": artifact(api.artifact(f"{project}/data:best")),
    "shelf": [kind(t) for t in api.artifact_types("crew/shelf")],
    "link": artifact(api.artifact("crew/shelf/best-models:prod")),
    "newest first": [a.name for a in api.artifacts("dataset", f"{project}/data")],
}
print(json.dumps(description, default=str))
