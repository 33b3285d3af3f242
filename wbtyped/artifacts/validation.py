"""Which names, tags and aliases a server accepts; checked before anything is sent."""

import re
from collections.abc import Iterable

from .. import arguments
from ..errors import UsageError

LIMIT = 128
"""Characters in a name, tag or alias."""
TAG = re.compile(r"[-\w]+( +[-\w]+)*")
VERSION = re.compile(r"v\d+")
OBJECT_KINDS = (
    "audio-file", "bokeh-file", "bounding-boxes", "classes", "eval-table", "graph-file",
    "histogram", "html-file", "image-file", "joined-table", "mask", "molecule-file",
    "object3D-file", "partitioned-table", "plotly-file", "pytorch-model-file",
    "sklearn-model-file", "table", "tfkeras-model-file", "video-file", "wb_trace_tree",
)  # fmt: skip
"""What the official client puts behind the name of an object that it adds, before `.json`."""


def check_collection_name(name: str) -> str:
    """Return a name that a collection can have, or raise UsageError."""
    if not arguments.string("name", name) or len(name) > LIMIT or "/" in name:
        raise UsageError(
            f"collection name {name!r}: 1 to {LIMIT} characters are allowed, and no '/'"
        )
    return name


def checked_tags(tags: str | Iterable[str]) -> list[str]:
    """Return tags without repetition; raises UsageError. A text is one tag."""
    listed = [tags] if isinstance(tags, str) else arguments.strings("tags", tags)
    for tag in listed:
        if len(tag) > LIMIT or not TAG.fullmatch(tag):
            raise UsageError(
                f"tag {tag!r}: words of letters, digits, '-' and '_' are allowed, with single"
                f" spaces between them, {LIMIT} characters in all"
            )
    return list(dict.fromkeys(listed))


def checked_aliases(aliases: Iterable[str]) -> list[str]:
    """Return aliases without repetition, or raise UsageError for one that cannot be."""
    listed = list(dict.fromkeys(arguments.strings("aliases", aliases)))
    for alias in listed:
        if not alias or len(alias) > LIMIT or "/" in alias or ":" in alias:
            raise UsageError(f"alias {alias!r}: 1 to {LIMIT} characters, without '/' and ':'")
        if VERSION.fullmatch(alias):
            raise UsageError(f"alias {alias!r} is the name of a version; the server gives those")
    return listed


def check_type(type_name: str, name: str) -> None:
    """Raise UsageError for a type that W&B keeps for itself."""
    reserved = (
        type_name.startswith("wandb-")
        or type_name == "job"
        or (type_name == "run_table" and name.startswith("run-"))
        or (type_name == "code" and name.startswith("source-"))
    )
    if reserved:
        raise UsageError(f"artifact type {type_name!r} is kept for internal use; choose another")
