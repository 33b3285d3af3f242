"""The lines of a mirror: one JSON object for each run, collection, type and version."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

FORMAT = 1
"""Incremented when a reader of the former format would misread the new one."""
HEADER_FILE = "mirror.json"


class Record(BaseModel, frozen=True):
    """A line; `id` is the server's id of the object."""

    id: str
    deleted_at: datetime | None = None
    """When a mirroring found that the server no longer has it."""


class StoredContent(BaseModel, frozen=True):
    """A file of a run, and the content that it had."""

    name: str
    size: int
    md5: str | None
    """In base64, as the server says it."""
    updated_at: datetime | None
    content: str
    """Path in the mirror."""


class StoredRows(BaseModel, frozen=True):
    """The file with what a run logged, and what the server said about the run at that time."""

    file: str
    md5: str | None = None
    """Of the file, in base64."""
    rows: int
    line_count: int | None
    heartbeat_at: datetime | None


class RunRecord(Record, frozen=True):
    """A run."""

    name: str
    """The short id in its URL."""
    display_name: str | None
    state: str | None
    description: str | None
    notes: str | None
    tags: list[str]
    group: str | None
    job_type: str | None
    sweep: str | None
    commit: str | None
    user: str | None
    created_at: datetime
    heartbeat_at: datetime | None
    config: str
    """JSON text as the server sent it, in which NaN and Infinity may occur."""
    summary: str
    """As `config`."""
    logged: list[str] = []
    """Ids of the versions that it logged, also of those that another run had logged before."""
    has_more_logged: bool = False
    """Whether it logged more, which could not be read."""
    used_elsewhere: list[str] = []
    """The versions of other projects that it used, as `entity/project/collection:vN`; those of the
    project name the run in `used_by`."""
    history: StoredRows | None = None
    system_metrics: StoredRows | None = None
    files: list[StoredContent] = []


class TypeRecord(Record, frozen=True):
    """A type of artifacts."""

    name: str
    description: str | None
    created_at: datetime


class CollectionRecord(Record, frozen=True):
    """A collection: a sequence of versions, or a portfolio of links."""

    kind: Literal["sequence", "portfolio"]
    name: str
    type: str
    description: str | None
    tags: list[str]
    created_at: datetime
    updated_at: datetime | None


class Link(BaseModel, frozen=True):
    """A version in a collection that it was linked into."""

    entity: str
    project: str
    collection: str
    index: int
    """N of its `vN` there."""
    aliases: list[str]
    created_at: datetime


class VersionRecord(Record, frozen=True):
    """A version in the collection that it was logged to."""

    collection: str
    type: str
    index: int
    """N of `vN`."""
    aliases: list[str]
    """Those in its own collection, without `vN`."""
    tags: list[str]
    description: str | None
    metadata: str
    """JSON text as the server sent it."""
    digest: str
    commit_hash: str | None
    size: int
    file_count: int
    ttl_seconds: int
    """As the server stores it: negative for none."""
    ttl_is_inherited: bool
    history_step: int | None
    created_at: datetime
    updated_at: datetime | None
    logged_by: str | None
    """`entity/project/run`."""
    used_by: list[str]
    has_more_users: bool
    """Whether more runs used it, which could not be read."""
    links: list[Link]
    manifest: str
    """Path in the mirror of the list of its files, which are stored by their digests."""


class Counts(BaseModel, frozen=True):
    """How much a mirror contains; what was deleted on the server is included."""

    runs: int = 0
    types: int = 0
    collections: int = 0
    versions: int = 0


class Header(BaseModel, frozen=True):
    """The file `mirror.json`."""

    format: int = FORMAT
    server: str
    entity: str
    project: str
    description: str | None = None
    access: str | None = None
    created_at: datetime | None = None
    started_at: datetime
    """When the last mirroring started."""
    finished_at: datetime | None = None
    """When the last complete mirroring ended; null before the first one."""
    is_complete: bool = False
    """Whether the last mirroring ended without a failure."""
    counts: Counts = Counts()
