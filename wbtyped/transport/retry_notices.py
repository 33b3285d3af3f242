"""Say what is being retried, where and for how long: through the logger `wbtyped.retries`.

The command prints these warnings on stderr. In Python they appear wherever logging is configured:

    logging.basicConfig(level=logging.WARNING)
"""

import logging
import threading

from ..clock import monotonic

LOGGER_NAME = "wbtyped.retries"
QUIET_SECONDS = 1.0
"""How long retrying goes on before it is worth a word."""
NOTICE_SECONDS = 5.0
"""Seconds between two warnings about one server, however many requests are being retried."""
MAX_SERVERS = 1000
"""Servers that are remembered: references may lead to any number of them."""

# The convention for libraries: without logging configured, nothing is printed.
logging.getLogger("wbtyped").addHandler(logging.NullHandler())
_logger = logging.getLogger(LOGGER_NAME)


class RetryNotices:
    """Logs warnings about retries, for each server one in a while."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._shown_at: dict[str, float] = {}
        self._unshown: dict[str, int] = {}

    def announce(self, server: str, reason: str, outlook: str) -> None:
        """Log why a request is retried, unless that was done for this server just now."""
        now = monotonic()
        with self._lock:
            if now - self._shown_at.get(server, float("-inf")) < NOTICE_SECONDS:
                self._unshown[server] = self._unshown.get(server, 0) + 1
                return
            if len(self._shown_at) >= MAX_SERVERS:
                self._shown_at.clear()
                self._unshown.clear()
            self._shown_at[server] = now
            others = self._unshown.pop(server, 0)
        where = "" if not server or server in reason else f"{server}: "
        more = f" ({others:,} more retries since the last message)" if others else ""
        _logger.log(logging.WARNING, "%s%s; %s%s", where, reason, outlook, more)


notices: RetryNotices = RetryNotices()
"""The notices of this process."""
