"""`wbtyped tag` and `wbtyped alias`: show, add and remove."""

import json
from collections.abc import Sequence

from ..artifacts.lineage import Artifact, ArtifactCollection
from .connection import connect
from .output import print_out
from .targets import find_target, wrong_kind


def edit_tags(
    path: str,
    add: Sequence[str],
    remove: Sequence[str],
    type_name: str | None,
    base_url: str | None,
    *,
    as_json: bool,
) -> None:
    """Change the tags of a version or a collection, and print them."""
    with connect(base_url) as api:
        target = find_target(api, path, type_name)
        if not isinstance(target, (Artifact, ArtifactCollection)):
            raise wrong_kind(path, target, "an artifact version or a collection")
        if add or remove:
            target.tags = changed(target.tags, add, remove)
            target.save()
        print_labels(target.tags, as_json=as_json)


def edit_aliases(
    path: str,
    add: Sequence[str],
    remove: Sequence[str],
    type_name: str | None,
    base_url: str | None,
    *,
    as_json: bool,
) -> None:
    """Change the aliases of a version, and print them."""
    with connect(base_url) as api:
        target = find_target(api, path, type_name)
        if not isinstance(target, Artifact):
            raise wrong_kind(path, target, "an artifact version")
        if add or remove:
            target.aliases = changed(target.aliases, add, remove)
            target.save()
        print_labels(target.aliases, as_json=as_json)


def changed(labels: Sequence[str], add: Sequence[str], remove: Sequence[str]) -> list[str]:
    """Return labels without some, and with others at the end; absent ones need no removal."""
    kept = [label for label in labels if label not in remove]
    return [*kept, *(label for label in dict.fromkeys(add) if label not in kept)]


def print_labels(labels: Sequence[str], *, as_json: bool) -> None:
    """Print one label per line, or a JSON array of strings."""
    if as_json:
        print(json.dumps(list(labels)))
        return
    for label in labels:
        print_out(label)
