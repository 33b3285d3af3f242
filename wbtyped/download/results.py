"""What became of the files of a batch."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class FailedFile:
    """A file that is not there, and why.

    Example:
        >>> result = run.files(["absent.txt"]).download("downloads", on_error="collect")
        >>> [(failed.name, type(failed.error).__name__) for failed in result.failed]
        [('absent.txt', 'NotFoundError')]
    """

    name: str
    error: Exception


@dataclass(slots=True)
class DownloadResult:
    """What a download of many files has done, by their names.

    `written` were fetched, `cached` came from the cache of this machine, `kept` were there already
    with the right content, `failed` are not there. `size` is in bytes, of all but the failed ones.

    Example:
        >>> result = artifact.files().download("data", on_error="collect")
        >>> result.ok, sorted(result.written), result.size
        (True, ['test.csv', 'train.csv'], 11)
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
