"""`wbtyped publish`: make a new version of an artifact from local files."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from pydantic import JsonValue

from ..artifacts.lineage import Artifact
from ..errors import UsageError
from ..storage.retention import checked_duration
from ..upload.options import UploadOptions
from .connection import connect
from .output import counted, human_size, print_out
from .progress import SilentReporter, make_reporter


@dataclass(frozen=True, slots=True)
class PublishedFacts:
    """What the version says about itself."""

    type: str
    aliases: Sequence[str] = ()
    tags: Sequence[str] = ()
    description: str | None = None
    metadata: Sequence[str] = ()
    """`key=value` each."""
    ttl: str | None = None
    ignore: Sequence[str] = ()
    run: str | None = None
    upload: UploadOptions = field(default_factory=UploadOptions)


def publish_files(
    paths: Sequence[Path],
    target: str,
    facts: PublishedFacts,
    base_url: str | None,
    *,
    as_json: bool,
) -> None:
    """Publish files and folders as a version, and print its path and URL."""
    metadata = read_metadata(facts.metadata)
    ttl = None if facts.ttl is None else checked_duration("--ttl", facts.ttl)
    one_or_all = paths[0] if len(paths) == 1 else list(paths)
    with connect(base_url) as api:
        run = None if facts.run is None else api.run(facts.run)
        with SilentReporter("publish") if as_json else make_reporter("publish") as reporter:
            reporter.interrupted("what was sent is kept")
            upload: UploadOptions = {**facts.upload, "progress": reporter.tick}
            artifact = api.publish(
                one_or_all, target, facts.type, aliases=facts.aliases, tags=facts.tags,
                description=facts.description, metadata=metadata, ttl=ttl, run=run,
                ignore=facts.ignore, **upload,
            )  # fmt: skip
    print_version(artifact, as_json=as_json)


def read_metadata(pairs: Sequence[str]) -> Mapping[str, JsonValue]:
    """Return metadata from `key=value` pairs; a value that is JSON is read as such."""
    found: dict[str, JsonValue] = {}
    for pair in pairs:
        key, separator, text = pair.partition("=")
        if not separator or not key:
            raise UsageError(f"--metadata takes key=value, not {pair!r}")
        try:
            found[key] = cast("JsonValue", json.loads(text))
        except ValueError:
            found[key] = text
    return found


def print_version(artifact: Artifact, *, as_json: bool) -> None:
    """Print what was published, and where it is."""
    if not as_json:
        size = human_size(artifact.size)
        print_out(f"{artifact.qualified_name} ({counted(artifact.file_count)}, {size})")
        print_out(artifact.url)
        return
    facts = {
        "name": artifact.qualified_name, "id": artifact.id, "url": artifact.url,
        "type": artifact.type, "digest": artifact.digest, "aliases": artifact.aliases,
        "tags": artifact.tags, "files": artifact.file_count, "size": artifact.size,
    }  # fmt: skip
    print(json.dumps(facts))
