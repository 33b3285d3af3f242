"""Show on a terminal how far a scan is."""

import sys
import threading
from typing import Self

from ..clock import monotonic
from ..storage.inventory import ScanProgress

SHOWN_SECONDS = 0.2


class ScanLine:
    """One line on stderr that is overwritten; nothing where stderr is not a terminal."""

    def __init__(self) -> None:
        self._shown_at = 0.0
        self._lock = threading.Lock()
        self._is_terminal = sys.stderr.isatty()
        self._is_open = False

    def show(self, progress: ScanProgress) -> None:
        """Show the progress, a few times a second."""
        self.show_text(f"{progress.read:,} of {progress.versions:,} versions read")

    def show_text(self, text: str) -> None:
        """Show a text, a few times a second."""
        if not self._is_terminal:
            return
        with self._lock:
            if monotonic() - self._shown_at < SHOWN_SECONDS:
                return
            self._shown_at, self._is_open = monotonic(), True
            print(f"\r{text}\x1b[K", end="", file=sys.stderr, flush=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_open:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
