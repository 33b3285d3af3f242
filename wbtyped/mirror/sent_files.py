"""Report the files of a run or a version while they are uploaded."""

from ..download.progress import DownloadProgress
from ..upload.batch_options import BatchOptions
from .restoring import Restoring


class SentFiles:
    """Counts uploads, and reports those that fail; an observer of their batch."""

    def __init__(self, restoring: Restoring, path: str) -> None:
        self._restoring = restoring
        self._path = path

    def options(self) -> BatchOptions:
        """Return the options of a batch that this observes, and that goes on after a failure."""
        return self._restoring.upload._replace(on_error="collect", observer=self)

    def tick(self, progress: DownloadProgress, /) -> None:
        """Do nothing: the progress is that of the whole mirror."""

    def finish(self, status: str, name: str, size: int, /) -> None:  # noqa: ARG002 - of `Observer`
        """Count a file that the server did not have."""
        if status == "uploaded":
            self._restoring.add_content(size)

    def fail(self, name: str, reason: object, /) -> None:
        """Report a file that could not be uploaded."""
        self._restoring.fail(f"{self._path}/{name}", reason)
