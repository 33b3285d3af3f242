"""Check names, tags, aliases and types before anything is sent."""

import re
from collections.abc import Iterable, Mapping

from .. import arguments
from ..errors import UsageError

MAX_NAME_LENGTH = 128
"""Of a collection name, tag or alias, in characters."""
MAX_METADATA_KEYS = 100
"""The limit of the official client for the metadata of a version."""
CONTROL_CHARACTER = re.compile(r"[\x00-\x1f\x7f-\x9f]")
TAG_PATTERN = re.compile(r"[-\w]+( +[-\w]+)*")
PLAIN_NAME_RULE = (
    f"must have 1 to {MAX_NAME_LENGTH} characters, without '/', ':' and control characters"
)
VERSION_PATTERN = re.compile(r"v\d+")
OBJECT_SUFFIXES = (
    "audio-file", "bokeh-file", "bounding-boxes", "classes", "eval-table", "graph-file",
    "histogram", "html-file", "image-file", "joined-table", "mask", "molecule-file",
    "object3D-file", "partitioned-table", "plotly-file", "pytorch-model-file",
    "sklearn-model-file", "table", "tfkeras-model-file", "video-file", "wb_trace_tree",
)  # fmt: skip
"""What the official client appends to the name of an object that it adds, before `.json`."""


def check_collection_name(name: str) -> str:
    """Return the name of a collection, or raise UsageError if it is not valid."""
    if not arguments.string("name", name) or len(name) > MAX_NAME_LENGTH or "/" in name:
        raise UsageError(
            f"collection name {name!r} must have 1 to {MAX_NAME_LENGTH} characters, without '/'"
        )
    return name


def check_new_name(name: str) -> str:
    """Return the name of a collection to publish to, which must be one that a path can contain."""
    check_collection_name(name)
    if ":" in name or CONTROL_CHARACTER.search(name):
        raise UsageError(
            f"collection name {name!r} contains ':' or a control character, so no path could name"
            " its versions"
        )
    return name


def checked_tags(tags: str | Iterable[str]) -> list[str]:
    """Return tags without duplicates, or raise UsageError; a string is one tag."""
    listed = [tags] if isinstance(tags, str) else arguments.strings("tags", tags)
    for tag in listed:
        if len(tag) > MAX_NAME_LENGTH or not TAG_PATTERN.fullmatch(tag):
            raise UsageError(
                f"tag {tag!r} must consist of letters, digits, '-' and '_', with single spaces"
                f" between words, and have at most {MAX_NAME_LENGTH} characters"
            )
    return list(dict.fromkeys(listed))


def checked_aliases(aliases: Iterable[str]) -> list[str]:
    """Return aliases without duplicates, or raise UsageError."""
    listed = list(dict.fromkeys(arguments.strings("aliases", aliases)))
    for alias in listed:
        if not is_plain_name(alias):
            raise UsageError(f"alias {alias!r} {PLAIN_NAME_RULE}")
        if VERSION_PATTERN.fullmatch(alias):
            raise UsageError(
                f"alias {alias!r} is reserved: the server numbers versions v0, v1, ..."
            )
    return listed


def check_key_count(metadata: Mapping[str, object]) -> None:
    """Raise UsageError for metadata with more keys than W&B takes."""
    if len(metadata) > MAX_METADATA_KEYS:
        raise UsageError(f"metadata may have {MAX_METADATA_KEYS} keys, not {len(metadata)}")


def is_plain_name(name: str) -> bool:
    """Return True for what may be an alias or a type."""
    separators = "/" in name or ":" in name or CONTROL_CHARACTER.search(name)
    return 1 <= len(name) <= MAX_NAME_LENGTH and not separators


def check_type(type_name: str, name: str) -> None:
    """Raise UsageError for a type that cannot be, or that W&B reserves for internal use."""
    if not is_plain_name(type_name):
        raise UsageError(f"artifact type {type_name!r} {PLAIN_NAME_RULE}")
    reserved = (
        type_name.startswith("wandb-")
        or type_name == "job"
        or (type_name == "run_table" and name.startswith("run-"))
        or (type_name == "code" and name.startswith("source-"))
    )
    if reserved:
        raise UsageError(
            f"artifact type {type_name!r} is reserved for internal use; choose another"
        )
