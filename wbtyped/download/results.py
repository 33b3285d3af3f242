"""What became of the files of a batch."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class FailedFile:
    """A file that is not there, and why."""

    name: str
    error: Exception


@dataclass(slots=True)
class DownloadResult:
    """What a download of many files has done, by their names.

    `written` were fetched, `cached` came from the cache of this machine, `kept` were there already
    with the right content, `failed` are not there. `size` is in bytes, of all but the failed ones.
    """

    root: Path
    written: list[str] = field(default_factory=list[str])
    cached: list[str] = field(default_factory=list[str])
    kept: list[str] = field(default_factory=list[str])
    failed: list[FailedFile] = field(default_factory=list[FailedFile])
    unverified: dict[str, str] = field(default_factory=dict[str, str])
    """Files that were fetched and could not be compared by digest or ETag, each with the reason."""
    size: int = 0

    @property
    def ok(self) -> bool:
        """Whether every file is there."""
        return not self.failed
