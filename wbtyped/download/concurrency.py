"""How many transfers a server bears at the moment."""

import stamina

from ..clock import monotonic
from ..transport.retries import TransientError

SMALL = 64 * 1024
"""Bytes up to which a file takes less time to come than to be asked for."""


class AdaptiveLimit:
    """Brings the number of transfers down where a server has too much of it, and lets it recover.

    `limit` is how many run at once at most, `small_limit` how many when they are small; a pause
    that a server asks for is kept up to `longest_pause` seconds.
    """

    def __init__(self, limit: int, small_limit: int, longest_pause: float) -> None:
        self._limit = self._now = limit
        self._small_limit = max(limit, small_limit)
        self._longest_pause = longest_pause
        self._calm = 0
        self.paused_until: float = 0.0
        """When the pause is over that a server asked for."""

    def room(self, active: int) -> int:
        """Return how many more may run beside those that do."""
        return self._now - active

    def is_full(self, active: int, size: int | None) -> bool:
        """Tell whether one more of a size would be too many."""
        is_small = size is not None and size <= SMALL
        most = self._small_limit if is_small else self._limit
        # In whole numbers: rounded, a quotient of the two would let one more through.
        return active * self._limit >= self._now * most

    def record_result(self, error: BaseException | None) -> None:
        """Take what a transfer ended with."""
        if error is None:
            self._calm += 1
            if self._now < self._limit and self._calm >= self._now:
                self._now, self._calm = self._now + 1, 0
            return
        if not isinstance(error, TransientError) or error.status not in {429, 503}:
            return
        self._calm = 0
        if error.status == 429:
            self._now = max(1, self._now // 2)
        if error.retry_after and not stamina.is_testing():
            pause = min(error.retry_after, self._longest_pause)
            self.paused_until = max(self.paused_until, monotonic() + pause)
