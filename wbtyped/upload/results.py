"""The outcome of an upload, file by file."""

from dataclasses import dataclass, field

from pydantic import JsonValue

from ..download.results import FailedFile, outcome_rows, with_failures
from ..notebook import dicts_html
from ..units import human_size


@dataclass(slots=True, repr=False)
class UploadResult:
    """The outcome of uploading many files; the lists hold their names.

    `uploaded` were sent, `skipped` did not need to be, since the server had a file of this name
    and content, `failed` could not be uploaded. `size` counts the bytes of all but the failed ones,
    `sent` those of the uploaded ones.

    Printing it shows the counts and the first failures.

    Example:
        >>> Path("notes.txt").write_text("hello")
        5
        >>> result = run.upload("notes.txt")
        >>> result
        <UploadResult 1 uploaded, 5 B>
        >>> result.ok, run.upload("notes.txt").skipped
        (True, ['notes.txt'])
    """

    uploaded: list[str] = field(default_factory=list[str])
    skipped: list[str] = field(default_factory=list[str])
    failed: list[FailedFile] = field(default_factory=list[FailedFile])
    size: int = 0
    sent: int = 0

    @property
    def ok(self) -> bool:
        """Whether the server has every file."""
        return not self.failed

    def to_dicts(self) -> list[dict[str, JsonValue]]:
        """Return one row per file: its name, its outcome, and the error."""
        outcomes = {"uploaded": self.uploaded, "skipped": self.skipped}
        return outcome_rows(self.failed, outcomes, {})

    def _repr_html_(self) -> str:
        """Show the counts in a notebook, and the first files that failed."""
        failures = [row for row in self.to_dicts() if row["reason"]]
        return dicts_html(repr(self), ("name", "outcome", "reason"), failures)

    def __repr__(self) -> str:
        counts = {
            "uploaded": len(self.uploaded), "skipped": len(self.skipped),
            "failed": len(self.failed),
        }  # fmt: skip
        parts = [f"{number:,} {kind}" for kind, number in counts.items() if number]
        return f"<UploadResult {', '.join([*parts, human_size(self.size)])}>"

    def __str__(self) -> str:
        return with_failures(repr(self), self.failed)
