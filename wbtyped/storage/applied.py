"""The outcomes of the deletions of a plan so far."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import ClassVar, TypeAlias

from pydantic import JsonValue

from ..notebook import Record
from ..transport.nodes import iso
from .deletion_log import DeletionLog
from .prune_plan import PlannedFile, PlannedVersion

Planned: TypeAlias = PlannedVersion | PlannedFile


@dataclass(slots=True)
class PruneResult(Record):
    """The outcome of the deletions of a plan, by the paths of the versions.

    Example:
        >>> plan = api.plan_prune("my-team/mnist/digits", keep_last=1)
        >>> result = api.apply_plan(plan)
        >>> result.deleted, result.refused, result.failed
        (['my-team/mnist/digits:v0'], {}, {})
    """

    deleted: list[str] = field(default_factory=list[str])
    """Versions that were deleted now."""
    gone: list[str] = field(default_factory=list[str])
    """Versions that were deleted before."""
    refused: dict[str, str] = field(default_factory=dict[str, str])
    """Versions that were not deleted because they have changed since the plan, and how."""
    failed: dict[str, str] = field(default_factory=dict[str, str])
    """Versions that could not be deleted, and why."""
    freed_size: int = 0
    """What the plan says that deleting `deleted` frees, in bytes; less, if some were refused."""

    __columns__: ClassVar[tuple[str, ...]] = ("deleted", "gone", "refused", "failed", "freed_size")

    @property
    def complete(self) -> bool:
        """Whether everything is gone that the plan would delete."""
        return not self.refused and not self.failed

    def to_dict(self) -> dict[str, JsonValue]:
        """Return plain values."""
        return {
            "deleted": [*self.deleted],
            "gone": [*self.gone],
            "refused": {**self.refused},
            "failed": {**self.failed},
            "freed_size": self.freed_size,
        }


OutcomeCallback: TypeAlias = Callable[[str, str, str], object]
"""Called with `deleted`, `gone`, `refused` or `failed`, a path, and the reason."""


class Applied:
    """Records the outcome of each deletion, from any thread."""

    def __init__(self, log: DeletionLog, report: OutcomeCallback | None) -> None:
        self.result: PruneResult = PruneResult()
        self._log = log
        self._report = report
        self._known: set[str] = set()
        self._lock = threading.Lock()

    def knows(self, planned: Planned) -> bool:
        """Return True if the outcome was recorded."""
        return planned.path in self._known

    def record_deleted(self, planned: Planned) -> None:
        """Record that something was deleted now."""
        self._log_gone(planned)
        self.record("deleted", planned)

    def record_gone(self, planned: Planned) -> None:
        """Record that something was deleted before."""
        self._log_gone(planned)
        self.record("gone", planned)

    def _log_gone(self, planned: Planned) -> None:
        moment = iso(datetime.now(UTC))
        self._log.add(
            {"id": planned.id, "path": planned.path, "plan": self._log.plan, "deleted_at": moment}
        )

    def record(self, outcome: str, planned: Planned, reason: str = "") -> None:
        """Record an outcome: `deleted`, `gone`, `refused` or `failed`."""
        with self._lock:
            self._known.add(planned.path)
            match outcome:
                case "refused":
                    self.result.refused[planned.path] = reason
                case "failed":
                    self.result.failed[planned.path] = reason
                case "deleted":
                    self.result.deleted.append(planned.path)
                    self.result.freed_size += planned.freed_size
                case _:
                    self.result.gone.append(planned.path)
            if self._report:
                self._report(outcome, planned.path, reason)
