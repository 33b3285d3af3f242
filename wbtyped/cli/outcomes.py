"""Print the outcome of each of many changes, as it is known."""

import threading

from .output import print_err, print_out


class OutcomePrinter:
    """Prints a line for each outcome, from any thread: those with a reason on stderr.

    With `failures_only`, which is for JSON on stdout, the others are left out.
    """

    def __init__(self, *, failures_only: bool) -> None:
        self._failures_only = failures_only
        self._lock = threading.Lock()

    def __call__(self, outcome: str, path: str, reason: str) -> None:
        """Print one outcome."""
        with self._lock:
            if reason:
                print_err(f"{outcome}  {path}: {reason}")
            elif not self._failures_only:
                print_out(f"{outcome}  {path}")
