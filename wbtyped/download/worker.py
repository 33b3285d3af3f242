"""Threads that can be waited for where Ctrl-C may interrupt the wait, and how their work ends."""

import threading
from collections.abc import Callable


class TransferCancelled(Exception):  # noqa: N818 - never leaves the package
    """Nobody waits for the transfer any more."""


class Worker(threading.Thread):
    """A thread that can be waited for where Ctrl-C may interrupt the wait.

    Before Python 3.13, a `join` that is interrupted takes the thread for one that has ended.
    """

    def __init__(self, work: Callable[[], object]) -> None:
        super().__init__(target=work, daemon=True)
        self.ended: threading.Event = threading.Event()

    def run(self) -> None:
        """Do the work."""
        try:
            super().run()
        finally:
            self.ended.set()
