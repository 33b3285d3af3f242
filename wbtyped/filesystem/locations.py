"""What the paths of the file system name.

    entity/project/runs/RUN/FILE
    entity/project/COLLECTION:ALIAS/FILE
    entity/project/artifacts/TYPE/COLLECTION/ALIAS/FILE

The last form lists every level, as the URLs of W&B's pages do.
"""

from typing import NamedTuple

from ..errors import UsageError

FORMS = (
    "wandb://entity/project/runs/RUN/FILE or wandb://entity/project/COLLECTION:ALIAS/FILE,"
    " or list wandb://entity/project/artifacts"
)


class ParentFolder(NamedTuple):
    """A folder above runs and versions; its parts are as long as the path goes.

    The root, an entity, a project, its `runs` or its `artifacts`, an artifact type, a collection.
    """

    parts: tuple[str, ...]


class RunLocation(NamedTuple):
    """A run, or a file or folder in it."""

    entity: str
    project: str
    run: str
    file: str

    @property
    def root(self) -> str:
        """The path of the run."""
        return f"{self.entity}/{self.project}/runs/{self.run}"


class VersionLocation(NamedTuple):
    """A version, or a file or folder in it."""

    entity: str
    project: str
    name: str
    """`collection:alias`."""
    file: str
    root: str
    """The path of the version, as it was written."""
    type: str | None = None

    @property
    def path(self) -> str:
        """`entity/project/collection:alias`."""
        return f"{self.entity}/{self.project}/{self.name}"


Location = ParentFolder | RunLocation | VersionLocation


def parse_location(path: str) -> Location:
    """Return what a path without protocol names; raises UsageError for what is no path."""
    parts = tuple(path.split("/")) if path else ()
    if "" in parts[:4]:
        raise UsageError(f"invalid path {path!r}: a part is missing; write {FORMS}")
    match parts:
        case (entity, project, "runs", run, *file):
            return RunLocation(entity, project, run, "/".join(file))
        case (entity, project, "artifacts", kind, collection, alias, *file):
            root, name = "/".join(parts[:6]), f"{collection}:{alias}"
            return VersionLocation(entity, project, name, "/".join(file), root, kind)
        case (entity, project, name, *file) if ":" in name:
            root = "/".join(parts[:3])
            return VersionLocation(entity, project, name, "/".join(file), root)
        case (_, _, name, *_) if name not in {"runs", "artifacts"}:
            raise UsageError(
                f"invalid path {path!r}: {name!r} has no alias; write"
                f" wandb://{parts[0]}/{parts[1]}/{name}:latest for the newest version of a"
                f" collection; the forms are {FORMS}"
            )
        case _:
            return ParentFolder(parts)
