"""The files of a mirror, as `wbtyped mirror` writes them: read here independently of the client."""

import base64
import json
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar, cast

from pydantic import BaseModel, PlainSerializer, ValidationError

from ..errors import UsageError
from ..row_files import read_rows
from .blobs import BlobStore

FORMAT = 1
"""The format that this server reads; see "Mirror a project" in the documentation."""
ALGORITHM_FOLDERS = {"MD5": "md5", "XXH128": "xxh128"}


def stored_moment(moment: datetime) -> str:
    """Return a time as the server stores it."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


Moment = Annotated[datetime, PlainSerializer(stored_moment)]


class Header(BaseModel):
    """`mirror.json`."""

    format: int
    entity: str
    project: str
    description: str | None = None
    access: str | None = None
    created_at: Moment | None = None
    started_at: Moment


class Line(BaseModel):
    """What each line has; `deleted_at` is set for what the server had no longer."""

    id: str
    created_at: Moment
    deleted_at: Moment | None = None


class MirroredFile(BaseModel):
    """A file of a run."""

    name: str
    size: int
    updated_at: Moment | None
    content: str


class MirroredRows(BaseModel):
    """Where the metrics of a run are, or its system metrics."""

    file: str


class MirroredRun(Line):
    """A line of `runs.jsonl`."""

    name: str
    display_name: str | None
    state: str | None
    description: str | None
    notes: str | None
    tags: list[str]
    group: str | None
    job_type: str | None
    sweep: str | None
    commit: str | None
    heartbeat_at: Moment | None
    config: str
    summary: str
    logged: list[str]
    history: MirroredRows | None
    system_metrics: MirroredRows | None = None
    files: list[MirroredFile]


class MirroredType(Line):
    """A line of `types.jsonl`."""

    name: str
    description: str | None


class MirroredCollection(Line):
    """A line of `collections.jsonl`."""

    kind: str
    name: str
    type: str
    description: str | None
    tags: list[str]
    updated_at: Moment | None


class MirroredLink(BaseModel):
    """A version in another collection."""

    entity: str
    project: str
    collection: str
    index: int
    aliases: list[str]
    created_at: Moment


class MirroredVersion(Line):
    """A line of `versions.jsonl`."""

    collection: str
    type: str
    index: int
    aliases: list[str]
    tags: list[str]
    description: str | None
    metadata: str
    digest: str
    commit_hash: str | None
    size: int
    file_count: int
    ttl_seconds: int
    ttl_is_inherited: bool
    history_step: int | None
    updated_at: Moment | None
    logged_by: str | None
    used_by: list[str]
    links: list[MirroredLink]
    manifest: str


LineT = TypeVar("LineT", bound=Line)


class MirrorFiles:
    """A folder with a mirror; raises UsageError if it is none."""

    def __init__(self, root: Path) -> None:
        self.root: Path = root
        try:
            content = (root / "mirror.json").read_bytes()
            self.header: Header = Header.model_validate_json(content)
        except FileNotFoundError:
            raise UsageError(
                f"{root} is not a mirror: it has no mirror.json; make one with `wbtyped mirror`"
            ) from None
        except ValidationError as error:
            raise not_of_a_mirror(root / "mirror.json", error) from error
        if self.header.format != FORMAT:
            raise UsageError(
                f"{root} is a mirror of format {self.header.format}, this server reads format"
                f" {FORMAT}; update wbtyped"
            )

    def lines(self, name: str, model: type[LineT]) -> Iterator[LineT]:
        """Yield the lines of a file: what the server has had to the last first."""
        try:
            content = (self.root / name).read_bytes()
        except FileNotFoundError:
            return
        try:
            found = [model.model_validate_json(line) for line in content.splitlines()]
        except ValidationError as error:
            raise not_of_a_mirror(self.root / name, error) from error
        yield from sorted(found, key=lambda line: line.deleted_at is not None)

    def manifest(self, path: str) -> dict[str, Any]:
        """Return a manifest."""
        with self._readable(path) as file:
            return cast("dict[str, Any]", json.loads(file.read_bytes()))

    def rows(self, path: str) -> list[str]:
        """Return the metrics in a file, each step as JSON; needs pyarrow for Parquet."""
        with self._readable(path) as file:
            return [json.dumps(row) for row in read_rows(file.read_bytes(), file.suffix)]

    @contextmanager
    def _readable(self, path: str) -> Generator[Path]:
        """Raise UsageError for a file that is missing or damaged."""
        file = self.root / path
        try:
            yield file
        except (OSError, ValueError) as error:
            raise UsageError(
                f"{file} is missing or damaged; mirror again, with --verify: {error}"
            ) from error


def not_of_a_mirror(file: Path, error: ValidationError) -> UsageError:
    """Build the error for a file that no mirror has."""
    return UsageError(f"{file} is not that of a mirror, or is damaged: {error.errors()[0]['msg']}")


class MirroredBlobs(BlobStore):
    """A blob store that also serves the contents of mirrors, from where they are.

    The keys of those are `number-algorithm-digest`; others are SHA-256, without a hyphen.
    """

    def __init__(self, folder: Path, mirrors: list[Path], *, lasting: bool = True) -> None:
        super().__init__(folder, lasting=lasting)
        self._mirrors = mirrors

    def path(self, key: str) -> Path:
        """Return the location of a blob."""
        number, _, rest = key.partition("-")
        algorithm, _, digest = rest.partition("-")
        if not digest:
            return super().path(key)
        return self._mirrors[int(number)] / "contents" / algorithm / digest[:2] / digest

    def remove(self, key: str) -> int:
        """Delete a blob of the server's own; those of a mirror stay."""
        return 0 if "-" in key else super().remove(key)


def blob_key(number: int, algorithm: str, digest: str) -> str | None:
    """Return the key of a content of a mirror, by its digest in base64; None if it is none."""
    try:
        decoded = base64.b64decode(digest, validate=True).hex()
    except ValueError:
        return None
    return f"{number}-{ALGORITHM_FOLDERS[algorithm]}-{decoded}"


def key_of_path(number: int, path: str) -> str:
    """Return the key of a content of a mirror, by its path there."""
    _, algorithm, _, digest = path.split("/")
    return f"{number}-{algorithm}-{digest}"


def md5_of_path(path: str) -> str:
    """Return the MD5 in base64 of a content that is named by it; empty for others."""
    _, algorithm, _, digest = path.split("/")
    return base64.b64encode(bytes.fromhex(digest)).decode() if algorithm == "md5" else ""
