"""Detect work that never ends, and threads that end with an exception."""

import sys
import threading
import traceback
from collections.abc import Callable, Generator
from contextlib import contextmanager

from tests.faults.findings import Finding


class Finished:
    """The end of some work, with its error if there is one."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


class Hang:
    """Work that does not end, and the lines where it waits."""

    def __init__(self, thread: threading.Thread) -> None:
        # There is no public way to see the stack of another thread.
        frames = sys._current_frames()  # pyright: ignore[reportPrivateUsage]
        frame = frames.get(thread.ident or 0)
        stack = traceback.extract_stack(frame)[-4:] if frame else ()
        self.where: str = " > ".join(
            f"{line.name} ({line.filename}:{line.lineno})" for line in stack
        )


def run_within(seconds: float, work: Callable[[], BaseException | None]) -> Finished | Hang:
    """Run some work in a thread, which is abandoned if it does not end in time."""
    outcomes: list[Finished] = []
    thread = threading.Thread(target=lambda: outcomes.append(Finished(work())), daemon=True)
    thread.start()
    thread.join(seconds)
    return outcomes[0] if outcomes else Hang(thread)


@contextmanager
def collect_uncaught() -> Generator[list[Finding]]:
    """Collect the exceptions that end threads of the client."""
    findings: list[Finding] = []

    def record(hook: threading.ExceptHookArgs) -> None:
        name = hook.thread.name if hook.thread else "a thread"
        findings.append(
            Finding("unexpected errors", f"{name}: {hook.exc_type.__name__}: {hook.exc_value}")
        )

    before, threading.excepthook = threading.excepthook, record
    try:
        yield findings
    finally:
        threading.excepthook = before
