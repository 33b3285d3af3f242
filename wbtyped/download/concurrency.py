"""Adaptive limit on concurrent transfers."""

from ..clock import monotonic
from ..transport.retries import TransientError, is_testing

SMALL_FILE_BYTES = 64 * 1024
"""Bytes up to which a file takes longer to request than to receive."""


class AdaptiveLimit:
    """Lowers the number of concurrent transfers when a server is overloaded, and recovers.

    At most `limit` transfers run at a time, or `small_limit` if they are small. A Retry-After is
    respected up to `longest_pause` seconds.
    """

    def __init__(self, limit: int, small_limit: int, longest_pause: float) -> None:
        self._maximum = self._current = limit
        self._small_maximum = max(limit, small_limit)
        self._longest_pause = longest_pause
        self._successes = 0
        """Since the limit last changed, or since the server was last overloaded."""
        self.paused_until: float = 0.0
        """When the pause ends that the server asked for."""

    def available(self, active: int) -> int:
        """Return how many more transfers may start while `active` run."""
        return self._current - active

    def small_available(self, active: int) -> int:
        """Return how many more small transfers may start while `active` run."""
        return -(-self._current * self._small_maximum // self._maximum) - active

    def is_full(self, active: int, size: int | None) -> bool:
        """Return True if no transfer of this size may start while `active` run."""
        is_small = size is not None and size <= SMALL_FILE_BYTES
        most = self._small_maximum if is_small else self._maximum
        # In whole numbers: a rounded quotient of the two would let one more through.
        return active * self._maximum >= self._current * most

    def record_successes(self, count: int) -> None:
        """Adapt to transfers that have succeeded."""
        if self._current == self._maximum:
            self._successes += count
            return
        for _ in range(count):
            self.record_result(None)

    def record_result(self, error: BaseException | None) -> None:
        """Adapt to how a transfer ended."""
        if error is None:
            self._successes += 1
            if self._current < self._maximum and self._successes >= self._current:
                self._current, self._successes = self._current + 1, 0
            return
        if not isinstance(error, TransientError) or error.status not in {429, 503}:
            return
        self._successes = 0
        if error.status == 429:
            self._current = max(1, self._current // 2)
        if error.retry_after and not is_testing():
            pause = min(error.retry_after, self._longest_pause)
            self.paused_until = max(self.paused_until, monotonic() + pause)
