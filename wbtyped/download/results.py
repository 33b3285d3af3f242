"""The outcome of a download, file by file."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class FailedFile:
    """A file that could not be downloaded, and why.

    Example:
        >>> result = run.files(["absent.txt"]).download("downloads", on_error="collect")
        >>> [(failed.name, type(failed.error).__name__) for failed in result.failed]
        [('absent.txt', 'NotFoundError')]
    """

    name: str
    error: Exception


@dataclass(slots=True)
class DownloadResult:
    """The outcome of downloading many files; the lists hold their names.

    `written` were downloaded, `cached` came from the local cache, `kept` were already in place with
    the right content, `failed` could not be downloaded. `size` counts the bytes of all but the
    failed ones.

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
    """Downloaded files without a digest or ETag to verify them by, each with the reason."""
    size: int = 0

    @property
    def ok(self) -> bool:
        """Whether every file is in place."""
        return not self.failed
