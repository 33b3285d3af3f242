"""All lines of a mirror, by the ids of what they are about."""

from collections.abc import Iterator
from datetime import datetime
from typing import Generic, TypeVar

from pydantic import ValidationError

from ..clock import monotonic
from ..errors import DiskError, UsageError
from .place import Place
from .records import (
    FORMAT,
    HEADER_FILE,
    CollectionRecord,
    Counts,
    Header,
    Record,
    RunRecord,
    TypeRecord,
    VersionRecord,
)

RecordT = TypeVar("RecordT", bound=Record)
SAVE_SECONDS = 30.0
"""What a killed process has done since the last save is looked up again, but not transferred."""


class Table(Generic[RecordT]):
    """The lines of one file."""

    def __init__(self, file: str, model: type[RecordT]) -> None:
        self.file: str = file
        self._model = model
        # As text, which takes a fifth of the memory: configs can be large.
        self._lines: dict[str, str] = {}
        self._seen: set[str] = set()
        self._is_changed = False

    def __len__(self) -> int:
        return len(self._lines)

    def __iter__(self) -> Iterator[RecordT]:
        return map(self._model.model_validate_json, list(self._lines.values()))

    def get(self, record_id: str) -> RecordT | None:
        """Return the line of an object."""
        line = self._lines.get(record_id)
        return None if line is None else self._model.model_validate_json(line)

    def put(self, record: RecordT) -> None:
        """Add or replace the line of an object that the server has."""
        self._seen.add(record.id)
        self._write(record)

    def mark_seen(self, record_id: str) -> None:
        """Note that the server has an object, even if it could not be mirrored."""
        self._seen.add(record_id)

    def _write(self, record: RecordT) -> None:
        line = record.model_dump_json()
        if self._lines.get(record.id) != line:
            self._lines[record.id], self._is_changed = line, True

    def unseen(self) -> list[RecordT]:
        """Return the lines of what the server has no longer."""
        return [record for record in self if record.id not in self._seen]

    def mark_deleted(self, record: RecordT, moment: datetime) -> None:
        """Note that the server no longer has an object; what it was stays."""
        if record.deleted_at is None:
            self._write(record.model_copy(update={"deleted_at": moment}))

    def drop(self, record: RecordT) -> None:
        """Remove a line."""
        del self._lines[record.id]
        self._is_changed = True

    def load(self, place: Place) -> None:
        """Read the file."""
        for line in (place.read(self.file) or b"").splitlines():
            try:
                record = self._model.model_validate_json(line)
            except ValidationError as error:
                raise damaged(place, self.file, error) from error
            self._lines[record.id] = line.decode()

    def save(self, place: Place) -> None:
        """Write the file, if a line has changed."""
        if self._is_changed:
            place.write(self.file, "".join(f"{line}\n" for line in self._lines.values()).encode())
            self._is_changed = False


def damaged(place: Place, file: str, error: ValidationError) -> UsageError:
    """Build the error for a file that no mirror has."""
    return UsageError(
        f"{file} of {place.name} is not a file of a mirror, or is damaged:"
        f" {error.errors()[0]['msg']}; mirror into another folder, or, if this is a mirror, remove"
        f" {file} and mirror again: contents that are there are not transferred again"
    )


class Catalog:
    """What a mirror contains. Each line is added after the contents that it refers to."""

    def __init__(self, place: Place, header: Header) -> None:
        self.place: Place = place
        self.header: Header = header
        self.runs: Table[RunRecord] = Table("runs.jsonl", RunRecord)
        self.types: Table[TypeRecord] = Table("types.jsonl", TypeRecord)
        self.collections: Table[CollectionRecord] = Table("collections.jsonl", CollectionRecord)
        self.versions: Table[VersionRecord] = Table("versions.jsonl", VersionRecord)
        self._saved_at = monotonic()
        self._has_saved = False
        for table in self.tables():
            table.load(place)

    def tables(
        self,
    ) -> tuple[
        Table[RunRecord], Table[TypeRecord], Table[CollectionRecord], Table[VersionRecord]
    ]:  # fmt: skip
        """Return all tables."""
        return self.runs, self.types, self.collections, self.versions

    def save_if_due(self) -> None:
        """Save now and then."""
        if monotonic() - self._saved_at >= SAVE_SECONDS:
            self.save()

    def save(self) -> None:
        """Write what has changed; the header last, since it says how much there is.

        Raises DiskError if another process has begun to mirror after this one: its lines are not
        replaced, where no lock has kept it away.
        """
        self._check_ours()
        for table in self.tables():
            table.save(self.place)
        self._saved_at = monotonic()
        counts = Counts(
            runs=len(self.runs), types=len(self.types), collections=len(self.collections),
            versions=len(self.versions),
        )  # fmt: skip
        self.header = self.header.model_copy(update={"counts": counts})
        self.place.write(HEADER_FILE, f"{self.header.model_dump_json(indent=2)}\n".encode())
        self._has_saved = True

    def _check_ours(self) -> None:
        known = read_header(self.place) if self._has_saved else None
        if known is not None and known.started_at != self.header.started_at:
            raise DiskError(
                f"{self.place.name} is being mirrored into by another process, which started at"
                f" {known.started_at:%Y-%m-%d %H:%M:%S} UTC, after this one; let one process at a"
                " time mirror into it"
            )


def read_header(place: Place) -> Header | None:
    """Return the header of a mirror, None where there is no mirror; raises UsageError."""
    content = place.read(HEADER_FILE)
    if content is None:
        return None
    try:
        header = Header.model_validate_json(content)
    except ValidationError as error:
        raise damaged(place, HEADER_FILE, error) from error
    if header.format != FORMAT:
        raise UsageError(
            f"{place.name} is a mirror of format {header.format}, this version of wbtyped reads"
            f" format {FORMAT}; update wbtyped, or mirror into another folder"
        )
    return header


def open_catalog(place: Place) -> Catalog:
    """Return what a mirror contains; raises UsageError where there is none."""
    header = read_header(place)
    if header is None:
        raise UsageError(f"{place.name} is not a mirror: it has no {HEADER_FILE}")
    return Catalog(place, header)
